//! The data directory, and whose data lies in it. Values only.

pub(crate) mod wal;

use wal::Identity;

/// Etcd's data on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    /// The bundle's data directory.
    pub(crate) here: DataDir,
    /// Where an uninstall kept the data.
    pub(crate) left: DataDir,
}

/// One directory for data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataDir {
    Absent,
    /// Nothing in it but what a file system makes itself.
    Empty,
    Used(DataOwner),
}

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataOwner {
    /// The member that the first records of its log name.
    Etcd(Identity),
    /// It has etcd's shape, but its log cannot be read.
    SomeEtcd,
    Unknown,
}
