//! The user and group that etcd runs as, as this host has them. Values only.

use payload::path::AbsPath;

use crate::accounts::Account;

/// The service's account, and who shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accounts {
    pub(crate) user: Option<Account>,
    /// The id of the group of the same name.
    pub(crate) group: Option<u32>,
    /// Who else is in that group.
    pub(crate) members: Vec<String>,
    /// Who else has the user's id.
    pub(crate) namesakes: Vec<String>,
    /// A shell that lets nobody in.
    pub(crate) no_login: AbsPath,
    pub(crate) can_add: bool,
}
