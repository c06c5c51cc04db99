//! Findings about what earlier installs left on record.

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::name::{ClusterName, ClusterToken, MemberName};
use payload::path::AbsPath;
use payload::provenance::SiteId;
use payload::url::Url;

use super::{Code, Severity};
use crate::records::{Loss, Operation};
use crate::step::Step;

/// What of an earlier install does not go with this bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RecordFinding {
    /// A cluster of the same name with another id or token.
    OtherCluster {
        cluster: ClusterName,
        here: OfCluster,
        bundle: OfCluster,
    },
    /// Another member, or one of a cluster of another name: first what is installed, then what the bundle is for.
    OtherMember {
        here: (MemberName, ClusterName),
        bundle: (MemberName, ClusterName),
    },
    OtherVersion {
        here: EtcdVersion,
        bundle: EtcdVersion,
    },
    /// There is nothing to uninstall.
    NothingInstalled,
    /// Something was, and its receipt is not there or cannot be read; `etcd` is the process that runs on.
    ReceiptLost {
        loss: Loss,
        etcd: Option<u32>,
    },
    /// Likewise, and all stands here as the bundle has it: the receipt is written anew.
    ReceiptMadeAnew {
        loss: Loss,
    },
    /// A run of the bundle `other` was cut off.
    UnfinishedOther {
        begun: Begun,
        other: Digest,
        bundle: Digest,
    },
    /// A run is under way, or was cut off.
    Unfinished(Operation),
    /// What these steps of the install made is missing, or is another by now.
    NotAsInstalled {
        steps: Vec<Step>,
    },
    /// The bundle would have something of an installed member elsewhere, or called otherwise.
    Moved {
        what: Moved,
        here: String,
        bundle: String,
    },
    /// What an uninstall kept is not where the bundle looks for it.
    LeftElsewhere {
        what: Left,
        old: AbsPath,
        new: AbsPath,
    },
    /// The other members know this one at another URL.
    OtherAddress {
        old: Url,
        new: Url,
        etcd: EtcdVersion,
    },
}

/// What tells clusters of one name apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfCluster {
    /// `None` from before bundles were signed.
    pub(crate) id: Option<SiteId>,
    pub(crate) token: ClusterToken,
}

/// What was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    Install,
    /// Making a key of the host's own.
    Key,
    Restore,
}

/// What an uninstall kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Data,
    Wal,
}

/// What of a member would be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    Data,
    Wal,
    Programs,
    Etcdctl,
    HostCommand,
    Service,
    User,
    /// Where clients are told to come.
    Clients,
    /// Where it listens, but for loopback.
    Listens,
}

impl RecordFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::OtherCluster { .. } => Code::OtherCluster,
            Self::OtherMember { .. } => Code::OtherMember,
            Self::OtherVersion { .. } => Code::OtherVersion,
            Self::NothingInstalled => Code::NotInstalled,
            Self::ReceiptLost { .. } | Self::ReceiptMadeAnew { .. } => Code::ReceiptLost,
            Self::UnfinishedOther { .. } => Code::UnfinishedOther,
            Self::Unfinished(_) => Code::Unfinished,
            Self::NotAsInstalled { .. } => Code::NotAsInstalled,
            Self::Moved { .. } | Self::LeftElsewhere { .. } => Code::MemberMoved,
            Self::OtherAddress { .. } => Code::MemberAddress,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::OtherAddress { .. } | Self::ReceiptMadeAnew { .. } => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}
