//! Every step that an install of this bundle takes on this host, in order, whether or not it has been taken before.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::{Manifest, Purpose, When};
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};
use payload::render;

use super::has_data;
use crate::although::Although;
use crate::backup::{self, Looks};
use crate::certificates::{Laid, Set};
use crate::change::Holds;
use crate::facts::Facts;
use crate::facts::machine::{Selinux, Target};
use crate::facts::managers::Init;
use crate::facts::paths::Seen;
use crate::layout::{self, WANTS};
use crate::restart::Restart;
use crate::signer::{Downgrade, SignerStatus};
use crate::step::{Action, Source, Step};
use crate::supervision::{Origin, Start, Supervision, Supervisor, launcher};

/// What the operator chose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices {
    pub(crate) manager: payload::cluster::Manager,
    pub(crate) start: Start,
    pub(crate) restart: Restart,
    pub(crate) downgrade: Downgrade,
    pub(crate) although: Although,
}

/// The bundle as the plan needs it: its manifest, and the sums that the manifest does not have.
#[derive(Clone, Copy)]
pub(crate) struct PlanInput<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) bundle: Digest,
    pub(crate) installer: Digest,
    pub(crate) signer: SignerStatus,
}

/// The steps under this supervision. `certificates` is what is to be done about the bundle's `set`.
pub(crate) fn steps(
    input: PlanInput,
    facts: &Facts,
    choices: Choices,
    supervision: &Supervision,
    set: &Set,
    certificates: Laid,
) -> Result<Vec<Step>, NotAPath> {
    let PlanInput { manifest, installer, .. } = input;
    let layout = &manifest.layout;
    let Laid { mut files, links, .. } = certificates;
    files.extend(self::files(manifest, set, supervision));
    files.extend(log_dir(manifest, supervision)?);
    let looks = Looks::of(manifest, (facts.managers.systemd, facts.machine.target), supervision)?;
    files.extend(looking(manifest, looks.as_ref())?);
    files.extend(has_data::before_start(manifest, facts)?);
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
    steps.push(Step::User { name: user.clone(), shell: facts.accounts.no_login.clone() });
    steps.extend(of_etcd);
    steps.push(Step::Programs {
        dir: layout.release_dir.clone(),
        entry: manifest.release.entry.clone(),
        programs: manifest.release.programs.clone(),
    });
    // What starts etcd comes last: it must find everything in its place.
    let (last, first): (Vec<Step>, Vec<Step>) = files.into_iter().partition(|step| starts_etcd(step, supervision));
    steps.extend(first);
    // A set is whole before something leads to it.
    steps.extend(links);
    steps.push(Step::Link { path: layout.link.clone(), target: layout.release_dir.name().to_owned() });
    steps.extend(carried_supervisor(manifest, facts, supervision)?);
    if let Some(Looks::Timer(units)) = &looks {
        let path = units.link.clone();
        let target = format!("{}/{}", layout::UNITS, path.name());
        steps.push(Step::Link { path, target });
    }
    steps.extend(last);
    steps.extend(restoring(manifest, facts, supervision));
    steps.extend(labels(facts, &steps));
    let is_live = facts.machine.target == Target::Live && choices.start == Start::Now;
    if let Some(path) = backup::textfile(manifest)?.filter(|_| looks.is_some()) {
        steps.push(Step::Textfile { path });
    }
    match looks.filter(|_| is_live) {
        Some(Looks::Timer(units)) if facts.managers.systemd == Init::Running => {
            steps.push(Step::Timer { unit: units.link.name().to_owned() });
        }
        Some(Looks::Loop(supervisor)) => steps.push(Step::Loop { supervisor }),
        Some(Looks::Timer(_)) | None => {}
    }
    match (facts.machine.target, choices.start) {
        (Target::Image, _) => steps.extend(enabling_link(supervision)?),
        (Target::Live, Start::Now) => {
            steps.push(Step::Service { supervision: supervision.clone(), action: Action::Start });
            steps.extend(has_data::after_start(manifest, facts)?);
        }
        (Target::Live, Start::Later) => {
            steps.push(Step::Service { supervision: supervision.clone(), action: Action::Enable });
        }
    }
    Ok(steps)
}

/// The files of what looks whether a snapshot is due.
fn looking(manifest: &Manifest, looks: Option<&Looks>) -> Result<Vec<Step>, NotAPath> {
    let file = |(path, text): (&AbsPath, &String), source| {
        let sha256 = Digest::of(text.as_bytes());
        Step::File { path: path.clone(), mode: Mode::PLAIN, owner: Owner::Root, sha256, source }
    };
    Ok(match looks {
        Some(Looks::Timer(units)) => {
            units.files().into_iter().map(|(path, text)| file((path, text), Source::SnapshotUnit)).collect()
        }
        Some(Looks::Loop(supervisor)) => {
            let text = backup::section(manifest)?;
            text.iter().map(|text| file((&supervisor.section, text), Source::SnapshotLoop)).collect()
        }
        None => Vec::new(),
    })
}

/// Nothing runs on data while others take their place.
fn restoring(manifest: &Manifest, facts: &Facts, supervision: &Supervision) -> Vec<Step> {
    let Some(restore) = &facts.restore else { return Vec::new() };
    vec![
        Step::Service { supervision: supervision.clone(), action: Action::Stop },
        Step::Restore {
            data: manifest.layout.data.clone(),
            wal: manifest.layout.wal.clone(),
            aside: restore.aside(),
            identity: restore.identity,
            token: restore.token.clone(),
            revision: restore.revision,
            bump: restore.bump,
            sum: restore.sum,
        },
    ]
}

/// Files that are made in place have their directory's label, which need not be theirs.
fn labels(facts: &Facts, steps: &[Step]) -> Option<Step> {
    if !matches!(facts.machine.selinux, Selinux::On { restorecon: true, .. }) {
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
            Step::Group { .. }
            | Step::User { .. }
            | Step::Labels { .. }
            | Step::Restore { .. }
            | Step::CopyData { .. }
            | Step::Timer { .. }
            | Step::Loop { .. }
            | Step::Textfile { .. }
            | Step::Service { .. }
            | Step::Undo { .. } => {}
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

pub(super) fn starts_etcd(step: &Step, supervision: &Supervision) -> bool {
    let Step::File { path, .. } = step else { return false };
    match supervision {
        Supervision::Systemd { unit } => path.name() == unit,
        Supervision::Supervisor(supervisor) => *path == supervisor.section,
    }
}

/// The files that this supervision needs, in the order of the bundle, but for those of the `set`.
fn files(manifest: &Manifest, set: &Set, supervision: &Supervision) -> Vec<Step> {
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
        let (name, found) = (entry.name.clone(), manifest.found());
        let source = if found.is_empty() || name.as_str() != render::startup_entry() {
            Source::Entry { name }
        } else {
            Source::Settled { name, found: found.to_vec() }
        };
        let sha256 = entry.sha256;
        match (&entry.purpose, supervision) {
            (Purpose::Place { path, mode, owner, when }, _) if needed(*when) && !path.is_within(&set.home.link) => {
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

/// What has the directory for logs made before supervisord starts: without it, supervisord would start nobody's programs.
fn log_dir(manifest: &Manifest, supervision: &Supervision) -> Result<Option<Step>, NotAPath> {
    let Supervision::Supervisor(Supervisor { unit: Some(unit), .. }) = supervision else { return Ok(None) };
    let (logs, user) = (manifest.layout.logs.clone(), manifest.user.clone());
    Ok(Some(Step::File {
        path: layout::drop_in(unit, &manifest.service.name)?,
        mode: Mode::PLAIN,
        owner: Owner::Root,
        sha256: Digest::of(render::log_dir_drop_in(&logs, &user).as_bytes()),
        source: Source::LogDir { logs, user },
    }))
}

/// Every directory that is needed and may not be there, from the top down.
fn dirs(manifest: &Manifest, facts: &Facts, supervision: &Supervision, files: &[Step]) -> Result<Vec<Step>, NotAPath> {
    let layout = &manifest.layout;
    let ours = facts.records.ours();
    let made = |path: &AbsPath| ours.iter().any(|change| change.path() == Some(path));
    let mut plain: BTreeSet<AbsPath> = BTreeSet::new();
    let mut need = |path: &AbsPath| plain.extend(path.lineage());
    need(&layout.release_dir);
    for step in files {
        if let Step::File { path, .. } = step {
            path.parent().iter().for_each(&mut need);
        }
    }
    layout.places().filter_map(AbsPath::parent).for_each(|parent| need(&parent));
    // One that is there is the site's, whatever it is open to: a snapshot is root's alone wherever it lies.
    let snapshots = manifest.backup.as_ref().map(|backup| &backup.dir);
    let snapshots = snapshots.filter(|dir| *facts.paths.at(dir) == Seen::Absent || made(dir));
    snapshots.and_then(AbsPath::parent).iter().for_each(&mut need);
    if files.iter().any(|step| matches!(step, Step::File { source: Source::SnapshotUnit, .. })) {
        need(&layout::TIMERS.parse()?);
    }
    if facts.machine.target == Target::Image {
        need(&"/etc".parse()?);
    }
    if facts.machine.target == Target::Image && supervision.own_unit().is_some() {
        need(&WANTS.parse()?);
    }
    let own = |path: &AbsPath, mode, owner, holds| Step::Dir { path: path.clone(), mode, owner, holds };
    let mut special = vec![own(&layout.data, Mode::PRIVATE_DIR, Owner::Service, Holds::Data)];
    special.extend(layout.wal.iter().map(|wal| own(wal, Mode::PRIVATE_DIR, Owner::Service, Holds::Wal)));
    special.extend(snapshots.map(|dir| own(dir, Mode::PRIVATE_DIR, Owner::Root, Holds::Snapshots)));
    if let Supervision::Supervisor(supervisor) = supervision {
        layout.logs.parent().iter().for_each(&mut need);
        // supervisord opens its logs there by name, as root: etcd's user must not choose what has that name.
        special.push(own(&layout.logs, Mode::LOG_DIR, Owner::RootForService, Holds::Logs));
        let path: AbsPath = layout::SUPERVISOR_LOGS.parse()?;
        // Another supervisor may have left its own, which will do.
        let will_do =
            !made(&path) && matches!(facts.paths.at(&path), Seen::Dir { mode, uid: 0, .. } if mode & 0o022 == 0);
        if supervisor.origin == Origin::Bundle && !will_do {
            path.parent().iter().for_each(&mut need);
            special.push(Step::Dir { path, mode: Mode::LOG_DIR, owner: Owner::Root, holds: Holds::Logs });
        }
    }
    // A directory that was there before us is the host's: it is not ours to list, chmod or remove.
    let plain = plain.into_iter().filter(|path| *facts.paths.at(path) == Seen::Absent || made(path));
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
        steps.push(Step::File {
            path: command.clone(),
            mode: Mode::PROGRAM,
            owner: Owner::Root,
            sha256: Digest::of(launcher(command, python)?.as_bytes()),
            source: Source::Launcher { python: python.clone() },
        });
    }
    for command in [&supervisor.daemon, &supervisor.ctl] {
        steps.push(Step::Link { path: manifest.layout.bin.join(command.name())?, target: command.to_string() });
    }
    Ok(steps)
}
