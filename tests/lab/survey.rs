//! What must hold in a tree that etcdpack was working on when it was cut off: nothing under a final name is anything
//! but what stood there before or is to stand there afterwards, and no private key was ever open to others.
//!
//! Must not be asked about anything but installed trees: it knows etcdpack's names.

use crate::snapshot::{Entry, Kind, Snapshot};

const STATE: &str = "var/lib/etcdpack/";
const PROGRAMS: [&str; 3] = ["etcd", "etcdctl", "etcdutl"];

/// What is wrong with `here`, which was on its way from `before` to `after`; empty if nothing is.
pub fn violations(here: &Snapshot, before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, entry) in here.iter() {
        if let Kind::File(bytes) = &entry.kind
            && (path.contains("key") || is_key(bytes))
            && entry.mode & 0o177 != 0
        {
            wrong.push(format!("the key `{path}` is a {entry}"));
        }
        let known: Vec<&Entry> = [before.get(path), after.get(path)].into_iter().flatten().collect();
        let fits = match &entry.kind {
            _ if known.contains(&entry) => true,
            _ if path.split('/').any(is_passing) => true,
            Kind::File(_) if path == format!("{STATE}journal.jsonl") => entry.mode == 0o600,
            Kind::Dir if path == format!("{STATE}undo") => entry.mode == 0o700,
            Kind::File(bytes) if path.starts_with(&format!("{STATE}undo/")) => {
                before.iter().any(|(_, old)| matches!(&old.kind, Kind::File(whole) if whole == bytes))
            }
            // Made for root alone, and given away afterwards.
            Kind::Dir => known.iter().any(|known| known.kind == Kind::Dir && entry.mode & !known.mode == 0),
            _ => false,
        };
        if !fits {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            wrong.push(format!("`{path}` is a {entry}; known of it: {known:?}"));
        }
    }
    wrong.extend(programs(here, after, before).err());
    wrong
}

/// `/opt/etcd` leads nowhere, or to every program.
fn programs(here: &Snapshot, after: &Snapshot, before: &Snapshot) -> Result<(), String> {
    let Some(entry) = here.get("opt/etcd") else { return Ok(()) };
    let Kind::Link(target) = &entry.kind else { return Err(format!("`opt/etcd` is a {entry}")) };
    for name in PROGRAMS {
        let path = format!("opt/{target}/{name}");
        let whole = after.get(&path).or_else(|| before.get(&path)).ok_or_else(|| format!("nobody has `{path}`"))?;
        if here.get(&path) != Some(whole) {
            return Err(format!("`opt/etcd` leads to `{target}`, where `{name}` is not whole"));
        }
    }
    Ok(())
}

/// Whether this is no final name: not yet, or no more.
fn is_passing(name: &str) -> bool {
    name.starts_with('.') && [".etcdpack-new", ".etcdpack-gone"].iter().any(|end| name.ends_with(end))
}

fn is_key(bytes: &[u8]) -> bool {
    bytes.starts_with(b"-----BEGIN") && bytes.windows(11).any(|part| part == b"PRIVATE KEY")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    /// What a change to a whole tree is found to be.
    fn found(change: impl FnOnce(&Path)) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("opt/v")).unwrap();
        let before = Snapshot::read(dir.path());
        for name in PROGRAMS {
            fs::write(dir.path().join("opt/v").join(name), name).unwrap();
        }
        symlink("v", dir.path().join("opt/etcd")).unwrap();
        let after = Snapshot::read(dir.path());
        change(dir.path());
        violations(&Snapshot::read(dir.path()), &before, &after)
    }

    #[test]
    fn damage_is_found() {
        assert_eq!(found(|_| ()), [""; 0]);
        assert_eq!(found(|dir| fs::remove_file(dir.join("opt/etcd")).unwrap()), [""; 0]);
        assert_eq!(found(|dir| fs::write(dir.join("opt/v/.x.etcdpack-new"), "").unwrap()), [""; 0]);
        assert_eq!(found(|dir| fs::create_dir_all(dir.join(".var.etcdpack-gone/lib")).unwrap()), [""; 0]);
        assert_eq!(found(|dir| fs::write(dir.join("opt/v/etcd"), "").unwrap()).len(), 2);
        assert_eq!(found(|dir| fs::remove_file(dir.join("opt/v/etcdutl")).unwrap()).len(), 1);
        assert_eq!(found(|dir| fs::write(dir.join("opt/v/stranger"), "x").unwrap()).len(), 1);
        let wide_key = |dir: &Path| {
            let key = dir.join("opt/v/.x.etcdpack-new");
            fs::write(&key, "-----BEGIN PRIVATE KEY-----").unwrap();
            fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        };
        assert_eq!(found(wide_key).len(), 1);
    }
}
