//! `check`, in English.

use std::fmt;

use payload::etcd::EtcdVersion;
use payload::founding::Phase;
use payload::name::ClusterName;
use time::OffsetDateTime;

pub(crate) const HOSTS: [&str; 5] = ["HOST", "MEMBER", "ADDRESS", "ARCH", "CERTIFICATE"];
pub(crate) const CA: &str = "CA";
pub(crate) const SIGNER: &str = "signer";
pub(crate) const PASSPHRASE_ROW: &str = "passphrase";
pub(crate) const RELEASE: &str = "release";
pub(crate) const CLUSTER: &str = "cluster";
pub(crate) const ASKS: &str = "asks";
pub(crate) const REHEARSAL: &str = "rehearsal";
pub(crate) const TRAVELS: &str = "to carry";

pub(crate) fn heading(file: &str, name: &str, etcd: &str, hosts: usize) -> String {
    let hosts = if hosts == 1 { "one host".to_owned() } else { format!("{hosts} hosts") };
    format!("{file}: cluster {name}, etcd {etcd}, {hosts}; `etcdpack build` would do this:")
}

pub(crate) fn until(state: &str, end: OffsetDateTime) -> String {
    format!("{state}, until {}", end.date())
}

pub(crate) fn why(host: &str, why: &str) -> String {
    format!("{host}: {why}")
}

pub(crate) fn authority(file: &str, state: &str, key: &str) -> String {
    format!("{file}: {state}{key}")
}

pub(crate) const KEY_LOCKED: &str = "; its key is under a passphrase";
pub(crate) const KEY_MISSING: &str = "; its key is not beside it";
pub(crate) const KEY_ELSEWHERE: &str = "; its key is not here: others sign";

pub(crate) const SIGNER_MADE: &str = "a key to sign bundles is made; its twelve words are shown";
pub(crate) const PASSPHRASE_KEPT: &str = "that of an earlier build: the private keys stay sealed with it";
pub(crate) const PASSPHRASE_MADE: &str =
    "private keys are sealed anew: a passphrase is made and shown, or given with --passphrase-fd";

pub(crate) fn supply(file: &str, supply: &str) -> String {
    format!("{file}, {supply}")
}

pub(crate) const IN_CACHE: &str = "in the cache";

pub(crate) fn in_file(path: &str) -> String {
    format!("from {path}")
}

pub(crate) fn downloaded(places: &str) -> String {
    format!("to be downloaded from {places}")
}

pub(crate) fn sum_of(origin: &str) -> String {
    format!("its SHA-256 is known by: {origin}")
}

pub(crate) fn published(version: EtcdVersion) -> String {
    format!("upstream's list SHA256SUMS of {version}, to be downloaded with it")
}

pub(crate) const FIRST_USE: &str = "nobody (--trust-on-first-use)";

pub(crate) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Founding => "not founded yet, as far as is known here",
        Phase::Running => "runs: no bundle founds it again",
    }
}

pub(crate) fn asks_for_data(changes: &[String]) -> String {
    format!("whether any host holds data of this cluster, for the file has changed: {}", changes.join("; "))
}

pub(crate) fn asks_for_name(cluster: &ClusterName) -> String {
    format!("for the name of cluster {cluster}, which runs, before another takes its place")
}

pub(crate) const ASKS_FOR_CA_KEY: &str = "for the passphrase of the CA's key";

pub(crate) const HELD: &str = "can be held on this machine";

pub(crate) fn not_held(why: impl fmt::Display) -> String {
    format!("cannot be held: {why}")
}

pub(crate) fn journey(what: &str, way: &str) -> String {
    format!("{what}: {way}")
}

pub(crate) const BUNDLES: &str = "the bundles, dist/HOST.run";
pub(crate) const BY_STICK: &str = "to the hosts, on a stick or by any other way";
pub(crate) const LIKE_KEYS: &str = "to the hosts, as carefully as keys: private keys are in them in the clear";
pub(crate) const WORDS: &str = "the signer's twelve words";
pub(crate) const BY_PAPER: &str = "to whoever installs, by telephone or on paper, not with the bundles";
pub(crate) const PASSPHRASE: &str = "the passphrase";
pub(crate) const SECRETLY: &str = "to whoever installs, in secret, not with the bundles";
pub(crate) const REQUESTS_OF_HOSTS: &str = "the hosts' requests, HOST.csr";
pub(crate) const BACK_HERE: &str = "from the hosts to here, for `etcdpack sign`; then bundles once more";
pub(crate) const REQUESTS_TO_CA: &str = "requests (`etcdpack pki csr`)";
pub(crate) const AND_BACK: &str = "to the CA, and its certificates back here (`etcdpack pki accept`)";

pub(crate) fn would_be_refused(faults: usize) -> String {
    let faults = if faults == 1 { "one fault".to_owned() } else { format!("{faults} faults") };
    format!("`etcdpack build` would be refused: {faults}")
}

pub(crate) const AGAIN: &str = "mend what is named above, then: etcdpack check";

// What becomes of a certificate or CA.

pub(crate) const MADE: &str = "made";
pub(crate) const KEPT: &str = "kept";
pub(crate) const RENEWED: &str = "renewed";
pub(crate) const AWAITED: &str = "awaited";
