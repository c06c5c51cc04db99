//! Taking a member off the host: what the receipt and the journals say was made, newest first.
//!
//! The journal holds the list before anything goes, so that an uninstall that was killed goes on from wherever it
//! came to, also after the receipt has gone.

use payload::manifest::Manifest;
use payload::path::AbsPath;

use crate::HOST_COMMAND;
use crate::change::{Change, fold};
use crate::host::interrupt::Interrupt;
use crate::host::probe::{self, data};
use crate::host::{Seen, Tree};
use crate::records::{Leftovers, StateDir};
use crate::report::Report;
use crate::service;
use crate::signer::Memory;
use crate::supervision::Supervision;
use crate::transaction::Journal;
use crate::transaction::undo::{self, Contents, UndoError, Undone};

/// One uninstall.
pub(crate) struct Removal<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) state: &'a StateDir,
    /// Of the receipt or, where there is none yet, of the install that was cut off.
    pub(crate) manifest: Option<&'a Manifest>,
    pub(crate) supervision: Option<&'a Supervision>,
    pub(crate) contents: Contents,
    /// What an earlier uninstall kept.
    pub(crate) kept: Option<&'a Leftovers>,
    /// Whom this host knows: remembered with what is kept.
    pub(crate) known: Option<Memory>,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) report: &'a Report,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Removed {
    /// What was there and is not ours alone stays.
    All { kept: Vec<Change> },
    /// Nothing of it, because etcd still runs.
    Running { pids: Vec<u32> },
    /// What could not be removed, in words; the next uninstall tries again.
    Partly { left: Vec<Leftover> },
    /// Told to stop; the next uninstall goes on.
    Interrupted,
}

/// What could not be removed, and why.
#[derive(Debug)]
pub(crate) struct Leftover {
    pub(crate) text: String,
    /// The directory in which something is locked against everybody.
    pub(crate) locked_in: Option<String>,
}

impl Removed {
    /// Whether nothing on this host says any more who signed.
    pub(crate) fn forgets(&self, contents: Contents) -> bool {
        match self {
            Self::All { kept } => contents == Contents::Remove || !kept.iter().any(Change::is_kept_without_purge),
            Self::Running { .. } | Self::Partly { .. } | Self::Interrupted => false,
        }
    }
}

impl Removal<'_> {
    /// Undoes all that is `known`, in the order that [`fold`] gives it.
    pub(crate) fn run(&self, mut journal: Journal, known: &[Change]) -> Result<Removed, UndoError> {
        let seconds = self.manifest.map_or(10, |manifest| manifest.service.stop_seconds);
        let changes = &fold(known, &[]);
        // An image that was booted since has no change for its service, but a service.
        let service = self.supervision.filter(|_| self.tree.is_live());
        if let Some(supervision) = service {
            self.report.step("stop the service");
            let change = Change::Service { supervision: supervision.clone() };
            let removed = journal.undo(&change, |permit| {
                service::remove(permit, supervision, seconds, self.interrupt).map_err(UndoError::from)
            });
            match removed {
                Err(error) if error.is_interrupt() => return Ok(Removed::Interrupted),
                removed => removed?,
            }
            self.disable(&journal, supervision)?;
        }
        let running = match self.running() {
            Err(error) if error.is_interrupt() => return Ok(Removed::Interrupted),
            running => running?,
        };
        if !running.is_empty() {
            return Ok(Removed::Running { pids: running });
        }
        let (mut left, mut stays) = (Vec::new(), Vec::new());
        for change in in_order(changes).into_iter().filter(|change| !self.state.holds(change)) {
            if self.interrupt.is_raised() {
                return Ok(Removed::Interrupted);
            }
            // While something is left, so is the program that can go on with it.
            if must_stay(change, &stays, &left) || (!left.is_empty() && is_of_command(change, changes)) {
                stays.push(change.clone());
                continue;
            }
            match journal.undo(change, |permit| undo::undo(permit, self.tree, change, known, self.contents, seconds)) {
                Ok(Undone::Yes) => self.report.step(&format!("removed {}", undo::name(change))),
                Ok(Undone::Stays) => stays.push(change.clone()),
                Err(error) if error.is_interrupt() => return Ok(Removed::Interrupted),
                Err(error) => left.push((change.clone(), error)),
            }
        }
        if let Some(supervision) = service {
            match service::control::forget(journal.permit(), supervision, self.interrupt) {
                Err(error) if error.is_interrupt() => return Ok(Removed::Interrupted),
                forgotten => forgotten?,
            }
        }
        if !left.is_empty() {
            let say = |(change, error): &(Change, UndoError)| Leftover {
                text: format!("{}: {error}", undo::name(change)),
                locked_in: error.locked_in().map(str::to_owned),
            };
            return Ok(Removed::Partly { left: left.iter().map(say).collect() });
        }
        self.tree.sync_others_work(journal.permit())?;
        stays.reverse();
        self.settle(journal, changes, &stays)?;
        Ok(Removed::All { kept: stays })
    }

    /// The link that starts the service at boot: systemd leaves it where the unit's file has gone before.
    fn disable(&self, journal: &Journal, supervision: &Supervision) -> Result<(), UndoError> {
        if let Some(unit) = supervision.own_unit() {
            let link = crate::layout::WANTS.parse::<AbsPath>()?.join(unit)?;
            if let Seen::Link { .. } = self.tree.look(&link)? {
                self.tree.remove_file(journal.permit(), &link)?;
            }
        }
        Ok(())
    }

    /// An etcd of ours that its service manager did not stop: its programs and data must not go under it.
    fn running(&self) -> Result<Vec<u32>, UndoError> {
        let manifest = self.manifest.filter(|_| self.tree.is_live());
        manifest.map_or(Ok(Vec::new()), |manifest| Ok(probe::running(self.tree, manifest)?))
    }

    /// `--purge` leaves nothing of the member, and forgets who signed.
    fn remembered(&self) -> Option<Memory> {
        self.known.clone().filter(|_| self.contents == Contents::Keep)
    }

    /// The records: they go with the last change, or say whose data stays.
    fn settle(&self, journal: Journal, changes: &[Change], stays: &[Change]) -> Result<(), UndoError> {
        let Self { tree, state, .. } = self;
        if !stays.iter().any(Change::is_kept_without_purge) {
            tree.remove_file(journal.permit(), &state.receipt)?;
            let made = state.made_by(changes);
            if made.is_empty() {
                tree.remove_file(journal.permit(), &state.kept)?;
                tree.remove_tree(journal.permit(), &state.undo)?;
                return Ok(journal.close()?);
            }
            return Ok(journal.close_with_directories(&made)?);
        }
        if let Some(manifest) = self.manifest {
            let all = changes.iter().filter(|change| state.holds(change)).chain(stays).cloned().collect();
            let identity = data::identity(tree, &manifest.layout.data);
            Leftovers::of(manifest, all, identity).knowing(self.remembered()).write(
                journal.permit(),
                tree,
                &state.kept,
            )?;
        } else if let Some(kept) = self.kept {
            kept.clone().knowing(self.remembered()).write(journal.permit(), tree, &state.kept)?;
        }
        tree.remove_file(journal.permit(), &state.receipt)?;
        tree.remove_tree(journal.permit(), &state.undo)?;
        Ok(journal.close()?)
    }
}

/// Newest first; but the program that stays on the host goes last, with the directories that lead to it, so that whoever
/// was cut off can go on with it.
fn in_order(changes: &[Change]) -> Vec<&Change> {
    let service = |change: &&Change| matches!(change, Change::Service { .. });
    let newest_first = changes.iter().rev().filter(|change| !service(change));
    let (last, first): (Vec<_>, Vec<_>) = newest_first.partition(|change| is_of_command(change, changes));
    first.into_iter().chain(last).collect()
}

fn is_of_command(change: &Change, changes: &[Change]) -> bool {
    let command = changes.iter().filter_map(Change::path).find(|path| path.name() == HOST_COMMAND);
    command.zip(change.path()).is_some_and(|(command, path)| command.is_within(path))
}

/// While data stays, so does the user that owns it: its id must not go to somebody else.
fn must_stay(change: &Change, stays: &[Change], left: &[(Change, UndoError)]) -> bool {
    let is_account = matches!(change, Change::User { .. } | Change::Group { .. });
    let left = left.iter().map(|(change, _)| change);
    is_account && stays.iter().chain(left).any(Change::is_kept_without_purge)
}
