//! Edge: whom `--signer` names, said in words or as a sum, or by a file that has them.
#![expect(clippy::disallowed_methods, reason = "edge: reads the file that was named")]

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use payload::fingerprint::{Claim, NotAFingerprint};
use payload::signer::{self, MAX_CLAIM_FILE};
use rustix::fs::{Mode, OFlags};

use crate::text::command::NOT_A_REGULAR_FILE;

/// Why what was typed names nobody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    /// It has the form of a fingerprint, and is none.
    Fingerprint(NotAFingerprint),
    /// It has not, and there is no file of that name.
    Neither,
    Unreadable(PathBuf, io::Error),
    NotInFile(PathBuf, NotAFingerprint),
}

/// What was typed; else what is in the file of that name, which must be a regular and a small one.
pub(crate) fn claim(typed: &str) -> Result<Claim, ClaimError> {
    match typed.parse() {
        Err(NotAFingerprint::Form) => in_file(Path::new(typed)),
        said => said.map_err(ClaimError::Fingerprint),
    }
}

fn in_file(path: &Path) -> Result<Claim, ClaimError> {
    let text = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ClaimError::Neither,
        _ => ClaimError::Unreadable(path.to_owned(), error),
    })?;
    signer::claim_in(&text).map_err(|error| ClaimError::NotInFile(path.to_owned(), error))
}

fn read(path: &Path) -> io::Result<String> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(NOT_A_REGULAR_FILE));
    }
    let mut bytes = Vec::new();
    file.take(MAX_CLAIM_FILE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
