//! Findings about a snapshot that is to be restored, and about who runs meanwhile.

use payload::etcd::{AlarmKind, EtcdVersion};
use payload::name::{ClusterName, MemberName};
use payload::path::AbsPath;

use super::{Code, Severity};
use crate::although::Word;

/// What speaks against restoring it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RestoreFinding {
    /// A newer minor version of etcd served it than the bundle has.
    Newer { snapshot: EtcdVersion, bundle: EtcdVersion },
    /// The file beside it says that it is of the cluster `there`: anybody's word.
    OtherCluster { there: String, bundle: ClusterName },
    /// The bundle's etcd has nothing that raises a revision.
    CannotRaise { bundle: EtcdVersion },
    /// Nothing beside it says whose it is.
    Unlabelled { bundle: ClusterName, etcd: EtcdVersion },
    /// The bundle has a place of its own for the log, where its etcdctl puts none.
    LogApart { wal: AbsPath, bundle: EtcdVersion },
    /// No sum has shown that it is whole.
    Unproven,
    /// Who took it had raised an alarm, which comes along.
    Alarmed { kind: AlarmKind, etcd: EtcdVersion },
    /// The member serves clients in another cluster; `there` is not known where it does not say so.
    Answers { member: String, at: String, there: Option<u64>, said: Word },
    /// The member listens for its peers, and serves nobody.
    Listens { member: String, at: String },
    /// The restored cluster runs, and counts on data that this member had.
    Lost { member: MemberName, cluster: u64 },
}

impl RestoreFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Newer { .. } => Code::SnapshotNewer,
            Self::OtherCluster { .. } => Code::SnapshotOfAnother,
            Self::Unlabelled { .. } => Code::SnapshotUnlabelled,
            Self::CannotRaise { .. } => Code::CannotRaise,
            Self::LogApart { .. } => Code::LogApart,
            Self::Unproven => Code::SnapshotUnproven,
            Self::Alarmed { .. } => Code::SnapshotAlarmed,
            Self::Answers { .. } => Code::MemberAnswers,
            Self::Listens { .. } => Code::MemberListens,
            Self::Lost { .. } => Code::RejoinNeeded,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Newer { .. }
            | Self::OtherCluster { .. }
            | Self::CannotRaise { .. }
            | Self::LogApart { .. }
            | Self::Lost { .. }
            | Self::Answers { said: Word::NotSaid, .. } => Severity::Refuse,
            Self::Unlabelled { .. }
            | Self::Unproven
            | Self::Alarmed { .. }
            | Self::Answers { .. }
            | Self::Listens { .. } => Severity::Warn,
        }
    }
}
