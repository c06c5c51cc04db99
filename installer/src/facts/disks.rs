//! The file systems that an install writes to: room, mount options, and how they do. Values only.

use std::time::Duration;

use payload::path::AbsPath;

/// All of them, as far as an install cares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disks {
    pub(crate) room: Vec<Room>,
    /// Directories from which no program can be started, with what the kernel said. Tried on a running system alone.
    pub(crate) no_exec: Vec<(String, String)>,
    /// What data and log are on, on a running system.
    pub(crate) places: Vec<Place>,
}

/// A directory that etcd writes what a member knows to.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: AbsPath,
    pub(crate) what: Holding,
    pub(crate) disk: Disk,
    /// 99 of 100 small synced writes to its disk took no longer; `None` where none could be tried.
    pub(crate) sync: Option<Duration>,
}

/// One file system that we write to.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// The nearest directory that is there; may be `/`.
    pub(crate) path: String,
    pub(crate) what: Holding,
    /// In bytes.
    pub(crate) free: u64,
    pub(crate) needed: u64,
    pub(crate) mount: Mount,
}

/// What a file system is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    Programs,
    Data,
    Wal,
    Installer,
}

/// What a file system allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mount {
    Fit,
    NoExec,
    ReadOnly,
}

/// What the data directory's file system is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Disk {
    #[default]
    Local,
    /// Gone with the power.
    Memory,
    /// Where etcd's locks and syncs mean little.
    Network,
}

impl Disk {
    /// By the magic number of statfs(2), and for FUSE, which has one for all, by the type in `/proc/self/mountinfo`.
    pub(crate) fn of(magic: u32, kind: Option<&str>) -> Self {
        const REMOTE_FUSES: [&str; 13] = [
            "sshfs",
            "glusterfs",
            "ceph-fuse",
            "ceph",
            "s3fs",
            "rclone",
            "davfs",
            "davfs2",
            "juicefs",
            "gcsfuse",
            "mfs",
            "curlftpfs",
            "smbnetfs",
        ];
        match magic {
            // tmpfs, ramfs
            0x0102_1994 | 0x8584_58f6 => Self::Memory,
            // NFS, SMB, CIFS, SMB 2, AFS (two), Ceph, Lustre, 9P
            0x6969 | 0x517b | 0xff53_4d42 | 0xfe53_4d42 | 0x5346_414f | 0x6b41_4653 | 0x00c3_6400 | 0x0bd0_0bd0
            | 0x0102_1997 => Self::Network,
            // FUSE
            0x6573_5546 => {
                let remote =
                    kind.and_then(|kind| kind.strip_prefix("fuse.")).is_some_and(|of| REMOTE_FUSES.contains(&of));
                if remote { Self::Network } else { Self::Local }
            }
            _ => Self::Local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_is_known_by_its_magic_number() {
        for (magic, kind, disk) in [
            (0xef53, Some("ext4"), Disk::Local),
            (0x0102_1994, Some("tmpfs"), Disk::Memory),
            (0x6969, Some("nfs4"), Disk::Network),
            (0x6573_5546, Some("fuse.sshfs"), Disk::Network),
            (0x6573_5546, Some("fuseblk"), Disk::Local),
            (0x6573_5546, None, Disk::Local),
        ] {
            assert_eq!(Disk::of(magic, kind), disk, "{magic:x} {kind:?}");
        }
    }
}
