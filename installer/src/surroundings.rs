//! What is around a member on a running host: its peers, its disk, the clock, the firewall, SELinux. Values only.

use std::time::Duration;

/// All of it, as it was found once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The other members.
    pub(crate) peers: Vec<Peer>,
    /// 99 of 100 small synced writes to the data directory's disk took no longer; `None` where none could be tried.
    pub(crate) sync: Option<Duration>,
    /// Directories from which no program can be started, with what the kernel said.
    pub(crate) no_exec: Vec<(String, String)>,
    pub(crate) data_disk: Disk,
    pub(crate) open_files: OpenFiles,
    pub(crate) clock: Clock,
    pub(crate) firewall: Firewall,
    pub(crate) selinux: Selinux,
    pub(crate) kernel: Kernel,
    pub(crate) namespace: Namespace,
}

/// Another member, as seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) at: String,
    pub(crate) answer: Answer,
    pub(crate) serves: Serves,
}

/// Whose certificate a peer port serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Serves {
    /// Nobody had to know, or nothing listens.
    NotAsked,
    /// The common name; anybody's word, to be shown with care.
    Name(String),
    /// It listens, and shows no certificate with a common name to a hello of TLS 1.2.
    Unseen,
}

/// What a knock at a peer port brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Listens,
    /// The host is there, etcd is not: as it should be before its bundle has run.
    Refuses,
    /// Not from etcd and not from the host; what the kernel said instead.
    Nothing(String),
}

/// The most open files that etcd can have here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenFiles {
    pub(crate) most: u64,
    pub(crate) by: Ceiling,
}

/// What sets the most open files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceiling {
    /// `fs.nr_open`
    Kernel,
    /// The hard limit of a systemd that may not raise it.
    Init,
    /// The hard limit of the supervisord that runs here.
    Supervisord,
    /// The hard limit of whoever starts the installer, and so the carried supervisor.
    Shell,
}

impl Default for OpenFiles {
    /// The kernel's own default.
    fn default() -> Self {
        Self { most: 1 << 20, by: Ceiling::Kernel }
    }
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

/// Whether something keeps the clock right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Clock {
    #[default]
    Kept,
    /// No such program runs.
    Alone,
    /// This one runs, but says that it has found no source of time.
    Lost(&'static str),
}

/// Whether the host's firewall lets members and clients in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Firewall {
    /// None that we know how to ask.
    #[default]
    None,
    Open,
    /// firewalld, the zone of the member's address, and the ports that it does not let in.
    Firewalld {
        zone: String,
        shut: Vec<u16>,
    },
    Ufw {
        shut: Vec<u16>,
    },
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
    /// Root of a user namespace with too few ids to give a service one of its own.
    Narrow,
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

impl Kernel {
    /// By its release, as `uname -r` says it.
    pub(crate) fn of(release: &str) -> Self {
        let mut numbers = release.split(['.', '-', '+']).map(|part| part.parse::<u32>().ok());
        match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(major), Some(minor)) if (major, minor) < (3, 10) => Self::Old(release.to_owned()),
            _ => Self::Fit,
        }
    }
}

impl Namespace {
    /// By `/proc/self/uid_map` (`user_namespaces(7)`), lines of `INSIDE OUTSIDE HOW-MANY`. A system container has its own
    /// 65536 ids or more and serves as well as a host; `unshare -r` has one.
    pub(crate) fn of(uid_map: &str) -> Self {
        let many = |line: &str| line.split_whitespace().nth(2)?.parse::<u64>().ok();
        let ids: u64 = uid_map.lines().filter_map(many).sum();
        if ids < 65_536 { Self::Narrow } else { Self::Initial }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_understood() {
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
        for (release, old) in [
            ("2.6.32-754.el6.x86_64", true),
            ("3.9.11", true),
            ("3.10.0-1160.el7.x86_64", false),
            ("6.1+", false),
            ("odd", false),
        ] {
            assert_eq!(Kernel::of(release) != Kernel::Fit, old, "{release}");
        }
        assert_eq!(Namespace::of("         0          0 4294967295\n"), Namespace::Initial);
        assert_eq!(Namespace::of("0 100000 65536\n"), Namespace::Initial);
        assert_eq!(Namespace::of("0 1000 1\n"), Namespace::Narrow);
    }
}
