//! Taking back an install that failed: every change in the journal, newest first, those of runs that were cut off
//! before included.
//!
//! Where an earlier install is replaced, its files come back and its service is started again. Data that an etcd may
//! have served from is never removed here.

use payload::manifest::Manifest;

use crate::change::{Change, fold};
use crate::facts::Facts;
use crate::facts::data::DataDir;
use crate::facts::etcd::Running;
use crate::facts::managers::Init;
use crate::host::Tree;
use crate::host::probe::data;
use crate::plan::standing;
use crate::records::{Leftovers, Receipt, StateDir};
use crate::report::Report;
use crate::service;
use crate::signer::Memory;
use crate::step::Action;
use crate::supervision::Supervision;
use crate::transaction::undo::{self, Contents, UndoError, Undone};
use crate::transaction::{Journal, Permit};

/// One roll-back.
pub(crate) struct Rollback<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) state: &'a StateDir,
    pub(crate) facts: &'a Facts,
    pub(crate) manifest: &'a Manifest,
    pub(crate) report: &'a Report,
}

impl Rollback<'_> {
    /// Undoes everything and removes the journal; returns what is left, in words. With something left the journal
    /// stays, and the same command goes on from there.
    pub(crate) fn run(&self, mut journal: Journal) -> Vec<String> {
        let changes: Vec<Change> = journal.changes().to_vec();
        let known: Vec<Change> = self.facts.records.ours().iter().chain(&changes).cloned().collect();
        let (mut left, mut stays) = (Vec::new(), Vec::new());
        let mut service = None;
        for change in changes.iter().rev().filter(|change| !self.state.holds(change)) {
            if let Change::Service { supervision } = change {
                service = Some(supervision);
            }
            match journal.undo(change, |permit| self.undo(permit, change, &known)) {
                Ok(Undone::Yes) => {}
                Ok(Undone::Stays) => {
                    self.report.note(&format!("kept {}", undo::name(change)));
                    stays.push(change.clone());
                }
                Err(error) => left.push(format!("{}: {error}", undo::name(change))),
            }
        }
        let settled = match service {
            Some(supervision) => self.settle_service(&journal, supervision),
            None => self.settle_units(&journal, &changes),
        };
        if let Err(error) = settled {
            left.push(error.to_string());
        }
        if left.is_empty() {
            left.extend(self.close(journal, &changes, stays).err().map(|error| error.to_string()));
        }
        left
    }

    fn undo(&self, permit: &Permit, change: &Change, known: &[Change]) -> Result<Undone, UndoError> {
        let seconds = self.manifest.service.stop_seconds;
        match change {
            // The service of an earlier install gets its files back, then a restart. It may never have been touched.
            Change::Service { .. } if self.keeps_running() => Ok(Undone::Yes),
            Change::Service { supervision } if self.facts.records.receipt.is_some() => {
                service::control::stop(permit, supervision, seconds, self.tree.interrupt())?;
                Ok(Undone::Yes)
            }
            // It was there before, somebody's only copy perhaps. It has its owner back: `Access` came after it.
            Change::Adopted { .. } if change.is_of_data() && self.brought_data() => Ok(Undone::Yes),
            _ => undo::undo(permit, self.tree, change, known, self.contents(), seconds),
        }
    }

    /// Whether the data directory held something that no etcd of these runs can have written.
    fn brought_data(&self) -> bool {
        matches!(self.facts.data.here, DataDir::Used(_)) && self.contents() == Contents::Remove
    }

    /// Whether an earlier install ran before this one began, and is to run after it.
    fn keeps_running(&self) -> bool {
        self.facts.records.receipt.is_some() && self.facts.etcd.running == Running::Yes
    }

    /// An etcd that was started by a run that was cut off may have been a member for a while.
    fn contents(&self) -> Contents {
        let earlier = self.facts.records.unfinished.iter().flat_map(|unfinished| &unfinished.changes);
        let served = earlier.into_iter().any(|change| matches!(change, Change::Service { .. }));
        if served { Contents::Keep } else { Contents::Remove }
    }

    fn settle_service(&self, journal: &Journal, supervision: &Supervision) -> Result<(), UndoError> {
        if self.keeps_running() {
            return Ok(service::start(journal.permit(), supervision, Action::Restart, self.tree.interrupt())?);
        }
        Ok(service::control::forget(journal.permit(), supervision, self.tree.interrupt())?)
    }

    /// A unit that is back in its place is read again: etcd went on with what it had.
    fn settle_units(&self, journal: &Journal, changes: &[Change]) -> Result<(), UndoError> {
        let is_unit = |change: &Change| change.path().is_some_and(standing::is_unit);
        if self.facts.managers.systemd == Init::Running && self.keeps_running() && changes.iter().any(is_unit) {
            service::control::reload(journal.permit())?;
        }
        Ok(())
    }

    fn close(&self, journal: Journal, changes: &[Change], mut stays: Vec<Change>) -> Result<(), UndoError> {
        let (tree, state) = (self.tree, self.state);
        tree.remove_tree(journal.permit(), &state.undo)?;
        // The new receipt may have come under its name before it failed. If not, there may be no room to write it again.
        match &self.facts.records.receipt {
            Some(old) if Receipt::read(tree, &state.receipt).is_ok_and(|here| here.as_ref() == Some(old)) => {}
            Some(old) => old.write(journal.permit(), tree, &state.receipt)?,
            None => tree.remove_file(journal.permit(), &state.receipt)?,
        }
        let ours_stays = stays.iter().any(Change::is_kept_without_purge);
        if ours_stays {
            stays.reverse();
            stays.splice(0..0, changes.iter().filter(|change| state.holds(change)).cloned());
            let earlier = self.facts.records.kept.as_ref().map_or(&[][..], |kept| &kept.changes);
            let identity = data::identity(tree, &self.manifest.layout.data);
            let begun = || self.manifest.provenance.as_ref().map(Memory::of_begun);
            let known = self.facts.records.known().map(|known| known.memory()).or_else(begun);
            let kept = Leftovers::of(self.manifest, fold(earlier, &stays), identity).knowing(known);
            kept.write(journal.permit(), tree, &state.kept)?;
        }
        if ours_stays || self.facts.records.receipt.is_some() || self.facts.records.kept.is_some() {
            return Ok(journal.close()?);
        }
        Ok(journal.close_with_directories(&state.made_by(changes))?)
    }
}
