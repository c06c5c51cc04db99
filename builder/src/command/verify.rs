//! `verify`: every byte of bundles.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "edge: reads bundles, prints data")]

use std::fs::File;
use std::path::Path;

use payload::bundle::{Bundle, BundleError, Unverified};
use payload::fingerprint::Claim;
use payload::line;

use super::Error;
use crate::cli::VerifyArgs;
use crate::narrator::Narrator;

/// Verifies every bundle; the first that is not what it should be is the error, after all have been looked at.
pub(super) fn verify(args: &VerifyArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let mut worst = None;
    for path in &args.bundles {
        match open(path).and_then(|bundle| signed(path, bundle, args.signer.as_ref())) {
            Ok(bundle) => {
                let (manifest, signer) = (bundle.manifest(), bundle.provenance().signer.fingerprint());
                let (version, host) = (manifest.release.version, &manifest.host);
                println!("{}: ok, etcd {version} for {host}, signed by {signer}", line::plain(&path.to_string_lossy()));
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

/// The bundle, if it is signed by whom it should be.
fn signed(path: &Path, bundle: Bundle<File>, wanted: Option<&Claim>) -> Result<Bundle<File>, Error> {
    let signer = bundle.provenance().signer.fingerprint();
    if wanted.is_none_or(|claim| claim.is_of(signer)) {
        return Ok(bundle);
    }
    Err(Error::OtherSigner { path: path.to_owned(), signer })
}

/// A bundle of which every byte has been verified.
pub(super) fn open(path: &Path) -> Result<Bundle<File>, Error> {
    let fail = |error| Error::Bundle { path: path.to_owned(), error };
    let file = File::open(path).map_err(|error| fail(BundleError::Io(error)))?;
    Unverified::open(file).and_then(|unverified| unverified.verify(|_| {})).map_err(fail)
}
