//! The words of findings about the directory for etcd's log.

use crate::facts::logs::{Kind, MOST, Odd};
use crate::finding::LogFinding;
use crate::help::Help;

/// How many of the things that lie there are named.
const NAMED: usize = 5;

pub(super) fn text(found: &LogFinding) -> String {
    match found {
        LogFinding::OthersWrite { path, mode, uid } => format!(
            "others than root can make files in `{path}` (mode {mode:04o}, owner {uid}), where supervisord opens etcd's \
             log as root: who breaks into etcd could become root by it"
        ),
        LogFinding::Overfull { path } => {
            format!("`{path}` has more than {MOST} names: no supervisor makes so many, not all were looked at")
        }
        LogFinding::Planted { path, odd } => format!(
            "in `{path}`, where supervisord opens files as root: {}. No supervisor makes that: it points to a break-in into etcd",
            named(odd)
        ),
    }
}

pub(super) fn help(found: &LogFinding) -> Help {
    match found {
        LogFinding::OthersWrite { .. } => {
            Help::run("install").remark("looks at what lies there, and gives the directory to root; etcd runs on")
        }
        LogFinding::Overfull { path } | LogFinding::Planted { path, .. } => Help::in_tree(format!("ls -lAi {path}"))
            .remark("then move it out of there, and look for what else was done on this host"),
    }
}

fn named(odd: &[Odd]) -> String {
    let mut named: Vec<String> = odd.iter().take(NAMED).map(what).collect();
    let more = odd.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join("; ")
}

/// Names and targets are an intruder's words.
fn what(odd: &Odd) -> String {
    let name = odd.name.escape_debug();
    match &odd.kind {
        Kind::Link { target } => format!("`{name}` is a link to `{}`", target.escape_debug()),
        Kind::Pipe => format!("`{name}` is a named pipe"),
        Kind::Socket => format!("`{name}` is a socket"),
        Kind::Device => format!("`{name}` is a device"),
        Kind::Dir => format!("`{name}` is a directory"),
        Kind::Linked { names } => format!("`{name}` is a file with {names} names (hard links)"),
    }
}
