//! The bundle that a command is about: the one that this executable carries behind itself, or another file.
#![expect(clippy::disallowed_methods, reason = "edge: opens its own file, or the one that was named")]

use std::fs::File;
use std::path::Path;

use payload::bundle::{Bundle, BundleError, Unverified};
use payload::digest::{Digest, Hashing};

use super::CommandError;
use crate::report::Report;

/// The bundle in the file that was named, else in this executable's own.
pub(super) fn open(named: Option<&Path>) -> Result<Unverified<File>, CommandError> {
    let path = named.unwrap_or(Path::new("/proc/self/exe"));
    let file = File::open(path).map_err(BundleError::Io);
    file.and_then(Unverified::open).map_err(|error| of(named, error))
}

/// The error of a file that was named says which.
pub(super) fn of(named: Option<&Path>, error: BundleError) -> CommandError {
    match named {
        Some(path) => CommandError::Named { path: path.to_owned(), error },
        None => CommandError::Bundle(error),
    }
}

/// The bundle, after every byte of it has been read and compared, and its signature has been found to be its signer's.
pub(super) fn verified(named: Option<&Path>, report: &Report) -> Result<Bundle<File>, CommandError> {
    let unverified = open(named)?;
    report.detail(&format!("verifying {} bytes", unverified.len()));
    unverified.verify(|_| {}).map_err(|error| of(named, error))
}

/// The digest of the installer without what it carries.
pub(super) fn installer_digest(bundle: &mut Bundle<File>) -> Result<Digest, CommandError> {
    let mut sink = Hashing::new(std::io::sink());
    std::io::copy(&mut bundle.installer()?, &mut sink).map_err(BundleError::Io)?;
    Ok(sink.finish().1)
}
