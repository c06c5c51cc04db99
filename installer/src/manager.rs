//! Who is to keep etcd running here. Pure: from the manifest, the facts and the operator's choice.

use payload::cluster::Manager;
use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};
use payload::render;

use crate::check::{Finding, refuse, warn};
use crate::facts::Facts;
use crate::facts::machine::Target;
use crate::facts::managers::Init;
use crate::layout;
use crate::supervision::{Origin, Supervision, Supervisor};

const BUILD_FOR_BOTH: &str = "etcdpack build   (on the connected machine, with `manager = \"auto\"` under [service])";

/// Whether etcd is to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Now,
    /// `--no-start`
    Later,
}

/// The supervision, and what to say about it; or why there is none.
pub(crate) fn choose(
    manifest: &Manifest,
    facts: &Facts,
    choice: Manager,
) -> Result<(Supervision, Vec<Finding>), Finding> {
    let wanted = if choice == Manager::Auto { manifest.service.manager } else { choice };
    // What an earlier run chose stays: the data of one member must not be served by two.
    match facts.records.chosen().cloned() {
        Some(chosen) if !fits(&chosen, wanted) => {
            let text = format!("etcd runs under {chosen} here; another manager would start a second one");
            return Err(refuse("other-manager", text, "./HOST.run install --service auto"));
        }
        chosen if !packed(manifest, wanted) => return Err(not_packed(wanted, chosen.as_ref())),
        // Root would start it with every command.
        Some(Supervision::Supervisor(Supervisor { origin: Origin::Host, .. }))
            if let Some(path) = &facts.managers.unsafe_supervisor =>
        {
            let text = format!("etcd runs under this host's supervisor, and users other than root can change `{path}`");
            return Err(refuse("supervisor-unsafe", text, format!("namei -l {path}")));
        }
        Some(chosen) => return Ok((chosen, Vec::new())),
        None => {}
    }
    let systemd = || Supervision::Systemd { unit: format!("{}.service", manifest.service.name) };
    match wanted {
        Manager::Systemd if facts.managers.systemd == Init::None && facts.machine.target == Target::Live => {
            let help = if packed(manifest, Manager::Supervisor) {
                "./HOST.run install --service supervisor"
            } else {
                BUILD_FOR_BOTH
            };
            Err(refuse("no-service-manager", "this host does not run systemd", help))
        }
        Manager::Systemd => Ok((systemd(), Vec::new())),
        Manager::Supervisor => supervisor(manifest, facts).ok_or_else(|| nothing(manifest, facts)),
        Manager::Auto => {
            if let Some(found) = supervisor(manifest, facts) {
                return Ok(found);
            }
            let passed_over = || passed_over(facts).into_iter().collect();
            match (facts.managers.systemd, facts.machine.target) {
                (Init::Running, _) | (Init::Installed, Target::Image) => Ok((systemd(), passed_over())),
                (_, Target::Image) => {
                    let text = "this image has neither supervisor nor systemd; it gets a systemd unit";
                    Ok((systemd(), vec![warn("no-service-manager", text, "./HOST.run install --service supervisor")]))
                }
                _ => Err(nothing(manifest, facts)),
            }
        }
    }
}

/// On a host that has chosen, only another bundle helps.
fn not_packed(wanted: Manager, chosen: Option<&Supervision>) -> Finding {
    let (has, lacks) = match wanted {
        Manager::Systemd => ("supervisor", "unit for systemd"),
        Manager::Supervisor | Manager::Auto => ("systemd", "program section for supervisor"),
    };
    let help = match chosen {
        Some(_) => BUILD_FOR_BOTH.to_owned(),
        None => format!("./HOST.run install --service {has}"),
    };
    refuse("manager-not-packed", format!("this bundle was built for {has} alone: it has no {lacks}"), help)
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
fn supervisor(manifest: &Manifest, facts: &Facts) -> Option<(Supervision, Vec<Finding>)> {
    if let Some(supervisor) = &facts.managers.supervisor {
        return Some((Supervision::Supervisor(supervisor.clone()), Vec::new()));
    }
    facts.managers.python.as_ref()?;
    let supervisor = carried(manifest, facts.managers.systemd).ok()?;
    let mut findings = Vec::from_iter(passed_over(facts));
    if supervisor.unit.is_none() {
        let text = "nothing starts supervisord when this host boots: it has no systemd";
        let line = format!("{} -c {}", supervisor.daemon, supervisor.conf);
        findings.push(warn("no-start-at-boot", text, format!("add to the host's start-up: {line}")));
    }
    Some((Supervision::Supervisor(supervisor), findings))
}

/// This host's supervisor, where root must not start it, and another manager takes its place.
fn passed_over(facts: &Facts) -> Option<Finding> {
    let path = facts.managers.unsafe_supervisor.as_ref()?;
    let text = format!("this host's own supervisor is passed over: users other than root can change `{path}`");
    Some(warn("supervisor-unsafe", text, format!("namei -l {path}")))
}

/// The supervisor that the bundle brings, in EPEL's layout.
fn carried(manifest: &Manifest, init: Init) -> Result<Supervisor, NotAPath> {
    let dir = layout::carried_dir(manifest)?;
    Ok(Supervisor {
        daemon: dir.join("supervisord")?,
        ctl: dir.join("supervisorctl")?,
        conf: layout::CARRIED_CONF.parse()?,
        section: layout::carried_section(&manifest.service.name)?,
        program: manifest.member.to_string(),
        unit: (init != Init::None).then(|| "supervisord.service".to_owned()),
        origin: Origin::Bundle,
    })
}

/// The script at `path`, one of the carried programs, for the Python that can run it.
pub(crate) fn launcher(path: &AbsPath, python: &AbsPath) -> Result<String, NotAPath> {
    let site = path.parent().map_or_else(|| "/site".parse(), |dir| layout::carried_site(&dir))?;
    Ok(render::launcher(python, &site, &layout::CARRIED_CONF.parse()?, path.name()))
}

/// Nothing can keep etcd running: says what is missing.
fn nothing(manifest: &Manifest, facts: &Facts) -> Finding {
    let python = match (&facts.managers.python_trouble, manifest.service.wheels.is_empty()) {
        (_, true) => "the bundle carries no supervisor".to_owned(),
        (Some(trouble), false) => format!("no Python can run the carried one ({trouble})"),
        (None, false) => "there is no Python for the carried one".to_owned(),
    };
    let own = match &facts.managers.unsafe_supervisor {
        Some(path) => format!("users other than root can change `{path}`"),
        None => "no supervisord is installed".to_owned(),
    };
    let text = format!("nothing here can keep etcd running: {own}, {python}, and systemd does not run");
    refuse(
        "no-service-manager",
        text,
        "yum install python3   (from this site's own media; or: apt-get install supervisor)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};

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
            let chosen = choose(&manifest, &good(), choice);
            match expected {
                Ok(supervision) => assert_eq!(&chosen.unwrap().0, supervision),
                Err((code, help)) => {
                    let finding = chosen.unwrap_err();
                    assert!(finding.code == code && finding.help.contains(help), "{finding:?}");
                }
            }
        }
    }

    #[test]
    fn a_supervisor_that_others_can_change_is_passed_over_aloud() {
        let path: AbsPath = "/usr/local/bin/supervisord".parse().unwrap();
        let mut facts = good();
        let mut manifest = manifest();
        manifest.service.manager = Manager::Auto;
        assert!(choose(&manifest, &facts, Manager::Auto).unwrap().1.is_empty());
        facts.managers.unsafe_supervisor = Some(path.clone());
        let (supervision, findings) = choose(&manifest, &facts, Manager::Auto).unwrap();
        assert!(matches!(supervision, Supervision::Systemd { .. }));
        assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["supervisor-unsafe"]);
        assert!(choose(&manifest, &facts, Manager::Systemd).unwrap().1.is_empty(), "nobody would start it");
        let finding = choose(&manifest, &facts, Manager::Supervisor).unwrap_err();
        assert!(finding.code == "no-service-manager" && finding.text.contains(path.as_str()), "{finding:?}");
    }
}
