//! The cache and files that are written whole, in English.

use std::fmt;
use std::path::Path;

use crate::cache::{DiskAction, DiskError};

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, path, .. } = self;
        write!(f, "{action} `{}`", path.display())
    }
}

impl fmt::Display for DiskAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CopyBundle => "copying the bundle to",
            Self::Create => "creating",
            Self::CreateFileIn => "creating a file in",
            Self::CreatePrivateFileIn => "making a private file in",
            Self::Empty => "emptying",
            Self::Lock => "locking",
            Self::Open => "opening",
            Self::Read => "reading",
            Self::Remove => "removing",
            Self::RemoveBeside => "removing what belongs to",
            Self::RenameTo => "renaming to",
            Self::Write => "writing",
        })
    }
}

/// What stands where a file should be put.
pub(crate) const NOT_A_FILE_STAYS: &str = "what is there is a link, pipe, device or directory, and stays";

pub(crate) const NOT_A_FILE: &str = "not a regular file";

/// A file in the cache whose bytes are not those that were put there.
pub(crate) fn changed(path: &Path) -> String {
    format!("`{}` has changed since it was put there; removing it", path.display())
}

pub(crate) fn root(path: &Path) -> String {
    format!("cache: {}", path.display())
}

pub(crate) const NO_ROOT: &str = "neither `XDG_CACHE_HOME` nor `HOME` says where the cache is";
pub(crate) const NO_ROOT_HELP: &str = "HOME=~ etcdpack fetch";
