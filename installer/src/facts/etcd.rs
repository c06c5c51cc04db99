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
    /// What the bundle's startup script changes for the etcd that runs.
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
    /// Where its log is, if it was told.
    pub(crate) log: Option<String>,
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

/// A startup script beside what runs, and beside the one that stood here before this run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Nothing that a member with data reads has changed: a restart makes no difference.
    SameStart,
    /// It starts the etcd that runs, with the same flags, and keeps it from other things.
    SameCommand,
    /// It starts another, or what runs cannot be seen.
    OtherCommand,
}

/// The certificate that etcd shows at its peer port, beside the one that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Installed,
    Another,
    /// etcd does not run, or shows none to a hello of TLS 1.2.
    Unseen,
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
