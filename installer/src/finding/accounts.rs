//! Findings about the user and group that etcd runs as.

use payload::name::UserName;
use payload::path::AbsPath;

use super::{Code, Severity};
use crate::facts::accounts::Source;

/// What is wrong with the account, or with who shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountFinding {
    /// The user's id, or that of its primary group, is root's.
    RootsId { user: UserName, uid: u32, gid: u32 },
    /// Somebody could log in as it.
    Login { user: UserName, uid: u32, shell: String, no_login: AbsPath, source: Source },
    /// Other users have the same id.
    SharedId { user: UserName, uid: u32, others: Vec<String> },
    /// There is a user, and no group of its name.
    NoGroup { user: UserName, source: Source },
    /// Its primary group is not that of its name.
    OtherGroup { user: UserName, gid: u32, source: Source },
    /// Others are in its group.
    InGroup { user: UserName, members: Vec<String> },
    /// There is no user, and nothing to make it with.
    NoTools { user: UserName },
    /// There is no user, and a group of its name that is root's.
    RootsGroup { user: UserName },
}

impl AccountFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::NoTools { .. } => Code::NoUseradd,
            _ => Code::UserUnfit,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::OtherGroup { .. } | Self::InGroup { .. } => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}
