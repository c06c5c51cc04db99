//! A file operation that failed: what was being done, where, and why. Its sentence is in `text::errors`.

use std::io;

use nix::errno::Errno;
use payload::path::AbsPath;

/// A file operation that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) struct FsError {
    pub(crate) doing: FileOp,
    pub(crate) path: String,
    pub(crate) source: io::Error,
}

impl FsError {
    pub(super) fn new(doing: FileOp, path: &AbsPath, source: impl Into<io::Error>) -> Self {
        Self { doing, path: path.to_string(), source: source.into() }
    }

    /// `name` in the directory `path`, or that itself, is locked against everybody.
    pub(super) fn locked(doing: FileOp, path: &AbsPath, name: &str) -> Self {
        Self::new(doing, path, Cause::Locked { name: name.to_owned() })
    }

    /// The directory in which something is locked against everybody.
    pub(crate) fn locked_in(&self) -> Option<&str> {
        let is_ours = self.source.raw_os_error().is_none();
        (is_ours && self.source.kind() == io::ErrorKind::PermissionDenied).then_some(self.path.as_str())
    }

    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        self.source.raw_os_error() == Some(Errno::ECANCELED as i32)
    }

    /// For a path outside the grammar of ours.
    pub(crate) fn of_path(doing: FileOp, path: &str, source: io::Error) -> Self {
        Self { doing, path: path.to_owned(), source }
    }

    /// A record that could not be put into words; `path` is where it was to go.
    pub(crate) fn of_json(doing: FileOp, path: &AbsPath, source: serde_json::Error) -> Self {
        Self::new(doing, path, io::Error::from(source))
    }

    /// Whether what was read is at fault, and not the system that read or wrote it.
    pub(crate) fn is_bad_data(&self) -> bool {
        self.source.raw_os_error().is_none() && self.source.kind() != io::ErrorKind::WriteZero
    }

    /// Whether the file's owner has a lease on it (fcntl(2), `F_SETLEASE`): who waits for it waits for as long as the owner likes.
    pub(crate) fn is_leased(&self) -> bool {
        self.source.raw_os_error() == Some(Errno::EAGAIN as i32)
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// Why something failed that the kernel has no number for, or let pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    /// Against everybody: immutable or append-only.
    Locked {
        name: String,
    },
    NotAFile,
    /// Others than root can make files in this directory, and hold the lock on one for ever.
    OthersLock {
        dir: &'static str,
    },
    /// Of a file descriptor.
    NotOpen,
    WriteOnly,
    LineTooLong {
        most: usize,
    },
    /// In a directory.
    TooManyNames {
        most: usize,
    },
    /// Of the running program.
    NoElfHeader,
    /// Of a member.
    NoAddress,
    NotAsked,
    /// The release has no program for that.
    NoProgram,
    /// They have another digest than the one on record.
    OtherBytes,
    /// Of a file: what stands under this name stands under another, too.
    OtherNames,
    /// No archive has such a name that every tar(1) opens.
    OddName,
}

impl From<Cause> for io::Error {
    fn from(cause: Cause) -> Self {
        let kind = match cause {
            Cause::Locked { .. } => io::ErrorKind::PermissionDenied,
            Cause::OtherBytes => io::ErrorKind::InvalidData,
            Cause::NotAFile
            | Cause::OthersLock { .. }
            | Cause::NotOpen
            | Cause::WriteOnly
            | Cause::LineTooLong { .. }
            | Cause::TooManyNames { .. }
            | Cause::NoElfHeader
            | Cause::NoAddress
            | Cause::NotAsked
            | Cause::NoProgram
            | Cause::OtherNames
            | Cause::OddName => io::ErrorKind::Other,
        };
        Self::new(kind, cause)
    }
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileOp {
    Remove,
    Write,
    Read,
    LookAt,
    Sync,
    Open,
    Empty,
    EndProcesses,
    WriteUnnamed,
    Rename,
    RemoveLeftover,
    ReadAcl,
    MakeDir,
    MakePrivateFile,
    LookInto,
    Lock,
    List,
    Link,
    GoTo,
    TakeLogs,
    Copy,
    ChangeDir,
    AskFileSystem,
}
