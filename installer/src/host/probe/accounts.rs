//! Finding out about the user and group that etcd runs as.

use payload::name::UserName;
use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::Accounts;
use crate::facts::paths::Seen;
use crate::host::{Tree, exec};

/// The account `user` and those who share it, wherever the system knows them from.
pub(super) fn accounts(tree: &Tree, user: &UserName) -> Result<Accounts, ProbeError> {
    let account = tree.user(user)?;
    let group = tree.group(user)?;
    let source = tree.source(user, account.is_some(), group.is_some())?;
    Ok(Accounts {
        namesakes: match &account {
            Some(account) => tree.namesakes(user, account.uid)?,
            None => Vec::new(),
        },
        user: account,
        group,
        source,
        members: tree.group_members(user)?,
        no_login: no_login(tree)?,
        can_add: ["useradd", "groupadd"].iter().all(|name| exec::find(name).is_some()),
    })
}

/// nologin where this distribution keeps it.
fn no_login(tree: &Tree) -> Result<AbsPath, ProbeError> {
    for candidate in ["/usr/sbin/nologin", "/sbin/nologin", "/bin/false"] {
        let path = candidate.parse()?;
        if matches!(tree.look(&path)?, Seen::File { .. } | Seen::Link { .. }) {
            return Ok(path);
        }
    }
    Ok("/sbin/nologin".parse()?)
}
