//! Alarms: what etcd raises against itself, and refuses work for until somebody takes it away.

use serde::{Deserialize, Serialize};

/// Which alarm: etcd's `AlarmType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AlarmKind {
    /// The quota is reached: reads and deletes work, no other write does.
    NoSpace,
    /// The member's data are others than the rest's.
    Corrupt,
    /// One that versions after 3.7 may have.
    Other,
}

impl AlarmKind {
    /// etcd's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSpace => "NOSPACE",
            Self::Corrupt => "CORRUPT",
            Self::Other => "OTHER",
        }
    }

    /// By etcd's word.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "NOSPACE" => Self::NoSpace,
            "CORRUPT" => Self::Corrupt,
            _ => Self::Other,
        }
    }

    /// By etcd's number.
    #[must_use]
    pub fn numbered(number: u64) -> Self {
        match number {
            1 => Self::NoSpace,
            2 => Self::Corrupt,
            _ => Self::Other,
        }
    }
}
