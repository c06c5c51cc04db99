//! Why the host could not be read.

use std::io;

use nix::errno::Errno;
use payload::bundle::BundleError;
use payload::path::NotAPath;

use crate::host::FsError;
use crate::host::accounts::AccountError;
use crate::records::RecordError;

/// Why the host could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error("starting a thread: {0}")]
    Thread(io::Error),
    #[error("asking the kernel: {0}")]
    Kernel(#[from] Errno),
}
