//! What is special to each thing that is done to a host: the steps that it takes, how they are undone, and what is on
//! record afterwards. One file each; pure. The steps are carried out by `execute`, which knows of no operation.

pub(crate) mod copy_data;
pub(crate) mod install;
mod kept_key;
pub(crate) mod make_key;
pub(crate) mod uninstall;

use payload::manifest::Manifest;
use time::OffsetDateTime;

use crate::change::{Change, fold};
use crate::execute::StepError;
use crate::facts::data::wal::Identity;
use crate::records::{self, Leftovers, Records, StateDir};
use crate::restart::Instance;
use crate::signer::Memory;
use crate::transaction::{Policy, Remains, WaitingKey};

/// What `execute` has to know of an operation.
pub(crate) trait Operate {
    /// What the journal says is being done.
    fn header(&self) -> records::Operation;

    /// Of the member that it is about: the bundle's, or what is on record. `None` where there is neither.
    fn manifest(&self) -> Option<&Manifest>;

    /// How its changes are undone.
    fn policy(&self) -> Policy;

    /// What is on record when all steps have been taken.
    fn leaves(&self, outcome: &Outcome) -> Result<Remains, StepError>;
}

/// What came of the steps, as far as records speak of it.
pub(crate) struct Outcome<'a> {
    pub(crate) now: OffsetDateTime,
    pub(crate) state: &'a StateDir,
    /// All that began in this run, and in those that were cut off before it.
    pub(crate) changes: &'a [Change],
    /// Of what was undone: what stays, in the order in which it was made.
    pub(crate) stays: &'a [Change],
    /// The runs of etcd for whose end something waits.
    pub(crate) instances: Vec<Instance>,
    /// Whose data stays, where that can be read.
    pub(crate) data: Option<Identity>,
    /// Whose data lies here now, where that can be read.
    pub(crate) here: Option<Identity>,
    /// Whether a key of the host's own waits for an install.
    pub(crate) key_waits: bool,
}

/// What is on record when a run that failed has been taken back: what was there before it. Data that an etcd may have
/// served from stays, and is kept for this member; so is a key of the host's own that a run which was cut off has put aside.
pub(crate) fn taken_back(operation: &dyn Operate, records: &Records, outcome: &Outcome) -> Remains {
    let Outcome { state, changes, stays, data, .. } = outcome;
    let (receipt, waiting_key) = (records.receipt.clone(), WaitingKey::Stays);
    let keeps_key = outcome.key_waits && changes.iter().any(|change| state.is_of_key(change));
    let keeps = keeps_key || stays.iter().any(Change::is_kept_without_purge);
    let Some(manifest) = operation.manifest().filter(|_| keeps) else {
        return Remains { receipt, kept: records.kept.clone(), waiting_key, replaced: Vec::new() };
    };
    // A key that an uninstall has put there, which was cut off, is the host's only one.
    let lasting = |change: &&Change| state.holds(change) || state.is_of_key(change);
    let stays: Vec<Change> = changes.iter().filter(lasting).chain(*stays).cloned().collect();
    let earlier = records.kept.as_ref().map_or(&[][..], |kept| &kept.changes);
    let begun = || manifest.provenance.as_ref().map(Memory::of_begun);
    let known = records.known().map(|known| known.memory()).or_else(begun);
    let cas = records.kept.as_ref().map(|kept| kept.cas.clone()).unwrap_or_default();
    let kept = Leftovers::of(manifest, fold(earlier, &stays), *data).knowing(known).trusting(cas);
    Remains { receipt, kept: Some(kept), waiting_key, replaced: Vec::new() }
}
