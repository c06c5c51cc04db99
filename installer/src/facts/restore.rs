//! A snapshot that is to be restored: what was read of it, and of which cluster it will be. Values only.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroU64};

use payload::digest::Digest;
use payload::etcd::{AlarmKind, EtcdVersion};
use payload::manifest::{Manifest, Member};
use payload::name::ClusterToken;
use payload::render;
use serde::{Deserialize, Serialize};

use super::cluster::{self, ids};
use super::data::Places;
use super::data::wal::Identity;

/// What is to be restored.
#[derive(Debug, Clone)]
pub(crate) struct Restore {
    /// The sum of the database alone.
    pub(crate) database: Digest,
    /// Of the restored cluster at its beginning.
    pub(crate) revision: u64,
    /// By how much that is more than the snapshot's.
    pub(crate) bump: Option<NonZeroU64>,
    /// The number of this restore among those of this database, from 1.
    pub(crate) again: NonZeroU32,
    pub(crate) sum: Sum,
    /// Those that stand in it: the restored cluster has them, too.
    pub(crate) alarms: BTreeSet<AlarmKind>,
    /// What the file beside it says; `None` where there is none about it.
    pub(crate) label: Option<Label>,
    pub(crate) token: ClusterToken,
    /// Etcd's numbers of this member and its cluster from then on.
    pub(crate) identity: Identity,
    /// The members of another cluster that may go on running.
    pub(crate) although_running: BTreeSet<String>,
}

/// Whether the sum at its end has shown that it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sum {
    Proven,
    /// It has none, and is taken all the same.
    Unproven,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// The cluster's name: anybody's word, to be shown with care.
    pub(crate) cluster: String,
    /// The etcd that served it.
    pub(crate) etcd: Option<EtcdVersion>,
}

/// What a receipt says of it afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Restored {
    pub(crate) database: Digest,
    pub(crate) again: NonZeroU32,
    pub(crate) revision: u64,
    pub(crate) token: ClusterToken,
    /// What was there before lies under this name beside it, where there was something.
    pub(crate) aside: String,
}

/// What a snapshot takes the place of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replaced<'a> {
    pub(crate) places: Places<'a>,
    /// What old data are called from then on.
    pub(crate) aside: &'a str,
    /// Etcd's numbers of what comes.
    pub(crate) identity: Identity,
}

impl Restore {
    pub(crate) fn restored(&self) -> Restored {
        Restored {
            database: self.database,
            again: self.again,
            revision: self.revision,
            token: self.token.clone(),
            aside: self.aside(),
        }
    }

    /// What is typed after the rest, the same on each host, so that all are of one cluster.
    pub(crate) fn on_each_host(&self) -> String {
        let again = (self.again > NonZeroU32::MIN).then(|| format!(" --again {}", self.again));
        let bump = self.bump.map(|bump| format!(" --bump-revision {bump}"));
        again.into_iter().chain(bump).collect()
    }

    /// What `member` is called from then on that was there before: no etcd looks for it.
    pub(crate) fn aside(&self) -> String {
        format!("member.before-{}", self.token)
    }
}

/// The same name for a log that lies apart, by that of the data.
pub(crate) fn log_aside(aside: &str) -> String {
    aside.replacen(render::MEMBER, render::WAL, 1)
}

/// Etcd's numbers of the member `me` and its cluster, when all members of the bundle are restored with this token
/// (`membership.NewClusterFromURLsMap`, 3.1 to 3.7).
pub(crate) fn identity(manifest: &Manifest, me: &Member, token: &ClusterToken) -> Option<Identity> {
    let id = |url: &payload::url::Url| ids::member(&[&url.to_string()], token.as_str());
    let all = cluster::members(manifest).iter().map(|(_, url)| id(url)).collect();
    Some(Identity { cluster: ids::cluster(all), member: id(&manifest.peer_url(me)?) })
}
