//! Findings about what stands at our places, or on the way to them.

use payload::name::UserName;
use payload::path::AbsPath;

use super::{Code, Severity};
use crate::change::Holds;
use crate::facts::paths::{Obstacle, ObstacleKind, Owned, Shut};

/// What is in the way, or was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathFinding {
    /// Something on the way to one of our places.
    Obstacle(Obstacle),
    /// A directory that etcd's user cannot pass.
    Shut { shut: Shut, user: UserName, maker: Maker },
    /// Something in `places`, etcd's data and its log, that etcd's user does not own, and so cannot write.
    OthersData { owned: Owned, user: UserName, places: Vec<AbsPath> },
    /// Something at one of our places that is not ours.
    Taken { path: AbsPath },
    /// A directory for etcd's data or logs that is a link itself.
    Linked { path: AbsPath, target: String, holds: Holds },
    /// Likewise, of a member that is installed: it was none then.
    LinkedSince { path: AbsPath, target: String, holds: Holds },
    /// A file of ours that an administrator has changed, and that stays.
    Changed { path: AbsPath },
    /// Likewise; what this bundle brings for its place goes to `new`.
    ChangedAndNew { path: AbsPath, new: AbsPath },
    /// A file of ours that belongs to changed ones, and stays with them; what this bundle brings goes to `new`.
    BesideChanged { path: AbsPath, new: AbsPath },
    /// Files of others in the directory `dir`, which makes way for another. They are in `stays` then.
    LeftBehind { dir: AbsPath, names: Vec<String>, stays: AbsPath },
}

/// Who has made a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    /// An install, which makes it again as it was.
    Install,
    Others,
}

impl PathFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Obstacle(Obstacle { kind: ObstacleKind::Dir { .. } | ObstacleKind::Link { .. }, .. }) => {
                Code::UnsafeDirectory
            }
            Self::Obstacle(Obstacle { kind: ObstacleKind::Nowhere | ObstacleKind::NoDirectory, .. })
            | Self::Taken { .. }
            | Self::Linked { .. }
            | Self::LinkedSince { .. } => Code::PathTaken,
            Self::Shut { .. } => Code::WayClosed,
            Self::OthersData { .. } => Code::DataOwner,
            Self::Changed { .. } | Self::ChangedAndNew { .. } | Self::BesideChanged { .. } => Code::ChangedFile,
            Self::LeftBehind { .. } => Code::LeftBehind,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Obstacle(_)
            | Self::Shut { .. }
            | Self::OthersData { .. }
            | Self::Taken { .. }
            | Self::Linked { .. }
            | Self::LinkedSince { .. } => Severity::Refuse,
            Self::Changed { .. }
            | Self::ChangedAndNew { .. }
            | Self::BesideChanged { .. }
            | Self::LeftBehind { .. } => Severity::Warn,
        }
    }
}
