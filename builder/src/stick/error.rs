//! Why a stick does not have what it should. The sentences are in [`crate::text`].

use std::io;
use std::path::PathBuf;

use payload::digest::Digest;
use payload::exit::ExitStatus;

use crate::failure::Diagnose;
use crate::text::{help, stick as text};

/// What is in the way, or went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StickError {
    /// It is no directory that can be opened.
    Unusable {
        dir: PathBuf,
        error: io::Error,
    },
    ReadOnly(PathBuf),
    NoRoom {
        dir: PathBuf,
        free: u64,
        lacks: u64,
    },
    /// For FAT.
    TooLarge(String),
    /// A file of that name is there, and none of ours.
    Foreign(PathBuf),
    /// The bytes to be written are others than a moment ago.
    Changed(PathBuf),
    Read {
        path: PathBuf,
        error: io::Error,
    },
    Write {
        path: PathBuf,
        error: io::Error,
    },
    /// What was written reads as something else.
    Differs {
        path: PathBuf,
        written: Digest,
        read: Digest,
    },
}

impl Diagnose for StickError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Unusable { .. } => ExitStatus::Usage,
            Self::Changed(_) | Self::Differs { .. } => ExitStatus::NotVerified,
            _ => ExitStatus::Refused,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unusable { dir, .. } => help::list(dir),
            Self::ReadOnly(dir) => text::remount(dir),
            Self::NoRoom { dir, .. } => help::room(dir),
            Self::TooLarge(_) => text::ANOTHER_FILE_SYSTEM.into(),
            Self::Foreign(path) => text::move_away(path),
            Self::Changed(_) => text::AGAIN.into(),
            Self::Read { .. } | Self::Write { .. } => text::BACK_IN.into(),
            Self::Differs { .. } => text::ANOTHER_STICK.into(),
        })
    }
}
