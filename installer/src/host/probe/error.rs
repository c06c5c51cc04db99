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
    Fs(#[from] FsError),
    Account(#[from] AccountError),
    Bundle(#[from] BundleError),
    Record(#[from] RecordError),
    Path(#[from] NotAPath),
    Thread(io::Error),
    Kernel(#[from] Errno),
}
