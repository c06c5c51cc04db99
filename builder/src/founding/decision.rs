//! What is decided from besides the record, and what can be decided. Values alone.

use payload::founding::Founder;
use payload::name::{ClusterName, ClusterToken, MemberName};
use payload::provenance::SiteId;
use payload::url::Url;

use super::record::{BuiltHost, ClusterRecord};

/// What the cluster file says.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: ClusterName,
    /// Where the file has one.
    pub(crate) token: Option<ClusterToken>,
    pub(crate) hosts: Vec<BuiltHost>,
}

/// What the operator says about the data on the hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    Unsaid,
    /// `--new-cluster`: no host holds data of the recorded cluster. With the cluster's name, where it was typed.
    NewCluster(Option<String>),
    /// `--same-cluster`: some host does. With a token, where it was said which cluster's data.
    SameCluster(Option<ClusterToken>),
}

/// Drawn anew for each command; used where something is founded.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    pub(crate) site_id: SiteId,
    pub(crate) token: ClusterToken,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Bundles can be built.
    Settled(Settled),
    /// Whether any host holds data of the recorded cluster, nobody but the operator knows.
    AskForData(Vec<Change>),
    /// The recorded cluster runs, and another is to take its place: only with its name typed.
    AskForName,
    Refused(Refusal),
}

/// What bundles are built for from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) cluster: ClusterRecord,
    /// Clusters that another has taken the place of, oldest first.
    pub(crate) replaced: Vec<ClusterRecord>,
    pub(crate) outcome: Outcome,
}

/// What has become of the recorded cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is what it was; these members are in it no more, as far as the cluster file goes.
    Kept { left: Vec<MemberName> },
    /// There was none.
    First,
    /// Its phase, token and founders were written down for the first time.
    TakenOver,
    /// It runs from now on.
    Runs,
    /// A new one, in the place of the one with this token.
    Replaced(ClusterToken),
    /// The one that was replaced, in the place of the one with this token.
    TakenBack(ClusterToken),
}

/// What the cluster file has otherwise than the recorded cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Of the recorded cluster too little is known.
    Unrecorded,
    Added(Founder),
    Removed(Founder),
    Moved {
        member: MemberName,
        from: Url,
        to: Url,
    },
    Token {
        from: ClusterToken,
        to: ClusterToken,
    },
}

/// Why nothing is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Another name was typed than the cluster's.
    OtherName(String),
    /// The cluster file's token was another cluster's; `next` was none's.
    TokenUsed { token: ClusterToken, next: ClusterToken },
    /// No cluster on record has this token.
    UnknownToken(ClusterToken),
}
