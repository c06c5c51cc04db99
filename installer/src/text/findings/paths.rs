//! The words of findings about what stands at our places, or on the way to them.

use std::path::Path;

use payload::path::AbsPath;
use payload::shell::word;
use payload::{say, words};

use crate::change::Holds;
use crate::facts::paths::{Obstacle, ObstacleKind, Owned, Shut};
use crate::finding::{Maker, PathFinding};
use crate::help::Help;
use crate::text::names;

pub(super) fn text(found: &PathFinding) -> String {
    match found {
        PathFinding::Obstacle(Obstacle { path, kind }) => match kind {
            ObstacleKind::Dir { mode, uid } => {
                say!(
                    en = "others than root can write to `{path}` (mode {mode:04o}, owner {uid})",
                    zh = "除 root 以外的用户可以写入 `{path}`（权限 {mode:04o}，属主 {uid}）"
                )
            }
            ObstacleKind::Link { uid, dir_mode, dir_uid } => say!(
                en = "others than root can choose where `{path}` leads: a link of owner {uid}, \
                         in a directory of mode {dir_mode:04o}, owner {dir_uid}",
                zh = "除 root 以外的用户可以决定 `{path}` 指向哪里：链接的属主为 {uid}，\
                         所在目录的权限为 {dir_mode:04o}，属主为 {dir_uid}"
            ),
            ObstacleKind::Nowhere => {
                say!(en = "`{path}` is a link that leads nowhere", zh = "`{path}` 是一个无效的链接")
            }
            ObstacleKind::NoDirectory => {
                say!(en = "`{path}` is there already and is not a directory", zh = "`{path}` 已存在，且不是目录")
            }
        },
        PathFinding::Shut { shut: Shut { dir, mode, uid, behind }, user, .. } => say!(
            en = "etcd's user, `{user}`, cannot pass `{dir}` (mode {mode:04o}, owner {uid}), and needs `{behind}` behind it",
            zh = "etcd 的用户 `{user}` 无权进入 `{dir}`（权限 {mode:04o}，属主 {uid}），而它需要其中的 `{behind}`"
        ),
        PathFinding::OthersData { owned: Owned { path, uid }, user, .. } => say!(
            en = "`{path}` belongs to the user with uid {uid}, and not to etcd's user, `{user}`, which cannot write it",
            zh = "`{path}` 属于 uid 为 {uid} 的用户，而不属于 etcd 的用户 `{user}`，后者无法写入"
        ),
        PathFinding::Taken { path } => {
            say!(en = "`{path}` is there already and is not ours", zh = "`{path}` 已存在，且不属于我们")
        }
        PathFinding::Linked { path, target, holds } | PathFinding::LinkedSince { path, target, holds } => {
            let target = target.escape_debug();
            match holds {
                Holds::Logs => say!(
                    en = "`{path}`, the directory for etcd's log, is a link, to `{target}`: at boot nothing would wait for the disk behind it",
                    zh = "etcd 的日志目录 `{path}` 是符号链接，指向 `{target}`：开机时不会等待链接背后的磁盘"
                ),
                Holds::Wal => say!(
                    en = "`{path}`, the directory for etcd's write-ahead log, is a link, to `{target}`: at boot nothing would wait for the disk behind it",
                    zh = "etcd 的预写日志目录 `{path}` 是符号链接，指向 `{target}`：开机时不会等待链接背后的磁盘"
                ),
                Holds::Snapshots => say!(
                    en = "`{path}`, the directory for snapshots, is a link, to `{target}`: at boot nothing would wait for the disk behind it",
                    zh = "快照目录 `{path}` 是符号链接，指向 `{target}`：开机时不会等待链接背后的磁盘"
                ),
                Holds::Files => say!(
                    en = "`{path}`, which was a directory when it was installed, is a link, to `{target}`: at boot nothing would wait for the disk behind it",
                    zh = "`{path}` 安装时是目录，现在是符号链接，指向 `{target}`：开机时不会等待链接背后的磁盘"
                ),
                Holds::Data => say!(
                    en = "`{path}`, the directory for etcd's data, is a link, to `{target}`: at boot nothing would wait for the disk behind it",
                    zh = "etcd 的数据目录 `{path}` 是符号链接，指向 `{target}`：开机时不会等待链接背后的磁盘"
                ),
            }
        }
        PathFinding::Changed { path } => say!(
            en = "`{path}` was changed since etcdpack wrote it: it is kept",
            zh = "`{path}` 在 etcdpack 写入之后被修改过：予以保留"
        ),
        PathFinding::ChangedAndNew { path, new } => {
            say!(
                en = "`{path}` was changed since etcdpack wrote it: it is kept, the new one is `{new}`",
                zh = "`{path}` 在 etcdpack 写入之后被修改过：予以保留，新文件为 `{new}`"
            )
        }
        PathFinding::BesideChanged { path, new } => {
            say!(
                en = "`{path}` is kept with what was changed beside it; the new one is `{new}`",
                zh = "`{path}` 及其旁边的修改予以保留；新文件为 `{new}`"
            )
        }
        PathFinding::LeftBehind { dir, names, stays } => {
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
            say!(
                en = "`{dir}` has files that etcdpack did not put there: {}; they stay in \
                         `{stays}`, and from now on `{dir}` leads to another directory",
                zh = "`{dir}` 中有不是由 etcdpack 放入的文件：{}；它们留在 `{stays}` 中，此后 \
                         `{dir}` 指向另一个目录",
                names::several(&names)
            )
        }
    }
}

pub(super) fn help(found: &PathFinding) -> Help {
    match found {
        PathFinding::Obstacle(Obstacle { path, kind }) => {
            // Part of it can be the target of a link that others made: no shell must read more into it.
            let typed = word(Path::new(path));
            Help::in_tree(match kind {
                ObstacleKind::Dir { .. } => format!("chown root {typed}; chmod go-w {typed}"),
                ObstacleKind::Link { .. } | ObstacleKind::Nowhere => format!("ls -l {typed}; rm {typed}"),
                ObstacleKind::NoDirectory => format!("mv {typed} {}", word(Path::new(&format!("{path}.old")))),
            })
        }
        PathFinding::Shut { shut, maker, .. } => {
            // As an install has made it, or as little as is enough.
            let dir = word(Path::new(&shut.dir));
            match maker {
                Maker::Install => Help::in_tree(format!("chmod a+rx {dir}")),
                Maker::Others => Help::in_tree(format!("chmod a+x {dir}")),
            }
        }
        PathFinding::OthersData { user, places, .. } => {
            let places = places.iter().map(AbsPath::as_str).collect::<Vec<_>>().join(" ");
            Help::in_tree(format!("chown -R {user}:{user} {places}")).remark(&words!(
                en = "with etcd stopped; then ./HOST.run install",
                zh = "先停止 etcd；然后 ./HOST.run install"
            ))
        }
        PathFinding::Taken { path } => Help::in_tree(format!("mv {path} {path}.old")),
        PathFinding::Linked { path, target, holds } => linked(path, target, *holds),
        PathFinding::LinkedSince { path, target, .. } => {
            Help::plain(words!(en = "with etcd stopped: ", zh = "先停止 etcd，然后运行："))
                .and(bound(path, real(target).as_deref()))
        }
        PathFinding::Changed { path } => Help::plain(words!(en = "to have it back: ", zh = "如需恢复："))
            .and(Help::in_tree(format!("mv {path} {path}.old")))
            .and(Help::plain(words!(en = ", then install again", zh = "，然后重新安装"))),
        PathFinding::ChangedAndNew { path, new } | PathFinding::BesideChanged { path, new } => {
            Help::in_tree(format!("diff {path} {new}"))
        }
        PathFinding::LeftBehind { dir, .. } => Help::in_tree(format!("ls -lA {dir}/")),
    }
}

/// The directory itself in the cluster file, or, without a new bundle, a mount in the place of the link.
fn linked(path: &AbsPath, target: &str, holds: Holds) -> Help {
    let real = real(target);
    let key = match holds {
        Holds::Logs => "logs",
        Holds::Wal => "wal-dir",
        Holds::Data | Holds::Files => "data",
        Holds::Snapshots => return bound(path, real.as_deref()),
    };
    let line = format!("{key} = \"{}\"", real.as_deref().unwrap_or(DIR));
    let named = say!(
        en = "`{line}` below `[paths]` in cluster.toml, then: {}; or here: ",
        zh = "在 cluster.toml 的 `[paths]` 下写 `{line}`，然后运行：{}；或者在本机运行：",
        super::BUILD
    );
    Help::plain(named).and(bound(path, real.as_deref()))
}

/// Where a link leads that is in no words for a shell.
const DIR: &str = "DIR";

fn bound(path: &AbsPath, real: Option<&str>) -> Help {
    let dir = real.unwrap_or(DIR);
    let mount = Help::in_tree(format!("rm {path} && mkdir {path} && mount --bind {dir} {path}"));
    let lasting = Help::command(format!("{dir} {path} none bind 0 0"));
    let help =
        mount.and(Help::plain(words!(en = ", and in /etc/fstab: ", zh = "，并在 /etc/fstab 中写入："))).and(lasting);
    match real {
        Some(_) => help,
        None => help.remark(&say!(en = "DIR: realpath {path}", zh = "DIR：realpath {path}")),
    }
}

/// The target of a link, where it is a path that the cluster file takes and that no shell reads anything into.
fn real(target: &str) -> Option<String> {
    target.parse::<AbsPath>().ok().map(|path| path.to_string())
}
