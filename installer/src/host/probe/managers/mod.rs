//! Finding out which service managers this host has. Asks the host; decides nothing.
#![expect(clippy::disallowed_methods, reason = "edge: looks for service managers")]

mod boot;
mod reading;
mod sections;
mod silent;
mod units;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use payload::bundle::Bundle;
use payload::cluster::Manager;
use payload::manifest::Manifest;
use payload::path::AbsPath;
use payload::render;

use super::ProbeError;
use crate::change::Change;
use crate::facts::managers::{Init, Managers, PythonTrouble, Unfit, UnfitSupervisor};
use crate::facts::paths::Seen;
use crate::host::interrupt::Interrupt;
use crate::host::{Exec, Tree, exec, wheels};
use crate::layout;
use crate::service;
use crate::signer::Settled;
use crate::supervision::{Origin, Supervision, Supervisor};
use boot::AtBoot;
pub(crate) use reading::try_reading;
pub(crate) use silent::silent;
pub(crate) use units::overrides;

/// Configuration files in the order in which supervisor itself looks for them: Debian's place is asked first
/// because only Debian has it.
const CONFS: [&str; 2] = ["/etc/supervisor/supervisord.conf", "/etc/supervisord.conf"];

/// Interpreters by name; RHEL 8 has only the last one.
const PYTHONS: [&str; 6] = ["python3", "python", "python2", "python2.7", "python3.6", "/usr/libexec/platform-python"];

/// All that could keep etcd running here. Nothing of a bundle runs: Pythons are only looked for, where its supervisor may
/// be needed.
///
/// `is_fresh`: nothing of ours is on record here, so that a unit of our name that runs is another's.
pub(super) fn managers(
    tree: &Tree,
    manifest: &Manifest,
    ours: &[Change],
    wanted: Manager,
    is_fresh: bool,
) -> Result<Managers, ProbeError> {
    let mut managers = programs(tree, manifest, ours, wanted)?;
    managers.units = units::units(tree, manifest, &managers)?;
    let own_sections: Vec<AbsPath> = managers
        .supervisor
        .iter()
        .map(|supervisor| supervisor.section.clone())
        .chain([layout::carried_section(&manifest.service.name)?])
        .collect();
    let at_boot = AtBoot::read(tree, &format!("{}.service", manifest.service.name), &own_sections);
    managers.has_supervisord_at_boot = at_boot.has_supervisord();
    managers.etcds_at_boot = at_boot.etcds();
    if is_fresh && managers.systemd == Init::Running {
        let hosts = managers.supervisor.as_ref().and_then(|supervisor| supervisor.unit.as_ref());
        for (name, unit) in managers.units.iter_mut().filter(|(name, _)| Some(*name) != hosts) {
            unit.runs = service::is_running(&Supervision::Systemd { unit: name.clone() }, tree.interrupt());
        }
    }
    Ok(managers)
}

fn programs(tree: &Tree, manifest: &Manifest, ours: &[Change], wanted: Manager) -> Result<Managers, ProbeError> {
    let wanted = if wanted == Manager::Auto { manifest.service.manager } else { wanted };
    let mut managers = Managers { systemd: init(tree)?, ..Managers::default() };
    if wanted == Manager::Systemd {
        return Ok(managers);
    }
    let (service, member) = (manifest.service.name.clone(), manifest.member.clone());
    supervisor(tree, service.as_str(), member.as_str(), ours, &mut managers)?;
    managers.namesakes = match &managers.supervisor {
        Some(found) => sections::namesakes(tree, &found.conf, &found.section, &found.program)?,
        None => sections::namesakes(
            tree,
            &layout::CARRIED_CONF.parse()?,
            &layout::carried_section(&service)?,
            member.as_str(),
        )?,
    };
    if managers.supervisor.is_some() || manifest.service.wheels.is_empty() {
        return Ok(managers);
    }
    (managers.pythons, managers.python_trouble) = pythons(tree)?;
    managers.python = managers.pythons.first().cloned();
    Ok(managers)
}

/// Has the Pythons of a running system import the bundle's supervisor, until one can. Runs code of the bundle: for one whose
/// signer is settled, and that is not refused.
pub(crate) fn try_pythons(
    _: Settled,
    bundle: &mut Bundle<File>,
    interrupt: &Interrupt,
    managers: &mut Managers,
) -> Result<(), ProbeError> {
    managers.python = None;
    if managers.pythons.is_empty() {
        return Ok(());
    }
    let trial = wheels::unzip_for_trial(bundle)?;
    let site: AbsPath = trial.path().to_string_lossy().parse()?;
    let lines = render::search_path(&site) + "import supervisor.supervisord, supervisor.supervisorctl\n";
    for path in &managers.pythons {
        let called = Exec::at(path.as_str()).args([render::PYTHON_FLAGS, "-c", &lines]);
        match called.limit(Duration::from_mins(1)).heeding(interrupt).run() {
            Ok(_) => {
                managers.python = Some(path.clone());
                return Ok(());
            }
            // Whoever told us so looks at nothing of this.
            Err(error) if error.is_interrupt() => return Ok(()),
            Err(error) => managers.python_trouble = Some(PythonTrouble::Failed(error.to_string())),
        }
    }
    Ok(())
}

fn init(tree: &Tree) -> Result<Init, ProbeError> {
    // sd_booted(3): this directory exists exactly where systemd is the init.
    if tree.is_live() && Path::new("/run/systemd/system").is_dir() && exec::find("systemctl").is_some() {
        return Ok(Init::Running);
    }
    for path in ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"] {
        if matches!(tree.look(&path.parse()?)?, Seen::File { .. }) {
            return Ok(Init::Installed);
        }
    }
    Ok(Init::None)
}

/// The host's own supervisor, if its configuration has a place for a program of ours; else why not.
fn supervisor(
    tree: &Tree,
    service: &str,
    member: &str,
    ours: &[Change],
    managers: &mut Managers,
) -> Result<(), ProbeError> {
    let (found, unsafe_program) = commands(tree, ours)?;
    managers.unsafe_supervisor = unsafe_program;
    for conf in CONFS {
        let conf: AbsPath = conf.parse()?;
        let is_ours = ours.iter().any(|change| change.path() == Some(&conf));
        let Some(text) = tree.read_if_there(&conf, 1 << 20)?.filter(|_| !is_ours) else { continue };
        let Some(home) = conf.parent() else { continue };
        let text = String::from_utf8_lossy(&text);
        let room = sections::room_for(service, &text, &home);
        let why = sections::unfit(&sections::files(tree, &conf)?);
        let (section, (daemon, ctl)) = match (why, room, &found) {
            (None, Some(section), Some(found)) => (section, found.clone()),
            // What others can change is said by itself.
            (None, Some(_), None) if managers.unsafe_supervisor.is_some() => continue,
            (why, room, _) => {
                let else_why = || if room.is_some() { Unfit::NoProgram } else { sections::no_room(&text) };
                let why = why.unwrap_or_else(else_why);
                managers.unfit_supervisor.get_or_insert(UnfitSupervisor { conf, why });
                continue;
            }
        };
        let unit = unit_for(&conf);
        managers.supervisor = Some(Supervisor {
            section,
            daemon,
            ctl,
            conf,
            program: member.to_owned(),
            unit: has_unit(tree, unit)?.then(|| unit.to_owned()),
            origin: Origin::Host,
        });
        managers.unfit_supervisor = None;
        return Ok(());
    }
    if found.is_some() && managers.unfit_supervisor.is_none() {
        managers.unfit_supervisor = without_conf(tree, ours)?;
    }
    Ok(())
}

/// A supervisor of a package's whose configuration is not there. Its supervisord may run all the same, with the socket that the
/// carried one would have.
fn without_conf(tree: &Tree, ours: &[Change]) -> Result<Option<UnfitSupervisor>, ProbeError> {
    for conf in CONFS {
        let conf: AbsPath = conf.parse()?;
        let unit = unit_for(&conf);
        let is_ours = ours.iter().any(|change| change.path().is_some_and(|path| path.name() == unit));
        if !is_ours && has_unit(tree, unit)? {
            return Ok(Some(UnfitSupervisor { conf, why: Unfit::NoConf { unit: unit.to_owned() } }));
        }
    }
    Ok(None)
}

/// What packages call the unit of the supervisord with this configuration.
fn unit_for(conf: &AbsPath) -> &'static str {
    let [debian, epel] = layout::SUPERVISORD_UNITS;
    if conf.as_str() == CONFS[0] { debian } else { epel }
}

/// Whether systemd knows the unit: a supervisor that pip installed has none.
fn has_unit(tree: &Tree, unit: &str) -> Result<bool, ProbeError> {
    for dir in ["/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system"] {
        let dir: AbsPath = dir.parse()?;
        if tree.look(&dir.join(unit)?)? != Seen::Absent {
            return Ok(init(tree)? != Init::None);
        }
    }
    Ok(false)
}

/// `supervisord` and `supervisorctl` of one supervisor.
type Commands = (AbsPath, AbsPath);

/// `supervisord` and `supervisorctl` where packages put them; links that we made are not the host's. Where users other than
/// root can change one of them, both are passed over, and which it was is said.
fn commands(tree: &Tree, ours: &[Change]) -> Result<(Option<Commands>, Option<AbsPath>), ProbeError> {
    let mut unfit = None;
    for dir in ["/usr/bin", "/usr/local/bin", "/usr/sbin"] {
        let dir: AbsPath = dir.parse()?;
        let (daemon, ctl) = (dir.join("supervisord")?, dir.join("supervisorctl")?);
        let is_ours = ours.iter().any(|change| change.path() == Some(&daemon));
        if !is_ours && tree.look(&daemon)? != Seen::Absent && tree.look(&ctl)? != Seen::Absent {
            // Root starts them, here and for as long as etcd is installed.
            if !tree.is_roots_alone(&daemon)? {
                unfit = Some(daemon);
            } else if !tree.is_roots_alone(&ctl)? {
                unfit = Some(ctl);
            } else {
                return Ok((Some((daemon, ctl)), None));
            }
        }
    }
    Ok((None, unfit))
}

/// The interpreters of this host, and why there is none that root may run.
fn pythons(tree: &Tree) -> Result<(Vec<AbsPath>, Option<PythonTrouble>), ProbeError> {
    let (mut found, mut trouble) = (Vec::new(), None);
    for name in PYTHONS {
        let path = match name.strip_prefix('/') {
            Some(_) => Some(Path::new(name).to_owned()),
            None => ["/usr/bin", "/usr/local/bin", "/bin"].iter().map(|dir| Path::new(dir).join(name)).find(|path| {
                path.to_str()
                    .and_then(|path| path.parse().ok())
                    .is_some_and(|path| matches!(tree.look(&path), Ok(Seen::File { .. } | Seen::Link { .. })))
            }),
        };
        if let Some(path) = path.and_then(|path| path.to_str()?.parse::<AbsPath>().ok())
            && tree.look(&path)? != Seen::Absent
        {
            // Root runs it, here and for as long as supervisord runs.
            if !tree.is_roots_alone(&path)? {
                trouble = Some(PythonTrouble::Unsafe(path));
                continue;
            }
            found.push(path);
        }
    }
    Ok((found, trouble))
}
