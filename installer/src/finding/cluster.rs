//! Findings about the cluster that a bundle is for, as the other members' hosts show it.

use payload::etcd::EtcdVersion;
use payload::name::{ClusterToken, MemberName};
use payload::url::Url;

use super::{Code, Question, Severity};
use crate::although::Word;
use crate::facts::cluster::{NotAsked, Silence, Trusting};

/// What the others say, or do not. Numbers are etcd's, `at` is an address and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClusterFinding {
    /// It cannot be seen that no founder has run yet: these are not seen, or the certificate is so many days old. The token is
    /// that of the cluster which the bundle would found.
    Uncertain { unseen: Vec<Unseen>, days: Option<i64>, token: ClusterToken, said: Word },
    /// The cluster runs, and has no member at this one's peer URL.
    NotListed { cluster: u64, by: String, url: Url, lines: Lines },
    /// The cluster runs and has a place for this member, which was made after it was founded.
    Added { cluster: u64, by: String, url: Url, token: ClusterToken },
    /// The cluster runs and counts on what this member knew.
    Rejoin { cluster: u64, by: String, id: u64, lines: Lines },
    /// The cluster is not seen, or has no quorum, and nothing may be begun without it.
    Unreachable { what: Reached },
    /// Whoever is at `at` is a member of another cluster than `here`: that of the data here, or the one that the founders found.
    OtherCluster { here: Here, there: u64, member: String, at: String },
    /// Two of the others are members of two clusters.
    TwoClusters { one: (String, u64), other: (String, u64) },
    /// The cluster's peer URLs are others than the bundle's.
    OtherList { cluster: u64, there: Vec<String>, bundle: Vec<String> },
    /// The members know this one at another URL than the bundle's.
    OldAddress { id: u64, there: Vec<String>, new: Url, by: String, etcd: EtcdVersion },
    /// The CAs that are trusted here are others than the bundle's; whether etcd runs with them.
    OtherCas { by: Trusting, runs: bool, said: Word },
    /// What a member serves was issued by none of the bundle's CAs.
    OtherCa { member: String, at: String, said: Word },
    /// By whom it was issued cannot be seen.
    CaUnseen { member: String, at: String },
    /// These serve clients, and were not asked of the cluster.
    NotAsked { members: Vec<String>, why: NotAsked },
    /// etcd is to stop here, and the cluster would serve nobody without it.
    QuorumAtRisk { stop: Stop, risk: Risk, said: Word },
    /// The cluster counts this member among its own, also when it has gone from here. `by` has said so.
    StillMember { cluster: u64, id: u64, by: Option<String>, etcd: EtcdVersion },
}

/// Why etcd is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It starts again at once.
    Restart,
    /// The member goes from this host.
    Uninstall,
    /// Its data are copied, and it starts again.
    Copy,
}

/// What the cluster would be without this member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Risk {
    /// Of so many voters these would serve, which is no quorum; and these would not.
    TooFew { cluster: u64, voters: usize, serve: Vec<Place>, missing: Vec<Place> },
    /// It has one other voter, which serves. Waiting mends nothing.
    OfTwo { cluster: u64, other: Place },
    /// It has no other voter.
    Only { cluster: u64 },
    /// This member serves clients, and does not say whether it has a leader.
    Unknown,
}

/// A member by the cluster's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Empty where it was added and has not started.
    pub(crate) name: String,
    /// Its peer URLs.
    pub(crate) at: String,
}

impl Risk {
    /// Whether it is worth waiting for others.
    fn can_be_mended(&self) -> bool {
        matches!(self, Self::TooFew { .. } | Self::Unknown)
    }
}

/// To which cluster this host belongs, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    /// Its data, there or lost, are of it.
    Data(u64),
    /// The bundle's founders found it.
    Founded(u64),
}

/// A founder who cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unseen {
    pub(crate) member: String,
    pub(crate) at: String,
    pub(crate) why: Doubt,
}

/// Why it cannot be said whether a founder has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    Silent(Silence),
    /// It serves clients, and does not say of which cluster.
    Withheld,
}

/// What is seen of a cluster that cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// Nobody serves clients.
    Nobody,
    /// Some do, and give no list of members: there is no quorum.
    NoQuorum,
}

/// What is typed on a living member so that this one has a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) etcd: EtcdVersion,
    pub(crate) name: MemberName,
    pub(crate) url: Url,
    pub(crate) first: First,
    /// Of a bundle that founds, which cannot join, the token.
    pub(crate) founding: Option<ClusterToken>,
}

/// What comes before this member's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    Nothing,
    /// The member with this number goes.
    Remove(u64),
    /// The member with this number, which never started, gets the URL.
    Update(u64),
}

impl ClusterFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Uncertain { .. } | Self::NotListed { .. } | Self::Added { .. } => Code::WouldBootstrap,
            Self::Rejoin { .. } => Code::RejoinNeeded,
            Self::Unreachable { .. } => Code::ClusterUnreachable,
            Self::OtherCluster { .. } | Self::TwoClusters { .. } | Self::OtherList { .. } => Code::ClusterDiffers,
            Self::OldAddress { .. } => Code::MemberAddress,
            Self::OtherCas { .. } | Self::OtherCa { .. } => Code::CaDiffers,
            Self::CaUnseen { .. } | Self::NotAsked { .. } => Code::NotAsked,
            Self::QuorumAtRisk { .. } => Code::QuorumAtRisk,
            Self::StillMember { .. } => Code::StillMember,
        }
    }

    /// Whether nobody has said anything that would be against it.
    pub(crate) fn is_of_silence(&self) -> bool {
        matches!(self, Self::QuorumAtRisk { risk: Risk::Unknown, .. })
    }

    pub(super) fn question(&self) -> Option<Question> {
        match self {
            Self::Uncertain { said: Word::NotSaid, .. } => Some(Question::FirstInstall),
            Self::OtherCas { runs: true, said: Word::Said, .. } => Some(Question::LeavesCluster),
            _ => None,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Uncertain { said: Word::Said, .. }
            | Self::OtherCas { said: Word::Said, .. }
            | Self::OtherCa { said: Word::Said, .. }
            | Self::CaUnseen { .. }
            | Self::NotAsked { .. }
            | Self::QuorumAtRisk { said: Word::Said, .. }
            | Self::StillMember { .. } => Severity::Warn,
            Self::QuorumAtRisk { risk, .. } if !risk.can_be_mended() => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}
