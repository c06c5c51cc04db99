//! Findings about the user and group that etcd runs as.

use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::facts::Accounts;
use crate::facts::accounts::Account;
use crate::facts::machine::Target;

/// A user that is there is taken, wherever it comes from, if nobody can be harmed by that: neither the host by etcd, nor
/// etcd by others.
pub(super) fn user(manifest: &Manifest, accounts: &Accounts, target: Target) -> Vec<Finding> {
    let user = &manifest.user;
    let Some(account) = &accounts.user else {
        return absent(manifest, accounts, target).into_iter().collect();
    };
    let another = "set another `etcd.user` in cluster.toml and run: etcdpack build".to_owned();
    let Account { uid, gid, shell } = account;
    let unfit = if *uid == 0 || *gid == 0 {
        Some((format!("the user `{user}` has the uid {uid} and the gid {gid}: root's"), another))
    } else if !account.is_harmless() {
        let text =
            format!("the user `{user}` is there with uid {uid} and shell `{shell}`: etcd's user must not log in");
        Some((text, format!("usermod --shell {} {user}", accounts.no_login)))
    } else if !accounts.namesakes.is_empty() {
        Some((format!("the user `{user}` shares its uid {uid} with `{}`", accounts.namesakes.join("`, `")), another))
    } else if accounts.group.is_none() {
        let text = format!("the user `{user}` is there, but no group `{user}`, which its service runs with");
        Some((text, format!("groupadd --system {user} && usermod --gid {user} {user}")))
    } else {
        None
    };
    match unfit {
        Some((text, help)) => vec![refuse("user-unfit", text, help)],
        None => shared(manifest, accounts, account).into_iter().collect(),
    }
}

/// Data and key are for the user alone; only the logs are for the group, too.
fn shared(manifest: &Manifest, accounts: &Accounts, account: &Account) -> Option<Finding> {
    let user = &manifest.user;
    if accounts.group != Some(account.gid) {
        let text =
            format!("the primary group of the user `{user}` is {}, not `{user}`: it can read etcd's logs", account.gid);
        return Some(warn("user-unfit", text, format!("usermod --gid {user} {user}")));
    }
    in_group(manifest, accounts)
}

fn in_group(manifest: &Manifest, accounts: &Accounts) -> Option<Finding> {
    let (user, members) = (&manifest.user, &accounts.members);
    (!members.is_empty()).then(|| {
        let text = format!("in the group `{user}` are `{}`: they can read etcd's logs", members.join("`, `"));
        warn("user-unfit", text, format!("getent group {user}"))
    })
}

fn absent(manifest: &Manifest, accounts: &Accounts, target: Target) -> Option<Finding> {
    let user = &manifest.user;
    if !accounts.can_add && target == Target::Live {
        return Some(refuse(
            "no-useradd",
            format!("there is no user `{user}` and this host has no useradd and groupadd to make it"),
            "install the package `shadow-utils` or `passwd`, or make the user yourself",
        ));
    }
    if accounts.group == Some(0) {
        let help = "set another `etcd.user` in cluster.toml and run: etcdpack build";
        return Some(refuse("user-unfit", format!("the group `{user}` has the gid 0: root's"), help));
    }
    in_group(manifest, accounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity::{Refuse, Warn};
    use crate::facts::tests::{good, manifest};

    #[test]
    fn a_user_that_is_there_is_taken_if_it_harms_nobody() {
        let account = |uid, gid, shell: &str| Some(Account { uid, gid, shell: shell.to_owned() });
        let fit = || account(998, 997, "/usr/sbin/nologin");
        let ann = || vec!["ann".to_owned()];
        let absent = || good().accounts;
        let there = || Accounts { user: fit(), group: Some(997), ..absent() };
        for (accounts, expected) in vec![
            (absent(), None),
            (there(), None),
            (Accounts { can_add: false, ..absent() }, Some((Refuse, "no useradd"))),
            (Accounts { can_add: false, ..there() }, None),
            (Accounts { user: account(0, 997, "/sbin/nologin"), ..there() }, Some((Refuse, "root's"))),
            (Accounts { user: account(998, 0, "/sbin/nologin"), ..there() }, Some((Refuse, "root's"))),
            (Accounts { user: account(998, 997, "/bin/sh"), ..there() }, Some((Refuse, "must not log in"))),
            (Accounts { namesakes: ann(), ..there() }, Some((Refuse, "shares its uid 998 with `ann`"))),
            (Accounts { group: None, ..there() }, Some((Refuse, "no group"))),
            (Accounts { group: Some(5), ..there() }, Some((Warn, "primary group"))),
            (Accounts { members: ann(), ..there() }, Some((Warn, "`ann`"))),
            (Accounts { group: Some(997), ..absent() }, None),
            (Accounts { group: Some(997), members: ann(), ..absent() }, Some((Warn, "`ann`"))),
            (Accounts { group: Some(0), ..absent() }, Some((Refuse, "gid 0"))),
        ] {
            match (user(&manifest(), &accounts, Target::Live).as_slice(), expected) {
                ([], None) => {}
                ([one], Some((severity, words))) => {
                    assert_eq!(one.severity, severity);
                    assert!(one.text.contains(words), "{one:?}");
                }
                (found, _) => panic!("{found:?}, not {expected:?}"),
            }
        }
    }
}
