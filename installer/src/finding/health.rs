//! Findings about how an installed member does: `status` has these, and an install whose etcd does not come up.

use payload::etcd::{AlarmKind, EtcdVersion};
use payload::path::AbsPath;
use time::OffsetDateTime;

use super::{Code, Severity};
use crate::backup::{Against, FailedDrill};
use payload::etcd::last_words::Cause;

use crate::facts::credentials::Broken;
use crate::facts::health::{Down, Unmanaged};
use crate::snapshot_record::Failed;
use crate::supervision::Off;

/// What keeps a member from being well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HealthFinding {
    /// etcd refuses work until somebody takes the alarm away; `members` raised it, by name or number.
    Alarm { kind: AlarmKind, members: Vec<String>, etcd: EtcdVersion },
    /// etcd does not listen.
    Down(Box<Down>),
    /// etcd cannot use its certificate, and nobody can ask it anything with it.
    Certificate(Box<Broken>),
    /// It holds its ports and does nothing: somebody has paused these.
    Suspended { pids: Vec<u32> },
    /// It may be well, and nobody starts it again when it ends.
    Unmanaged(Box<Unmanaged>),
    /// etcd is up, and no majority is: these members answer, and those do not.
    NoQuorum { up: Vec<String>, down: Vec<String>, cause: Option<Cause> },
    /// All that was asked is well, and a read does not come back.
    NoRead,
    /// It is well now, and nothing starts it when this host boots: its unit is off.
    NotAtBoot { unit: String, off: Off },
    /// The last good snapshot is older than any should get; `None`: there is none.
    SnapshotOld { dir: AbsPath, newest: Option<OffsetDateTime> },
    /// The last one that was due was not taken.
    SnapshotFailed { dir: AbsPath, failed: Failed },
    /// The last drill that ended well is longer ago than any should be; `None`: there was none.
    DrillOld { newest: Option<OffsetDateTime> },
    /// The last one did not end well.
    DrillFailed(FailedDrill),
}

impl HealthFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Alarm { .. } => Code::Alarm,
            Self::Down(_) | Self::Suspended { .. } => Code::EtcdDown,
            Self::Unmanaged(_) => Code::EtcdRunning,
            Self::Certificate(_) => Code::BadCertificate,
            Self::NoQuorum { .. } | Self::NoRead => Code::NoQuorum,
            Self::NotAtBoot { .. } => Code::NoStartAtBoot,
            Self::SnapshotOld { .. } => Code::SnapshotOld,
            Self::SnapshotFailed { .. } => Code::SnapshotFailed,
            Self::DrillOld { .. } => Code::DrillOld,
            Self::DrillFailed(_) => Code::DrillFailed,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::NotAtBoot { .. }
            | Self::Unmanaged(_)
            | Self::SnapshotFailed { .. }
            | Self::DrillFailed(FailedDrill { against: Against::Host, .. }) => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}
