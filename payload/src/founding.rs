//! Who founds a cluster, and whether it is founded: *founding* until some host holds its data, *running* from then on.
//!
//! The builder keeps it and writes it into each bundle. Must not decide anything.

use serde::{Deserialize, Serialize};

use crate::name::MemberName;
use crate::url::Url;

/// How far the cluster has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct State {
    pub phase: Phase,
    /// Who founded it, or will: then they are the members. Their peer URLs and the token make the cluster's id in etcd. Empty where
    /// nobody has written down who founded a cluster that runs.
    pub founders: Vec<Founder>,
}

/// Whether the cluster is still to be founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The founders' hosts begin it, with `--initial-cluster-state new`.
    Founding,
    /// It runs: whoever is new joins, and nothing says `new`.
    Running,
}

/// A member that the cluster begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Founder {
    pub name: MemberName,
    pub peer_url: Url,
}
