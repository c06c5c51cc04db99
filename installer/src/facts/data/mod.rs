//! The data directory, the place of the log where that lies apart, and whose data lies in them. Values only.

pub(crate) mod wal;

use payload::manifest::Layout;
use payload::path::{AbsPath, NotAPath};
use payload::render;

use wal::Identity;

/// Where what a member knows lies: its data, and its log where that has a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places<'a> {
    pub(crate) data: &'a AbsPath,
    pub(crate) wal: Option<&'a AbsPath>,
}

impl<'a> From<&'a Layout> for Places<'a> {
    fn from(layout: &'a Layout) -> Self {
        Self { data: &layout.data, wal: layout.wal.as_ref() }
    }
}

impl Places<'_> {
    /// Where etcd writes its log.
    pub(crate) fn log(self) -> Result<AbsPath, NotAPath> {
        match self.wal {
            Some(wal) => wal.join(render::WAL),
            None => self.data.join(render::MEMBER)?.join(render::WAL),
        }
    }
}

/// Etcd's data on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    /// The bundle's places.
    pub(crate) here: DataDir,
    /// Where an uninstall kept the data.
    pub(crate) left: DataDir,
}

/// What lies in a directory for data or, where the log lies apart, in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataDir {
    Absent,
    /// Nothing in it but what a file system makes itself.
    Empty,
    Used(DataOwner),
    /// Where the log lies apart: one of the two is absent or empty.
    Half(Half),
}

/// Which of data and log is there, and whose it is by what lies beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Data(DataOwner),
    Log(DataOwner),
}

impl DataDir {
    /// Whether something lies there.
    pub(crate) fn is_filled(self) -> bool {
        matches!(self, Self::Used(_) | Self::Half(_))
    }
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
