//! What must hold in a tree that etcdpack was working on when it was cut off: nothing under a final name is anything
//! but what stood there before or is to stand there afterwards, and no private key was ever open to others.
//!
//! Must not be asked about anything but installed trees: it knows etcdpack's names.

use serde_json::Value;

use crate::snapshot::{Entry, Kind, Snapshot};

const STATE: &str = "var/lib/etcdpack/";
const PROGRAMS: [&str; 3] = ["etcd", "etcdctl", "etcdutl"];
const CERTIFICATES: [&str; 3] = ["ca.pem", "etcd-peer.pem", "etcd-peer-key.pem"];

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
            Kind::File(bytes) if path == format!("{STATE}receipt.json") => {
                let is_after = |known: &&Entry| matches!(&known.kind, Kind::File(done) if is_done_but(bytes, done));
                entry.mode == 0o600 && after.get(path).as_ref().is_some_and(is_after)
            }
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
    wrong.extend(certificates(here, after, before).err());
    wrong
}

/// Whether a receipt is the one of afterwards, but for what is still to go and on record until then.
fn is_done_but(here: &[u8], done: &[u8]) -> bool {
    let [here, done] = [here, done].map(|bytes| serde_json::from_slice::<Value>(bytes).unwrap_or_default());
    let rest = |receipt: &Value, changes: Vec<Value>| {
        let mut receipt = receipt.clone();
        receipt["changes"] = changes.into();
        receipt
    };
    let changes = |receipt: &Value| receipt["changes"].as_array().cloned().unwrap_or_default();
    let is_to_go = |change: &Value| {
        let path = ["dir", "file"].iter().find_map(|kind| change[kind]["path"].as_str()).unwrap_or_default();
        path.starts_with("/opt/etcd-certs/") || path.contains("/.certs.etcdpack-gone")
    };
    let wanted = changes(&done);
    let left = changes(&here).into_iter().filter(|change| wanted.contains(change) || !is_to_go(change)).collect();
    rest(&here, left) == rest(&done, wanted)
}

/// Where etcd's certificates lie: in a directory, or where two links lead.
fn certificates_of(tree: &Snapshot) -> Option<String> {
    let at = "opt/etcd-v3.5.1/certs";
    match (&tree.get(at)?.kind, tree.get("opt/etcd-certs/current").map(|entry| &entry.kind)) {
        (Kind::Dir, _) => Some(at.to_owned()),
        (Kind::Link(_), Some(Kind::Link(name))) => Some(format!("opt/etcd-certs/{name}")),
        _ => None,
    }
}

/// CA, certificate and key are those of before, or those of afterwards, and always there where they were and will be.
fn certificates(here: &Snapshot, after: &Snapshot, before: &Snapshot) -> Result<(), String> {
    let of = [before, after].map(certificates_of);
    let Some(dir) = certificates_of(here) else {
        let gone = of.iter().all(Option::is_some);
        return if gone { Err("nothing leads to certificates".to_owned()) } else { Ok(()) };
    };
    let is_whole = |tree: &Snapshot| {
        CERTIFICATES.iter().all(|name| {
            let path = format!("{dir}/{name}");
            tree.get(&path).is_some() && tree.get(&path) == here.get(&path)
        })
    };
    let fits = [before, after].into_iter().zip(&of).any(|(tree, of)| of.as_ref() == Some(&dir) && is_whole(tree));
    if fits { Ok(()) } else { Err(format!("`{dir}` is in use and is not whole")) }
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
    use std::fs::{self, Permissions};
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
    fn half_of_a_set_of_certificates_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (release, sets) = (dir.path().join("opt/etcd-v3.5.1"), dir.path().join("opt/etcd-certs"));
        let fill = |set: &Path| {
            fs::create_dir_all(set).unwrap();
            for name in CERTIFICATES {
                fs::write(set.join(name), set.to_str().unwrap()).unwrap();
            }
        };
        let key = |set: &str| fs::set_permissions(sets.join(set).join(CERTIFICATES[2]), Permissions::from_mode(0o600));
        fs::create_dir_all(&release).unwrap();
        symlink("../etcd-certs/current", release.join("certs")).unwrap();
        fill(&sets.join("1"));
        key("1").unwrap();
        symlink("1", sets.join("current")).unwrap();
        let before = Snapshot::read(dir.path());
        fill(&sets.join("2"));
        key("2").unwrap();
        fs::remove_file(sets.join("current")).unwrap();
        symlink("2", sets.join("current")).unwrap();
        let after = Snapshot::read(dir.path());
        let found = || violations(&Snapshot::read(dir.path()), &before, &after);
        assert_eq!(found(), [""; 0]);
        let whole = fs::read(sets.join("2/ca.pem")).unwrap();
        fs::remove_file(sets.join("2/ca.pem")).unwrap();
        assert_eq!(found(), ["`opt/etcd-certs/2` is in use and is not whole"]);
        fs::write(sets.join("2/ca.pem"), whole).unwrap();
        fs::remove_file(release.join("certs")).unwrap();
        assert_eq!(found(), ["nothing leads to certificates"]);
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
