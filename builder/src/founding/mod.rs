//! Who founded a cluster: what is on record of it, and what becomes of that when the cluster file says something else.
//!
//! Pure. `pki` keeps the record in `serials.toml`, `command::founding` asks; this room decides, and must not do either.

mod decide;
mod decision;
mod record;

pub(crate) use decide::decide;
pub(crate) use decision::{Change, Decision, Fresh, Outcome, Refusal, Settled, Wanted, Word};
pub(crate) use record::{BuiltHost, ClusterRecord, Ledger, NumberedHosts};
