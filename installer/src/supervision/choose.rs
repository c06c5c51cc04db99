//! Who is to keep etcd running here. Pure: from the manifest, the facts and the operator's choice.

use payload::cluster::Manager;
use payload::manifest::Manifest;

use crate::facts::Managers;
use crate::facts::machine::Target;
use crate::facts::managers::Init;
use crate::finding::managers::{Choice, NoPython, Packed};
use crate::finding::{Finding, ManagerFinding};

use super::carried::carried;
use super::{Origin, Supervision, Supervisor};

/// Whether etcd is to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Now,
    /// `--no-start`
    Later,
}

/// What decides who it is.
#[derive(Clone, Copy)]
pub(crate) struct Grounds<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) target: Target,
    pub(crate) managers: &'a Managers,
    /// What an earlier run chose.
    pub(crate) chosen: Option<&'a Supervision>,
    /// What the operator asked for.
    pub(crate) asked: Manager,
}

/// The supervision, and what to say about it; or why there is none.
pub(crate) fn choose(grounds: Grounds) -> Result<(Supervision, Vec<Finding>), Box<Finding>> {
    let Grounds { manifest, target, managers, chosen, asked } = grounds;
    let wanted = if asked == Manager::Auto { manifest.service.manager } else { asked };
    // What an earlier run chose stays: the data of one member must not be served by two.
    match chosen.cloned() {
        Some(chosen) if !fits(&chosen, wanted) => {
            return refused(ManagerFinding::OtherManager { chosen });
        }
        chosen if !packed(manifest, wanted) => return refused(not_packed(wanted, chosen.as_ref())),
        // Root would start it with every command.
        Some(Supervision::Supervisor(Supervisor { origin: Origin::Host, .. }))
            if let Some(path) = &managers.unsafe_supervisor =>
        {
            return refused(ManagerFinding::UnsafeInUse { program: path.clone() });
        }
        Some(chosen) => return Ok((chosen, Vec::new())),
        None => {}
    }
    let systemd = || Supervision::Systemd { unit: format!("{}.service", manifest.service.name) };
    match wanted {
        Manager::Systemd if managers.systemd == Init::None && target == Target::Live => {
            let supervisor = if packed(manifest, Manager::Supervisor) { Packed::Yes } else { Packed::No };
            refused(ManagerFinding::NoSystemd { supervisor })
        }
        Manager::Systemd => Ok((systemd(), Vec::new())),
        Manager::Supervisor => supervisor(manifest, managers).map_or_else(|| refused(nothing(manifest, managers)), Ok),
        Manager::Auto => {
            if let Some(found) = supervisor(manifest, managers) {
                return Ok(found);
            }
            let passed_over = || passed_over(managers).into_iter().collect();
            match (managers.systemd, target) {
                (Init::Running, _) | (Init::Installed, Target::Image) => Ok((systemd(), passed_over())),
                (_, Target::Image) => Ok((systemd(), vec![ManagerFinding::NoneInImage.into()])),
                _ => refused(nothing(manifest, managers)),
            }
        }
    }
}

fn not_packed(wanted: Manager, chosen: Option<&Supervision>) -> ManagerFinding {
    let chosen = if chosen.is_some() { Choice::Made } else { Choice::Open };
    ManagerFinding::NotPacked { wanted, chosen }
}

fn refused<T>(finding: ManagerFinding) -> Result<T, Box<Finding>> {
    Err(Box::new(finding.into()))
}

/// Whether the bundle has what this manager reads; the builder leaves out what its cluster file rules out.
fn packed(manifest: &Manifest, wanted: Manager) -> bool {
    let packed = manifest.service.manager;
    packed == Manager::Auto || packed == wanted
}

fn fits(chosen: &Supervision, wanted: Manager) -> bool {
    match wanted {
        Manager::Auto => true,
        Manager::Systemd => matches!(chosen, Supervision::Systemd { .. }),
        Manager::Supervisor => matches!(chosen, Supervision::Supervisor(_)),
    }
}

/// The host's own supervisor, else the one in the bundle where a Python can run it.
fn supervisor(manifest: &Manifest, managers: &Managers) -> Option<(Supervision, Vec<Finding>)> {
    if let Some(supervisor) = &managers.supervisor {
        return Some((Supervision::Supervisor(supervisor.clone()), Vec::new()));
    }
    managers.python.as_ref()?;
    let supervisor = carried(manifest, managers.systemd).ok()?;
    let mut findings = Vec::from_iter(passed_over(managers));
    if supervisor.unit.is_none() {
        findings.push(ManagerFinding::NoStartAtBoot { supervisor: supervisor.clone() }.into());
    }
    Some((Supervision::Supervisor(supervisor), findings))
}

/// This host's supervisor, where root must not start it, and another manager takes its place.
fn passed_over(managers: &Managers) -> Option<Finding> {
    let program = managers.unsafe_supervisor.clone()?;
    Some(ManagerFinding::UnsafePassedOver { program }.into())
}

/// Nothing can keep etcd running: says what is missing.
fn nothing(manifest: &Manifest, managers: &Managers) -> ManagerFinding {
    let python = match (&managers.python_trouble, manifest.service.wheels.is_empty()) {
        (_, true) => NoPython::NotCarried,
        (Some(trouble), false) => NoPython::Unfit(trouble.clone()),
        (None, false) => NoPython::NotThere,
    };
    ManagerFinding::None { python, unsafe_supervisor: managers.unsafe_supervisor.clone() }
}

#[cfg(test)]
mod tests {
    use payload::path::AbsPath;

    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::finding::Code;
    use crate::text;

    fn grounds<'a>(manifest: &'a Manifest, managers: &'a Managers, asked: Manager) -> Grounds<'a> {
        Grounds { manifest, target: Target::Live, managers, chosen: None, asked }
    }

    #[test]
    fn only_what_was_packed_is_chosen() {
        let by_systemd = Supervision::Systemd { unit: "etcd-server.service".to_owned() };
        for (packed, choice, expected) in [
            (Manager::Systemd, Manager::Auto, Ok(&by_systemd)),
            (Manager::Auto, Manager::Systemd, Ok(&by_systemd)),
            (Manager::Systemd, Manager::Supervisor, Err(("manager-not-packed", "--service systemd"))),
            (Manager::Supervisor, Manager::Systemd, Err(("manager-not-packed", "--service supervisor"))),
            (Manager::Supervisor, Manager::Auto, Err(("no-service-manager", "python3"))),
        ] {
            let mut manifest = manifest();
            manifest.service.manager = packed;
            let chosen = choose(grounds(&manifest, &good().managers, choice));
            match expected {
                Ok(supervision) => assert_eq!(&chosen.unwrap().0, supervision),
                Err((code, help)) => {
                    let finding = chosen.unwrap_err();
                    assert!(
                        finding.code().as_str() == code && text::findings::help(&finding).to_string().contains(help),
                        "{finding:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_supervisor_that_others_can_change_is_passed_over_aloud() {
        let path: AbsPath = "/usr/local/bin/supervisord".parse().unwrap();
        let mut managers = good().managers;
        let mut manifest = manifest();
        manifest.service.manager = Manager::Auto;
        assert!(choose(grounds(&manifest, &managers, Manager::Auto)).unwrap().1.is_empty());
        managers.unsafe_supervisor = Some(path.clone());
        let (supervision, findings) = choose(grounds(&manifest, &managers, Manager::Auto)).unwrap();
        assert!(matches!(supervision, Supervision::Systemd { .. }));
        assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), [Code::SupervisorUnsafe]);
        assert!(choose(grounds(&manifest, &managers, Manager::Systemd)).unwrap().1.is_empty(), "nobody would start it");
        let finding = choose(grounds(&manifest, &managers, Manager::Supervisor)).unwrap_err();
        assert!(
            finding.code() == Code::NoServiceManager && text::findings::text(&finding).contains(path.as_str()),
            "{finding:?}"
        );
    }
}
