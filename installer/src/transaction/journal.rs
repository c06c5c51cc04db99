//! The journal: what is being done to this host, on disk before it is done.
//!
//! Whatever changes the host asks for a [`Permit`], and a permit comes from a journal whose header has been
//! fsynced; a step gets its own only after its record has been. Records are lines of JSON; a line that a power cut
//! tore is one whose change never began.

use payload::manifest::Manifest;
use payload::path::AbsPath;

use crate::change::{Change, Holds};
use crate::host::write::Lasting;
use crate::host::{FsError, Seen, Tree};
use crate::records::journal_line::{self, CANCELLED, Record, SCHEMA, line};
use crate::records::{JournalError, Operation, StateDir, unfinished};

use super::{Permit, state_dir};

/// A journal that is being written.
pub(super) struct Journal<'a> {
    tree: &'a Tree,
    state: &'a StateDir,
    next: u32,
    /// The number of the operation in the history.
    entry: u32,
    /// Whether the last line may have been cut short: by a kill before this run, or by a write that failed.
    torn: bool,
    /// Every change that began, in this run and in those that were cut off before it.
    changes: Vec<Change>,
    permit: Permit,
}

impl<'a> Journal<'a> {
    /// Begins `operation`, or goes on with what was cut off. The manifest is the bundle's; `changes` what an uninstall finds on
    /// record; `entry` the number that a new operation gets in the history.
    pub(super) fn begin(
        tree: &'a Tree,
        state: &'a StateDir,
        operation: Operation,
        manifest: Option<&Manifest>,
        changes: &[Change],
        entry: u32,
    ) -> Result<Self, JournalError> {
        let manifest = manifest.map(|manifest| Box::new(manifest.clone()));
        let changes = changes.to_vec();
        let header =
            |made, entry| Record::Run { schema: SCHEMA, operation, manifest, made, changes, entry: Some(entry) };
        Self::open(tree, state, entry, header)
    }

    fn open(
        tree: &'a Tree,
        state: &'a StateDir,
        entry: u32,
        header: impl FnOnce(Vec<AbsPath>, u32) -> Record,
    ) -> Result<Self, JournalError> {
        let earlier = unfinished::read(tree, &state.journal)?;
        let absent: Vec<AbsPath> =
            state.dir.lineage().into_iter().filter(|dir| matches!(tree.look(dir), Ok(Seen::Absent))).collect();
        let mut journal = Self {
            tree,
            state,
            next: earlier.as_ref().map_or(0, |earlier| earlier.lines),
            entry: earlier.as_ref().and_then(|earlier| earlier.entry).unwrap_or(entry),
            torn: false,
            changes: earlier.map(|earlier| earlier.changes).unwrap_or_default(),
            permit: Permit(()),
        };
        if let Some(top) = absent.first() {
            let first = line(&header(absent.clone(), journal.entry), &state.journal)?;
            state_dir::make(tree, &journal.permit, state, top, &absent, &first).inspect_err(|_| {
                // It may have come as far as the rename. The error that counts is the first.
                let _ = state_dir::remove(tree, &journal.permit, &absent, &state.dir);
            })?;
        } else {
            let text = tree.read_if_there(&state.journal, journal_line::MAX_BYTES)?;
            journal.torn = text.is_some_and(|text| !text.ends_with(b"\n"));
            journal.write(&header(Vec::new(), journal.entry)).inspect_err(|_| {
                // A journal that says nothing would still be one. The error that counts is the first.
                if journal.next == 0 {
                    let _ = tree.remove_file(&journal.permit, &state.journal);
                }
            })?;
        }
        journal.changes.extend(absent.into_iter().map(|path| Change::Dir { path, holds: Holds::Files }));
        Ok(journal)
    }

    /// Makes one change: record, act, record.
    pub(super) fn act<T, E: From<FsError>>(
        &mut self,
        change: Change,
        act: impl FnOnce(&Permit) -> Result<T, E>,
    ) -> Result<T, E> {
        let n = self.number();
        self.write(&Record::Begin { n, change: change.clone() })?;
        self.changes.push(change);
        let done = act(&self.permit)?;
        self.write(&Record::End { n })?;
        Ok(done)
    }

    /// Undoes one change: record, act, record. That it began is on record already: where a disk is full or gives errors,
    /// it is undone all the same.
    pub(super) fn undo<T, E: From<FsError>>(
        &mut self,
        change: &Change,
        act: impl FnOnce(&Permit) -> Result<T, E>,
    ) -> Result<T, E> {
        let n = self.number();
        let recorded = self.write(&Record::Undo { n, change: change.clone() });
        let done = act(&self.permit)?;
        if recorded.is_ok() {
            let _ = self.write(&Record::End { n });
        }
        Ok(done)
    }

    /// For what is no change of its own: backups, receipts, mending what a killed run left.
    pub(super) fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Everything that began, oldest first.
    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The number of the operation in the history.
    pub(super) fn entry(&self) -> u32 {
        self.entry
    }

    /// A number for a backup that no other backup of this install has.
    pub(super) fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Removes the journal: what it said now stands in the receipt, or has been undone.
    pub(super) fn close(self) -> Result<(), FsError> {
        self.tree.remove_file(&self.permit, &self.state.journal)
    }

    /// Removes the journal and, of the state directory and those above it, the ones that came to be with it. The state
    /// directory is renamed first, so that whoever is killed here leaves a name that [`super::clean_up`] knows.
    pub(super) fn close_with_directories(self, made: &[AbsPath]) -> Result<(), JournalError> {
        if made.is_empty() {
            return Ok(self.close()?);
        }
        state_dir::remove(self.tree, &self.permit, made, &self.state.dir)
    }

    fn write(&mut self, record: &Record) -> Result<(), FsError> {
        let lasting = match record {
            // Lost in a power cut, it leaves a change that began and is looked at again.
            Record::End { .. } => Lasting::WithTheNext,
            Record::Run { .. }
            | Record::Install { .. }
            | Record::Uninstall { .. }
            | Record::Begin { .. }
            | Record::Undo { .. } => Lasting::AtOnce,
        };
        let line = line(record, &self.state.journal)?;
        // A line that was cut short is closed, so that this record has one of its own.
        let text = if self.torn { [CANCELLED, &line].concat() } else { line };
        let written = self.tree.append(&self.permit, &self.state.journal, &text, lasting);
        self.torn = written.is_err();
        written
    }
}
