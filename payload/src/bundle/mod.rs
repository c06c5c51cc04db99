//! The container: a static installer, then a ZIP of stored entries, then a line that seals both.
//!
//! Layout, in this order and without a gap: ELF executable; what is the same for all hosts of an architecture
//! (the upstream tarball, the wheels); what is this host's own; `manifest.json`; the ZIP directory; the end
//! record; the 128-byte trailer. All offsets count from the beginning of the file, so that `unzip` and Python
//! list a bundle without a warning. `docs/bundle-format.md` says the same to people.

mod content;
mod copy;
mod error;
mod pass;
mod read;
mod record;
mod trailer;
mod write;

pub use content::Content;
pub use copy::{Bundle, Copied, CopyError, Vouched};
pub use error::BundleError;
pub use read::{Unverified, Verified};
pub use trailer::TRAILER_LEN;
pub use write::{WriteError, Writer};

pub use crate::entry::{EntryName, NotAnEntryName};

/// The entry that says what the others are; always the last.
pub const MANIFEST: &str = "manifest.json";

/// The most entries that a bundle has.
const MAX_ENTRIES: u16 = 64;

/// The most bytes of the directory.
const MAX_DIRECTORY: u64 = 32 * 1024;

/// No bundle is longer: its entries end below 4 GiB, and what follows them has bounds of its own.
pub const MAX_LEN: u64 = u32::MAX as u64 + MAX_DIRECTORY + (record::END_FIXED + TRAILER_LEN) as u64;

#[cfg(test)]
mod tests;
