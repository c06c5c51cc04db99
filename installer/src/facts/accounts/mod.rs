//! The user and group that etcd runs as, as this host has them. Values only.

pub(crate) mod passwd;

use payload::path::AbsPath;

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
    /// Whether user and group are this host's own, and not of LDAP, sssd or NIS, which its tools cannot change.
    pub(crate) source: Source,
    /// A shell that lets nobody in.
    pub(crate) no_login: AbsPath,
    pub(crate) can_add: bool,
}

/// Where an account comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// `/etc/passwd` and `/etc/group`, or nowhere.
    #[default]
    Files,
    Elsewhere,
}

/// The line of a user that matters to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) shell: String,
}

impl Account {
    /// Whether etcd may run as this user: not root, and nobody logs in as it.
    pub(crate) fn is_harmless(&self) -> bool {
        let no_login = self.shell.ends_with("/nologin") || self.shell.ends_with("/false");
        self.uid != 0 && no_login
    }

    /// Whether it has the right `bit` (read 4, write 2, pass 1) to what has this mode and these owners: by owner, group or others,
    /// the first that fits, as the kernel has it.
    pub(crate) fn may(&self, bit: u32, mode: u32, (owner, group): (u32, u32)) -> bool {
        let class = if self.uid == owner {
            6
        } else if self.gid == group {
            3
        } else {
            0
        };
        mode >> class & bit != 0
    }
}
