//! Whether a snapshot may be restored here: whose it is, and who runs meanwhile.
//!
//! A restored cluster has numbers of its own, so that a member of the old one cannot mix with it: what harms is clients that are
//! served by both. So whoever serves clients in another cluster is in the way, and who only listens is told of.

use payload::etcd;
use payload::manifest::Manifest;

use crate::although::Word;
use crate::facts::cluster::{Asked, NotAsked, Other, Seen};
use crate::facts::data::{DataDir, DataOwner};
use crate::facts::restore::{Restore, Sum};
use crate::facts::{Cluster, Data};
use crate::finding::{Finding, RestoreFinding};

/// Everything that speaks against it.
pub(super) fn restore(manifest: &Manifest, restore: &Restore, cluster: &Cluster, data: &Data) -> Vec<Finding> {
    let others = cluster.others.iter().filter_map(|other| answers(restore, cluster, other));
    let is_here = data.here == DataDir::Used(DataOwner::Etcd(restore.identity));
    let all = whose(manifest, restore).into_iter().chain(others);
    all.chain(if is_here { None } else { lost(manifest, restore, cluster) }).map(Finding::from).collect()
}

fn whose(manifest: &Manifest, restore: &Restore) -> Vec<RestoreFinding> {
    let (bundle, name) = (manifest.release.version, &manifest.cluster);
    let mut found = Vec::new();
    match &restore.label {
        None => found.push(RestoreFinding::Unlabelled { bundle: name.clone(), etcd: bundle }),
        Some(label) if label.cluster != name.as_str() => {
            found.push(RestoreFinding::OtherCluster { there: label.cluster.clone(), bundle: name.clone() });
        }
        Some(_) => {}
    }
    let of = restore.label.as_ref().and_then(|label| label.etcd);
    let newer = of.filter(|etcd| etcd.is_newer_minor_than(bundle));
    found.extend(newer.map(|snapshot| RestoreFinding::Newer { snapshot, bundle }));
    let cannot_raise = restore.bump.is_some() && !etcd::raises_revision(bundle);
    found.extend(cannot_raise.then_some(RestoreFinding::CannotRaise { bundle }));
    let apart = manifest.layout.wal.clone().filter(|_| !etcd::restores_log_apart(bundle));
    found.extend(apart.map(|wal| RestoreFinding::LogApart { wal, bundle }));
    found.extend((restore.sum == Sum::Unproven).then_some(RestoreFinding::Unproven));
    found.extend(restore.alarms.iter().map(|kind| RestoreFinding::Alarmed { kind: *kind, etcd: bundle }));
    found
}

fn answers(restore: &Restore, cluster: &Cluster, other: &Other) -> Option<RestoreFinding> {
    let (member, at) = (other.name.clone(), other.at());
    match &other.seen {
        Seen::Refused | Seen::Unseen(_) => None,
        Seen::Listens { .. } => Some(RestoreFinding::Listens { member, at }),
        Seen::Serves { said, .. } => {
            let there = said.cluster();
            let is_to_be_asked =
                matches!(cluster.asked, Asked::No(NotAsked::NotYet | NotAsked::Sealed | NotAsked::Unsettled));
            if there == Some(restore.identity.cluster) || (there.is_none() && is_to_be_asked) {
                return None;
            }
            let said = Word::of(restore.although_running.contains(&other.name));
            Some(RestoreFinding::Answers { member, at, there, said })
        }
    }
}

/// A second member with the numbers of one that has voted already would have forgotten what that one promised.
fn lost(manifest: &Manifest, restore: &Restore, cluster: &Cluster) -> Option<RestoreFinding> {
    let of = restore.identity;
    let listed = cluster
        .lists()
        .filter(|(_, list)| list.cluster == of.cluster)
        .find_map(|(_, list)| list.numbered(of.member))?;
    let (member, cluster) = (manifest.member.clone(), of.cluster);
    listed.has_started().then_some(RestoreFinding::Lost { member, cluster })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::num::{NonZeroU32, NonZeroU64};

    use payload::digest::Digest;
    use payload::etcd::AlarmKind;
    use payload::name::ClusterToken;

    use super::*;
    use crate::facts::cluster::answers::List;
    use crate::facts::cluster::{Chain, Said};
    use crate::facts::restore::{Label, identity};
    use crate::facts::tests::{good, manifest};
    use crate::text;

    fn of(label: Option<(&str, &str)>, sum: Sum) -> Restore {
        let database = Digest::of(b"database");
        // The etcd of these manifests cannot.
        let bump = if sum == Sum::Unproven { NonZeroU64::new(9) } else { None };
        let token = ClusterToken::restored(database, NonZeroU32::MIN, bump);
        let identity = identity(&manifest(), manifest().me().unwrap(), &token).unwrap();
        let label = label.map(|(cluster, etcd)| Label { cluster: cluster.to_owned(), etcd: etcd.parse().ok() });
        let although_running = ["n9".to_owned()].into();
        let alarms = if sum == Sum::Unproven { [AlarmKind::NoSpace].into() } else { BTreeSet::new() };
        let again = NonZeroU32::MIN;
        Restore { database, revision: 7, bump, again, sum, alarms, label, token, identity, although_running }
    }

    fn found(restore: &Restore, others: Vec<Other>, asked: Asked) -> Vec<String> {
        let cluster = Cluster { others, asked, ..Cluster::default() };
        let found = super::restore(&manifest(), restore, &cluster, &good().data);
        for finding in &found {
            assert!(!text::findings::text(finding).is_empty() && !text::findings::help(finding).to_string().is_empty());
        }
        found.iter().map(|finding| format!("{} {:?}", finding.code(), finding.severity())).collect()
    }

    #[test]
    fn whose_a_snapshot_is_is_its_labels_word_or_the_operators() {
        let name = manifest().cluster.to_string();
        for (label, sum, expected) in [
            (Some((name.as_str(), "3.5.1")), Sum::Proven, &[][..]),
            (Some((name.as_str(), "3.5.99")), Sum::Proven, &[]),
            (Some((name.as_str(), "3.4.0")), Sum::Proven, &[]),
            (Some((name.as_str(), "what")), Sum::Proven, &[]),
            (Some((name.as_str(), "3.6.0")), Sum::Proven, &["snapshot-newer Refuse"]),
            (Some(("other\u{1b}[2J", "3.5.1")), Sum::Proven, &["snapshot-of-another Refuse"]),
            (
                None,
                Sum::Unproven,
                &["snapshot-unlabelled Warn", "cannot-raise Refuse", "snapshot-unproven Warn", "snapshot-alarmed Warn"],
            ),
        ] {
            assert_eq!(found(&of(label, sum), Vec::new(), Asked::Nobody), expected, "{label:?}");
        }
    }

    #[test]
    fn who_serves_in_another_cluster_is_in_the_way() {
        let name = manifest().cluster.to_string();
        let restore = of(Some((&name, "3.5.1")), Sum::Proven);
        let ours = restore.identity.cluster;
        let chain = || Chain::Unseen;
        let serves = |cluster: Option<u64>| {
            let list = cluster.map(|cluster| List { cluster, members: Vec::new() });
            Seen::Serves { chain: chain(), said: Said { list, ..Said::default() } }
        };
        for (who, seen, asked, expected) in [
            ("n2", Seen::Refused, Asked::Nobody, &[][..]),
            ("n2", serves(Some(ours)), Asked::Yes, &[]),
            ("n2", serves(Some(5)), Asked::Yes, &["member-answers Refuse"]),
            ("n9", serves(Some(5)), Asked::Yes, &["member-answers Warn"]),
            ("n2", serves(None), Asked::Yes, &["member-answers Refuse"]),
            ("n2", serves(None), Asked::No(NotAsked::NoPair), &["member-answers Refuse"]),
            // Before its key is opened it cannot be asked, and will be before anything is done.
            ("n2", serves(None), Asked::No(NotAsked::Sealed), &[]),
            ("n2", Seen::Listens { chain: chain() }, Asked::Nobody, &["member-listens Warn"]),
        ] {
            let url: payload::url::Url = "https://10.0.0.2:2380".parse().unwrap();
            let (name, host) = (who.to_owned(), who.to_owned());
            let other = Other { name, host, peer_url: url.clone(), client_url: None, knock: url, seen: seen.clone() };
            assert_eq!(found(&restore, vec![other], asked), expected, "{who} {seen:?}");
        }
    }
}
