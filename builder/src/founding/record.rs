//! What `serials.toml` has of clusters: the one that bundles are built for, and those whose place it has taken.

use std::collections::BTreeSet;

use payload::cluster::Cluster;
use payload::founding::{Founder, Phase};
use payload::name::{ClusterToken, HostName, MemberName};
use payload::provenance::SiteId;
use payload::url::Url;
use serde::{Deserialize, Serialize};

/// One cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ClusterRecord {
    /// Our own id of it, in each bundle.
    pub(crate) site_id: SiteId,
    pub(crate) phase: Phase,
    /// The one in force, wherever it came from.
    pub(crate) token: ClusterToken,
    /// Empty where nobody has written down who founded a cluster that runs.
    pub(crate) founders: Vec<Founder>,
    /// Those of the last build.
    pub(crate) hosts: Vec<BuiltHost>,
}

/// A host that a bundle was built for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BuiltHost {
    pub(crate) name: HostName,
    pub(crate) member: MemberName,
    pub(crate) peer_url: Url,
}

/// All that is on record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ledger {
    /// A cluster of which etcdpack 0.1 has kept its id and the numbers of its hosts' bundles, and nothing else.
    pub(crate) unrecorded: Option<SiteId>,
    /// `None` before the first build, and of an unrecorded cluster.
    pub(crate) cluster: Option<ClusterRecord>,
    /// Clusters that another has taken the place of, oldest first.
    pub(crate) replaced: Vec<ClusterRecord>,
}

/// Of an unrecorded cluster: whether the numbered hosts, at the addresses of their certificates, are those of the cluster file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberedHosts {
    AsInTheFile,
    Others,
}

impl BuiltHost {
    /// All of `cluster`, in the order of its file.
    pub(crate) fn all(cluster: &Cluster) -> Vec<Self> {
        let one = |host: &payload::cluster::Host| Self {
            name: host.name.clone(),
            member: host.member.clone(),
            peer_url: cluster.peer_url(host),
        };
        cluster.hosts.iter().map(one).collect()
    }

    /// As a member that founds.
    pub(crate) fn founder(&self) -> Founder {
        Founder { name: self.member.clone(), peer_url: self.peer_url.clone() }
    }
}

impl ClusterRecord {
    /// Whether `hosts` are its founders, in whatever order: etcd computes its ids from sorted lists.
    pub(crate) fn is_founded_by(&self, hosts: &[BuiltHost]) -> bool {
        let founders: BTreeSet<_> = self.founders.iter().map(|founder| (&founder.name, &founder.peer_url)).collect();
        founders == members(hosts)
    }

    /// Whether its last bundles were for `hosts`.
    pub(crate) fn was_built_for(&self, hosts: &[BuiltHost]) -> bool {
        members(&self.hosts) == members(hosts)
    }
}

fn members(hosts: &[BuiltHost]) -> BTreeSet<(&MemberName, &Url)> {
    hosts.iter().map(|host| (&host.member, &host.peer_url)).collect()
}
