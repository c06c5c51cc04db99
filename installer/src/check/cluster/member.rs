//! A host with data: etcd's numbers alone say whose they are, and what the others know of this member.

use super::View;
use crate::facts::data::DataOwner;
use crate::finding::ClusterFinding;
use crate::finding::cluster::Here;

pub(super) fn member(view: &View, owner: DataOwner) -> Option<ClusterFinding> {
    let DataOwner::Etcd(here) = owner else { return None };
    let other = view.cluster.others.iter().find_map(|other| {
        let there = other.said()?.cluster().filter(|there| *there != here.cluster)?;
        Some(ClusterFinding::OtherCluster {
            here: Here::Data(here.cluster),
            there,
            member: other.name.clone(),
            at: other.at(),
        })
    });
    other.or_else(|| {
        let (by, listed) = view.cluster.lists().find_map(|(by, list)| Some((by, list.numbered(here.member)?)))?;
        (!listed.is_at(&view.url)).then(|| ClusterFinding::OldAddress {
            id: listed.id,
            there: listed.peer_urls.clone(),
            new: view.url.clone(),
            by: by.name.clone(),
            etcd: view.manifest.release.version,
        })
    })
}
