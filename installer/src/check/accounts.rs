//! Findings about the user and group that etcd runs as.

use payload::manifest::Manifest;

use crate::facts::Accounts;
use crate::facts::accounts::Account;
use crate::facts::machine::Target;
use crate::finding::{AccountFinding, Finding};

/// A user that is there is taken, wherever it comes from, if nobody can be harmed by that: neither the host by etcd, nor
/// etcd by others.
pub(super) fn user(manifest: &Manifest, accounts: &Accounts, target: Target) -> Option<Finding> {
    let found = match &accounts.user {
        Some(account) => unfit(manifest, accounts, account).or_else(|| shared(manifest, accounts, account)),
        None => absent(manifest, accounts, target),
    };
    found.map(Finding::from)
}

fn unfit(manifest: &Manifest, accounts: &Accounts, account: &Account) -> Option<AccountFinding> {
    let user = manifest.user.clone();
    let Account { uid, gid, ref shell } = *account;
    if uid == 0 || gid == 0 {
        Some(AccountFinding::RootsId { user, uid, gid })
    } else if !account.is_harmless() {
        let (shell, no_login) = (shell.clone(), accounts.no_login.clone());
        Some(AccountFinding::Login { user, uid, shell, no_login, source: accounts.source })
    } else if !accounts.namesakes.is_empty() {
        Some(AccountFinding::SharedId { user, uid, others: accounts.namesakes.clone() })
    } else if accounts.group.is_none() {
        Some(AccountFinding::NoGroup { user, source: accounts.source })
    } else {
        None
    }
}

/// Data and key are for the user alone; only the logs are for the group, too.
fn shared(manifest: &Manifest, accounts: &Accounts, account: &Account) -> Option<AccountFinding> {
    if accounts.group != Some(account.gid) {
        let (user, gid, source) = (manifest.user.clone(), account.gid, accounts.source);
        return Some(AccountFinding::OtherGroup { user, gid, source });
    }
    in_group(manifest, accounts)
}

fn in_group(manifest: &Manifest, accounts: &Accounts) -> Option<AccountFinding> {
    let members = accounts.members.clone();
    (!members.is_empty()).then(|| AccountFinding::InGroup { user: manifest.user.clone(), members })
}

fn absent(manifest: &Manifest, accounts: &Accounts, target: Target) -> Option<AccountFinding> {
    let user = manifest.user.clone();
    if !accounts.can_add && target == Target::Live {
        return Some(AccountFinding::NoTools { user });
    }
    if accounts.group == Some(0) {
        return Some(AccountFinding::RootsGroup { user });
    }
    in_group(manifest, accounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::accounts::Source;
    use crate::facts::tests::{good, manifest};
    use crate::finding::Severity::{Refuse, Warn};
    use crate::text::findings::{help, text};

    #[test]
    fn nobody_is_told_to_change_an_account_that_is_not_of_this_host() {
        let account = |gid, shell: &str| Some(Account { uid: 998, gid, shell: shell.to_owned() });
        for (there, group) in [
            (account(997, "/bin/bash"), Some(997)),
            (account(997, "/sbin/nologin"), None),
            (account(997, "/sbin/nologin"), Some(5)),
        ] {
            let accounts = Accounts { user: there, group, source: Source::Elsewhere, ..good().accounts };
            let found = user(&manifest(), &accounts, Target::Live).unwrap();
            let typed = help(&found).to_string();
            assert!(typed.contains("another `etcd.user`"), "{typed}");
            assert!(!["usermod", "groupadd"].iter().any(|tool| typed.contains(tool)), "{typed}");
        }
    }

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
            match (user(&manifest(), &accounts, Target::Live), expected) {
                (None, None) => {}
                (Some(one), Some((severity, words))) => {
                    assert_eq!(one.severity(), severity);
                    assert!(text(&one).contains(words), "{one:?}");
                }
                (found, _) => panic!("{found:?}, not {expected:?}"),
            }
        }
    }
}
