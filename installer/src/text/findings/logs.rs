//! The words of findings about the directory for etcd's log.

use payload::{say, words};

use crate::facts::logs::{Kind, MOST, Odd};
use crate::finding::LogFinding;
use crate::help::Help;

/// How many of the things that lie there are named.
const NAMED: usize = 5;

pub(super) fn text(found: &LogFinding) -> String {
    match found {
        LogFinding::OthersWrite { path, mode, uid } => say!(
            en = "others than root can make files in `{path}` (mode {mode:04o}, owner {uid}), \
                     where supervisord opens etcd's log as root: who breaks into etcd could become \
                     root by it",
            zh = "除 root 以外的用户可以在 `{path}` 中创建文件（权限 {mode:04o}，属主 {uid}），\
                     而 supervisord 以 root 身份在那里打开 etcd 的日志：攻破 etcd 的人可借此成为 \
                     root"
        ),
        LogFinding::Overfull { path } => {
            say!(
                en = "`{path}` has more than {MOST} names: no supervisor makes so many, not all \
                         were looked at",
                zh = "`{path}` 中的文件超过 {MOST} 个：supervisor 不会产生这么多，未能全部检查"
            )
        }
        LogFinding::Planted { path, odd } => say!(
            en = "in `{path}`, where supervisord opens files as root: {}. No supervisor makes \
                     that: it points to a break-in into etcd",
            zh = "supervisord 以 root 身份打开文件的 `{path}` 中：{}。supervisor 不会产生这些：\
                     说明 etcd 可能已被攻破",
            named(odd)
        ),
    }
}

pub(super) fn help(found: &LogFinding) -> Help {
    match found {
        LogFinding::OthersWrite { .. } => Help::run("install").remark(&words!(
            en = "looks at what lies there, and gives the directory to root; etcd runs on",
            zh = "会检查其中的内容，并把该目录改归 root；etcd 不中断"
        )),
        LogFinding::Overfull { path } | LogFinding::Planted { path, .. } => Help::in_tree(format!("ls -lAi {path}"))
            .remark(&words!(
                en = "then move it out of there, and look for what else was done on this host",
                zh = "然后把它移出该目录，并检查本机是否还有其他异常"
            )),
    }
}

fn named(odd: &[Odd]) -> String {
    let mut named: Vec<String> = odd.iter().take(NAMED).map(what).collect();
    let more = odd.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(say!(en = "{more} more", zh = "另有 {more} 个"));
    }
    named.join(&words!(en = "; ", zh = "；"))
}

/// Names and targets are an intruder's words.
fn what(odd: &Odd) -> String {
    let name = odd.name.escape_debug();
    match &odd.kind {
        Kind::Link { target } => {
            say!(en = "`{name}` is a link to `{}`", zh = "`{name}` 是指向 `{}` 的链接", target.escape_debug())
        }
        Kind::Pipe => say!(en = "`{name}` is a named pipe", zh = "`{name}` 是命名管道"),
        Kind::Socket => say!(en = "`{name}` is a socket", zh = "`{name}` 是套接字"),
        Kind::Device => say!(en = "`{name}` is a device", zh = "`{name}` 是设备文件"),
        Kind::Dir => say!(en = "`{name}` is a directory", zh = "`{name}` 是目录"),
        Kind::Linked { names } => say!(
            en = "`{name}` is a file with {names} names (hard links)",
            zh = "`{name}` 是有 {names} 个名字的文件（硬链接）"
        ),
    }
}
