//! What stands at the paths that a plan may touch, and on the way to them. Values only.

use std::collections::{BTreeMap, BTreeSet};

use payload::digest::Digest;
use payload::path::AbsPath;

/// Every path that a plan for this bundle may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Paths {
    pub(crate) found: BTreeMap<AbsPath, PathFact>,
    /// What stands in the way to them.
    pub(crate) obstacles: BTreeSet<Obstacle>,
    /// Directories for logs that something lies in.
    pub(crate) filled: BTreeSet<AbsPath>,
    /// Where nothing can be written, or removed.
    pub(crate) closed: Closed,
    /// Where etcd's user cannot pass, or could not if there were one.
    pub(crate) shut: BTreeSet<Shut>,
    /// Something of the data, or of the log, that is another user's than etcd's.
    pub(crate) others: Option<Owned>,
}

/// Something that an etcd has written, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) path: AbsPath,
    pub(crate) uid: u32,
}

/// A directory that lets only others pass, and the place behind it that etcd goes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shut {
    /// Need not be in the grammar of ours: links lead anywhere.
    pub(crate) dir: String,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) behind: AbsPath,
}

/// Places that are closed to root, or where too little fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Closed {
    /// By the directory that something goes to, which need not be there yet.
    pub(crate) dirs: BTreeMap<AbsPath, ClosedDir>,
    /// What stands at a path and can be neither replaced nor removed.
    pub(crate) things: BTreeMap<AbsPath, Barrier>,
    /// By the directory, as in `dirs`; on a running system alone, and where its file system counts them.
    pub(crate) inodes: BTreeMap<AbsPath, Inodes>,
}

/// How many files and directories a file system can still hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inodes {
    /// What tells it from others.
    pub(crate) file_system: u64,
    /// The nearest directory that is there.
    pub(crate) at: String,
    pub(crate) free: u64,
}

/// The nearest directory that is there, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClosedDir {
    pub(crate) at: String,
    pub(crate) barrier: Barrier,
}

/// What keeps root from writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Barrier {
    /// The mount.
    ReadOnly,
    /// `chattr +i`
    Immutable,
    /// `chattr +a`
    AppendOnly,
    /// A mount on the thing itself: its name can neither be given to another file nor go.
    MountPoint,
    /// In KiB.
    Full { free: u64 },
    /// What the kernel says.
    Forbidden { said: String },
}

/// One path, with the digest of a regular file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathFact {
    pub(crate) seen: Seen,
    pub(crate) digest: Option<Digest>,
}

/// What stands at a path. Links are not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Absent,
    File {
        mode: u32,
        uid: u32,
        gid: u32,
        size: u64,
    },
    Dir {
        mode: u32,
        uid: u32,
        gid: u32,
    },
    Link {
        target: String,
    },
    /// A device, a socket, a pipe.
    Other,
}

/// Something above a path of ours that nothing may be written through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Obstacle {
    /// Need not be in the grammar of ours: links lead anywhere.
    pub(crate) path: String,
    pub(crate) kind: ObstacleKind,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ObstacleKind {
    /// A directory that users other than root can write to.
    Dir { mode: u32, uid: u32 },
    /// A link that users other than root made, or could have put there.
    Link { uid: u32, dir_mode: u32, dir_uid: u32 },
    /// A link to a place where nothing is.
    Nowhere,
    /// Neither a directory nor a link.
    NoDirectory,
}

impl Paths {
    /// What stands at `path`; paths that were not asked for count as absent.
    pub(crate) fn at(&self, path: &AbsPath) -> &Seen {
        self.found.get(path).map_or(&Seen::Absent, |fact| &fact.seen)
    }

    /// The digest of the regular file at `path`.
    pub(crate) fn digest(&self, path: &AbsPath) -> Option<Digest> {
        self.found.get(path)?.digest
    }
}
