//! What of etcd runs here already, and with what. Values only.

use std::collections::BTreeSet;

use crate::restart::Part;

/// Running etcds: the one that an earlier install started, and others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Etcd {
    /// On a host without an install: running programs called `etcd`.
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
