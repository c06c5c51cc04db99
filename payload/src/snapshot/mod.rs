//! A snapshot of etcd's: its database, and behind it the database's SHA-256 (`etcdctl snapshot save`, 3.1 to 3.7).
//!
//! etcd's own `snapshot status` takes a file that was cut off for a good one, so that whether one is whole is decided here.
//! Reads what it is given, and knows no file.

mod alarms;
mod database;
mod live_keys;
mod packing;
mod whole;

pub use alarms::alarms;
pub use database::{DatabaseError, revision};
pub use live_keys::live_keys;
pub use packing::{Packing, UNFINISHED};
pub use whole::{Flaw, Inspection, TRAILER, Whole};
