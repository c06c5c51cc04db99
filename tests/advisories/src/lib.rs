//! Whether a crate in a `Cargo.lock` has a known fault. Pure: texts in, a verdict out.
//!
//! `scripts/advisories` distils the table from RustSec's database, `scripts/deny` holds the locks against it.

pub mod advisory;
pub mod lock;
pub mod table;

pub use table::{Table, Verdict};
