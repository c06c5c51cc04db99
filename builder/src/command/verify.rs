//! `verify`: every byte of bundles.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "edge: reads bundles, prints data")]

use std::fs::File;
use std::path::{Path, PathBuf};

use payload::bundle::{Bundle, BundleError, Unverified};

use super::Error;
use crate::narrator::Narrator;

/// Verifies every bundle; the first that is not whole is the error, after all have been looked at.
pub(super) fn verify(paths: &[PathBuf], narrator: &mut dyn Narrator) -> Result<(), Error> {
    let mut worst = None;
    for path in paths {
        match open(path) {
            Ok(bundle) => {
                let manifest = bundle.manifest();
                println!("{}: ok, etcd {} for {}", path.display(), manifest.release.version, manifest.host);
            }
            Err(error) => {
                if let Some(earlier) = worst.replace(error) {
                    narrator.warn(&earlier.to_string());
                }
            }
        }
    }
    worst.map_or(Ok(()), Err)
}

/// A bundle of which every byte has been verified.
pub(super) fn open(path: &Path) -> Result<Bundle<File>, Error> {
    let fail = |error| Error::Bundle { path: path.to_owned(), error };
    let file = File::open(path).map_err(|error| fail(BundleError::Io(error)))?;
    Unverified::open(file).and_then(|unverified| unverified.verify(|_| {})).map_err(fail)
}
