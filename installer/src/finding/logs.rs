//! Findings about the directory for etcd's log.

use payload::path::AbsPath;

use super::{Code, Severity};
use crate::facts::logs::Odd;

/// Who can make names in it, and what was put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogFinding {
    /// Users other than root can make files there.
    OthersWrite { path: AbsPath, mode: u32, uid: u32 },
    /// Things that no supervisor makes.
    Planted { path: AbsPath, odd: Vec<Odd> },
    /// More names than are looked at.
    Overfull { path: AbsPath },
}

impl LogFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::OthersWrite { .. } | Self::Planted { .. } | Self::Overfull { .. } => Code::UnsafeLogs,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::OthersWrite { .. } => Severity::Warn,
            Self::Planted { .. } | Self::Overfull { .. } => Severity::Refuse,
        }
    }
}
