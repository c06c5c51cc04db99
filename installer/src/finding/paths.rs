//! Findings about what stands at our places, or on the way to them.

use payload::path::AbsPath;

use super::{Code, Severity};
use crate::facts::paths::{Obstacle, ObstacleKind};

/// What is in the way, or was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathFinding {
    /// Something on the way to one of our places.
    Obstacle(Obstacle),
    /// Something at one of our places that is not ours.
    Taken { path: AbsPath },
    /// A file of ours that an administrator has changed, and that stays.
    Changed { path: AbsPath },
    /// Likewise; what this bundle brings for its place goes to `new`.
    ChangedAndNew { path: AbsPath, new: AbsPath },
}

impl PathFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Obstacle(Obstacle { kind: ObstacleKind::Dir { .. } | ObstacleKind::Link { .. }, .. }) => {
                Code::UnsafeDirectory
            }
            Self::Obstacle(Obstacle { kind: ObstacleKind::Nowhere | ObstacleKind::NoDirectory, .. })
            | Self::Taken { .. } => Code::PathTaken,
            Self::Changed { .. } | Self::ChangedAndNew { .. } => Code::ChangedFile,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Obstacle(_) | Self::Taken { .. } => Severity::Refuse,
            Self::Changed { .. } | Self::ChangedAndNew { .. } => Severity::Warn,
        }
    }
}
