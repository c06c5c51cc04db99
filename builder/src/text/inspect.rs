//! `inspect`, in English: a label and what stands behind it.

use std::fmt;

use payload::manifest::{Purpose, SBOM, When};
use payload::path::AbsPath;
use payload::url::Url;

pub(crate) const SUM: &str = "sha256";
pub(crate) const ID: &str = "id";
pub(crate) const SIGNED_BY: &str = "signed by";
pub(crate) const AFTER: &str = "  after";
pub(crate) const NUMBER: &str = "number";
pub(crate) const FOR: &str = "for";
pub(crate) const MEMBER: &str = "member";
pub(crate) const ETCD: &str = "etcd";
pub(crate) const MADE_BY: &str = "made by";
pub(crate) const LISTENS: &str = "listens";
pub(crate) const LOG: &str = "log";
pub(crate) const ENTRIES: &str = "entries";
pub(crate) const PARTS: &str = "parts";

pub(crate) fn sum_of_key(sum: impl fmt::Display) -> String {
    format!("sha256 {sum} of signing.pub")
}

/// What receipts on hosts name the bundle by.
pub(crate) fn id(id: impl fmt::Display) -> String {
    format!("{id} (of all bytes before the signature)")
}

pub(crate) fn number(serial: impl fmt::Display, cluster: impl fmt::Display) -> String {
    format!("{serial} of its host, in cluster {cluster}")
}

pub(crate) fn host(name: impl fmt::Display, arch: impl fmt::Display) -> String {
    format!("{name} ({arch})")
}

pub(crate) fn member(name: impl fmt::Display, cluster: impl fmt::Display) -> String {
    format!("{name} of cluster {cluster}")
}

pub(crate) fn etcd(version: impl fmt::Display, origin: impl fmt::Display) -> String {
    format!("{version} (vouched for by: {origin})")
}

pub(crate) fn made_by(version: impl fmt::Display) -> String {
    format!("etcdpack {version}")
}

/// Where the write-ahead log lies, if not with the data.
pub(crate) fn log(wal: &AbsPath) -> String {
    format!("written in {wal}, apart from the data")
}

/// Where the member listens, for peers and for clients.
pub(crate) fn listens(peers: &[Url], clients: &[Url]) -> String {
    let list = |urls: &[Url]| urls.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    format!("{} for peers, {} for clients", list(peers), list(clients))
}

/// What becomes of an entry.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Release => "etcd as released".to_owned(),
        Purpose::Wheel => "part of the carried supervisor".to_owned(),
        Purpose::Reading => "for reading".to_owned(),
        Purpose::Program => "supervisor section".to_owned(),
        Purpose::Sealed { path, .. } => format!("{path} 0600, sealed"),
        Purpose::Place { path, mode, when, .. } => {
            let when = match when {
                When::Always => "",
                When::Systemd => ", under systemd",
                When::Carried => ", with the carried supervisor",
            };
            format!("{path} {mode}{when}")
        }
    }
}

pub(crate) fn listed_in() -> String {
    format!("as listed in {SBOM}, which has their licences")
}

pub(crate) fn libraries(count: usize) -> String {
    if count > 0 { format!("; {count} libraries in it") } else { String::new() }
}

pub(crate) fn unreadable_list(error: impl fmt::Display) -> String {
    format!("`{SBOM}` cannot be read: {error}")
}

pub(crate) const RANDOM_BY_NATURE: &str =
    "random by nature, kept in pki/ and so the same in the next build: private keys, CSRs, certificates";
