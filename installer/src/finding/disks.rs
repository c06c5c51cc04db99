//! Findings about the file systems that are written to.

use std::time::Duration;

use payload::path::AbsPath;

use super::{Code, Severity};
use crate::facts::disks::Holding;
use crate::facts::paths::Barrier;

/// What a file system lacks. A `path` is the nearest directory that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DiskFinding {
    ReadOnly {
        path: String,
        what: Holding,
    },
    /// The mount forbids programs.
    MountedNoExec {
        path: String,
        what: Holding,
    },
    /// The kernel started no program from it, with what it said.
    NoExec {
        dir: String,
        said: String,
    },
    /// In bytes.
    NoSpace {
        path: String,
        what: Holding,
        free: u64,
        needed: u64,
    },
    /// Root cannot write at `at`, and `what` would have to.
    Barred {
        at: String,
        barrier: Barrier,
        what: AbsPath,
    },
    /// Fewer inodes than the steps take.
    NoInodes {
        at: String,
        free: u64,
        needed: u64,
    },
    DataInMemory {
        data: AbsPath,
    },
    DataOnNetwork {
        data: AbsPath,
        what: Holding,
    },
    /// 99 of 100 small synced writes took up to `sync`; etcd asks for no more than `most`.
    Slow {
        data: AbsPath,
        sync: Duration,
        most: Duration,
    },
}

impl DiskFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::ReadOnly { .. } | Self::Barred { barrier: Barrier::ReadOnly, .. } => Code::ReadOnly,
            Self::MountedNoExec { .. } | Self::NoExec { .. } => Code::NoExec,
            Self::NoSpace { .. } | Self::NoInodes { .. } | Self::Barred { barrier: Barrier::Full { .. }, .. } => {
                Code::NoSpace
            }
            Self::Barred { .. } => Code::NotWritable,
            Self::DataInMemory { .. } => Code::DataInMemory,
            Self::DataOnNetwork { .. } => Code::DataOnNetwork,
            Self::Slow { .. } => Code::SlowDisk,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::DataInMemory { .. } | Self::Slow { .. } => Severity::Warn,
            _ => Severity::Refuse,
        }
    }

    /// Whether another finding says all of it.
    pub(crate) fn says_no_more_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Barred { at, barrier, .. }, Self::Barred { at: there, barrier: said, .. }) => {
                at == there && barrier == said
            }
            (Self::Barred { at, .. }, Self::ReadOnly { path, .. } | Self::NoSpace { path, .. }) => {
                at == path && self.code() == other.code()
            }
            _ => self == other,
        }
    }
}
