//! The bundle that this executable carries behind itself.
#![expect(clippy::disallowed_methods, reason = "edge: opens its own file")]

use std::fs::File;

use payload::bundle::{Bundle, Unverified};
use payload::digest::{Digest, Hashing};

use super::CommandError;
use crate::report::Report;

/// This executable's own file.
pub(super) fn open() -> Result<Unverified<File>, CommandError> {
    let file = File::open("/proc/self/exe").map_err(payload::bundle::BundleError::Io)?;
    Ok(Unverified::open(file)?)
}

/// The bundle, after every byte of it has been read and compared.
pub(super) fn verified(report: &Report) -> Result<Bundle<File>, CommandError> {
    let unverified = open()?;
    report.detail(&format!("verifying {} bytes", unverified.len()));
    Ok(unverified.verify(|_| {})?)
}

/// The digest of the installer without what it carries.
pub(super) fn installer_digest(bundle: &mut Bundle<File>) -> Result<Digest, CommandError> {
    let mut sink = Hashing::new(std::io::sink());
    std::io::copy(&mut bundle.installer()?, &mut sink).map_err(payload::bundle::BundleError::Io)?;
    Ok(sink.finish().1)
}
