//! What the disk did not let the builder do.

use std::fmt;

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
