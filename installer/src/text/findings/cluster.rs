//! The words of findings about the cluster, as the other members' hosts show it.

use payload::etcd::EtcdVersion;

use crate::although::Word;
use crate::facts::cluster::{NotAsked, Trusting, api};
use crate::finding::ClusterFinding;
use crate::finding::cluster::{Doubt, First, Here, Lines, Place, Reached, Risk, Stop, Unseen};
use crate::help::Help;

use super::{SAME_CLUSTER, same_cluster};

pub(super) fn text(found: &ClusterFinding) -> String {
    match found {
        ClusterFinding::Uncertain { unseen, days, .. } => uncertain(unseen, *days),
        ClusterFinding::NotListed { cluster, by, url, .. } => format!(
            "cluster {cluster:x} runs ({by} answers), and has no member at {url}: this host would begin a second cluster \
             beside it"
        ),
        ClusterFinding::Added { cluster, by, url, .. } => format!(
            "cluster {cluster:x} runs ({by} answers), and somebody added {url} to it after it was founded; this bundle founds a cluster and cannot join one"
        ),
        ClusterFinding::Rejoin { cluster, by, id, .. } => format!(
            "this host has no data. Cluster {cluster:x} ({by} answers) has this host in its list as member {id:x}, and counts on the data of that member: it must be removed and added again"
        ),
        ClusterFinding::Unreachable { what: Reached::Nobody } => {
            "the cluster runs, this host has none of its data, and no other member serves clients: nobody can add this host to it now"
                .to_owned()
        }
        ClusterFinding::Unreachable { what: Reached::NoQuorum } => {
            "the cluster has no quorum, and this host has none of its data: without a quorum nobody can add this host".to_owned()
        }
        ClusterFinding::OtherCluster { here: Here::Data(here), there, member, at } => {
            format!("{member} at {at} is a member of cluster {there:x}; the data of this host are of cluster {here:x}")
        }
        ClusterFinding::OtherCluster { here: Here::Founded(here), there, member, at } => {
            format!("{member} at {at} is a member of cluster {there:x}, which runs; this bundle would found cluster {here:x}")
        }
        ClusterFinding::TwoClusters { one, other } => format!(
            "{} is a member of cluster {:x}, and {} of cluster {:x}: the bundle's members are in two clusters",
            one.0, one.1, other.0, other.1
        ),
        ClusterFinding::OtherList { cluster, there, bundle } => format!(
            "the members of cluster {cluster:x} are {}; the bundle's are {}: etcd joins only with the same list",
            there.join(", "),
            bundle.join(", ")
        ),
        ClusterFinding::OldAddress { id, there, new, by, .. } => format!(
            "{by} knows this member ({id:x}) at {}; with this bundle it listens at {new}, where the others do not look for it",
            there.join(", ")
        ),
        ClusterFinding::OtherCas { by: Trusting::KeptData, .. } => {
            "the bundle has other CAs than this member had before the uninstall that kept its data".to_owned()
        }
        ClusterFinding::OtherCas { by: Trusting::Installed, runs, .. } => {
            let leaves = if *runs { ": with them this member leaves the cluster" } else { "" };
            format!("the bundle has other CAs than those installed here{leaves}")
        }
        ClusterFinding::OtherCa { member, at, .. } => {
            format!("the certificate of {member} at {at} is by another CA than the bundle's: that member and this one would refuse each other")
        }
        ClusterFinding::CaUnseen { member, at } => {
            format!("this host cannot see which CA issued the certificate of {member} at {at}")
        }
        ClusterFinding::NotAsked { members, why } => {
            let why = match why {
                NotAsked::Sealed => "the private key is sealed".to_owned(),
                NotAsked::NotYet => "something else stands against the install".to_owned(),
                NotAsked::Unsettled => "nobody has said yet whose bundle this is".to_owned(),
                NotAsked::NoPair => "there is no certificate to ask with".to_owned(),
                NotAsked::NoProgram(why) => format!("no etcdctl can be run: {why}"),
            };
            let (serve, them) = if members.len() == 1 { ("serves", "it was") } else { ("serve", "they were") };
            format!("{} {serve} clients, and {them} not asked which cluster that is: {why}", members.join(" and "))
        }
        ClusterFinding::QuorumAtRisk { stop, risk, .. } => at_risk(*stop, risk),
        ClusterFinding::StillMember { cluster, id, by, .. } => {
            let whose = match by {
                Some(by) => format!("cluster {cluster:x} ({by} answers)"),
                None => format!("cluster {cluster:x}, where others run it,"),
            };
            format!(
                "{whose} keeps this host's member, {id:x}, in its list until somebody removes it: after the uninstall it counts as a member that is down"
            )
        }
    }
}

fn at_risk(stop: Stop, risk: &Risk) -> String {
    let until = match stop {
        Stop::Restart => "while etcd restarts here",
        Stop::Uninstall => "without this member",
    };
    match risk {
        Risk::TooFew { cluster, voters, serve, missing } => {
            let of = if serve.is_empty() { "none".to_owned() } else { places(serve) };
            format!(
                "{until}, too few of the {voters} voters of cluster {cluster:x} would serve: {of}, and a quorum is {}; not \
                 serving, as far as this host sees: {}",
                voters / 2 + 1,
                places(missing)
            )
        }
        Risk::OfTwo { cluster, other } => format!(
            "{until}, cluster {cluster:x} serves nobody: it has two voters and needs both; the other is {}",
            place(other)
        ),
        Risk::Only { cluster } => {
            format!("{until}, cluster {cluster:x} serves nobody: this member is its only voter")
        }
        Risk::Unknown => {
            "this member serves clients, and does not say whether its cluster has a leader: this host cannot tell whether the cluster goes on without it"
                .to_owned()
        }
    }
}

fn places(places: &[Place]) -> String {
    places.iter().map(place).collect::<Vec<_>>().join(" and ")
}

fn place(place: &Place) -> String {
    if place.name.is_empty() { place.at.clone() } else { format!("{} at {}", place.name, place.at) }
}

fn doubt(why: &Doubt) -> String {
    match why {
        Doubt::Silent(why) => why.to_string(),
        Doubt::Withheld => "serves clients, and does not say of which cluster".to_owned(),
    }
}

fn uncertain(unseen: &[Unseen], days: Option<i64>) -> String {
    let names: Vec<String> =
        unseen.iter().map(|of| format!("{} at {} ({})", of.member, of.at, doubt(&of.why))).collect();
    let not_seen = (!names.is_empty()).then(|| format!("{} cannot be seen", names.join(" and ")));
    let old = days.map(|days| format!("its certificate is {days} days old"));
    let why: Vec<String> = not_seen.into_iter().chain(old).collect();
    format!(
        "this bundle founds a cluster, and this host cannot tell whether that cluster runs already: {}. If it runs, a member that starts here without its data can make the cluster lose writes",
        why.join("; ")
    )
}

pub(super) fn help(found: &ClusterFinding) -> Help {
    match found {
        ClusterFinding::Uncertain { said: Word::NotSaid, token, .. } => {
            let same = same_cluster(token);
            Help::plain("if no host of this cluster ever ran etcd: ")
                .and(Help::run_with("install", "--first-install"))
                .and(Help::plain(format!("; else, on the connected machine: {same}, and carry the new file here")))
        }
        ClusterFinding::NotListed { lines, by, .. } | ClusterFinding::Rejoin { lines, by, .. } => {
            member_lines(lines, by)
        }
        ClusterFinding::Unreachable { .. } => Help::run("plan")
            .remark("again when a majority of the others is up; if they are lost for good: restore a snapshot"),
        ClusterFinding::Added { token, .. } => {
            Help::plain(same_cluster(token)).remark("on the connected machine; carry the new file here")
        }
        // The bundle's own token is not the running cluster's: the builder knows that, if it has ever been.
        ClusterFinding::OtherCluster { here: Here::Founded(_), .. } => {
            Help::plain(SAME_CLUSTER).remark("on the connected machine; carry the new file here")
        }
        ClusterFinding::OtherCluster { .. } | ClusterFinding::TwoClusters { .. } => Help::plain("etcdctl member list")
            .remark("on each of these members: they are in different clusters, and a bundle is for one"),
        ClusterFinding::OtherList { .. } => {
            Help::plain(format!("write the cluster's members as hosts into cluster.toml, then: {}", super::BUILD))
        }
        ClusterFinding::OldAddress { id, new, by, etcd, .. } => {
            Help::plain(format!("{}etcdctl member update {id:x} --peer-urls={new}", api(*etcd)))
                .remark(&format!("on {by}"))
        }
        ClusterFinding::OtherCas { said: Word::NotSaid, .. } | ClusterFinding::OtherCa { said: Word::NotSaid, .. } => {
            Help::plain(
                "use the bundle that was built with the other members' pki/; if that pki/ is lost: docs/trust.md",
            )
        }
        // A word was said for it: what came of that shows afterwards.
        ClusterFinding::Uncertain { .. } | ClusterFinding::OtherCas { .. } | ClusterFinding::OtherCa { .. } => {
            Help::host("status")
        }
        ClusterFinding::CaUnseen { at, .. } => {
            Help::plain(format!("openssl s_client -connect {at} </dev/null | grep issuer"))
        }
        ClusterFinding::NotAsked { why, .. } => match why {
            NotAsked::Sealed => Help::run_with("plan", "--passphrase-fd 3 3<FILE"),
            NotAsked::Unsettled => Help::run_with("plan", "--signer WORDS"),
            NotAsked::NotYet | NotAsked::NoPair | NotAsked::NoProgram(_) => Help::run("plan"),
        },
        ClusterFinding::QuorumAtRisk { stop, risk, said } => help_at_risk(*stop, risk, *said),
        ClusterFinding::StillMember { id, by, etcd, .. } => {
            let at = by.as_deref().unwrap_or("a member that lives");
            Help::plain(removal(*etcd, *id)).remark(&format!("on {at}; not where this one comes back with its data"))
        }
    }
}

/// What takes a member out of its cluster.
fn removal(etcd: EtcdVersion, id: u64) -> String {
    format!("{}etcdctl member remove {id:x}", api(etcd))
}

fn help_at_risk(stop: Stop, risk: &Risk, said: Word) -> Help {
    const WORD: &str = "--although-quorum-at-risk";
    match (stop, risk, said) {
        (Stop::Restart, Risk::TooFew { .. } | Risk::Unknown, Word::NotSaid) => Help::run("plan")
            .and(Help::plain("   (again when they are up); if it may stop serving meanwhile: "))
            .and(Help::run_with("install", WORD)),
        (Stop::Uninstall, Risk::TooFew { .. } | Risk::Unknown, Word::NotSaid) => {
            Help::host_with("uninstall", "--dry-run")
                .and(Help::plain("   (again when they are up); if it may stop serving for good: "))
                .and(Help::host_with("uninstall", WORD))
        }
        (Stop::Uninstall, Risk::OfTwo { .. }, _) => Help::plain("etcdctl member list")
            .remark("if the other is to go on alone: on it, etcdctl member remove of this one first, while both serve"),
        (Stop::Uninstall, Risk::Only { .. }, _) => {
            Help::plain("etcdctl snapshot save FILE").remark("first, if its data are of use")
        }
        (Stop::Restart, ..) | (Stop::Uninstall, _, Word::Said) => Help::host("status"),
    }
}

/// Ready to paste on a living member. What the cluster says of itself is never put into them, but numbers.
fn member_lines(lines: &Lines, by: &str) -> Help {
    let Lines { etcd, name, url, first, founding } = lines;
    let (api, add) = (api(*etcd), format!("etcdctl member add {name} --peer-urls={url}"));
    let typed = match first {
        First::Nothing => format!("{api}{add}"),
        First::Remove(id) => format!("{api}etcdctl member remove {id:x} && {api}{add}"),
        First::Update(id) => format!("{api}etcdctl member update {id:x} --peer-urls={url}"),
    };
    let then = match founding {
        Some(token) => {
            format!("on {by}; then, on the connected machine: {}, and carry the new file here", same_cluster(token))
        }
        None => format!("on {by}; then this install again"),
    };
    Help::plain(typed).remark(&then)
}
