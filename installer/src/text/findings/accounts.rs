//! The words of findings about the user and group that etcd runs as.

use crate::facts::accounts::Source;
use crate::finding::AccountFinding;
use crate::help::Help;

pub(super) fn text(found: &AccountFinding) -> String {
    use AccountFinding::{InGroup, Login, NoGroup, NoTools, OtherGroup, RootsGroup, RootsId, SharedId};
    match found {
        RootsId { user, uid, gid } => format!("the user `{user}` has the uid {uid} and the gid {gid}: root's"),
        Login { user, uid, shell, .. } => {
            format!("the user `{user}` is there with uid {uid} and shell `{shell}`: etcd's user must not log in")
        }
        SharedId { user, uid, others } => {
            format!("the user `{user}` shares its uid {uid} with `{}`", others.join("`, `"))
        }
        NoGroup { user, .. } => {
            format!("the user `{user}` is there, but no group `{user}`, which its service runs with")
        }
        OtherGroup { user, gid, .. } => {
            format!("the primary group of the user `{user}` is {gid}, not `{user}`: it can read etcd's logs")
        }
        InGroup { user, members } => {
            format!("in the group `{user}` are `{}`: they can read etcd's logs", members.join("`, `"))
        }
        NoTools { user } => {
            format!("there is no user `{user}` and this host has no useradd and groupadd to make it")
        }
        RootsGroup { user } => format!("the group `{user}` has the gid 0: root's"),
    }
}

pub(super) fn help(found: &AccountFinding) -> Help {
    use AccountFinding::{InGroup, Login, NoGroup, NoTools, OtherGroup, RootsGroup, RootsId, SharedId};
    match found {
        // This host's tools cannot change these, and somebody may log in with them elsewhere.
        RootsId { .. }
        | SharedId { .. }
        | RootsGroup { .. }
        | Login { source: Source::Elsewhere, .. }
        | NoGroup { source: Source::Elsewhere, .. }
        | OtherGroup { source: Source::Elsewhere, .. } => {
            Help::plain(format!("set another `etcd.user` in cluster.toml and run: {}", super::BUILD))
        }
        Login { user, no_login, .. } => Help::in_tree(format!("usermod --shell {no_login} {user}")),
        NoGroup { user, .. } => Help::in_tree(format!("groupadd --system {user} && usermod --gid {user} {user}")),
        OtherGroup { user, .. } => Help::in_tree(format!("usermod --gid {user} {user}")),
        InGroup { user, .. } => Help::in_tree(format!("getent group {user}")),
        NoTools { .. } => Help::plain("install the package `shadow-utils` or `passwd`, or make the user yourself"),
    }
}
