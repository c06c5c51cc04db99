//! Findings about how an installed member does: `status` has these, and an install whose etcd does not come up.

use payload::etcd::EtcdVersion;

use super::{Code, Severity};
use crate::facts::cluster::answers::AlarmKind;
use payload::etcd::last_words::Cause;

use crate::facts::health::Down;

/// What keeps a member from being well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HealthFinding {
    /// etcd refuses work until somebody takes the alarm away; `members` raised it, by name or number.
    Alarm { kind: AlarmKind, members: Vec<String>, etcd: EtcdVersion },
    /// etcd does not listen.
    Down(Box<Down>),
    /// etcd is up, and no majority is: these members answer, and those do not.
    NoQuorum { up: Vec<String>, down: Vec<String>, cause: Option<Cause> },
    /// All that was asked is well, and a read does not come back.
    NoRead,
}

impl HealthFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Alarm { .. } => Code::Alarm,
            Self::Down(_) => Code::EtcdDown,
            Self::NoQuorum { .. } | Self::NoRead => Code::NoQuorum,
        }
    }

    #[expect(clippy::unused_self, reason = "the same of all topics")]
    pub(super) fn severity(&self) -> Severity {
        Severity::Refuse
    }
}
