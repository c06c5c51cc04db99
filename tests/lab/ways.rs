//! Who can change what lies on the way to a path of a host: owners, modes and links of all its files, as they were at
//! one time.
//!
//! Must not touch a host but by `find`. An access list needs no look of its own: what it gives to anybody beyond the
//! owner is bounded by the mode's bits for the group.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::PathBuf;

use crate::Lab;

/// More links than this on one way is a loop.
const MAX_LINKS: usize = 16;

/// One file, directory or link.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// As `find` says it: `f`, `d`, `l`, `s`, `c`...
    kind: char,
    mode: u32,
    uid: u32,
    gid: u32,
    /// Where a link leads.
    target: String,
}

impl Entry {
    /// Root's own group has nobody else.
    fn others_write(&self) -> bool {
        let bits = if self.gid == 0 { 0o002 } else { 0o022 };
        self.uid != 0 || self.mode & bits != 0
    }
}

/// A part of a way that others than root can change, and who that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weak {
    pub path: String,
    /// Its owner, where the bits let nobody else write: `None` is anybody.
    pub uid: Option<u32>,
}

/// All files of a host but the kernel's.
#[derive(Debug)]
pub struct Ways(BTreeMap<String, Entry>);

impl Ways {
    /// As the host is now.
    pub fn of(lab: &Lab, host: &str) -> Self {
        let find = "find / \\( -path /proc -o -path /sys -o -path /usr/share \\) -prune \
                    -o -printf '%y %m %U %G %p\\t%l\\n' 2>/dev/null; true";
        let mut entries = BTreeMap::new();
        let said = lab.sh(host, find);
        assert_eq!(said.code, 0, "{}", said.err);
        for line in said.out.lines() {
            let mut words = line.splitn(5, ' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("find says `{line}`"));
            let (kind, mode, uid, gid, rest) = (word(), word(), word(), word(), word());
            let (path, target) = rest.split_once('\t').expect("a path and a target");
            let entry = Entry {
                kind: kind.chars().next().expect("a kind"),
                mode: u32::from_str_radix(mode, 8).expect("a mode"),
                uid: uid.parse().expect("a number"),
                gid: gid.parse().expect("a number"),
                target: target.to_owned(),
            };
            entries.insert(path.to_owned(), entry);
        }
        Self(entries)
    }

    /// Of this machine, what lies on the ways to these paths.
    pub fn here<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut entries = BTreeMap::new();
        let mut ahead: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        while let Some(path) = ahead.pop() {
            for above in path.ancestors() {
                let Ok(stat) = fs::symlink_metadata(above) else { continue };
                let target = fs::read_link(above).unwrap_or_default();
                let kind = match stat.file_type() {
                    kind if kind.is_symlink() => 'l',
                    kind if kind.is_dir() => 'd',
                    kind if kind.is_file() => 'f',
                    kind if kind.is_fifo() => 'p',
                    _ => 'c',
                };
                let name = above.display().to_string();
                let entry = Entry {
                    kind,
                    mode: stat.mode() & 0o7777,
                    uid: stat.uid(),
                    gid: stat.gid(),
                    target: target.display().to_string(),
                };
                if entries.insert(name, entry).is_none() && kind == 'l' {
                    // Where the link leads, with what came after it.
                    let rest = path.strip_prefix(above).expect("one above it");
                    ahead.push(above.parent().expect("a link lies somewhere").join(target).join(rest));
                }
            }
        }
        Self(entries)
    }

    /// The paths that are here and were not in `earlier`, or were other files.
    pub fn new_since<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(|(path, entry)| earlier.0.get(*path) != Some(entry)).map(|(path, _)| path.as_str())
    }

    /// What others than root can change on the way to `path`, and of it itself. `follows` says whether a link at its
    /// end is followed.
    pub fn weak(&self, path: &str, follows: bool) -> BTreeSet<Weak> {
        let mut weak = BTreeSet::new();
        let mut ahead: Vec<String> = parts(path).rev().collect();
        let mut here = String::new();
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            if name == ".." {
                here.truncate(here.rfind('/').unwrap_or(0));
                continue;
            }
            let dir = self.0.get(if here.is_empty() { "/" } else { here.as_str() });
            let next = format!("{here}/{name}");
            let entry = self.0.get(&next);
            if let Some(dir) = dir.filter(|dir| dir.others_write()) {
                // Where the sticky bit is set, root's own can be neither renamed nor removed by others.
                let stays = dir.uid == 0 && dir.mode & 0o1000 != 0 && entry.is_some_and(|entry| entry.uid == 0);
                if !stays {
                    let uid = (dir.mode & 0o022 == 0).then_some(dir.uid);
                    weak.insert(Weak { path: here.clone(), uid });
                }
            }
            let Some(entry) = entry else { break };
            if entry.kind == 'l' && (follows || !ahead.is_empty()) && links < MAX_LINKS {
                links += 1;
                if entry.target.starts_with('/') {
                    here.clear();
                }
                ahead.extend(parts(&entry.target).rev());
                continue;
            }
            here = next;
            // Who may write to a socket or a device may talk to it, and no more.
            if ahead.is_empty() && matches!(entry.kind, 'f' | 'd' | 'p') && entry.others_write() {
                let uid = (entry.mode & 0o022 == 0).then_some(entry.uid);
                weak.insert(Weak { path: here.clone(), uid });
            }
        }
        weak
    }
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = String> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn ways(entries: &[(&str, char, u32, u32, &str)]) -> Ways {
        let entry = |kind, mode, uid, target: &str| Entry { kind, mode, uid, gid: 5, target: target.to_owned() };
        Ways(
            entries
                .iter()
                .map(|(path, kind, mode, uid, to)| ((*path).to_owned(), entry(*kind, *mode, *uid, to)))
                .collect(),
        )
    }

    #[test]
    fn of_this_machine_the_ways_are_looked_at_through_links() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |path: &str| dir.path().join(path).display().to_string();
        fs::create_dir(at("open")).unwrap();
        fs::write(at("open/file"), "").unwrap();
        std::os::unix::fs::symlink("open", at("link")).unwrap();
        let weak = |path: &str| Ways::here([at(path).as_str()]).weak(&at(path), true);
        assert_eq!(weak("link/file"), BTreeSet::new());
        fs::set_permissions(at("open"), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(weak("link/file"), BTreeSet::from([Weak { path: at("open"), uid: None }]));
    }

    #[test]
    fn whatever_others_can_change_on_a_way_is_seen() {
        let host = ways(&[
            ("/", 'd', 0o755, 0, ""),
            ("/tmp", 'd', 0o1777, 0, ""),
            ("/tmp/ours", 'd', 0o700, 0, ""),
            ("/tmp/link", 'l', 0o777, 1000, "/etc"),
            ("/etc", 'd', 0o755, 0, ""),
            ("/etc/wide", 'f', 0o664, 0, ""),
            ("/etc/logs", 'l', 0o777, 0, "../var/logs"),
            ("/var", 'd', 0o755, 0, ""),
            ("/var/logs", 'd', 0o750, 998, ""),
            ("/var/socket", 's', 0o777, 0, ""),
        ]);
        let weak = |path: &str| host.weak(path, true).into_iter().map(|weak| (weak.path, weak.uid)).collect::<Vec<_>>();
        let one = |path: &str, uid| vec![(path.to_owned(), uid)];
        for path in ["/etc", "/etc/absent", "/tmp/ours", "/tmp/ours/absent", "/var/socket"] {
            assert_eq!(weak(path), [], "{path}");
        }
        assert_eq!(weak("/tmp/absent"), one("/tmp", None));
        assert_eq!(weak("/tmp/link/x"), one("/tmp", None));
        assert_eq!(weak("/etc/wide"), one("/etc/wide", None));
        assert_eq!(weak("/etc/logs/a.log"), one("/var/logs", Some(998)));
        assert_eq!(host.weak("/etc/logs", false), BTreeSet::new());
    }
}
