//! Whether the cluster goes on serving while etcd is stopped here, or when it has gone: before every restart, whatever is its
//! cause, and before an uninstall.
//!
//! Whoever is not known to serve counts as one who does not. Where there is no leader there is nothing to lose: a member that
//! has none yet may be stopped freely.

#[cfg(test)]
mod tests;

use payload::manifest::Manifest;
use payload::url::Url;

use crate::although::Word;
use crate::facts::Cluster;
use crate::facts::cluster::answers::{List, Listed};
use crate::facts::cluster::{self, Asked, Other, Said, Seen};
use crate::facts::data::wal::Identity;
use crate::finding::ClusterFinding;
use crate::finding::cluster::{Place, Risk, Stop};

/// The member that is installed here, and what is seen of its cluster.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    /// What is installed.
    pub(crate) manifest: &'a Manifest,
    pub(crate) seen: &'a Cluster,
    /// Whose data lies here, where that can be read.
    pub(crate) data: Option<Identity>,
}

/// One who votes.
struct Voter {
    /// `None` where the cluster has not said who its members are.
    id: Option<u64>,
    name: String,
    peer_urls: Vec<String>,
}

/// What the cluster would lose.
pub(crate) fn quorum(member: Member, stop: Stop, said: Word) -> Option<ClusterFinding> {
    member.risk().map(|risk| ClusterFinding::QuorumAtRisk { stop, risk, said })
}

/// Whether the cluster may be about to have a leader: a majority is up, and none of them has one. That is over within seconds,
/// or does not come by itself.
pub(crate) fn is_electing(member: Member) -> bool {
    let is_up = |other: &&Other| matches!(other.seen, Seen::Listens { .. } | Seen::Serves { .. });
    let up = member.seen.all().filter(is_up).count();
    member.says().is_some() && !member.has_leader() && up > member.manifest.members.len() / 2
}

/// What the others have to be told when this member goes.
pub(crate) fn still_member(member: Member) -> Option<ClusterFinding> {
    let Member { manifest, seen, data } = member;
    let (cluster, etcd) = (member.cluster()?, manifest.release.version);
    let finding = |id, by| ClusterFinding::StillMember { cluster, id, by, etcd };
    let mut lists = seen.lists().filter(|(_, list)| list.cluster == cluster).peekable();
    if lists.peek().is_some() {
        let (by, listed) = lists.find_map(|(by, list)| Some((by, member.in_list(list)?)))?;
        return Some(finding(listed.id, Some(by.name.clone())));
    }
    // Nobody else says it now. This member may know that there is nobody else.
    let own_list = seen.me.as_ref().and_then(|me| me.said()?.list.as_ref());
    let members = own_list.map_or(manifest.members.len(), |list| list.members.len());
    data.filter(|data| data.cluster == cluster && members > 1).map(|data| finding(data.member, None))
}

impl<'a> Member<'a> {
    fn risk(self) -> Option<Risk> {
        let me = self.seen.me.as_ref()?;
        // What does not listen to its peers votes for nobody.
        if me.seen == Seen::Refused {
            return None;
        }
        if !self.has_leader() {
            let is_silent = |said: &Said| !said.has_answered() && !said.ended;
            let is_unknown = self.seen.asked == Asked::Yes && self.says().is_some_and(is_silent);
            return is_unknown.then_some(Risk::Unknown);
        }
        let cluster = self.cluster()?;
        let of_ours = |list: &&List| list.cluster == cluster;
        let mut lists: Vec<Vec<Voter>> = self.seen.lists_of_all().filter(of_ours).map(Voter::of_list).collect();
        if lists.is_empty() {
            lists.push(Voter::of_manifest(self.manifest));
        }
        // Lists differ for the moment of a change: by none of them may too few be left.
        lists.iter().find_map(|voters| self.among(cluster, voters))
    }

    /// What these voters would be without this one.
    fn among(self, cluster: u64, voters: &[Voter]) -> Option<Risk> {
        let (own, others): (Vec<&Voter>, Vec<&Voter>) = voters.iter().partition(|voter| self.is(voter));
        let serves =
            |voter: &&Voter| self.seen.others.iter().any(|other| self.serves(other) && voter.is_seen_as(other));
        let (serve, missing): (Vec<&Voter>, Vec<&Voter>) = others.into_iter().partition(serves);
        // A learner has no vote.
        if own.is_empty() || serve.len() > voters.len() / 2 {
            return None;
        }
        let places = |of: &[&Voter]| of.iter().map(|voter| voter.place()).collect();
        Some(match (serve.as_slice(), missing.as_slice()) {
            ([], []) => Risk::Only { cluster },
            ([other], []) => Risk::OfTwo { cluster, other: other.place() },
            (serve, missing) => {
                Risk::TooFew { cluster, voters: voters.len(), serve: places(serve), missing: places(missing) }
            }
        })
    }

    /// What this member says, where it serves clients.
    fn says(self) -> Option<&'a Said> {
        self.seen.me.as_ref()?.said()
    }

    /// etcd's number of the cluster that it is in: by itself, else by its data.
    fn cluster(self) -> Option<u64> {
        self.says().and_then(Said::cluster).or(self.data.map(|data| data.cluster))
    }

    /// Its own number, likewise.
    fn id(self) -> Option<u64> {
        let said = self.says().and_then(|said| Some(said.status.as_ref()?.member));
        said.or(self.data.map(|data| data.member))
    }

    fn url(self) -> Option<Url> {
        self.manifest.peer_url(self.manifest.me()?)
    }

    fn is(self, voter: &Voter) -> bool {
        match (voter.id, self.id()) {
            (Some(voter), Some(own)) => voter == own,
            _ => self.url().is_some_and(|url| voter.is_at(&url)),
        }
    }

    fn in_list(self, list: &List) -> Option<&Listed> {
        self.id().and_then(|id| list.numbered(id)).or_else(|| list.at(&self.url()?))
    }

    /// Whether `other` is in this member's cluster and serves.
    fn serves(self, other: &Other) -> bool {
        let Some(said) = other.said() else { return false };
        // Who says nothing to this certificate says not of which cluster, either; it let this member in.
        said.has_leader() && said.cluster().is_none_or(|there| Some(there) == self.cluster())
    }

    /// Whether anybody knows one: by whose word it does not matter, since only who has a quorum has one.
    fn has_leader(self) -> bool {
        self.seen.all().any(|other| self.serves(other))
    }
}

impl Voter {
    fn of_list(list: &List) -> Vec<Self> {
        let votes = list.members.iter().filter(|listed| !listed.learner);
        let voter = |of: &Listed| Self { id: Some(of.id), name: of.name.clone(), peer_urls: of.peer_urls.clone() };
        votes.map(voter).collect()
    }

    fn of_manifest(manifest: &Manifest) -> Vec<Self> {
        let members = cluster::members(manifest).into_iter();
        members.map(|(name, url)| Self { id: None, name, peer_urls: vec![url.to_string()] }).collect()
    }

    fn is_at(&self, url: &Url) -> bool {
        self.peer_urls.iter().any(|at| *at == url.to_string())
    }

    /// By the number that it says it has; who does not say it is known by its place.
    fn is_seen_as(&self, other: &Other) -> bool {
        let said = other.said().and_then(|said| Some(said.status.as_ref()?.member));
        match (self.id, said) {
            (Some(own), Some(said)) => own == said,
            _ => self.is_at(&other.peer_url),
        }
    }

    fn place(&self) -> Place {
        Place { name: self.name.clone(), at: self.peer_urls.join(",") }
    }
}
