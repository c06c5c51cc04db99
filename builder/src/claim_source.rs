//! Edge: the file that `--signer` names.
#![expect(clippy::disallowed_methods, reason = "edge: opens the file that was named")]

use std::fs::File;
use std::io;
use std::path::Path;

use payload::claim::{self, ClaimError};
use payload::fingerprint::Claim;
use rustix::fs::{Mode, OFlags};

use crate::text::command::NOT_A_REGULAR_FILE;

/// Whom `typed` names.
pub(crate) fn claim(typed: &str) -> Result<Claim, ClaimError> {
    claim::claim(typed, open)
}

/// A regular file: nothing is waited for.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other(NOT_A_REGULAR_FILE.text())) }
}
