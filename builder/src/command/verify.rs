//! `verify`: every byte of bundles.
#![expect(clippy::print_stdout, reason = "edge: reads bundles, prints data")]

use std::fs::File;
use std::io;
use std::path::Path;

use payload::bundle::{BundleError, MAX_LEN, Unverified, Verified};
use payload::fingerprint::Claim;
use payload::line;
use rustix::fs::{Mode, OFlags};

use super::Error;
use crate::cli::VerifyArgs;
use crate::report::Narrator;

/// Verifies every bundle; the first that is not what it should be is the error, after all have been looked at.
pub(super) fn verify(args: &VerifyArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let mut worst = None;
    for path in &args.bundles {
        match check(path).and_then(|bundle| signed(path, bundle, args.signer.as_ref())) {
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
fn signed(path: &Path, bundle: Verified, wanted: Option<&Claim>) -> Result<Verified, Error> {
    let signer = bundle.provenance().signer.fingerprint();
    if wanted.is_none_or(|claim| claim.is_of(signer)) {
        return Ok(bundle);
    }
    Err(Error::OtherSigner { path: path.to_owned(), signer })
}

/// What is known of a bundle after every byte of it has been read.
fn check(path: &Path) -> Result<Verified, Error> {
    let fail = |error| Error::Bundle { path: path.to_owned(), error };
    open(path).and_then(Unverified::open).and_then(Unverified::check).map_err(fail)
}

/// The file at `path`, which must be a regular one, and no longer than a bundle is: nothing is waited for.
pub(super) fn open(path: &Path) -> Result<File, BundleError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?);
    match file.metadata()? {
        there if !there.is_file() => Err(io::Error::other("it is not a regular file").into()),
        there if there.len() > MAX_LEN => Err(BundleError::TooLarge),
        _ => Ok(file),
    }
}
