//! The plan: what will happen on this host, in order. A pure function of manifest, facts and choices.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::{Manifest, Purpose, When};
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};
use serde::Serialize;

use crate::change::{Change, Holds};
use crate::check::{Finding, Severity, preflight, refuse, units};
use crate::drift;
use crate::facts::{Facts, Found, Running, Target};
use crate::host::Seen;
use crate::journal::Run;
use crate::manager::{self, Start};
use crate::step::{Action, Source, State, Step};
use crate::supervision::{Origin, Supervision};
use crate::surroundings::Selinux;

/// What is started at boot.
pub(crate) const WANTS: &str = "/etc/systemd/system/multi-user.target.wants";

/// What the operator chose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices {
    pub(crate) manager: payload::cluster::Manager,
    pub(crate) start: Start,
}

/// Findings and steps.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    pub(crate) findings: Vec<Finding>,
    pub(crate) steps: Vec<Planned>,
    #[serde(skip)]
    pub(crate) supervision: Option<Supervision>,
}

/// One step and whether it still has to be done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Planned {
    #[serde(flatten)]
    pub(crate) step: Step,
    pub(crate) state: State,
}

/// The bundle as the plan needs it: its manifest, and the sums that the manifest does not have.
#[derive(Clone, Copy)]
pub(crate) struct Carried<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) bundle: Digest,
    pub(crate) installer: Digest,
}

impl Plan {
    /// Whether anything stands against it.
    pub(crate) fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Refuse)
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_done(&self) -> bool {
        self.steps.iter().all(|planned| planned.state == State::Done)
    }
}

/// The plan for this host. An error means that a path in the manifest cannot be put together.
pub(crate) fn plan(carried: Carried, facts: &Facts, choices: Choices) -> Result<Plan, NotAPath> {
    let manifest = carried.manifest;
    let mut findings = preflight(manifest, facts);
    findings.extend(unfinished_other(carried.bundle, facts));
    let supervision = match manager::choose(manifest, facts, choices.manager) {
        Ok((supervision, more)) => {
            findings.extend(more);
            findings.extend(units(manifest, facts, &supervision));
            Some(supervision)
        }
        Err(finding) => {
            findings.push(finding);
            None
        }
    };
    let steps = match &supervision {
        Some(supervision) => steps(carried, facts, choices, supervision)?,
        None => Vec::new(),
    };
    let ours = facts.ours();
    let (steps, changed) = drift::keep_changes(steps, facts, &ours)?;
    findings.extend(changed);
    findings.extend(steps.iter().filter_map(|step| conflict(step, facts, &ours)));
    let steps = with_states(steps, facts);
    Ok(Plan { findings, steps, supervision })
}

/// Half of one bundle and half of another is nothing that anybody tested.
fn unfinished_other(bundle: Digest, facts: &Facts) -> Option<Finding> {
    let Run::Install { bundle: other } = facts.unfinished.as_ref()?.of else { return None };
    if other == bundle {
        return None;
    }
    let text =
        format!("an install of another bundle ({}) was cut off here; this one is {}", other.short(), bundle.short());
    Some(refuse("unfinished-other", text, "run the other bundle's install again, or: etcdpack-host uninstall"))
}

fn steps(carried: Carried, facts: &Facts, choices: Choices, supervision: &Supervision) -> Result<Vec<Step>, NotAPath> {
    let Carried { manifest, installer, .. } = carried;
    let layout = &manifest.layout;
    let mut files = files(manifest, supervision);
    files.push(Step::File {
        path: layout.sbin.join(crate::HOST_COMMAND)?,
        mode: Mode::PROGRAM,
        owner: Owner::Root,
        sha256: installer,
        source: Source::Installer,
    });
    let user = &manifest.user;
    // An image may have no /etc yet for the account files to lie in: root's directories come first.
    let (of_root, of_etcd): (Vec<Step>, Vec<Step>) = dirs(manifest, facts, supervision, &files)?
        .into_iter()
        .partition(|step| matches!(step, Step::Dir { owner: Owner::Root, .. }));
    let mut steps = of_root;
    steps.push(Step::Group { name: user.clone() });
    steps.push(Step::User { name: user.clone(), shell: facts.no_login.clone() });
    steps.extend(of_etcd);
    steps.push(Step::Programs {
        dir: layout.release_dir.clone(),
        entry: manifest.release.entry.clone(),
        programs: manifest.release.programs.clone(),
    });
    // What starts etcd comes last: it must find everything in its place.
    let (last, first): (Vec<Step>, Vec<Step>) = files.into_iter().partition(|step| starts_etcd(step, supervision));
    steps.extend(first);
    steps.push(Step::Link { path: layout.link.clone(), target: layout.release_dir.name().to_owned() });
    steps.extend(carried_supervisor(manifest, facts, supervision)?);
    steps.extend(last);
    steps.extend(labels(facts, &steps));
    match (facts.target, choices.start) {
        (Target::Image, _) => steps.extend(enabling_link(supervision)?),
        (Target::Live, Start::Now) => {
            steps.push(Step::Service { supervision: supervision.clone(), action: Action::Start });
        }
        (Target::Live, Start::Later) => {
            steps.push(Step::Service { supervision: supervision.clone(), action: Action::Enable });
        }
    }
    Ok(steps)
}

/// Files that are made in place have their directory's label, which need not be theirs.
fn labels(facts: &Facts, steps: &[Step]) -> Option<Step> {
    let around = facts.surroundings.as_ref()?;
    if !matches!(around.selinux, Selinux::On { restorecon: true, .. }) {
        return None;
    }
    let (mut places, mut trees) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::File { path, .. } | Step::Link { path, .. } | Step::Dir { path, holds: Holds::Files, .. } => {
                places.push(path.clone());
            }
            // What an earlier install left in them may have come from elsewhere.
            Step::Programs { dir: path, .. } | Step::Wheels { dir: path, .. } | Step::Dir { path, .. } => {
                trees.push(path.clone());
            }
            Step::Group { .. } | Step::User { .. } | Step::Labels { .. } | Step::Service { .. } => {}
        }
    }
    places.retain(|path| !trees.iter().any(|tree| path.is_within(tree)));
    Some(Step::Labels { places, trees })
}

/// What `systemctl enable` does, for a system that is not running (systemd.unit(5): `.wants/`).
fn enabling_link(supervision: &Supervision) -> Result<Option<Step>, NotAPath> {
    let Some(unit) = supervision.own_unit() else { return Ok(None) };
    let path = AbsPath::try_from(WANTS.to_owned())?.join(unit)?;
    Ok(Some(Step::Link { path, target: format!("/etc/systemd/system/{unit}") }))
}

fn starts_etcd(step: &Step, supervision: &Supervision) -> bool {
    let Step::File { path, .. } = step else { return false };
    match supervision {
        Supervision::Systemd { unit } => path.name() == unit,
        Supervision::Supervisor(supervisor) => *path == supervisor.section,
    }
}

/// The files that this supervision needs, in the order of the bundle.
fn files(manifest: &Manifest, supervision: &Supervision) -> Vec<Step> {
    let needed = |when: When| match supervision {
        Supervision::Systemd { .. } => when != When::Carried,
        Supervision::Supervisor(supervisor) => match when {
            When::Always => true,
            When::Systemd => false,
            When::Carried => supervisor.origin == Origin::Bundle,
        },
    };
    let mut files = Vec::new();
    for entry in &manifest.entries {
        let source = Source::Entry { name: entry.name.clone() };
        let sha256 = entry.sha256;
        match (&entry.purpose, supervision) {
            (Purpose::Place { path, mode, owner, when }, _) if needed(*when) => {
                files.push(Step::File { path: path.clone(), mode: *mode, owner: *owner, sha256, source });
            }
            (Purpose::Program, Supervision::Supervisor(supervisor)) => {
                let path = supervisor.section.clone();
                files.push(Step::File { path, mode: Mode::PLAIN, owner: Owner::Root, sha256, source });
            }
            _ => {}
        }
    }
    files
}

/// Every directory that is needed and may not be there, from the top down.
fn dirs(manifest: &Manifest, facts: &Facts, supervision: &Supervision, files: &[Step]) -> Result<Vec<Step>, NotAPath> {
    let layout = &manifest.layout;
    let mut plain: BTreeSet<AbsPath> = BTreeSet::new();
    let mut need = |path: &AbsPath| plain.extend(path.lineage());
    need(&layout.release_dir);
    for step in files {
        if let Step::File { path, .. } = step {
            path.parent().iter().for_each(&mut need);
        }
    }
    layout.data.parent().iter().for_each(&mut need);
    if facts.target == Target::Image {
        need(&"/etc".parse()?);
    }
    if facts.target == Target::Image && supervision.own_unit().is_some() {
        need(&WANTS.parse()?);
    }
    let own = |path: &AbsPath, mode, holds| Step::Dir { path: path.clone(), mode, owner: Owner::Service, holds };
    let mut special = vec![own(&layout.data, Mode::PRIVATE_DIR, Holds::Data)];
    if let Supervision::Supervisor(supervisor) = supervision {
        layout.logs.parent().iter().for_each(&mut need);
        special.push(own(&layout.logs, Mode::LOG_DIR, Holds::Logs));
        if supervisor.origin == Origin::Bundle {
            let path: AbsPath = "/var/log/supervisor".parse()?;
            path.parent().iter().for_each(&mut need);
            special.push(Step::Dir { path, mode: Mode::LOG_DIR, owner: Owner::Root, holds: Holds::Logs });
        }
    }
    let ours = facts.ours();
    let made = |path: &AbsPath| ours.iter().any(|change| change.path() == Some(path));
    // A directory that was there before us is the host's: it is not ours to list, chmod or remove.
    let plain = plain.into_iter().filter(|path| *facts.at(path) == Seen::Absent || made(path));
    let plain = plain.map(|path| Step::Dir { path, mode: Mode::PROGRAM, owner: Owner::Root, holds: Holds::Files });
    Ok(plain.chain(special).collect())
}

/// The carried supervisor and its commands on `PATH`.
fn carried_supervisor(manifest: &Manifest, facts: &Facts, supervision: &Supervision) -> Result<Vec<Step>, NotAPath> {
    let (Supervision::Supervisor(supervisor), Some(python)) = (supervision, &facts.managers.python) else {
        return Ok(Vec::new());
    };
    if supervisor.origin == Origin::Host {
        return Ok(Vec::new());
    }
    let Some(dir) = supervisor.daemon.parent() else { return Ok(Vec::new()) };
    let mut steps = vec![Step::Wheels { dir, wheels: manifest.service.wheels.clone(), python: python.clone() }];
    for command in [&supervisor.daemon, &supervisor.ctl] {
        steps.push(Step::Link { path: manifest.layout.bin.join(command.name())?, target: command.to_string() });
    }
    Ok(steps)
}

/// Something at a step's place that is not ours.
fn conflict(step: &Step, facts: &Facts, ours: &[Change]) -> Option<Finding> {
    let (path, is_ours) = match step {
        Step::File { path, sha256, .. } => {
            let here = facts.paths.get(path).and_then(|found| found.digest);
            let known = ours.iter().any(|change| match change {
                Change::File { path: at, sha256, .. } => at == path && here == Some(*sha256),
                _ => false,
            });
            (path, here == Some(*sha256) || known)
        }
        Step::Link { path, target } => {
            let known = ours.iter().any(|change| matches!(change, Change::Link { path: at, .. } if at == path));
            (path, known || *facts.at(path) == Seen::Link { target: target.clone() })
        }
        Step::Wheels { dir, .. } => {
            (dir, ours.iter().any(|change| matches!(change, Change::Tree { path } if path == dir)))
        }
        Step::Dir { path, .. } => (path, matches!(facts.at(path), Seen::Dir { .. })),
        Step::Group { .. } | Step::User { .. } | Step::Programs { .. } | Step::Labels { .. } | Step::Service { .. } => {
            return None;
        }
    };
    // A mask is said by its own finding.
    let masked = facts.units.get(path.name()).is_some_and(|unit| unit.masked.as_ref() == Some(path));
    if is_ours || masked || *facts.at(path) == Seen::Absent {
        return None;
    }
    Some(refuse("path-taken", format!("`{path}` is there already and is not ours"), format!("mv {path} {path}.old")))
}

/// Decides what is there already. A service is restarted once, and only if something it runs with changed.
fn with_states(steps: Vec<Step>, facts: &Facts) -> Vec<Planned> {
    let mut pending = false;
    let mut planned: Vec<Planned> = Vec::new();
    for mut step in steps {
        if let Step::Service { action, .. } = &mut step {
            let running = facts.running == Running::Yes;
            if running && pending && *action == Action::Start {
                *action = Action::Restart;
            }
            let settled = running || (*action == Action::Enable && facts.receipt.is_some());
            let state = if settled && !pending { State::Done } else { State::Pending };
            planned.push(Planned { step, state });
            continue;
        }
        let labels = matches!(step, Step::Labels { .. });
        // A run that was cut off may have made everything but these.
        let labelled = labels && !pending && facts.unfinished.is_none();
        let state = if labelled || is_done(&step, facts) { State::Done } else { State::Pending };
        let matters = !labels && !matches!(&step, Step::File { source: Source::Installer, .. });
        pending |= state == State::Pending && matters;
        planned.push(Planned { step, state });
    }
    planned
}

fn is_done(step: &Step, facts: &Facts) -> bool {
    match step {
        Step::Group { name } => {
            !half_made(facts, &Change::Group { name: name.clone() })
                && (facts.group.is_some() || facts.account.is_some())
        }
        Step::User { name, .. } => !half_made(facts, &Change::User { name: name.clone() }) && facts.account.is_some(),
        Step::Dir { path, mode, owner, .. } => match *facts.at(path) {
            Seen::Dir { mode: is, uid, gid } => is == mode.bits() && owns(*owner, uid, gid, facts),
            _ => false,
        },
        Step::Programs { dir, programs, .. } => programs.iter().all(|program| {
            dir.join(&program.name).is_ok_and(|path| is_file(facts, &path, program.sha256, Mode::PROGRAM, Owner::Root))
        }),
        Step::File { path, mode, owner, sha256, .. } => is_file(facts, path, *sha256, *mode, *owner),
        Step::Link { path, target } => *facts.at(path) == Seen::Link { target: target.clone() },
        // The tree appears under its name only when it is whole.
        Step::Wheels { dir, .. } => matches!(facts.at(dir), Seen::Dir { .. }),
        Step::Labels { .. } | Step::Service { .. } => false,
    }
}

/// Whether a killed run may have left this half done, where looking cannot tell.
fn half_made(facts: &Facts, change: &Change) -> bool {
    facts.unfinished.as_ref().is_some_and(|unfinished| unfinished.open.as_ref() == Some(change))
}

fn is_file(facts: &Facts, path: &AbsPath, sha256: Digest, mode: Mode, owner: Owner) -> bool {
    match facts.paths.get(path) {
        Some(Found { seen: Seen::File { mode: is, uid, gid, .. }, digest }) => {
            *is == mode.bits() && owns(owner, *uid, *gid, facts) && *digest == Some(sha256)
        }
        _ => false,
    }
}

fn owns(owner: Owner, uid: u32, gid: u32, facts: &Facts) -> bool {
    match (owner, &facts.account) {
        (Owner::Root, _) => (uid, gid) == (0, 0),
        (Owner::Service, Some(account)) => (uid, gid) == (account.uid, account.gid),
        (Owner::Service, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::surroundings::Surroundings;

    fn labels_of(facts: &Facts) -> Option<(Step, usize, usize)> {
        let manifest = manifest();
        let carried = Carried { manifest: &manifest, bundle: Digest::of(b"bundle"), installer: Digest::of(b"elf") };
        let choices = Choices { manager: payload::cluster::Manager::Auto, start: Start::Now };
        let plan = plan(carried, facts, choices).unwrap();
        assert_eq!(plan.findings, []);
        let at = plan.steps.iter().position(|planned| matches!(planned.step, Step::Labels { .. }))?;
        Some((plan.steps[at].step.clone(), at, plan.steps.len()))
    }

    #[test]
    fn every_place_gets_its_label_before_the_service_starts() {
        assert_eq!(labels_of(&good()), None);
        let selinux = Selinux::On { enforcing: true, restorecon: true };
        let facts = Facts { surroundings: Some(Surroundings { selinux, ..Surroundings::default() }), ..good() };
        let (step, at, of) = labels_of(&facts).unwrap();
        assert_eq!(at + 2, of, "only the service comes after");
        let Step::Labels { places, trees } = step else { unreachable!() };
        let manifest = manifest();
        let labelled = |path: &AbsPath| places.contains(path) || trees.iter().any(|tree| path.is_within(tree));
        for entry in &manifest.entries {
            if let Purpose::Place { path, when: When::Always | When::Systemd, .. } = &entry.purpose {
                assert!(labelled(path), "{path}");
            }
        }
        for path in [&manifest.layout.release_dir, &manifest.layout.link, &manifest.layout.data] {
            assert!(labelled(path), "{path}");
        }
        let above: AbsPath = "/data".parse().unwrap();
        assert!(places.contains(&above) && !trees.contains(&above), "a directory of others is not gone through");
    }
}
