//! A line of strace: which call, its arguments, and the paths in them.
//!
//! Must not know what a process is, nor what is allowed.

use std::collections::BTreeMap;

/// Calls with a path in the first place.
const PLAIN: &str = "open creat stat lstat access readlink unlink rename link mkdir rmdir chmod chown lchown truncate \
    utime utimes mknod statfs chdir chroot execve getxattr lgetxattr listxattr llistxattr setxattr \
    lsetxattr removexattr lremovexattr umount2";
/// Calls with a handle, and a path that begins there.
const AT: &str = "openat openat2 newfstatat statx faccessat faccessat2 readlinkat unlinkat renameat renameat2 linkat \
    mkdirat mknodat fchmodat fchownat utimensat name_to_handle_at execveat open_tree";
/// Calls that are about the name itself, or make it: a link there is not followed.
const OF_NAMES: &str = "lstat readlink readlinkat unlink unlinkat rename renameat renameat2 link linkat mkdir mkdirat mknod \
    mknodat rmdir lchown symlink symlinkat lgetxattr llistxattr lsetxattr lremovexattr";

fn among(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|each| each == name)
}

/// Whether the call is about a name, so that a link there is not followed.
pub(crate) fn is_about_names(call: &str) -> bool {
    among(OF_NAMES, call)
}

/// The calls in their order, each with its process; the halves of interrupted ones are joined where they began.
pub(crate) fn whole_calls(log: &str) -> Vec<(String, String)> {
    let mut calls: Vec<(String, String)> = Vec::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for line in log.lines() {
        let Some((pid, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if call.starts_with(['+', '-']) {
            continue;
        }
        if call.starts_with("<... ") {
            let Some((_, rest)) = call.split_once(" resumed>") else { continue };
            if let Some(at) = open.remove(pid) {
                calls[at].1.push_str(rest);
            }
        } else if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            open.insert(pid, calls.len());
            calls.push((pid.to_owned(), begun.to_owned()));
        } else {
            calls.push((pid.to_owned(), call.to_owned()));
        }
    }
    calls
}

/// Which process made which: clone says the number in the host and then the one out here.
pub(crate) fn parents(calls: &[(String, String)]) -> BTreeMap<String, String> {
    let made = calls.iter().filter(|(_, call)| ["clone", "fork", "vfork"].iter().any(|name| call.starts_with(name)));
    let mut makers = BTreeMap::new();
    for (pid, call) in made {
        let Some((_, result)) = call.rsplit_once(" = ") else { continue };
        let number = result.split_once("/* ").map_or(result, |(_, outside)| outside);
        let number = number.split_whitespace().next().unwrap_or_default();
        makers.insert(number.to_owned(), pid.clone());
    }
    makers
}

/// The paths of a call, each with the handle that it begins at.
pub(crate) fn places<'a>(name: &str, args: &[&'a str]) -> Vec<(String, Option<&'a str>)> {
    let text = |at: usize| args.get(at).and_then(|arg| unquoted(arg));
    let plain = |at: usize| text(at).map(|path| (path, None));
    let at = |handle: usize| text(handle + 1).map(|path| (path, args.get(handle).copied()));
    let found = match name {
        "rename" | "link" | "pivot_root" => vec![plain(0), plain(1)],
        // What is mounted is a path only where it is one.
        "mount" => vec![plain(0).filter(|(path, _)| path.starts_with('/')), plain(1)],
        "symlink" | "inotify_add_watch" => vec![plain(1)],
        "symlinkat" => vec![at(1)],
        "renameat" | "renameat2" | "linkat" | "move_mount" => vec![at(0), at(2)],
        "connect" => {
            let path = args.concat();
            let path = path.split_once("sun_path=\"").and_then(|(_, rest)| rest.split_once('"'));
            vec![path.map(|(path, _)| (path.to_owned(), None))]
        }
        name if among(PLAIN, name) => vec![plain(0)],
        name if among(AT, name) => vec![at(0)],
        // The last is strace's word for the call of a process that was killed before it could be read.
        "getcwd" | "fchdir" | "clone" | "clone3" | "fork" | "vfork" | "???" => Vec::new(),
        _ => panic!("this test does not know where `{name}` has its paths: {args:?}"),
    };
    found.into_iter().flatten().collect()
}

/// The arguments of a call, and what stands behind them.
pub(crate) fn arguments(rest: &str) -> (Vec<&str>, &str) {
    let (mut args, mut from, mut depth, mut quoted, mut escaped) = (Vec::new(), 0, 0, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '{' | '(' | '<' => depth += 1,
            ')' if depth == 0 => {
                args.push(rest[from..at].trim());
                return (args, &rest[at + 1..]);
            }
            ']' | '}' | ')' | '>' => depth -= 1,
            ',' if depth == 0 => {
                args.push(rest[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    args.push(rest[from..].trim());
    (args, "")
}

pub(crate) fn unquoted(arg: &str) -> Option<String> {
    Some(arg.strip_prefix('"')?.strip_suffix('"')?.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// `["a", "b"]` as its words.
pub(crate) fn list(arg: &str) -> Vec<String> {
    let inner = arg.trim_start_matches('[').trim_end_matches(']');
    if inner.is_empty() { Vec::new() } else { arguments(inner).0.into_iter().filter_map(unquoted).collect() }
}

/// What a handle stands for: `7</var/lib>`.
pub(crate) fn annotation(handle: &str) -> Option<&str> {
    Some(handle.split_once('<')?.1.split_once('>')?.0)
}

pub(crate) fn absolute(from: &str, path: &str) -> String {
    let path = if path.starts_with('/') { path.to_owned() } else { format!("{from}/{path}") };
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    format!("/{}", parts.join("/"))
}
