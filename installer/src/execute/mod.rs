//! Carrying out a plan: every change is in the journal before it is made, and undone from there if a later one
//! fails.
//!
//! What is installed comes from the copy of the bundle that nobody else can open.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;

use payload::bundle::{Bundle, BundleError};
use payload::digest::Digest;
use payload::manifest::{Manifest, Program};
use payload::mode::{Mode, Owner};
use payload::name::UserName;
use payload::path::{AbsPath, NotAPath};
use payload::sealed::Opened;
use payload::tarball::{self, TarballError};

use crate::change::{Access, Before, Change, Holds, fold};
use crate::check;
use crate::facts::Facts;
use crate::facts::credentials::LARGEST_KEY;
use crate::facts::logs::Keeper;
use crate::finding::Finding;
use crate::host::accounts::AccountError;
use crate::host::exec::ExecError;
use crate::host::interrupt::Interrupt;
use crate::host::probe;
use crate::host::process;
use crate::host::wheels;
use crate::host::write::Ids;
use crate::host::{Exec, FsError, Seen, Tree, clock};
use crate::plan::{Plan, standing};
use crate::records::{JournalError, Operation, Receipt, StateDir};
use crate::report::Report;
use crate::restart::{Part, Waiting};
use crate::rollback::Rollback;
use crate::service::{self, ServiceError};
use crate::signer::Newest;
use crate::step::{self, Action, Source, Step};
use crate::supervision::{Supervision, launcher};
use crate::text;
use crate::transaction::undo::{self, UndoError};
use crate::transaction::{self, Journal};

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Exec(#[from] ExecError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Tarball(#[from] TarballError),
    #[error(transparent)]
    Wheel(#[from] wheels::WheelError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error("the user `{0}` is not there although it was just made")]
    NoUser(UserName),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the private key was not opened before it was needed")]
    NoKey,
    #[error("drawing random bytes: {0}")]
    Random(String),
    /// etcd was started and did not come up.
    #[error("{0}")]
    NotUp(String),
    #[error("told to stop")]
    Interrupted,
    /// Something lies in a directory that root opens files in, and root did not put it there.
    #[error("{}", text::text(.0))]
    Planted(Box<Finding>),
    #[error(transparent)]
    Leftover(#[from] UndoError),
}

impl StepError {
    /// What to type, where that is known.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Planted(finding) => Some(text::help(finding).to_string()),
            _ => None,
        }
    }

    /// Whether it is the bundle that is bad, and not the host.
    pub(crate) fn is_the_bundles(&self) -> bool {
        match self {
            Self::Bundle(BundleError::Io(_)) => false,
            Self::Bundle(_) => true,
            Self::Tarball(error) => !error.is_of_the_system(),
            // A program whose bytes are not the ones in the manifest fails while it is written.
            Self::Fs(error) => error.is_bad_data(),
            _ => false,
        }
    }
}

/// How an install that failed ended.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) step: String,
    pub(crate) error: StepError,
    pub(crate) host: After,
}

/// What a failed install did to the host.
#[derive(Debug)]
pub(crate) enum After {
    /// Nothing was begun.
    Untouched,
    /// What could not be undone; empty after a complete roll-back.
    Undone { left: Vec<String> },
}

/// What was made ready before the first change.
struct Ready {
    /// The copy that nobody else can open.
    bundle: Bundle<File>,
    /// The programs, but for their names; not all where a file system needs every file to have one.
    programs: Vec<(AbsPath, File)>,
}

/// Where an install stopped, before anything was undone.
struct Stopped {
    step: String,
    error: StepError,
    etcd: Etcd,
}

/// Whether etcd has come up in this run: from then on its data may be part of a cluster.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Etcd {
    Down,
    Up,
}

/// Takes a program: where it goes, its sum, its bytes.
type PlaceProgram<'a> = dyn FnMut(&AbsPath, Digest, &mut dyn Read) -> Result<(), StepError> + 'a;

/// One install under way.
pub(crate) struct Install<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) manifest: &'a Manifest,
    pub(crate) facts: &'a Facts,
    pub(crate) state: &'a StateDir,
    /// The private key, where it was sealed and is needed.
    pub(crate) key: Option<&'a Opened>,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) report: &'a Report,
}

impl Install<'_> {
    /// Takes every pending step; rolls all of them back if one fails.
    pub(crate) fn run(&self, bundle: Bundle<File>, plan: &Plan) -> Result<Receipt, Box<Failed>> {
        let digest = bundle.digest();
        let ready = self.make_ready(bundle, plan).map_err(|error| {
            let error = match error {
                StepError::Fs(error) if error.is_interrupt() => StepError::Interrupted,
                error => error,
            };
            let step = "reading the bundle".to_owned();
            Box::new(Failed { step, error, host: After::Untouched })
        })?;
        let mut journal = match Journal::begin(
            self.tree,
            self.state,
            Operation::Install { bundle: digest },
            Some(self.manifest),
            &[],
        ) {
            Ok(journal) => journal,
            Err(error) => {
                let left = transaction::clean_up(self.tree, self.state).err().map(|error| error.to_string());
                let host = After::Undone { left: left.into_iter().collect() };
                return Err(Box::new(Failed { step: "journal".to_owned(), error: error.into(), host }));
            }
        };
        match self.take_steps(ready, plan, &mut journal) {
            Ok(receipt) => {
                self.close(journal);
                Ok(receipt)
            }
            Err(Stopped { step, error, etcd: Etcd::Up }) => {
                let left = vec!["etcd runs, but the install is not on record".to_owned()];
                Err(Box::new(Failed { step, error, host: After::Undone { left } }))
            }
            Err(Stopped { step, error, etcd: Etcd::Down }) => {
                self.report.warn(&format!("{error}: undoing what was done"), None);
                let Self { state, facts, manifest, report, .. } = *self;
                let tree = &self.tree.undisturbed();
                let left = Rollback { tree, state, facts, manifest, report }.run(journal);
                Err(Box::new(Failed { step, error, host: After::Undone { left } }))
            }
        }
    }

    /// All that can go wrong with the bundle goes wrong here: all of the release is read.
    fn make_ready(&self, mut bundle: Bundle<File>, plan: &Plan) -> Result<Ready, StepError> {
        process::stay_in_memory();
        let mut ready = Vec::new();
        for planned in plan.steps.iter().filter(|planned| planned.state == step::State::Pending) {
            if let Step::Programs { dir, entry, programs } = &planned.step {
                self.each_program(dir, entry.as_str(), programs, &mut bundle, &mut |path, _, from| {
                    let file = self.tree.anonymous_file(path, Mode::PROGRAM, Ids::ROOT, from)?;
                    ready.extend(file.map(|file| (path.clone(), file)));
                    Ok(())
                })?;
            }
        }
        if self.interrupt.is_raised() {
            return Err(StepError::Interrupted);
        }
        Ok(Ready { bundle, programs: ready })
    }

    /// Takes every step, and writes the receipt: from then on the install counts as done.
    fn take_steps(&self, mut ready: Ready, plan: &Plan, journal: &mut Journal) -> Result<Receipt, Stopped> {
        let mut etcd = Etcd::Down;
        let stopped = |step: &str, error, etcd| Stopped { step: step.to_owned(), error, etcd };
        for change in journal.changes() {
            let cleared = undo::clear_leftovers(journal.permit(), self.tree, change);
            cleared.map_err(|error| stopped("what was cut off", error.into(), etcd))?;
        }
        for planned in plan.steps.iter().filter(|planned| planned.state == step::State::Pending) {
            let name = planned.step.to_string();
            if self.interrupt.is_raised() {
                return Err(stopped(&name, StepError::Interrupted, etcd));
            }
            self.report.step(&name);
            self.apply(&planned.step, &mut ready, journal).map_err(|error| stopped(&name, error, etcd))?;
            if matches!(planned.step, Step::Service { action: Action::Start | Action::Restart, .. }) {
                etcd = Etcd::Up;
            }
        }
        let synced = self.tree.sync_others_work(journal.permit());
        synced.map_err(|error| stopped("receipt", error.into(), etcd))?;
        let none = || StepError::NotUp("the plan names no service manager".to_owned());
        let supervision = plan.supervision.clone().ok_or_else(|| stopped("plan", none(), etcd))?;
        let mut changes = fold(&self.facts.records.ours(), journal.changes());
        if self.facts.credentials.own_key.is_some() {
            // The key has come to its place: where it was made goes with the journal.
            changes.retain(|change| change.path().is_none_or(|path| !path.is_within(&self.state.host_key)));
        }
        if let Some(kept) = self.facts.records.kept.as_ref().filter(|kept| !kept.is_for(self.manifest)) {
            // Another member's data is on nobody's record from now on: it is not this one's to purge.
            let own = Some(&self.manifest.layout.data);
            changes.retain(|change| change.path() == own || !(change.is_of_data() && kept.changes.contains(change)));
        }
        let bundle = &ready.bundle;
        let known = self.facts.records.known().filter(|known| known.covers(bundle.provenance()));
        let earlier = known.and_then(|known| known.newest());
        let newest = Newest::after(earlier, bundle.provenance().serial, bundle.digest());
        let manifest = self.manifest.clone();
        let mut receipt = Receipt::new(bundle.digest(), clock::now(), supervision, manifest, newest, changes);
        receipt.waiting = self.waiting(plan).map_err(|error| stopped("receipt", error.into(), etcd))?;
        let written = receipt.write(journal.permit(), self.tree, &self.state.receipt);
        written.map_err(|error| stopped("receipt", error.into(), etcd))?;
        Ok(receipt)
    }

    /// What is left to do once the receipt is written. Whatever fails here is tried again by the next run.
    fn close(&self, journal: Journal) {
        let (tree, state) = (self.tree, self.state);
        let close = || -> Result<(), FsError> {
            tree.remove_file(journal.permit(), &state.kept)?;
            // Backups of replaced files: the new ones have proved themselves.
            tree.remove_tree(journal.permit(), &state.undo)?;
            if self.facts.credentials.own_key.is_some() {
                tree.remove_tree(journal.permit(), &state.host_key)?;
            }
            journal.close()
        };
        if let Err(error) = close() {
            self.report.warn(&format!("installed, but {error}"), Some("the same command again"));
        }
    }

    fn apply(&self, step: &Step, ready: &mut Ready, journal: &mut Journal) -> Result<(), StepError> {
        let tree = self.tree;
        match step {
            Step::Group { name } => self.group(name, journal),
            Step::User { name, shell } => self.user(name, shell, journal),
            Step::Dir { path, mode, owner, holds } => {
                let ids = self.ids(*owner)?;
                if let Seen::Dir { mode: was, uid, gid } = tree.look(path)? {
                    let ours = |change: &Change| change.path() == Some(path);
                    if *owner != Owner::Root && !self.facts.records.ours().iter().any(ours) {
                        let was = Some(Access { mode: was, uid, gid });
                        let change = Change::Adopted { path: path.clone(), holds: *holds, was };
                        journal.act(change, |_| Ok::<(), FsError>(()))?;
                    }
                    let change = Change::Access { path: path.clone(), mode: was, uid, gid };
                    return journal.act(change, |permit| {
                        tree.mend_dir(permit, path, mode.bits(), ids)?;
                        // Only now can nobody else put anything there any more.
                        let keeper = Keeper::of(was, uid);
                        if *holds != Holds::Logs {
                            return Ok(());
                        }
                        self.find_no_trap(path, keeper)?;
                        Ok(tree.take_logs(permit, path)?)
                    });
                }
                let change = Change::Dir { path: path.clone(), holds: *holds };
                journal.act(change, |permit| Ok(tree.make_dir(permit, path, *mode, ids)?))
            }
            Step::Programs { dir, entry, programs } => self.programs(dir, entry.as_str(), programs, ready, journal),
            Step::File { path, mode, owner, sha256, source } => {
                let ids = self.ids(*owner)?;
                let before = self.keep(path, journal)?;
                let change = Change::File { path: path.clone(), sha256: *sha256, before };
                journal.act(change, |permit| match source {
                    Source::Entry { name } => {
                        Ok(tree.put_file(permit, path, *mode, ids, &mut ready.bundle.entry(name.as_str())?)?)
                    }
                    Source::Sealed { .. } => {
                        let mut key = self.key.ok_or(StepError::NoKey)?.expose();
                        Ok(tree.put_file(permit, path, *mode, ids, &mut key)?)
                    }
                    Source::HostKey { at } => {
                        Ok(tree.put_file(permit, path, *mode, ids, &mut tree.open_bounded(at, LARGEST_KEY)?)?)
                    }
                    Source::Installer => Ok(tree.put_file(permit, path, *mode, ids, &mut ready.bundle.installer()?)?),
                    Source::Launcher { python } => {
                        let text = launcher(path, python)?;
                        Ok(tree.put_file(permit, path, *mode, ids, &mut text.as_bytes())?)
                    }
                })
            }
            Step::Link { path, target } => {
                let before = match tree.look(path)? {
                    Seen::Link { target } => Some(target),
                    _ => None,
                };
                let change = Change::Link { path: path.clone(), target: target.clone(), before };
                journal.act(change, |permit| Ok(tree.put_link(permit, path, target)?))
            }
            Step::Wheels { dir, wheels, python: _ } => {
                let change = Change::Tree { path: dir.clone() };
                journal.act(change, |permit| Ok(wheels::install(permit, tree, &mut ready.bundle, dir, wheels)?))
            }
            Step::Labels { places, trees } => {
                Exec::named("restorecon")?.args(places.iter().map(ToString::to_string)).run()?;
                Exec::named("restorecon")?.args(["-R"]).args(trees.iter().map(ToString::to_string)).run()?;
                trees.iter().try_for_each(|dir| Ok(tree.sync_filesystem(journal.permit(), dir)?))
            }
            Step::Service { supervision, action } => self.serve(supervision, *action, journal),
        }
    }

    /// What others than root have put into a directory for logs stays dangerous when the directory is root's.
    fn find_no_trap(&self, path: &AbsPath, keeper: Keeper) -> Result<(), StepError> {
        check::trap(path, &self.tree.logs(path)?, keeper).map_or(Ok(()), |trap| Err(StepError::Planted(Box::new(trap))))
    }

    /// What is left for the next restart. Of a section its file says whether it waits.
    fn waiting(&self, plan: &Plan) -> Result<Option<Waiting>, AccountError> {
        let parts: BTreeSet<Part> = plan.waits.iter().copied().filter(|part| *part != Part::Section).collect();
        if parts.is_empty() {
            return Ok(None);
        }
        // etcd may be up, and only the receipt is missing: nothing stops that.
        let instances = probe::instances(&self.tree.undisturbed(), self.manifest)?;
        Ok(Some(Waiting { parts, instances }))
    }

    /// A group that a killed run has half made goes first: nobody knows which half is there.
    fn group(&self, name: &UserName, journal: &mut Journal) -> Result<(), StepError> {
        let tree = self.tree;
        journal.act(Change::Group { name: name.clone() }, |permit| {
            tree.remove_group(permit, name)?;
            Ok(tree.add_group(permit, name)?)
        })
    }

    /// Likewise, and its group with it where userdel takes that along.
    fn user(&self, name: &UserName, shell: &AbsPath, journal: &mut Journal) -> Result<(), StepError> {
        let tree = self.tree;
        let gid = tree.group(name)?.ok_or_else(|| StepError::NoUser(name.clone()))?;
        let ours = Change::Group { name: name.clone() };
        let group = (!self.facts.records.ours().contains(&ours) && !journal.changes().contains(&ours)).then_some(gid);
        journal.act(Change::User { name: name.clone(), group }, |permit| {
            tree.remove_user(permit, name)?;
            tree.keep_group(permit, name, gid)?;
            Ok(tree.add_user(permit, name, gid, shell)?)
        })
    }

    fn serve(&self, supervision: &Supervision, action: Action, journal: &mut Journal) -> Result<(), StepError> {
        if action == Action::Reload {
            // No change of its own: taken back, it must not look like a restart.
            return Ok(service::start(journal.permit(), supervision, action, self.interrupt)?);
        }
        let change = Change::Service { supervision: supervision.clone() };
        let Self { tree, manifest, report, interrupt, .. } = *self;
        journal.act(change, |permit| {
            service::start(permit, supervision, action, interrupt)?;
            if action == Action::Enable {
                return Ok(());
            }
            crate::health::wait_until_up(tree, manifest, supervision, interrupt, report).map_err(StepError::NotUp)
        })
    }

    /// The programs get their names; those that had to wait for one are written first.
    fn programs(
        &self,
        dir: &AbsPath,
        entry: &str,
        programs: &[Program],
        ready: &mut Ready,
        journal: &mut Journal,
    ) -> Result<(), StepError> {
        let tree = self.tree;
        let files = std::mem::take(&mut ready.programs);
        let all = !files.is_empty();
        for (path, file) in files {
            let Some(program) = programs.iter().find(|program| program.name == path.name()) else { continue };
            let change =
                Change::File { path: path.clone(), sha256: program.sha256, before: self.keep(&path, journal)? };
            // Closed right after: the kernel starts no program that is open for writing.
            journal.act(change, |permit| tree.name_file(permit, &path, &file))?;
        }
        if all {
            return Ok(());
        }
        self.each_program(dir, entry, programs, &mut ready.bundle, &mut |path, sha256, from| {
            let change = Change::File { path: path.clone(), sha256, before: self.keep(path, journal)? };
            journal.act(change, |permit| Ok(tree.put_file(permit, path, Mode::PROGRAM, Ids::ROOT, from)?))
        })
    }

    /// One pass over the tarball; the programs that are there already are passed over.
    fn each_program(
        &self,
        dir: &AbsPath,
        entry: &str,
        programs: &[Program],
        bundle: &mut Bundle<File>,
        place: &mut PlaceProgram<'_>,
    ) -> Result<(), StepError> {
        let mut pending = |program: &Program, from: &mut dyn Read| -> Result<(), StepError> {
            let path = dir.join(&program.name)?;
            let stands = standing::is_file(self.facts, &path, program.sha256, Mode::PROGRAM, Owner::Root);
            if stands { Ok(()) } else { place(&path, program.sha256, from) }
        };
        let top = tarball::top(self.manifest.release.version, self.manifest.arch);
        tarball::programs(bundle.entry(entry)?, &top, programs, &mut pending)
    }

    /// Puts a file that is to be replaced aside; nothing to do where there is none.
    fn keep(&self, path: &AbsPath, journal: &mut Journal) -> Result<Before, StepError> {
        if self.tree.look(path)? == Seen::Absent {
            return Ok(Before::Nothing);
        }
        let number = journal.number();
        let permit = journal.permit();
        self.tree.make_dir(permit, &self.state.undo, Mode::PRIVATE_DIR, Ids::ROOT)?;
        let backup = self.state.undo.join(&format!("{number}-{}", path.name()))?;
        self.tree.copy_with_owner(permit, path, &backup)?;
        Ok(Before::Ours { backup })
    }

    fn ids(&self, owner: Owner) -> Result<Ids, StepError> {
        let user = &self.manifest.user;
        match owner {
            Owner::Root => Ok(Ids::ROOT),
            Owner::Service | Owner::RootForService => {
                let account = self.tree.user(user)?.ok_or_else(|| StepError::NoUser(user.clone()))?;
                let uid = if owner == Owner::Service { account.uid } else { Ids::ROOT.uid };
                Ok(Ids { uid, gid: account.gid })
            }
        }
    }
}
