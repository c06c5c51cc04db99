//! The bundle that a command is about: the one that this executable carries behind itself, or another file. Commands work
//! with a copy of it, which they make first.

use std::fs::File;
use std::path::Path;

use payload::bundle::{Bundle, BundleError, Copied, Unverified};
use payload::digest::{Digest, Hashing};

use super::CommandError;
use crate::finding::BundleFinding;
use crate::host::copy::{self, NotCopied};
use crate::host::probe::ProbeError;
use crate::host::{Tree, running};
use crate::records::StateDir;
use crate::report::Report;

/// The bundle in the file that was named, else in this executable's own: to be looked at, and nothing of it to be used.
pub(super) fn open(named: Option<&Path>) -> Result<Unverified<File>, CommandError> {
    let file = copy::open(path(named)).map_err(BundleError::Io);
    file.and_then(Unverified::open).map_err(|error| of(named, error))
}

/// A copy of it that root alone can open, of which nothing has been parsed.
pub(super) fn copied(named: Option<&Path>, tree: &Tree) -> Result<Copied<File>, CommandError> {
    let dir = StateDir::new().map_err(ProbeError::from)?.dir;
    copy::copy(path(named), tree, &dir).map_err(|error| match error {
        NotCopied::Source(error) => of(named, error),
        NotCopied::Place(tried) => CommandError::NoCopy(Box::new(BundleFinding::NoCopy { tried, dir }.into())),
    })
}

fn path(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new(running::ITSELF))
}

/// The error of a file that was named says which.
pub(super) fn of(named: Option<&Path>, error: BundleError) -> CommandError {
    match named {
        Some(path) => CommandError::Named { path: path.to_owned(), error },
        None => CommandError::Bundle(error),
    }
}

/// The bundle in a copy, after every byte of it has been compared, and its signature has been found to be its signer's.
pub(super) fn verified(
    named: Option<&Path>,
    copied: Copied<File>,
    report: &Report,
) -> Result<Bundle<File>, CommandError> {
    report.detail(&format!("verifying {} bytes", copied.size()));
    copied.verify().map_err(|error| of(named, error))
}

/// The digest of the installer without what it carries.
pub(super) fn installer_digest(bundle: &mut Bundle<File>) -> Result<Digest, CommandError> {
    let mut sink = Hashing::new(std::io::sink());
    std::io::copy(&mut bundle.installer()?, &mut sink).map_err(BundleError::Io)?;
    Ok(sink.finish().1)
}
