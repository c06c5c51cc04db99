//! What is going on while a command is at work.

use std::fmt::Display;
use std::path::Path;

use payload::name::UserName;

use crate::change::{Before, Change};

pub(crate) fn verifying(bytes: u64) -> String {
    format!("verifying {bytes} bytes")
}

/// Another program goes on: the one in the bundle at `path`.
pub(crate) fn going_on_with(path: &Path) -> String {
    format!("going on with the program in `{}`", path.display())
}

pub(crate) const PASSPHRASE_OPENS: &str = "the passphrase opens the private key, and that is the certificate's";
pub(crate) const DOES_NOT_OPEN: &str = "that does not open the private key";

pub(crate) fn removed(change: &Change) -> String {
    match change {
        Change::File { path, before: Before::Theirs { .. }, .. } => {
            format!("gave back `{path}`, with the owner and mode that it had")
        }
        change => format!("removed {change}"),
    }
}

pub(crate) fn kept(change: &Change) -> String {
    format!("kept {change}")
}

/// Processes of a user that we have not made, by their ids.
pub(crate) fn strays(user: &UserName, pids: &str) -> String {
    format!("as the user `{user}` there still runs what is not ours to end: process {pids}")
}

/// A run failed, and is taken back.
pub(crate) fn undoing(error: impl Display) -> String {
    format!("{error}: undoing what was done")
}

/// A line of etcd's own log.
pub(crate) fn of_the_log(line: &str) -> String {
    format!("  etcd: {line}")
}

pub(crate) const ASKING: &str = "looking at this host and asking the members";

pub(crate) const STILL_WAITING: &str = "waiting";

pub(crate) const WAITING_FOR_ETCD: &str = "waiting for etcd to listen";

pub(crate) fn waiting_for_health(seconds: u64) -> String {
    format!("waiting up to {seconds} s for a healthy member")
}
