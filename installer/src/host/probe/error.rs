//! Why the host could not be read.

use std::io;

use nix::errno::Errno;
use payload::bundle::BundleError;
use payload::exit::ExitStatus;
use payload::path::NotAPath;

use crate::failure::Diagnose;
use crate::help::Help;
use crate::host::FsError;
use crate::host::accounts::AccountError;
use crate::records::RecordError;
use crate::text::help;

/// Why the host could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    Fs(#[from] FsError),
    Account(#[from] AccountError),
    Bundle(#[from] BundleError),
    Record(#[from] RecordError),
    Path(#[from] NotAPath),
    Thread(io::Error),
    Kernel(#[from] Errno),
}

impl Diagnose for ProbeError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Bundle(error) => error.exit_status(),
            Self::Record(error) => error.exit_status(),
            Self::Fs(_) | Self::Account(_) | Self::Path(_) | Self::Thread(_) | Self::Kernel(_) => ExitStatus::Refused,
        }
    }

    fn help(&self) -> Option<Help> {
        match self {
            Self::Bundle(error) => error.help(),
            Self::Record(error) => error.help(),
            Self::Fs(_) | Self::Account(_) | Self::Path(_) | Self::Thread(_) | Self::Kernel(_) => {
                Some(help::when_the_cause_is_gone())
            }
        }
    }
}
