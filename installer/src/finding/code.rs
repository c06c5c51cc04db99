//! The codes that programs know findings by. They are stable: `docs/checks.md` promises each of them.

use std::fmt;

use serde::{Serialize, Serializer};

/// Makes [`Code`] with one variant a code, and its spelling.
macro_rules! codes {
    ($($code:ident = $text:literal),* $(,)?) => {
        /// A code of a finding, or of a refusal before there are findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $($code),*
        }

        impl Code {
            /// As it is written in `plan --json` and behind a message.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text),*
                }
            }

            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$code),*];
        }
    };
}

codes! {
    Alarm = "alarm",
    BadCertificate = "bad-certificate",
    ByHand = "by-hand",
    CaDiffers = "ca-differs",
    CannotRaise = "cannot-raise",
    CertificateEndsSoon = "certificate-ends-soon",
    CertificateExpired = "certificate-expired",
    CertificateNotServed = "certificate-not-served",
    ChangedFile = "changed-file",
    ClockEarly = "clock-early",
    ClockUnsynchronised = "clock-unsynchronised",
    ClusterDiffers = "cluster-differs",
    ClusterUnreachable = "cluster-unreachable",
    DataGone = "data-gone",
    DataInMemory = "data-in-memory",
    DataInPlace = "data-in-place",
    DataNewer = "data-newer",
    DataOnNetwork = "data-on-network",
    DataOwner = "data-owner",
    DrillFailed = "drill-failed",
    DrillOld = "drill-old",
    EtcdAtBoot = "etcd-at-boot",
    EtcdDown = "etcd-down",
    EtcdRunning = "etcd-running",
    FewOpenFiles = "few-open-files",
    FirewallClosed = "firewall-closed",
    LeftBehind = "left-behind",
    LowMemory = "low-memory",
    ManagerNotPacked = "manager-not-packed",
    LogApart = "log-apart",
    MemberAddress = "member-address",
    MemberAnswers = "member-answers",
    MemberListens = "member-listens",
    MemberMoved = "member-moved",
    NameByDns = "name-by-dns",
    NameElsewhere = "name-elsewhere",
    NameUnknown = "name-unknown",
    NoCertificate = "no-certificate",
    NoCopy = "no-copy",
    NoExec = "no-exec",
    NoHostKey = "no-host-key",
    NoNamespace = "no-namespace",
    NoQuorum = "no-quorum",
    NoServiceManager = "no-service-manager",
    NoSetpriv = "no-setpriv",
    NoSpace = "no-space",
    NoStartAtBoot = "no-start-at-boot",
    NoTimer = "no-timer",
    NoUseradd = "no-useradd",
    NotAsInstalled = "not-as-installed",
    NotAsked = "not-asked",
    NotInstalled = "not-installed",
    NotListened = "not-listened",
    NotRoot = "not-root",
    NotWritable = "not-writable",
    OlderBundle = "older-bundle",
    OldKernel = "old-kernel",
    OtherCluster = "other-cluster",
    OtherManager = "other-manager",
    OtherMember = "other-member",
    OtherVersion = "other-version",
    OwnAddress = "own-address",
    PathTaken = "path-taken",
    PeerName = "peer-name",
    PeerNameUnseen = "peer-name-unseen",
    PeerUnreachable = "peer-unreachable",
    PortTaken = "port-taken",
    QuorumAtRisk = "quorum-at-risk",
    ReadOnly = "read-only",
    ReceiptLost = "receipt-lost",
    RejoinNeeded = "rejoin-needed",
    RestartPending = "restart-pending",
    SameNumber = "same-number",
    SelinuxNoRestorecon = "selinux-no-restorecon",
    SignerChanged = "signer-changed",
    SignerUnknown = "signer-unknown",
    SlowDisk = "slow-disk",
    SnapshotAlarmed = "snapshot-alarmed",
    SnapshotFailed = "snapshot-failed",
    SnapshotNewer = "snapshot-newer",
    SnapshotOfAnother = "snapshot-of-another",
    SnapshotOld = "snapshot-old",
    SnapshotUnlabelled = "snapshot-unlabelled",
    SnapshotUnproven = "snapshot-unproven",
    SourceUnnamed = "source-unnamed",
    StillMember = "still-member",
    SupervisorSilent = "supervisor-silent",
    SupervisorUnfit = "supervisor-unfit",
    SupervisorUnsafe = "supervisor-unsafe",
    SupervisorUntried = "supervisor-untried",
    Unfinished = "unfinished",
    UnfinishedOther = "unfinished-other",
    UnitMasked = "unit-masked",
    UnitOverridden = "unit-overridden",
    UnsafeDirectory = "unsafe-directory",
    UnsafeLogs = "unsafe-logs",
    UnsafeProgram = "unsafe-program",
    UserUnfit = "user-unfit",
    UsernsRoot = "userns-root",
    WayClosed = "way-closed",
    WouldBootstrap = "would-bootstrap",
    WrongArch = "wrong-arch",
    WrongHost = "wrong-host",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_documented_and_every_documented_code_is_there() {
        let table = include_str!("../../../docs/checks.md").lines().filter_map(|line| line.strip_prefix("| `"));
        let documented: BTreeSet<&str> = table.filter_map(|row| row.split_once('`').map(|(code, _)| code)).collect();
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes, documented);
        assert_eq!(codes.len(), Code::ALL.len(), "no two are spelt alike");
    }

    #[test]
    fn both_languages_document_the_same_rows() {
        /// Code and severity of each row.
        fn rows(table: &str) -> Vec<[&str; 2]> {
            let rows = table.lines().filter(|line| line.starts_with("| `"));
            rows.filter_map(|row| row.split(" | ").take(2).collect::<Vec<_>>().try_into().ok()).collect()
        }
        let english = rows(include_str!("../../../docs/checks.md"));
        assert!(english.contains(&["| `not-root`", "refuse"]), "{english:?}");
        assert_eq!(rows(include_str!("../../../docs/checks.zh-CN.md")), english);
    }
}
