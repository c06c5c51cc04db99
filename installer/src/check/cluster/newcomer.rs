//! A host without data: whether it may begin, with the founders or at a place that the cluster has for it.

use payload::url::Url;
use time::Duration;

use super::View;
use crate::although::Word;
use crate::facts::cluster::answers::{List, Listed};
use crate::facts::cluster::{self, Other, Seen};
use crate::finding::ClusterFinding;
use crate::finding::cluster::{Doubt, First, Here, Lines, Reached, Unseen};

/// A bundle that founds is carried to its host within this time; an older one may come from a drawer.
const FRESH: Duration = Duration::days(30);

pub(super) fn newcomer(view: &View) -> Option<ClusterFinding> {
    let lost = view.lost();
    let founded = cluster::founded(view.manifest, &view.url).filter(|_| view.is_founding());
    // Lost data say of which cluster they were. Else a founder knows which one it founds, and whoever joins takes what runs.
    let expected = lost.map(|lost| Here::Data(lost.cluster)).or(founded.map(|(cluster, _)| Here::Founded(cluster)));
    if let Some(found) = other_cluster(view, expected) {
        return Some(found);
    }
    let Some((by, list)) = view.cluster.lists().next() else {
        return without_list(view, founded.is_some());
    };
    let listed = list.at(&view.url).or_else(|| list.numbered(lost?.member));
    match listed {
        Some(listed) if listed.has_started() => Some(rejoin(view, by, list, listed)),
        None => Some(not_listed(view, by, list)),
        Some(listed) => match founded {
            // It is a founder that never ran: etcd takes it in with `new`, too.
            Some((_, own)) if listed.id == own => uncertain(view),
            Some(_) => {
                let (by, url, token) = (by.name.clone(), view.url.clone(), view.manifest.token.clone());
                Some(ClusterFinding::Added { cluster: list.cluster, by, url, token })
            }
            None => other_list(view, list),
        },
    }
}

/// Somebody who is in another cluster than this member belongs to.
fn other_cluster(view: &View, expected: Option<Here>) -> Option<ClusterFinding> {
    let mut known = view.cluster.others.iter().filter_map(|other| Some((other, other.said()?.cluster()?)));
    if let Some(here) = expected {
        let (Here::Data(id) | Here::Founded(id)) = here;
        let (other, there) = known.find(|(_, there)| *there != id)?;
        return Some(ClusterFinding::OtherCluster { here, there, member: other.name.clone(), at: other.at() });
    }
    let (first, id) = known.next()?;
    let (other, there) = known.find(|(_, there)| *there != id)?;
    Some(ClusterFinding::TwoClusters { one: (first.name.clone(), id), other: (other.name.clone(), there) })
}

/// Nobody has said who the members are.
fn without_list(view: &View, founds: bool) -> Option<ClusterFinding> {
    // Whoever says how it is, and not who its members are, has lost its quorum; whoever has data had one.
    let runs = view.cluster.others.iter().any(|other| other.said().is_some_and(|said| said.cluster().is_some()));
    if runs {
        return Some(ClusterFinding::Unreachable { what: Reached::NoQuorum });
    }
    if founds {
        return uncertain(view);
    }
    if view.is_to_be_asked() {
        return None;
    }
    let what = if view.cluster.is_served() { Reached::NoQuorum } else { Reached::Nobody };
    Some(ClusterFinding::Unreachable { what })
}

/// Whether each other founder's host shows that etcd has not served there yet, and the bundle is fresh.
fn uncertain(view: &View) -> Option<ClusterFinding> {
    // Lost data are a matter of their own, and come first.
    if view.lost().is_some() && view.although.data_gone == Word::NotSaid {
        return None;
    }
    let founders = cluster::founders(view.manifest);
    let is_founder = |other: &&Other| founders.iter().any(|(_, url)| *url == other.peer_url);
    let unseen: Vec<Unseen> =
        view.cluster.others.iter().filter(is_founder).filter_map(|other| unseen(view, other)).collect();
    let from = view.credentials.validity.as_ref().ok().map(|validity| validity.from);
    let days = from.filter(|from| view.now - *from > FRESH).map(|from| (view.now - from).whole_days());
    let (token, said) = (view.manifest.token.clone(), view.although.first_install);
    (!unseen.is_empty() || days.is_some()).then_some(ClusterFinding::Uncertain { unseen, days, token, said })
}

fn unseen(view: &View, other: &Other) -> Option<Unseen> {
    let why = match &other.seen {
        Seen::Refused | Seen::Listens { .. } => return None,
        Seen::Unseen(why) => Doubt::Silent(why.clone()),
        Seen::Serves { said, .. } if said.cluster().is_some() || view.is_to_be_asked() => return None,
        Seen::Serves { .. } => Doubt::Withheld,
    };
    Some(Unseen { member: other.name.clone(), at: other.at(), why })
}

fn rejoin(view: &View, by: &Other, list: &List, listed: &Listed) -> ClusterFinding {
    let lines = lines(view, First::Remove(listed.id));
    ClusterFinding::Rejoin { cluster: list.cluster, by: by.name.clone(), id: listed.id, lines }
}

/// A member is removed for this one only if it is this one by its name, or nobody's any more.
fn not_listed(view: &View, by: &Other, list: &List) -> ClusterFinding {
    let is_down = |stranger: &&&Listed| {
        let at = view.cluster.others.iter().find(|other| stranger.is_at(&other.peer_url));
        at.is_some_and(|other| matches!(other.seen, Seen::Refused | Seen::Unseen(_)))
    };
    let first = match list.named(view.manifest.member.as_str()) {
        Some(named) if named.has_started() => First::Remove(named.id),
        Some(named) => First::Update(named.id),
        None => {
            let strangers = cluster::strangers(list, view.manifest);
            strangers.iter().find(is_down).map_or(First::Nothing, |stranger| First::Remove(stranger.id))
        }
    };
    let (by, url, lines) = (by.name.clone(), view.url.clone(), lines(view, first));
    ClusterFinding::NotListed { cluster: list.cluster, by, url, lines }
}

fn lines(view: &View, first: First) -> Lines {
    Lines {
        etcd: view.manifest.release.version,
        name: view.manifest.member.clone(),
        url: view.url.clone(),
        first,
        founding: view.is_founding().then(|| view.manifest.token.clone()),
    }
}

/// etcd joins with the cluster's own list alone; with any other it leaves half a directory behind and ends.
fn other_list(view: &View, list: &List) -> Option<ClusterFinding> {
    let urls: Vec<Url> = cluster::members(view.manifest).into_iter().map(|(_, url)| url).collect();
    (!cluster::agrees(list, &urls)).then(|| ClusterFinding::OtherList {
        cluster: list.cluster,
        there: list.members.iter().flat_map(|member| member.peer_urls.clone()).collect(),
        bundle: urls.iter().map(ToString::to_string).collect(),
    })
}
