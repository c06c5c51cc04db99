//! The words of findings about the cluster, as the other members' hosts show it.

use crate::although::Word;
use crate::facts::cluster::{NotAsked, Trusting, api};
use crate::finding::ClusterFinding;
use crate::finding::cluster::{Doubt, First, Here, Lines, Reached, Unseen};
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
            "cluster {cluster:x} runs ({by} answers), and its place for {url} was made later; this bundle can found a cluster, \
             not join one"
        ),
        ClusterFinding::Rejoin { cluster, by, id, .. } => format!(
            "this host has no data, and cluster {cluster:x} ({by} answers) counts on those of its member {id:x}, which is this \
             one: without them it must be removed and added anew"
        ),
        ClusterFinding::Unreachable { what: Reached::Nobody } => {
            "the cluster runs, this host has none of its data, and no other member serves clients: none can be asked for a \
             place in it"
                .to_owned()
        }
        ClusterFinding::Unreachable { what: Reached::NoQuorum } => {
            "the cluster has no quorum, and this host none of its data: it cannot be given a place".to_owned()
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
            "{by} knows this member ({id:x}) at {}; with this bundle it listens at {new}, where nobody would ask for it",
            there.join(", ")
        ),
        ClusterFinding::OtherCas { by: Trusting::KeptData, .. } => {
            "before the uninstall that kept its data, this member had other CAs than the bundle's".to_owned()
        }
        ClusterFinding::OtherCas { by: Trusting::Installed, runs, .. } => {
            let leaves = if *runs { ": this member leaves the cluster with it" } else { "" };
            format!("the CAs installed here are others than the bundle's{leaves}")
        }
        ClusterFinding::OtherCa { member, at, .. } => {
            format!("what {member} serves at {at} was issued by another CA than the bundle's: they would not speak to each other")
        }
        ClusterFinding::CaUnseen { member, at } => {
            format!("by which CA the certificate of {member} at {at} was issued cannot be seen")
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
            format!("{} {serve} clients; of which cluster {them} not asked: {why}", members.join(" and "))
        }
    }
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
        "this bundle founds a cluster, and whether that runs already cannot be told: {}. A founder that begins anew beside it \
         votes without memory, and writes can be lost",
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
            .remark("again when a majority of the others is up; where it cannot be had back: restore a snapshot"),
        ClusterFinding::Added { token, .. } => {
            Help::plain(same_cluster(token)).remark("on the connected machine; carry the new file here")
        }
        // The bundle's own token is not the running cluster's: the builder knows that, if it has ever been.
        ClusterFinding::OtherCluster { here: Here::Founded(_), .. } => {
            Help::plain(SAME_CLUSTER).remark("on the connected machine; carry the new file here")
        }
        ClusterFinding::OtherCluster { .. } | ClusterFinding::TwoClusters { .. } => {
            Help::plain("etcdctl member list").remark("on each of them; the bundle is not for both")
        }
        ClusterFinding::OtherList { .. } => {
            Help::plain(format!("the cluster's members as hosts in cluster.toml, then: {}", super::BUILD))
        }
        ClusterFinding::OldAddress { id, new, by, etcd, .. } => {
            Help::plain(format!("{}etcdctl member update {id:x} --peer-urls={new}", api(*etcd)))
                .remark(&format!("on {by}"))
        }
        ClusterFinding::OtherCas { said: Word::NotSaid, .. } | ClusterFinding::OtherCa { said: Word::NotSaid, .. } => {
            Help::plain("the bundle by the pki/ that the others are from; where that is lost: docs/trust.md")
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
