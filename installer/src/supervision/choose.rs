//! Who is to keep etcd running here. Pure: from the manifest, the facts and the operator's choice.

use payload::cluster::Manager;
use payload::manifest::Manifest;

use crate::facts::Managers;
use crate::facts::machine::Target;
use crate::facts::managers::{Init, Unfit, UnfitSupervisor};
use crate::finding::managers::{Choice, NoPython, Packed, Systemd};
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
        // Looked at only where it is to read it again.
        Some(Supervision::Supervisor(Supervisor { origin: Origin::Host, .. }))
            if let Some(supervisor @ UnfitSupervisor { why: Unfit::Unreadable(_), .. }) =
                &managers.unfit_supervisor =>
        {
            return refused(ManagerFinding::Unfit { supervisor: supervisor.clone() });
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
        let starts = supervisor.unit.is_some() || managers.has_supervisord_at_boot;
        let finding = || ManagerFinding::NoStartAtBoot { supervisor: supervisor.clone() }.into();
        return Some((Supervision::Supervisor(supervisor.clone()), Vec::from_iter((!starts).then(finding))));
    }
    // The carried one would have its socket, its files and their names.
    if managers.unfit_supervisor.is_some() {
        return None;
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
    if let Some(supervisor) = managers.unfit_supervisor.clone() {
        return Some(ManagerFinding::UnfitPassedOver { supervisor }.into());
    }
    let program = managers.unsafe_supervisor.clone()?;
    Some(ManagerFinding::UnsafePassedOver { program }.into())
}

/// Nothing can keep etcd running: says what is missing.
fn nothing(manifest: &Manifest, managers: &Managers) -> ManagerFinding {
    if let Some(supervisor) = managers.unfit_supervisor.clone() {
        return ManagerFinding::Unfit { supervisor };
    }
    let python = match (&managers.python_trouble, manifest.service.wheels.is_empty()) {
        (_, true) => NoPython::NotCarried,
        (Some(trouble), false) => NoPython::Unfit(trouble.clone()),
        (None, false) => NoPython::NotThere,
    };
    let systemd = match managers.systemd {
        Init::Running if packed(manifest, Manager::Systemd) => Systemd::Could,
        Init::Running => Systemd::NotPacked,
        Init::Installed | Init::None => Systemd::DoesNotRun,
    };
    ManagerFinding::None { python, unsafe_supervisor: managers.unsafe_supervisor.clone(), systemd }
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
    fn a_supervisor_without_a_place_for_us_is_never_joined_by_the_carried_one() {
        let conf = || "/etc/supervisor/supervisord.conf".parse().unwrap();
        let mut manifest = manifest();
        manifest.service.manager = Manager::Auto;
        for why in
            [Unfit::NoInclude, Unfit::NarrowInclude, Unfit::NoCtl, Unfit::User("app".to_owned()), Unfit::NoProgram]
        {
            let mut managers = good().managers;
            managers.unfit_supervisor = Some(UnfitSupervisor { conf: conf(), why });
            managers.python = Some("/usr/bin/python3".parse().unwrap());
            let (supervision, findings) = choose(grounds(&manifest, &managers, Manager::Auto)).unwrap();
            assert!(matches!(supervision, Supervision::Systemd { .. }), "{supervision:?}");
            assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), [Code::SupervisorUnfit]);
            managers.systemd = Init::None;
            for (asked, of) in [(Manager::Supervisor, &managers), (Manager::Auto, &managers)] {
                let finding = choose(grounds(&manifest, of, asked)).unwrap_err();
                assert_eq!(finding.code(), Code::SupervisorUnfit);
                // The programs of the site are still there after its next start.
                assert!(!text::findings::help(&finding).to_string().contains("mv "), "{finding:?}");
            }
        }
    }

    #[test]
    fn a_supervisor_that_cannot_read_its_configuration_is_not_left_for_another() {
        let conf = "/etc/supervisor/supervisord.conf".parse().unwrap();
        let chosen = crate::supervision::tests::supervisor(Origin::Host);
        let mut manifest = manifest();
        manifest.service.manager = Manager::Auto;
        let mut managers = good().managers;
        let said = "Invalid user name x in section 'program:x'";
        managers.unfit_supervisor = Some(UnfitSupervisor { conf, why: Unfit::Unreadable(said.to_owned()) });
        let on_record = Grounds { chosen: Some(&chosen), ..grounds(&manifest, &managers, Manager::Auto) };
        let finding = choose(on_record).unwrap_err();
        assert_eq!(finding.code(), Code::SupervisorUnfit);
        assert!(text::findings::text(&finding).contains(said), "{finding:?}");
        assert!(matches!(choose(grounds(&manifest, &managers, Manager::Auto)).unwrap().0, Supervision::Systemd { .. }));
    }

    #[test]
    fn a_supervisord_that_nothing_starts_at_boot_is_said_whose_ever_it_is() {
        let mut managers = good().managers;
        let mut manifest = manifest();
        manifest.service.manager = Manager::Auto;
        let Supervision::Supervisor(mut own) = crate::supervision::tests::supervisor(Origin::Host) else {
            unreachable!()
        };
        own.unit = None;
        managers.supervisor = Some(own);
        let codes = |managers: &Managers| -> Vec<Code> {
            choose(grounds(&manifest, managers, Manager::Auto)).unwrap().1.iter().map(Finding::code).collect()
        };
        assert_eq!(codes(&managers), [Code::NoStartAtBoot]);
        managers.has_supervisord_at_boot = true;
        assert_eq!(codes(&managers), []);
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
