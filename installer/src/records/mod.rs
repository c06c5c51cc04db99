//! What earlier runs have written down on this host: the receipt of what is installed, what an uninstall kept, the journal
//! of a run that was cut off, and the history. Read here, all at once; must not change anything.

mod form;
mod history;
pub(crate) mod journal_line;
mod kept;
mod loss;
mod operation;
mod receipt;
mod sequel;
mod state_dir;
pub(crate) mod unfinished;

use payload::exit::ExitStatus;
use payload::manifest::Manifest;

use crate::certificates::with_the_way_back;
use crate::change::Change;
use crate::failure::Diagnose;
use crate::help::Help;
use crate::host::Tree;
use crate::signer::Known;
use crate::supervision::Supervision;
use crate::text::help;

pub(crate) use form::{ReceiptError, SCHEMA as RECEIPT_SCHEMA};
pub(crate) use history::{Entry, History, Kind, Of, Outcome};
pub(crate) use kept::Leftovers;
pub(crate) use loss::{Loss, Why};
pub(crate) use operation::Operation;
pub(crate) use receipt::Receipt;
pub(crate) use state_dir::StateDir;
pub(crate) use unfinished::{JournalError, Unfinished};

/// All records of one host. On a fresh one there are none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records {
    /// What is installed.
    pub(crate) receipt: Option<Receipt>,
    /// What an uninstall or a roll-back left.
    pub(crate) kept: Option<Leftovers>,
    /// What a run that was cut off had begun.
    pub(crate) unfinished: Option<Unfinished>,
    /// What was done to this host before.
    pub(crate) history: History,
    /// That what is installed was not on record when this was read; nothing else is on record then.
    pub(crate) loss: Option<Loss>,
}

/// Why the records could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    Receipt(#[from] ReceiptError),
    Journal(#[from] JournalError),
}

impl Diagnose for RecordError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::Refused
    }

    fn help(&self) -> Option<Help> {
        Some(match self {
            Self::Journal(JournalError::Fs(_)) => help::look_at_the_state(),
            Self::Receipt(ReceiptError::Schema(..) | ReceiptError::Form(..))
            | Self::Journal(JournalError::Schema(..)) => help::the_program_that_wrote_it(),
            Self::Receipt(_) | Self::Journal(_) => help::from_a_backup(),
        })
    }
}

impl Records {
    /// What stands in the state directory of this tree.
    pub(crate) fn read(tree: &Tree, state: &StateDir) -> Result<Self, RecordError> {
        let unfinished = unfinished::read(tree, &state.journal)?;
        let lasting = Self::lasting(tree, state, History::read(tree, &state.history)?, unfinished.is_some())?;
        Ok(Self { unfinished, ..lasting })
    }

    /// What is here, for whoever only looks: a journal or a history that cannot be read is not in the way.
    pub(crate) fn read_lasting(tree: &Tree, state: &StateDir) -> Result<Self, RecordError> {
        let is_cut = !matches!(unfinished::read(tree, &state.journal), Ok(None));
        Self::lasting(tree, state, History::read(tree, &state.history).unwrap_or_default(), is_cut)
    }

    /// `is_cut`: a run is under way or was cut off, to which a receipt may come, or from which it may have gone.
    fn lasting(tree: &Tree, state: &StateDir, history: History, is_cut: bool) -> Result<Self, RecordError> {
        let kept = Leftovers::read(tree, &state.kept)?;
        let is_settled = kept.is_none() && !is_cut;
        let last = history.installed();
        let number = last.and_then(|entry| entry.bundle.as_ref()?.number);
        let lost = |why| Some(Loss { why, number, others: Vec::new() });
        let (receipt, loss) = match Receipt::read(tree, &state.receipt) {
            Ok(None) if is_settled && last.is_some() => (None, lost(Why::Missing)),
            Err(ReceiptError::Damaged(_, error)) if is_settled => (None, lost(Why::Damaged(error.to_string()))),
            read => (read?, None),
        };
        Ok(Self { receipt, kept, unfinished: None, history, loss })
    }

    /// Whether all that says what was installed here may have gone.
    pub(crate) fn may_be_lost(&self) -> bool {
        self.receipt.is_none() && self.kept.is_none() && self.unfinished.is_none()
    }

    /// The changes of all earlier runs, finished or not: what of this host is ours. Oldest first, and a thing as often as it
    /// was changed.
    ///
    /// All three that list any count, whoever asks. What was kept is still ours: its directory is not a stranger's when the
    /// member comes back, and it must go when a purge comes. It names only directories, accounts and the key of the
    /// host's own, so that it makes no difference to those who ask about programs and services.
    pub(crate) fn ours(&self) -> Vec<Change> {
        let receipt = self.receipt.iter().flat_map(|receipt| &receipt.changes);
        let kept = self.kept.iter().flat_map(|kept| &kept.changes);
        let unfinished = self.unfinished.iter().flat_map(|unfinished| &unfinished.changes);
        let all: Vec<Change> = receipt.chain(kept).chain(unfinished).cloned().collect();
        with_the_way_back(&all)
    }

    /// Whether a run of this bundle was cut off that had written its receipt, and all of whose steps stand: it is not
    /// taken back any more.
    pub(crate) fn is_all_but_closed(&self, operation: Operation, is_done: bool) -> bool {
        let of = |bundle| {
            let cut = self.unfinished.as_ref().is_some_and(|cut| cut.of == operation);
            cut && self.receipt.as_ref().is_some_and(|receipt| receipt.bundle == bundle)
        };
        is_done && operation.installs().is_some_and(of)
    }

    /// Whether a copy of the member's data was cut off: it may have been stopped for that.
    pub(crate) fn is_copy_cut_off(&self) -> bool {
        self.unfinished.as_ref().is_some_and(|cut| cut.of == Operation::CopyData)
    }

    /// What is installed here, or was until an uninstall began that was cut off.
    pub(crate) fn installed(&self) -> Option<&Manifest> {
        let receipt = self.receipt.as_ref().map(|receipt| &receipt.manifest);
        let cut = self.unfinished.as_ref().filter(|cut| cut.of == Operation::Uninstall);
        receipt.or_else(|| cut.and_then(|cut| cut.manifest.as_ref()))
    }

    /// Whose bundles this host takes, by what is installed or by what an uninstall has kept; `None` where neither is there,
    /// or both are from before bundles were signed.
    pub(crate) fn known(&self) -> Option<Known<'_>> {
        let installed = self.receipt.as_ref().and_then(Receipt::signer);
        installed.or_else(|| self.kept.as_ref()?.signer())
    }

    /// The supervision that an earlier run chose.
    pub(crate) fn chosen(&self) -> Option<&Supervision> {
        let of_receipt = self.receipt.as_ref().map(|receipt| &receipt.supervision);
        let cut = self.unfinished.iter().flat_map(|unfinished| &unfinished.changes);
        of_receipt.or_else(|| {
            cut.into_iter().find_map(|change| match change {
                Change::Service { supervision, .. } => Some(supervision),
                _ => None,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl From<Receipt> for Records {
        fn from(receipt: Receipt) -> Self {
            Self { receipt: Some(receipt), ..Self::default() }
        }
    }

    impl From<Leftovers> for Records {
        fn from(kept: Leftovers) -> Self {
            Self { kept: Some(kept), ..Self::default() }
        }
    }

    #[test]
    fn all_three_records_say_what_is_ours() {
        let of = |name: &str| Change::Group { name: name.parse().unwrap() };
        let mut receipt: Receipt = serde_json::from_str(include_str!("../../fixtures/receipt-3.json")).unwrap();
        let mut kept: Leftovers = serde_json::from_str(include_str!("../../fixtures/kept-3.json")).unwrap();
        (receipt.changes, kept.changes) = (vec![of("a")], vec![of("b")]);
        let records = Records { kept: Some(kept), ..receipt.into() };
        assert_eq!(records.ours(), [of("a"), of("b")]);
        assert!(Records::default().ours().is_empty());
    }
}
