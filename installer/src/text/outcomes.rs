//! How a command ended: what is on the host now.

use std::fmt::Display;

use payload::etcd::EtcdVersion;
use payload::name::HostName;

use crate::change::Change;
use crate::execute::{After, Failed, NotUndone};
use crate::finding::Finding;
use crate::supervision::Supervision;
use crate::text::findings;

pub(crate) const NOTHING_CHANGED: &str = "nothing was changed";
pub(crate) const EVERYTHING_UNDONE: &str = "everything was undone";

/// Why a run failed.
pub(crate) fn failed(failed: &Failed) -> String {
    format!("{}: {}", failed.at, failed.error)
}

/// A line for each thing that a run which failed has left.
pub(crate) fn left(after: &After) -> Vec<String> {
    match after {
        After::Untouched => Vec::new(),
        After::Undone { left } => left.iter().map(not_undone).collect(),
        After::Begun => vec!["could not be undone: etcd runs, but the install is not on record".to_owned()],
    }
}

fn not_undone(left: &NotUndone) -> String {
    match left {
        NotUndone::Change(change, error) => format!("could not be undone: {change}: {error}"),
        NotUndone::Step(at, error) => format!("could not be undone: {at}: {error}"),
        NotUndone::Records(error) => format!("could not be undone: {error}"),
    }
}

// install

pub(crate) const IN_PLACE_ALREADY: &str = "everything is in place already; nothing was changed";

pub(crate) fn installed(etcd: EtcdVersion, under: Option<&Supervision>) -> String {
    let under = under.map(|supervision| format!(" under {supervision}")).unwrap_or_default();
    format!("installed: etcd {etcd}{under}")
}

pub(crate) fn installed_but(error: impl Display) -> String {
    format!("installed, but {error}")
}

pub(crate) const HEALTHY: &str = "healthy";
pub(crate) const NOT_HEALTHY_YET: &str = "installed, but not healthy yet";

// csr

pub(crate) const KEY_IS_THERE: &str = "this host has its key already: the same request once more";

pub(crate) fn key_not_made(error: impl Display) -> String {
    format!("making the key: {error}")
}

pub(crate) fn request_not_written(error: impl Display) -> String {
    format!("the key is there, but writing its request: {error}")
}

/// What makes sure that the request which arrives is the one that went out.
pub(crate) fn words_of_the_key(fingerprint: impl Display) -> [String; 3] {
    [
        "words of this host's key, which is in the request:".to_owned(),
        format!("  {fingerprint}"),
        "  `etcdpack sign` shows words of what it is given, and asks to compare: tell these by another way than the request's"
            .to_owned(),
    ]
}

pub(crate) fn key_stays(host: &HostName) -> String {
    format!("the key stays on this host; next, where the bundle was built: etcdpack sign {host}.csr")
}

// doctor

/// How many things were found.
pub(crate) fn examined(faults: usize, warnings: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    if faults + warnings == 0 {
        return "nothing found".to_owned();
    }
    format!("{}, {}", count(faults, "fault"), count(warnings, "warning"))
}

// uninstall

pub(crate) const UNINSTALLED: &str = "uninstalled";
pub(crate) const NOTHING_LEFT: &str = "uninstalled; nothing is left";
pub(crate) const SIGNER_FORGOTTEN: &str =
    "whose bundles this host takes is forgotten, too: the next install asks for the signer's words";
pub(crate) const STOPPED_ON_RECORD: &str = "told to stop; what is left is still on record";

/// What a finding of before says is to be done now.
pub(crate) fn left_to_do(finding: &Finding) -> String {
    format!("the cluster counts on this member until: {}", findings::help(finding))
}

pub(crate) fn uninstalled_but(error: impl Display) -> String {
    format!("uninstalled, but {error}")
}

/// In the list of what stays.
pub(crate) fn kept(change: &Change) -> String {
    format!("  kept {change}")
}

pub(crate) fn not_removed(change: &Change, error: impl Display) -> String {
    format!("could not be removed: {change}: {error}")
}

pub(crate) fn failed_on_record(failed: &Failed) -> String {
    format!("{}: {}; what is left is still on record", failed.at, failed.error)
}
