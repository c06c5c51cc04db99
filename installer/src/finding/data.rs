//! Findings about the data directory.

use payload::etcd::EtcdVersion;
use payload::name::{ClusterName, MemberName};
use payload::path::AbsPath;

use super::{Code, Severity};
use crate::although::Word;
use crate::facts::data::wal::Identity;
use crate::facts::data::{DataOwner, Half};
use crate::transaction::undo::Contents;

/// What speaks against the data that lies there, or that does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DataFinding {
    /// Data that is not this member's; `kept` is whose an uninstall left there, the member and its cluster.
    Foreign {
        path: AbsPath,
        owner: DataOwner,
        kept: Option<(String, String)>,
        member: MemberName,
        cluster: ClusterName,
    },
    /// What lies there now is not what an uninstall left.
    Replaced { path: AbsPath, owner: DataOwner, left: Identity },
    /// What an uninstall left is not there any more.
    Gone { path: AbsPath, left: Identity, said: Word },
    /// Of data and log, which lie apart, one is not there. `contents` are removed where it speaks against a purge.
    Apart { half: Half, there: AbsPath, missing: AbsPath, contents: Contents },
    /// A newer minor version of etcd wrote it than the bundle has.
    Newer { path: AbsPath, bundle: EtcdVersion, wrote: EtcdVersion },
}

impl DataFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Foreign { .. } | Self::Replaced { .. } => Code::DataInPlace,
            Self::Gone { .. } | Self::Apart { .. } => Code::DataGone,
            Self::Newer { .. } => Code::DataNewer,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Gone { said: Word::Said, .. } => Severity::Warn,
            Self::Gone { .. }
            | Self::Apart { .. }
            | Self::Foreign { .. }
            | Self::Replaced { .. }
            | Self::Newer { .. } => Severity::Refuse,
        }
    }
}
