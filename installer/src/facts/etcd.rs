//! What of etcd runs here already, and with what. Values only.

use std::collections::BTreeSet;

use super::data::wal::Identity;
use crate::restart::Part;

/// Running etcds: the one that an earlier install started, and others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Etcd {
    /// On a host without an install: running etcds that are in the way.
    pub(crate) others: Vec<Process>,
    pub(crate) running: Running,
    /// What the installed startup script starts, compared with the bundle's.
    pub(crate) script: Script,
    /// What an earlier install left for a restart that has not come yet.
    pub(crate) waiting: BTreeSet<Part>,
}

/// A running etcd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) exe: String,
    /// What its parent process is called: who keeps it running.
    pub(crate) under: String,
    /// By its command line: what it is called, and where its data are.
    pub(crate) name: Option<String>,
    pub(crate) data: Option<String>,
    /// Whose data those are, where that can be read.
    pub(crate) identity: Option<Identity>,
}

/// The value of a flag of etcd's on a command line: `--name n1`, `--name=n1`, or with one dash.
pub(crate) fn flag<'a>(line: &'a [String], flag: &str) -> Option<&'a str> {
    let mut words = line.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let bare = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
        match bare.and_then(|bare| bare.strip_prefix(flag)) {
            Some("") => return words.next(),
            Some(value) if value.starts_with('=') => return value.strip_prefix('='),
            _ => {}
        }
    }
    None
}

/// Whether the service of an earlier install runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    Yes,
    No,
}

/// The startup script of an earlier install, as it was before this one began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// It starts the etcd that the bundle's starts, with the same flags.
    SameCommand,
    /// It does not, or there is none, or it is not ours.
    OtherCommand,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_read_in_each_of_its_forms() {
        let line = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (text, name) in [
            ("/opt/etcd/etcd --name n1 --data-dir /d", Some("n1")),
            ("etcd --data-dir=/d -name=n2", Some("n2")),
            ("etcd -name n3", Some("n3")),
            ("etcd --name-of x", None),
            ("etcd --name", None),
            ("etcd", None),
        ] {
            assert_eq!(flag(&line(text), "name"), name, "{text}");
        }
    }
}
