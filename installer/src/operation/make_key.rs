//! Making the key of this host's own: a directory for root alone, and the key in it, until an install takes it along. Pure.

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::mode::{Mode, Owner};
use payload::path::NotAPath;

use super::{Operate, Outcome};
use crate::change::{Holds, fold};
use crate::execute::StepError;
use crate::plan::{Plan, Planned};
use crate::records::{self, Leftovers, Receipt, Records, StateDir};
use crate::step::{Source, State, Step};
use crate::transaction::undo::Contents;
use crate::transaction::{AdoptedData, Policy, Remains, ServiceFate, WaitingKey};

/// Making a key for the member in `manifest`.
pub(crate) struct MakeKey<'a> {
    pub(crate) bundle: Digest,
    pub(crate) manifest: &'a Manifest,
    pub(crate) records: &'a Records,
}

/// The steps for a key with this sum, which is made only where this host has none yet.
pub(crate) fn plan(new_key: Option<Digest>, state: &StateDir) -> Result<Plan, NotAPath> {
    let owner = Owner::Root;
    let steps = match new_key {
        Some(sha256) => vec![
            Step::Dir { path: state.host_key.clone(), mode: Mode::PRIVATE_DIR, owner, holds: Holds::Files },
            Step::File { path: state.host_key_file()?, mode: Mode::SECRET, owner, sha256, source: Source::NewKey },
        ],
        None => Vec::new(),
    };
    let steps = steps.into_iter().map(|step| Planned { step, state: State::Pending });
    Ok(Plan { steps: steps.collect(), ..Plan::default() })
}

impl Operate for MakeKey<'_> {
    fn header(&self) -> records::Operation {
        records::Operation::MakeKey { bundle: self.bundle }
    }

    fn manifest(&self) -> Option<&Manifest> {
        Some(self.manifest)
    }

    /// There is neither data nor a service among its changes.
    fn policy(&self) -> Policy {
        let (contents, adopted_data, service) = (Contents::Keep, AdoptedData::IsTheirs, ServiceFate::Rests);
        Policy { contents, adopted_data, service, stop_seconds: 0 }
    }

    /// The key stands beside what was on record, so that an uninstall takes it along.
    fn leaves(&self, outcome: &Outcome) -> Result<Remains, StepError> {
        let Records { receipt, kept, .. } = self.records;
        let waiting_key = WaitingKey::Stays;
        if let Some(receipt) = receipt {
            let changes = fold(&receipt.changes, outcome.changes);
            let receipt = Some(Receipt { changes, ..receipt.clone() });
            return Ok(Remains { receipt, kept: kept.clone(), waiting_key, replaced: Vec::new() });
        }
        let kept = match kept {
            // What data it is stays as it was.
            Some(kept) => Leftovers { changes: fold(&kept.changes, outcome.changes), ..kept.clone() },
            None => Leftovers::of(self.manifest, fold(&[], outcome.changes), None),
        };
        Ok(Remains { receipt: None, kept: Some(kept), waiting_key, replaced: Vec::new() })
    }
}
