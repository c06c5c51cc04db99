//! How a run of either program ended, as the exit code that scripts and people read. It must not decide which one it is.

use std::process::ExitCode;

/// The eight exit codes; the numbers are part of the contract. `etcdpack` ends with the first five alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    Done = 0,
    /// A bug in etcdpack.
    Bug = 1,
    /// What was typed, or the cluster file, is wrong.
    Usage = 2,
    /// Nothing was changed.
    Refused = 3,
    /// A verification failed. Nothing was changed.
    NotVerified = 4,
    /// A change failed, or the run was told to stop, and everything was undone.
    RolledBack = 5,
    /// A change failed and something is left; it was named.
    NotRolledBack = 6,
    /// Installed, but etcd is not healthy.
    NotHealthy = 7,
}

impl ExitStatus {
    /// As the shell sees it in `$?`.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
