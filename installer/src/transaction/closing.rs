//! The end of a run: what is on record from then on, and what goes. The order is what makes a kill at any point harmless: first
//! the new records, then what they replace, the journal last of all.

use payload::mode::Mode;

use super::Transaction;
use super::undo::{self, Contents, UndoError, Undone};
use crate::change::Change;
use crate::host::FsError;
use crate::host::fs_error::FileOp;
use crate::host::write::Ids;
use crate::records::{History, Leftovers, Receipt};
use crate::service::Others;

/// What is on record when a run has come to its end.
#[derive(Debug)]
pub(crate) struct Remains {
    pub(crate) receipt: Option<Receipt>,
    pub(crate) kept: Option<Leftovers>,
    pub(crate) waiting_key: WaitingKey,
    /// Of the changes in the receipt: what is to go with the end of the run, for something else has taken its place. It is on
    /// record until it has gone.
    pub(crate) replaced: Vec<Change>,
}

impl Remains {
    /// Whether there is anything: then there is a history, too.
    pub(crate) fn are_any(&self) -> bool {
        self.receipt.is_some() || self.kept.is_some()
    }
}

/// What becomes of the place where a key of the host's own waits for its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitingKey {
    Stays,
    /// The key has come to its place.
    Goes,
}

impl Transaction<'_> {
    /// Makes durable what programs of the host have done for us, before a record says that it was done.
    pub(crate) fn sync_others_work(&self) -> Result<(), FsError> {
        self.tree.sync_others_work(self.journal.permit())
    }

    /// Writes down what is on record from now on, where that is another than before. From here on the run counts as done.
    pub(crate) fn commit(&self, remains: &Remains) -> Result<(), FsError> {
        let (tree, state, permit) = (self.tree, self.state, self.journal.permit());
        // What stands there already is not written again: on a full disk there may be no room for it.
        if let Some(receipt) = &remains.receipt
            && !Receipt::read(tree, &state.receipt).is_ok_and(|here| here.as_ref() == Some(receipt))
        {
            receipt.write(permit, tree, &state.receipt)?;
        }
        if let Some(kept) = &remains.kept
            && !Leftovers::read(tree, &state.kept).is_ok_and(|here| here.as_ref() == Some(kept))
        {
            kept.write(permit, tree, &state.kept)?;
        }
        Ok(())
    }

    /// Writes the history down, whole, in the place of the one before.
    pub(crate) fn remember(&self, history: &History) -> Result<(), FsError> {
        let path = &self.state.history;
        let bytes = history.to_bytes().map_err(|error| FsError::of_json(FileOp::Write, path, error))?;
        self.tree.put_file(self.journal.permit(), path, Mode::SECRET, Ids::ROOT, &mut bytes.as_slice())
    }

    /// Files that were replaced are not needed any more: the new ones have proved themselves, or the old ones are back.
    pub(crate) fn drop_backups(&self) -> Result<(), FsError> {
        self.tree.remove_tree(self.journal.permit(), &self.state.undo).map(drop)
    }

    /// Removes what does not remain, the journal last: whoever is killed here is gone on with. Where nothing is on record any
    /// more, the state directory goes too, with those above it that one of the `changes` made.
    pub(crate) fn close(self, remains: &Remains, changes: &[Change]) -> Result<(), UndoError> {
        let (tree, state, permit) = (self.tree, self.state, self.journal.permit());
        self.drop_replaced(remains)?;
        if remains.receipt.is_none() {
            tree.remove_file(permit, &state.receipt)?;
        }
        let made = state.made_by(changes);
        if !remains.are_any() && !made.is_empty() {
            return Ok(self.journal.close_with_directories(&made)?);
        }
        if !remains.are_any() {
            tree.remove_file(permit, &state.history)?;
        }
        if remains.kept.is_none() {
            tree.remove_file(permit, &state.kept)?;
        }
        self.drop_backups()?;
        if remains.waiting_key == WaitingKey::Goes {
            tree.remove_tree(permit, &state.host_key)?;
        }
        Ok(self.journal.close()?)
    }

    /// What others have changed or put there stays, and stays on record.
    fn drop_replaced(&self, remains: &Remains) -> Result<(), UndoError> {
        let Some(receipt) = remains.receipt.as_ref().filter(|_| !remains.replaced.is_empty()) else { return Ok(()) };
        // The run counts as done: being told to stop comes too late.
        let (mut receipt, tree) = (receipt.clone(), self.tree.undisturbed());
        for change in remains.replaced.iter().rev() {
            let permit = self.journal.permit();
            if undo::undo(permit, &tree, change, &receipt.changes, Contents::Keep, (Others::Spare, 0))? == Undone::Yes {
                receipt.changes.retain(|other| other != change);
            }
        }
        Ok(receipt.write(self.journal.permit(), self.tree, &self.state.receipt)?)
    }
}
