//! `verify`: every byte of bundles.
#![expect(clippy::disallowed_methods, reason = "edge: opens what was named as a bundle")]

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use payload::bundle::{Bundle, BundleError, Copied, CopyError, MAX_LEN, Unverified, Verified};
use payload::exit::ExitStatus;
use payload::fingerprint::{Claim, Fingerprint};
use payload::line;
use rustix::fs::{Mode, OFlags};

use crate::cache::{DiskAction, DiskError};
use crate::cli::VerifyArgs;
use crate::failure::{Diagnose, Failure};
use crate::report::{Narrator, print};
use crate::text::command as text;
use crate::text::help;

/// A bundle that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    /// It is not what was built, or cannot be read.
    Bundle {
        /// As the user named it.
        path: PathBuf,
        /// What is wrong with it.
        error: BundleError,
    },
    /// It is whole, and somebody else's.
    OtherSigner {
        /// As the user named it.
        path: PathBuf,
        /// By whom it is signed.
        signer: Fingerprint,
    },
}

impl Diagnose for VerifyError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Bundle { error: BundleError::Io(_), .. } => ExitStatus::Refused,
            Self::Bundle { .. } | Self::OtherSigner { .. } => ExitStatus::NotVerified,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Bundle { error: BundleError::Io(_), path } => help::list(path),
            Self::Bundle { .. } => text::BUILD_OR_COPY_AGAIN.into(),
            Self::OtherSigner { path, .. } => text::inspect(path),
        })
    }
}

/// Verifies every bundle; the first that is not what it should be is the error, after all have been looked at.
pub(super) fn verify(args: &VerifyArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let mut worst = None;
    for path in &args.bundles {
        match check(path).and_then(|bundle| signed(path, bundle, args.signer.as_ref())) {
            Ok(bundle) => {
                let (manifest, signer) = (bundle.manifest(), bundle.provenance().signer.fingerprint());
                let (version, host) = (manifest.release.version, &manifest.host);
                print(text::verified(&line::plain(&path.to_string_lossy()), version, host, signer, bundle.sum()));
            }
            Err(error) => {
                if let Some(earlier) = worst.replace(error) {
                    narrator.warn(&earlier.to_string());
                }
            }
        }
    }
    worst.map_or(Ok(()), |error| Err(error.into()))
}

/// The bundle, if it is signed by whom it should be.
fn signed(path: &Path, bundle: Verified, wanted: Option<&Claim>) -> Result<Verified, VerifyError> {
    let signer = &bundle.provenance().signer;
    if wanted.is_none_or(|claim| signer.is_meant_by(claim)) {
        return Ok(bundle);
    }
    Err(VerifyError::OtherSigner { path: path.to_owned(), signer: signer.fingerprint() })
}

/// What is known of a bundle after every byte of it has been read.
pub(super) fn check(path: &Path) -> Result<Verified, VerifyError> {
    let fail = |error| VerifyError::Bundle { path: path.to_owned(), error };
    open(path).and_then(Unverified::open).and_then(Unverified::check).map_err(fail)
}

/// The bundle at `path` in a copy that has no name, of which every byte has been read and compared: what is used of it
/// comes from there.
pub(super) fn copy(path: &Path) -> Result<Bundle<File>, Failure> {
    let fail = |error| VerifyError::Bundle { path: path.to_owned(), error };
    let file = open(path).map_err(fail)?;
    let temp = std::env::temp_dir();
    let copy = tempfile::tempfile_in(&temp).map_err(DiskError::new(DiskAction::CreatePrivateFileIn, &temp))?;
    let copied = Copied::make(file, copy).map_err(|error| match error {
        CopyError::Source(error) => Failure::from(fail(error)),
        CopyError::Write(error) => DiskError::new(DiskAction::CopyBundle, &temp)(error).into(),
    })?;
    Ok(copied.verify().map_err(fail)?)
}

/// The file at `path`, which must be a regular one, and no longer than a bundle is: nothing is waited for.
pub(super) fn open(path: &Path) -> Result<File, BundleError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?);
    match file.metadata()? {
        there if !there.is_file() => Err(io::Error::other(text::NOT_A_REGULAR_FILE.text()).into()),
        there if there.len() > MAX_LEN => Err(BundleError::TooLarge),
        _ => Ok(file),
    }
}
