//! The bundle that a command is about: the one that this executable carries behind itself, or another file. Commands work
//! with a copy of it, which they make first.

use std::fs::File;
use std::path::{Path, PathBuf};

use payload::bundle::{Bundle, BundleError, Copied, Unverified};
use payload::digest::{Digest, Hashing};
use payload::exit::ExitStatus;

use crate::failure::{Diagnose, Failure};
use crate::finding::BundleFinding;
use crate::help::Help;
use crate::host::copy::{self, NotCopied};
use crate::host::probe::ProbeError;
use crate::host::{Tree, own_program, tether};
use crate::records::StateDir;
use crate::report::Report;
use crate::text::{help, progress};

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CarriedError {
    /// This executable's own.
    Own(#[from] BundleError),
    /// This executable was a bundle, and has lost its end.
    CutOff,
    /// This executable is the one that an install leaves: there is no bundle in it.
    NoneHere,
    Named {
        path: PathBuf,
        error: BundleError,
    },
}

impl Diagnose for CarriedError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Own(error) | Self::Named { error, .. } => error.exit_status(),
            Self::CutOff | Self::NoneHere => ExitStatus::NotVerified,
        }
    }

    fn help(&self) -> Option<Help> {
        match self {
            // The copy is not at fault, and `plan` says how to go on.
            Self::Named { error: BundleError::Manifest(error), .. } if error.is_of_a_newer() => Some(Help::run("plan")),
            Self::CutOff | Self::Named { error: BundleError::NoBundle, .. } => Some(help::copy_again()),
            Self::NoneHere => Some(help::name_a_bundle()),
            Self::Own(error) | Self::Named { error, .. } => error.help(),
        }
    }
}

/// The bundle in the file that was named, else in this executable's own: to be looked at, and nothing of it to be used.
pub(super) fn open(named: Option<&Path>) -> Result<Unverified<File>, CarriedError> {
    let file = copy::open(path(named)).map_err(BundleError::Io);
    file.and_then(Unverified::open).map_err(|error| of(named, error))
}

/// A copy of it that root alone can open, of which nothing has been parsed.
pub(super) fn copied(named: Option<&Path>, tree: &Tree) -> Result<Copied<File>, Failure> {
    let dir = StateDir::new().map_err(ProbeError::from)?.dir;
    copy::copy(path(named), tree, &dir).map_err(|error| match error {
        NotCopied::Source(error) => of(named, error).into(),
        NotCopied::Place(tried) => {
            let tried = tried.iter().map(ToString::to_string).collect();
            Failure::of_finding(BundleFinding::NoCopy { tried, dir }.into())
        }
    })
}

fn path(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new(tether::ITSELF))
}

/// The error of a file that was named says which.
pub(super) fn of(named: Option<&Path>, error: BundleError) -> CarriedError {
    match named {
        Some(path) => CarriedError::Named { path: path.to_owned(), error },
        None => match error {
            BundleError::NoBundle if own_program::is_cut_off_bundle().unwrap_or(true) => CarriedError::CutOff,
            BundleError::NoBundle => CarriedError::NoneHere,
            error => CarriedError::Own(error),
        },
    }
}

/// The bundle in a copy, after every byte of it has been compared, and its signature has been found to be its signer's.
pub(super) fn verified(
    named: Option<&Path>,
    copied: Copied<File>,
    report: &Report,
) -> Result<Bundle<File>, CarriedError> {
    report.detail(&progress::verifying(copied.size()));
    copied.verify().map_err(|error| of(named, error))
}

/// The digest of the installer without what it carries.
pub(super) fn installer_digest(bundle: &mut Bundle<File>) -> Result<Digest, BundleError> {
    let mut sink = Hashing::new(std::io::sink());
    std::io::copy(&mut bundle.installer()?, &mut sink).map_err(BundleError::Io)?;
    Ok(sink.finish().1)
}
