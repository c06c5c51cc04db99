//! A file operation that failed: what was being done, where, and what the kernel said. Its sentence is in `text::errors`.

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
        let text = format!("the kernel lets nobody remove `{name}` in it: immutable or append-only, as lsattr shows");
        Self::new(doing, path, io::Error::new(io::ErrorKind::PermissionDenied, text))
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
