//! What can be wrong with a release.

use std::io;

use crate::etcd::Arch;

/// What is wrong with a tarball.
#[derive(Debug, thiserror::Error)]
pub enum TarballError {
    #[error("reading the release: {0}")]
    Read(#[from] io::Error),
    #[error("`{0}` in the release is not a regular file")]
    NotAFile(String),
    #[error("`{0}` is in the release twice")]
    Twice(String),
    #[error("the release has no `{0}`")]
    Missing(String),
    #[error("`{0}` in the release is not the program that the manifest names")]
    Other(String),
    #[error("`{0}` in the release has {1} bytes, more than any etcd")]
    TooLarge(String, u64),
    #[error("`{0}` in the release has two names")]
    Ambiguous(String),
    /// What no release has, and what tar's many readers do not all read in the same way.
    #[error("the release is not in the form of one: it has {0}")]
    Form(&'static str),
    #[error("something follows the end of the release")]
    Trailing,
    #[error("`{0}` in the release is no program for {arch}", arch = .1.etcd_name())]
    Arch(String, Arch),
}

impl TarballError {
    /// Whether the system failed, and not the tarball.
    #[must_use]
    pub fn is_of_the_system(&self) -> bool {
        matches!(self, Self::Read(error) if error.raw_os_error().is_some())
    }
}
