//! Words of etcd, Go, shells and systemd, by which the cause of an end is known. Theirs, as they write them from 3.1 to 3.7.

/// How a line begins that tells of the end.
pub(super) const ENDS: [&str; 5] =
    ["panic: ", "fatal error: ", "unexpected fault address", "flag provided but not defined", "etcdpack: "];
/// What stands in lines about flags, from 3.1 on.
pub(super) const OF_FLAGS: [&str; 3] = [" for flag -", "error verifying flags", "is not a valid flag"];
/// A shell, `env`, `setpriv` and systemd, of a program that does not start.
pub(super) const NOT_STARTED: [&str; 7] = [
    ": exec: ",
    "/env: ",
    "setpriv: ",
    "Failed at step ",
    "Failed to determine user credentials",
    "Exec format error",
    "Dependency failed for ",
];
/// Go, of memory that is not there: it has said before where.
pub(super) const FAULT: &str = "fatal error: fault";
/// etcd and systemd, of a run that ends, for whatever cause.
pub(super) const STOPS: [&str; 3] = ["received signal; shutting down", "signal, shutting down", "Main process exited"];
/// systemd, of a run that ended by itself.
pub(super) const BY_ITSELF: &str = "code=exited, status=";
/// systemd, of a run that somebody else ended, a person, or the kernel for want of memory (a stop that was asked for is `15/TERM`);
/// and of one that has no user or group, of which it may say no more.
pub(super) const BY_OTHERS: [&str; 4] =
    ["code=killed, status=9/KILL", "Failed with result 'oom-kill'", "status=217/USER", "status=216/GROUP"];
/// etcd, of whom it could not tell that it is up: no more than that, though it calls it an error.
pub(super) const NO_CAUSES: [&str; 1] = ["forgot to set Type=notify"];
/// etcd, once it has begun to serve clients.
pub(super) const SERVES: &str = "ready to serve client requests";
/// Messages of etcd that say nothing, or something that is not so; why stands in their `error`.
pub(super) const FRAMES: [&str; 3] = ["discovery failed", "failed to start etcd", "bootstrap failed"];
/// One that is an end, and called a warning.
pub(super) const BAD_FLAGS: &str = "failed to verify flags";

/// What a member that runs says of a peer: it is turned away, or turns away. At any level, from 3.1 on.
pub(super) const APART: [&str; 5] = [
    "request sent was ignored",
    "rejected connection",
    "could not connect: ",
    "prober detected unhealthy status",
    "failed to dial",
];

/// The causes that there is something to say about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    AddressInUse,
    NoAddress,
    AlreadyBootstrapped,
    ClusterId,
    Removed,
    MemberList,
    Unreachable,
    Newer,
    Clock,
    PeerCertificate,
    Certificate,
    Permission,
    /// A directory that etcd wants closed to others.
    Open,
    ReadOnly,
    DiskFull,
    Locked,
    Flag,
    Damaged,
    NoProgram,
    /// There is no such user or group any more.
    NoUser,
    /// Somebody else has ended it.
    Killed,
    /// Data or log are not there, and their startup script or systemd did not start etcd without.
    DiskAway,
}

impl Known {
    /// Which cause a line names.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        KNOWN.iter().find(|(_, words)| words.iter().any(|words| text.contains(words))).map(|(known, _)| *known)
    }

    /// Whether members that run, and reach each other, do not come together for it.
    #[must_use]
    pub fn keeps_apart(self) -> bool {
        matches!(self, Self::ClusterId | Self::Clock | Self::PeerCertificate)
    }

    /// Whether etcd, or its service manager, takes it for no failure: what ends so is not started again.
    #[must_use]
    pub fn ends_quietly(self) -> bool {
        matches!(self, Self::Removed | Self::DiskAway)
    }

    /// Whether another start ends in the same way. The others may come and go: a port, an address, a peer, a disk.
    #[must_use]
    pub fn lasts(self) -> bool {
        !matches!(
            self,
            Self::AddressInUse | Self::NoAddress | Self::Unreachable | Self::Locked | Self::Clock | Self::Killed
        )
    }
}

/// What each cause is known by, in lower case, in this order: the first that is in a line counts.
const KNOWN: [(Known, &[&str]); 22] = [
    (Known::Killed, &["code=killed, status=9/kill", "failed with result 'oom-kill'"]),
    (
        Known::NoUser,
        &[
            "failed to determine user credentials",
            "failed at step user ",
            "failed at step group ",
            "status=217/user",
            "status=216/group",
        ],
    ),
    (Known::DiskAway, &["is its disk mounted?", "dependency failed for "]),
    (Known::NoProgram, &[": exec: ", "/env: ", "setpriv: ", "failed at step ", "exec format error"]),
    (Known::AddressInUse, &["address already in use"]),
    (Known::NoAddress, &["cannot assign requested address"]),
    (Known::AlreadyBootstrapped, &["has already been bootstrapped"]),
    (Known::ClusterId, &["cluster id mismatch", "cluster-id-mismatch"]),
    (Known::Removed, &["permanently removed from the cluster", "data-dir used by this member must be removed"]),
    (Known::Newer, &["cannot be downgraded", "invalid downgrade", "incompatible with current running cluster"]),
    (Known::Clock, &["has expired or is not yet valid", "tls: expired certificate"]),
    (
        Known::PeerCertificate,
        &[
            "remote error: tls: bad certificate",
            "remote error: tls: unknown certificate",
            "certificate signed by unknown authority",
            "certificate is valid for ",
            "doesn't contain any ip sans",
        ],
    ),
    (Known::Unreachable, &["cannot fetch cluster info", "could not retrieve cluster information"]),
    (
        Known::MemberList,
        &[
            "couldn't find local name",
            "member count is unequal",
            "unmatched member",
            "error validating peerurls",
            "has different advertised urls",
            "but missing from --initial",
        ],
    ),
    (Known::Certificate, &["x509: ", "tls: ", ".pem: ", "keyfile", "certfile", "failed to find any pem"]),
    (Known::Open, &["without desired file permission"]),
    (
        Known::Permission,
        &["permission denied", "operation not permitted", "error listing data dir", "cannot write to data directory"],
    ),
    (Known::ReadOnly, &["read-only file system"]),
    (Known::DiskFull, &["no space left on device", "disk quota exceeded"]),
    (Known::Locked, &["another etcd process is using", "flocked by another process"]),
    (Known::Flag, &["for flag -", "not defined: -", "is not a valid flag", "verifying flags", "verify flags"]),
    (
        Known::Damaged,
        &[
            "crc mismatch",
            "checksum error",
            "invalid database",
            "version mismatch",
            "file size too small",
            "cannot use none as id",
            "unexpected fault address",
            "unexpected eof",
            "wal: ",
            "failed to find database snapshot",
            "failed to recover v3 backend",
            "assertion failed",
            "is out of range [lastindex",
            "snap: ",
            "snapshot file",
            "page already freed",
            "invalid page type",
        ],
    ),
];
