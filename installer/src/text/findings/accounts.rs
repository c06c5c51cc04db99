//! The words of findings about the user and group that etcd runs as.

use payload::{say, words};

use crate::facts::accounts::Source;
use crate::finding::AccountFinding;
use crate::help::Help;

pub(super) fn text(found: &AccountFinding) -> String {
    use AccountFinding::{InGroup, Login, NoGroup, NoTools, OtherGroup, RootsGroup, RootsId, SharedId};
    match found {
        RootsId { user, uid, gid } => say!(
            en = "the user `{user}` has the uid {uid} and the gid {gid}: root's",
            zh = "用户 `{user}` 的 uid 是 {uid}，gid 是 {gid}：属于 root"
        ),
        Login { user, uid, shell, .. } => {
            say!(
                en = "the user `{user}` is there with uid {uid} and shell `{shell}`: etcd's \
                         user must not log in",
                zh = "用户 `{user}` 已存在，uid 为 {uid}，shell 为 `{shell}`：etcd 用户不得登录"
            )
        }
        SharedId { user, uid, others } => {
            say!(
                en = "the user `{user}` shares its uid {uid} with `{}`",
                zh = "用户 `{user}` 的 uid {uid} 与 `{}` 相同",
                others.join("`, `")
            )
        }
        NoGroup { user, .. } => {
            say!(
                en = "the user `{user}` is there, but no group `{user}`, which its service runs with",
                zh = "用户 `{user}` 已存在，但没有用户组 `{user}`，服务需要以该组运行"
            )
        }
        OtherGroup { user, gid, .. } => {
            say!(
                en = "the primary group of the user `{user}` is {gid}, not `{user}`: it can \
                         read etcd's logs",
                zh = "用户 `{user}` 的主组是 {gid}，不是 `{user}`：该组可以读取 etcd 的日志"
            )
        }
        InGroup { user, members } => {
            say!(
                en = "in the group `{user}` are `{}`: they can read etcd's logs",
                zh = "用户组 `{user}` 中有 `{}`：他们可以读取 etcd 的日志",
                members.join("`, `")
            )
        }
        NoTools { user } => {
            say!(
                en = "there is no user `{user}` and this host has no useradd and groupadd to make it",
                zh = "没有用户 `{user}`，本机也没有 useradd 和 groupadd 可用来创建"
            )
        }
        RootsGroup { user } => {
            say!(en = "the group `{user}` has the gid 0: root's", zh = "用户组 `{user}` 的 gid 是 0：属于 root")
        }
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
        | OtherGroup { source: Source::Elsewhere, .. } => Help::plain(say!(
            en = "set another `etcd.user` in cluster.toml and run: {}",
            zh = "在 cluster.toml 中另设 `etcd.user`，然后运行：{}",
            super::BUILD
        )),
        Login { user, no_login, .. } => Help::in_tree(format!("usermod --shell {no_login} {user}")),
        NoGroup { user, .. } => Help::in_tree(format!("groupadd --system {user} && usermod --gid {user} {user}")),
        OtherGroup { user, .. } => Help::in_tree(format!("usermod --gid {user} {user}")),
        InGroup { user, .. } => Help::in_tree(format!("getent group {user}")),
        NoTools { .. } => Help::plain(words!(
            en = "install the package `shadow-utils` or `passwd`, or make the user yourself",
            zh = "安装软件包 `shadow-utils` 或 `passwd`，或者自行创建该用户"
        )),
    }
}
