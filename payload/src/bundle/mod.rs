//! The container: a static installer, then a ZIP of stored entries, then a line that seals both.
//!
//! Layout, in this order and without a gap: ELF executable; what is the same for all hosts of an architecture
//! (the upstream tarball, the wheels); what is this host's own; `manifest.json`; the ZIP directory; the end
//! record; the 128-byte trailer. All offsets count from the beginning of the file, so that `unzip` and Python
//! list a bundle without a warning. `docs/bundle-format.md` says the same to people.

mod content;
mod copy;
mod pass;
mod read;
mod record;
mod trailer;
mod write;

pub use content::Content;
pub use copy::{Bundle, Copied, CopyError, MAX_LEN, Vouched};
pub use read::{BundleError, Unverified, Verified};
pub use trailer::TRAILER_LEN;
pub use write::{WriteError, Writer};

pub use crate::entry::{EntryName, NotAnEntryName};

/// The entry that says what the others are; always the last.
pub const MANIFEST: &str = "manifest.json";

/// The most entries that a bundle has.
const MAX_ENTRIES: u16 = 64;

/// The most bytes of the directory.
const MAX_DIRECTORY: u64 = 32 * 1024;

#[cfg(test)]
mod tests;
