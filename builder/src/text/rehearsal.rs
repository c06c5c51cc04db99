//! The rehearsal, in English.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use payload::name::HostName;

pub(crate) fn begins(members: usize) -> String {
    let members = if members == 1 { "the member runs".to_owned() } else { format!("the {members} members run") };
    format!("rehearsal: {members} here for a moment, from what the bundles hold, in a network of their own")
}

pub(crate) fn proven(members: usize, took: Duration) -> String {
    let how = if members == 1 { "one key written and read" } else { "a leader, one key written and read" };
    format!("rehearsed in {:.1} s: {how}", took.as_secs_f64())
}

pub(crate) const OF_A_CLUSTER_THAT_RUNS: &str = "what is rehearsed begins without data, unlike the cluster, which runs";

pub(crate) fn not_rehearsed(why: impl Display) -> String {
    format!("not rehearsed, so whether etcd runs with this is not known: {why}")
}

pub(crate) fn too_many(members: usize, most: usize) -> String {
    format!("{members} members are more than the {most} that one machine is asked to run")
}

pub(crate) fn other_arch(host: &HostName, arch: &str) -> String {
    format!("{host} is {arch}, and this machine is not")
}

pub(crate) fn key_on_host(host: &HostName) -> String {
    format!("the key of {host} is on that host alone, and the CA's key, which could make a stand-in, is not at hand")
}

pub(crate) fn no_stand_in(host: &HostName, why: &str) -> String {
    format!("the key of {host} is on that host alone, and there is no stand-in for it: {why}")
}

pub(crate) fn with_stand_ins(hosts: &[&str]) -> String {
    let (keys, these) = if hosts.len() == 1 { ("the key", "this host") } else { ("the keys", "these hosts") };
    format!("in that, {keys} of {} had stand-ins: the real ones are on {these} alone", hosts.join(", "))
}

pub(crate) fn behind_nat(host: &HostName) -> String {
    format!("{host} listens elsewhere than it is reached at, and there is nobody here who leads from one to the other")
}

pub(crate) const NO_RELEASE_FOR_IT: &str = "there is no release for this machine's architecture";
pub(crate) const NO_WORD: &str = "what was started for it ended without a word";
pub(crate) const NO_ANSWER: &str = "what was started for it does not answer";
pub(crate) const NO_NETWORK_OF_ITS_OWN: &str = "a member got no network of its own";

pub(crate) fn starting(program: &str, error: impl Display) -> String {
    format!("starting `{program}`: {error}")
}

/// A program that sets things up has failed.
pub(crate) fn said(program: &str, words: &str) -> String {
    format!("`{program}`: {words}")
}

pub(crate) fn at(path: &Path, error: impl Display) -> String {
    format!("`{}`: {error}", path.display())
}

pub(crate) fn in_the_systems_own(path: impl Display) -> String {
    format!("`{path}` lies directly in a directory of this machine's system")
}

pub(crate) fn ended(host: &HostName, why: &str) -> String {
    format!("the rehearsal failed, nothing is packed: etcd of {host} ends with: {why}")
}

pub(crate) fn no_leader(waited: Duration) -> String {
    format!("the rehearsal failed, nothing is packed: no leader within {} s", waited.as_secs())
}

pub(crate) fn last_line(host: &HostName, line: &str) -> String {
    format!("{host}: {line}")
}

/// Where the cluster file says what etcd complains of.
pub(crate) fn look_at(key: &str, section: &str, line: usize, text: &str) -> String {
    format!("look at `{key}` in `{section}`, line {line} of the cluster file: {text}")
}

pub(crate) fn look(is_of_certificates: bool) -> &'static str {
    if is_of_certificates {
        "etcdpack pki show"
    } else {
        "etcdpack build --no-rehearsal   # packs without trying, where the cause is this machine"
    }
}

pub(crate) const WHERE_ELSE: &str =
    "etcdpack rehearse   (on a machine of the hosts' architecture with user namespaces, `unshare`, `nsenter` and `ip`)";
pub(crate) const KEYS_OF_THE_BUNDLES: &str = "the private keys in the bundles";
pub(crate) const BY_DESCRIPTOR: &str = "etcdpack rehearse --passphrase-fd 3 3< FILE";
pub(crate) const NOT_TEXT: &str = "it is not text";

pub(crate) fn no_bundles(dir: &Path) -> String {
    format!("`{}` has no bundles (*.run)", dir.display())
}

pub(crate) fn of_two_clusters(path: &Path) -> String {
    format!("`{}` is of another cluster or etcd than the bundles before it", path.display())
}

pub(crate) fn key_not_opened(host: &HostName, why: impl Display) -> String {
    format!("the key of {host} is not opened: {why}")
}
