//! Taking a member off the host: what the receipt and the journals say was made, newest first.
//!
//! The journal holds the list before anything goes, so that an uninstall that was killed goes on from wherever it
//! came to, also after the receipt has gone.

use payload::manifest::Manifest;

use crate::change::{Change, Holds};
use crate::host::Tree;
use crate::host::interrupt::Interrupt;
use crate::journal::Journal;
use crate::receipt::{Kept, State};
use crate::report::Report;
use crate::service;
use crate::supervision::Supervision;
use crate::undo::{self, Contents, UndoError, Undone};

/// One uninstall.
pub(crate) struct Removal<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) state: &'a State,
    /// Of the receipt, where there is one.
    pub(crate) manifest: Option<&'a Manifest>,
    pub(crate) supervision: Option<&'a Supervision>,
    pub(crate) contents: Contents,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) report: &'a Report,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Removed {
    /// What was there and is not ours alone stays.
    All { kept: Vec<Change> },
    /// What could not be removed, in words; the next uninstall tries again.
    Partly { left: Vec<String> },
    /// Told to stop; the next uninstall goes on.
    Interrupted,
}

impl Removal<'_> {
    /// Undoes `changes`.
    pub(crate) fn run(&self, changes: &[Change]) -> Result<Removed, UndoError> {
        let seconds = self.manifest.map_or(10, |manifest| manifest.service.stop_seconds);
        let mut journal = Journal::uninstall(self.tree, self.state, changes)?;
        // An image that was booted since has no change for its service, but a service.
        let service = self.supervision.filter(|_| self.tree.is_live());
        if let Some(supervision) = service {
            self.report.step("stop the service");
            let change = Change::Service { supervision: supervision.clone() };
            journal.undo(&change, |permit| service::remove(permit, supervision, seconds).map_err(UndoError::from))?;
        }
        let (mut left, mut stays) = (Vec::new(), Vec::new());
        let files = |change: &&Change| !self.state.holds(change) && !matches!(change, Change::Service { .. });
        for change in changes.iter().rev().filter(files) {
            if self.interrupt.is_raised() {
                return Ok(Removed::Interrupted);
            }
            if must_stay(change, &stays) {
                stays.push(change.clone());
                continue;
            }
            match journal.undo(change, |permit| undo::undo(permit, self.tree, change, self.contents, seconds)) {
                Ok(Undone::Yes) => self.report.step(&format!("removed {}", undo::name(change))),
                Ok(Undone::Stays) => stays.push(change.clone()),
                Err(error) => left.push(format!("{}: {error}", undo::name(change))),
            }
        }
        if let Some(supervision) = service {
            service::control::forget(journal.permit(), supervision)?;
        }
        if !left.is_empty() {
            return Ok(Removed::Partly { left });
        }
        stays.reverse();
        self.settle(journal, changes, &stays)?;
        Ok(Removed::All { kept: stays })
    }

    /// The records: they go with the last change, or say whose data stays.
    fn settle(&self, journal: Journal, changes: &[Change], stays: &[Change]) -> Result<(), UndoError> {
        let Self { tree, state, .. } = self;
        let data_stays = stays.iter().any(Change::is_of_data);
        if !data_stays {
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
            Kept::of(manifest, all).write(journal.permit(), tree, &state.kept)?;
        }
        tree.remove_file(journal.permit(), &state.receipt)?;
        tree.remove_tree(journal.permit(), &state.undo)?;
        Ok(journal.close()?)
    }
}

/// While data stays, so does the user that owns it: its id must not go to somebody else.
fn must_stay(change: &Change, stays: &[Change]) -> bool {
    let is_account = matches!(change, Change::User { .. } | Change::Group { .. });
    let logs = |change: &Change| matches!(change, Change::Dir { holds: Holds::Logs, .. });
    is_account && stays.iter().any(|change| change.is_of_data() || logs(change))
}
