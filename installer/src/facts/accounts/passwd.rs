//! Users and groups as `/etc/passwd` and `/etc/group` write them (passwd(5), group(5)). Pure text.

use super::Account;

/// The user `name` in the text of a passwd file, or of `getent passwd`.
pub(crate) fn user(passwd: &str, name: &str) -> Option<Account> {
    let fields = line(passwd, name)?;
    let [_, _, uid, gid, _, _, shell] = fields.as_slice() else { return None };
    Some(Account { uid: uid.parse().ok()?, gid: gid.parse().ok()?, shell: (*shell).to_owned() })
}

/// The id of the group `name` in the text of a group file.
pub(crate) fn group(group: &str, name: &str) -> Option<u32> {
    line(group, name)?.get(2)?.parse().ok()
}

/// Who is in the group `name` beside those whose primary group it is.
pub(crate) fn members(group: &str, name: &str) -> Vec<String> {
    let list = line(group, name).and_then(|fields| fields.get(3).map(|field| (*field).to_owned())).unwrap_or_default();
    list.split(',').filter(|member| !member.is_empty() && *member != name).map(str::to_owned).collect()
}

/// Whether a group has no members, and is the primary group of none but root. One that has no line is somebody's elsewhere.
pub(crate) fn is_of_nobody(passwd: &str, group: &str, gid: u32) -> bool {
    let with = |text: &str, at: usize| -> Vec<Vec<String>> {
        let fields = text.lines().map(|line| line.split(':').map(str::to_owned).collect::<Vec<_>>());
        fields.filter(|fields| fields.get(at).and_then(|id| id.parse().ok()) == Some(gid)).collect()
    };
    let (users, groups) = (with(passwd, 3), with(group, 2));
    let is_root = |user: &Vec<String>| user.get(2).is_some_and(|uid| uid == "0");
    let empty = |group: &Vec<String>| {
        group.get(3).is_some_and(|list| list.split(',').all(|name| matches!(name.trim(), "" | "root")))
    };
    !groups.is_empty() && users.iter().all(is_root) && groups.iter().all(empty)
}

/// The other users with the id `uid`.
pub(crate) fn namesakes(passwd: &str, name: &str, uid: u32) -> Vec<String> {
    let fields = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let same = fields.filter(|fields| fields.get(2).and_then(|id| id.parse().ok()) == Some(uid));
    same.filter_map(|fields| fields.first().map(|other| (*other).to_owned())).filter(|other| other != name).collect()
}

/// Whether one of the lines is of `name`.
pub(crate) fn has(text: &str, name: &str) -> bool {
    line(text, name).is_some()
}

fn line<'a>(text: &'a str, name: &str) -> Option<Vec<&'a str>> {
    text.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&name))
}

/// A system id that neither file uses, from the top of the range as useradd takes it (login.defs: 100 to 999).
pub(crate) fn free_id(passwd: &str, group: &str) -> Option<u32> {
    let taken: Vec<u32> = [passwd, group]
        .into_iter()
        .flat_map(str::lines)
        .filter_map(|line| line.split(':').nth(2)?.parse().ok())
        .collect();
    (100..=999).rev().find(|id| !taken.contains(id))
}

/// `text` with one line more, whether or not it ended in a newline.
pub(crate) fn with_line(text: &str, line: &str) -> String {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{gap}{line}\n")
}

/// `text` without the line of `name`.
pub(crate) fn without(text: &str, name: &str) -> String {
    text.split_inclusive('\n').filter(|line| line.split(':').next() != Some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\netcd:x:998:997::/:/usr/sbin/nologin\n";
    const GROUP: &str = "root:x:0:\netcd:x:997:\nadm:x:999:";

    #[test]
    fn lines_are_found_by_whole_names() {
        let etcd = user(PASSWD, "etcd").unwrap();
        assert_eq!((etcd.uid, etcd.gid, etcd.is_harmless()), (998, 997, true));
        assert!(!user(PASSWD, "root").unwrap().is_harmless());
        assert_eq!(user(PASSWD, "etc"), None);
        assert_eq!(group(GROUP, "adm"), Some(999));
        assert_eq!(user("etcd:x:998\n", "etcd"), None);
    }

    #[test]
    fn those_who_share_are_named() {
        let group = "etcd:x:997:etcd,ann,bob\netcd2:x:5:eve\nnone:x:6:\n";
        assert_eq!(members(group, "etcd"), ["ann", "bob"]);
        assert_eq!((members(group, "none"), members(group, "absent")), (vec![], vec![]));
        assert_eq!(namesakes(&format!("{PASSWD}twin:x:998:5::/:/bin/sh\nbroken:x\n"), "etcd", 998), ["twin"]);
    }

    #[test]
    fn a_free_id_is_free_in_both_files() {
        assert_eq!(free_id(PASSWD, GROUP), Some(996));
        assert_eq!(free_id("", ""), Some(999));
    }

    #[test]
    fn adding_and_removing_a_line_are_inverse() {
        let more = with_line(GROUP, "new:x:5:");
        assert_eq!(more, format!("{GROUP}\nnew:x:5:\n"));
        assert_eq!(without(&more, "new"), format!("{GROUP}\n"));
        assert_eq!(without(PASSWD, "etc"), PASSWD);
    }
}
