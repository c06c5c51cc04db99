//! What is around a member on a running host: its peers, its disk, the clock, the firewall, SELinux. Values only.

use std::time::Duration;

use payload::path::AbsPath;

/// All of it, as it was found once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The other members.
    pub(crate) peers: Vec<Peer>,
    /// The slowest of some small synced writes to the data directory's disk; `None` where none could be tried.
    pub(crate) slowest_sync: Option<Duration>,
    /// Directories from which no program can be started, with what the kernel said.
    pub(crate) no_exec: Vec<(AbsPath, String)>,
    pub(crate) data_disk: Disk,
    /// The most open files that a process may have here.
    pub(crate) open_files: u64,
    pub(crate) clock: Clock,
    pub(crate) firewall: Firewall,
    pub(crate) selinux: Selinux,
    /// Files that override a part of our unit.
    pub(crate) drop_ins: Vec<AbsPath>,
    pub(crate) kernel: Kernel,
    pub(crate) namespace: Namespace,
}

/// Another member, as seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) at: String,
    pub(crate) answer: Answer,
}

/// What a knock at a peer port brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Listens,
    /// The host is there, etcd is not: as it should be before its bundle has run.
    Refuses,
    /// Nobody, not even the host.
    Nothing,
}

/// What the data directory's file system is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Disk {
    #[default]
    Local,
    /// Gone with the power.
    Memory,
    /// etcd's locks and syncs mean nothing there.
    Network,
}

/// Whether something keeps the clock right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Clock {
    Kept,
    #[default]
    Alone,
}

/// Whether the host's firewall lets members and clients in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Firewall {
    /// None that we know how to ask.
    #[default]
    None,
    Open,
    /// firewalld, and the ports that it does not let in.
    Closed(Vec<u16>),
}

/// SELinux, and whether labels can be set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Selinux {
    #[default]
    Off,
    On {
        enforcing: bool,
        restorecon: bool,
    },
}

/// The running kernel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Kernel {
    #[default]
    Fit,
    /// Older than any that etcdpack is made for; its release.
    Old(String),
}

/// Whose root we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Namespace {
    #[default]
    Initial,
    /// Root of a user namespace: most of the host is out of reach.
    User,
}
