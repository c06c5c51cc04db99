//! Findings about the cluster, as the other members' hosts show it: whether this host may begin one, belongs to it, or has
//! another CA than it.
//!
//! Without data here, etcd begins whatever its flags say, and nothing takes that back: a second cluster beside the first, or a
//! voter that has forgotten what it promised. So a bundle founds only where nobody can have been founded yet.

mod cas;
mod member;
mod newcomer;
mod quorum;
#[cfg(test)]
mod tests;

pub(crate) use quorum::{Member, is_electing, quorum, still_member};

use payload::manifest::{Manifest, Phase};
use payload::url::Url;
use time::OffsetDateTime;

use crate::although::Although;
use crate::facts::cluster::{Asked, NotAsked};
use crate::facts::data::wal::Identity;
use crate::facts::data::{DataDir, DataOwner, Half};
use crate::facts::etcd::Running;
use crate::facts::machine::Target;
use crate::facts::{Cluster, Credentials, Data, Facts};
use crate::finding::{ClusterFinding, Code, Finding, Severity};
use crate::records::Records;

/// What is looked at.
pub(super) struct View<'a> {
    manifest: &'a Manifest,
    /// This member's peer URL by the bundle.
    url: Url,
    cluster: &'a Cluster,
    data: &'a Data,
    records: &'a Records,
    running: Running,
    credentials: &'a Credentials,
    now: OffsetDateTime,
    although: Although,
}

impl<'a> View<'a> {
    /// `None` where an image is made, whose host will see others than this one; and of a manifest that does not say where its own
    /// member is.
    pub(super) fn of(manifest: &'a Manifest, facts: &'a Facts, although: Although) -> Option<Self> {
        if facts.machine.target == Target::Image {
            return None;
        }
        let Facts { cluster, data, records, credentials, machine, etcd, .. } = facts;
        let url = manifest.peer_url(manifest.me()?)?;
        let (running, now) = (etcd.running, machine.now);
        Some(Self { manifest, url, cluster, data, records, running, credentials, now, although })
    }

    fn is_founding(&self) -> bool {
        self.manifest.state.as_ref().is_none_or(|state| state.phase == Phase::Founding)
    }

    /// Whose data had been here, where it is not any more.
    fn lost(&self) -> Option<Identity> {
        super::data::lost(self.manifest, self.data, self.records)
    }

    /// Whether the others have not been asked, and will be before anything is changed.
    fn is_to_be_asked(&self) -> bool {
        matches!(self.cluster.asked, Asked::No(NotAsked::NotYet | NotAsked::Sealed | NotAsked::Unsettled))
    }
}

/// What they have against its CAs, and who could not be asked.
pub(super) fn trust(view: &View) -> Vec<Finding> {
    cas::cas(view).into_iter().chain(not_asked(view.cluster)).map(Finding::from).collect()
}

/// Everything that the others have against an install here.
pub(super) fn cluster(view: &View) -> Vec<Finding> {
    let mut findings: Vec<Finding> = cas::cas(view).into_iter().map(Finding::from).collect();
    // Members with another CA understand nothing that they are asked: that is the one cause.
    if findings.iter().any(|finding| finding.severity() == Severity::Refuse) {
        return findings;
    }
    let found = match view.data.here {
        DataDir::Used(owner) | DataDir::Half(Half::Data(owner) | Half::Log(owner)) => member::member(view, owner),
        DataDir::Absent | DataDir::Empty => newcomer::newcomer(view),
    };
    findings.extend(found.map(Finding::from));
    findings.extend(not_asked(view.cluster).map(Finding::from));
    findings
}

/// Whether these say that this member's data is lost and counted on: then it is no question any more whether to begin anew.
pub(super) fn overrules_data_gone(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.code() == Code::RejoinNeeded)
}

/// Whether the running cluster keeps a place for a new member here: on what was lost it does not count any more.
pub(super) fn awaits_another(view: &View) -> bool {
    let is_free = matches!(view.data.here, DataDir::Absent | DataDir::Empty) && !view.is_founding();
    let list = view.cluster.lists().next().filter(|_| is_free);
    list.and_then(|(_, list)| list.at(&view.url))
        .zip(view.lost())
        .is_some_and(|(listed, lost)| !listed.has_started() && listed.id != lost.member)
}

/// Whether the others' list has been had, and says where this member is.
pub(super) fn knows_address(view: &View) -> bool {
    matches!(view.data.here, DataDir::Used(DataOwner::Etcd(_))) && view.cluster.lists().next().is_some()
}

/// Who serves clients and could not be asked.
pub(crate) fn not_asked(cluster: &Cluster) -> Option<ClusterFinding> {
    let Asked::No(why) = &cluster.asked else { return None };
    if *why == NotAsked::NotYet {
        return None;
    }
    let members = cluster.all().filter(|other| other.said().is_some()).map(|other| other.name.clone()).collect();
    Some(ClusterFinding::NotAsked { members, why: why.clone() })
}
