//! Whose data lies in a directory: by etcd's own log, and by the user that owns them.

use std::io::Read as _;

use payload::path::{AbsPath, NotAPath};
use payload::render::MEMBER;

use super::Tree;
use super::tree::Trust;
use crate::facts::data::wal;
use crate::facts::data::{DataOwner, Places};
use crate::facts::paths::{Owned, Seen};

/// Whose data lies in these places, where that can be read.
pub(crate) fn identity(tree: &Tree, places: Places) -> Option<wal::Identity> {
    identity_by_log(tree, &places.log().ok()?)
}

/// The same by the directory of a log.
pub(crate) fn identity_by_log(tree: &Tree, log: &AbsPath) -> Option<wal::Identity> {
    match owner(tree, log) {
        DataOwner::Etcd(identity) => Some(identity),
        DataOwner::SomeEtcd | DataOwner::Unknown => None,
    }
}

/// Whether an etcd has begun its log in these places, whether or not that can be read.
pub(crate) fn is_begun(tree: &Tree, places: Places) -> bool {
    places.log().is_ok_and(|log| owner(tree, &log) != DataOwner::Unknown)
}

/// The newest log in `dir` says whose data it is, as every log does. Etcd's own links are not followed, and a directory that
/// holds more logs than an etcd leaves in it is not gone through.
pub(super) fn owner(tree: &Tree, dir: &AbsPath) -> DataOwner {
    let Ok(names) = tree.list_by(dir, Trust::NoForeignLink) else { return DataOwner::SomeEtcd };
    let newest = names.into_iter().rfind(|name| name.strip_suffix(".wal").is_some());
    let Some(name) = newest else { return DataOwner::Unknown };
    let read = || -> Option<wal::Identity> {
        let mut bytes = Vec::new();
        let file = tree.open_by(&dir.join(&name).ok()?, Trust::NoForeignLink).ok()?;
        file.take(wal::ENOUGH).read_to_end(&mut bytes).ok()?;
        wal::identity(&bytes)
    };
    read().map_or(DataOwner::SomeEtcd, DataOwner::Etcd)
}

/// The first thing in these places that is not of the user `uid`, and that an etcd of that user must be able to write. The directories
/// themselves are given to it by each install.
pub(crate) fn others(tree: &Tree, places: Places, uid: u32) -> Result<Option<Owned>, NotAPath> {
    let (member, log) = (places.data.join(MEMBER)?, places.log()?);
    let snap = member.join("snap")?;
    let newest = tree.list_by(&log, Trust::NoForeignLink).unwrap_or_default().into_iter().rev();
    let newest = newest.filter_map(|name| name.strip_suffix(".wal").and_then(|_| log.join(&name).ok())).take(1);
    let all = [member, snap.clone(), snap.join("db")?, log.clone()].into_iter().chain(newest);
    Ok(all.filter_map(|path| owned(tree, path)).find(|owned| owned.uid != uid))
}

fn owned(tree: &Tree, path: AbsPath) -> Option<Owned> {
    match tree.look_by(&path, Trust::NoForeignLink).ok()? {
        Seen::File { uid, .. } | Seen::Dir { uid, .. } => Some(Owned { path, uid }),
        Seen::Absent | Seen::Link { .. } | Seen::Other => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test: makes data and gives them away")]

    use std::fs;
    use std::os::unix::fs::{chown, symlink};
    use std::path::Path;

    use super::*;

    #[test]
    fn the_first_thing_of_another_user_is_named_and_nobodys_link_is_gone_through() {
        let dir = std::env::temp_dir().join(format!("etcdpack-whose-{}", std::process::id()));
        let (data, strange) = (dir.join("data"), dir.join("strange"));
        fs::create_dir_all(data.join("member/wal")).unwrap();
        fs::create_dir_all(data.join("member/snap")).unwrap();
        fs::create_dir(&strange).unwrap();
        let names = ["member/wal/0.wal", "member/wal/1.wal", "member/snap/db"];
        for name in names {
            fs::write(data.join(name), "").unwrap();
        }
        for name in ["", "member", "member/wal", "member/snap"].into_iter().chain(names) {
            chown(data.join(name), Some(101), None).unwrap();
        }
        let tree = Tree::open(Path::new("/")).unwrap();
        let place: AbsPath = data.to_str().unwrap().parse().unwrap();
        let found = |uid: u32| {
            let owned = others(&tree, Places { data: &place, wal: None }, uid).unwrap()?;
            Some((owned.path.as_str().strip_prefix(place.as_str()).unwrap().to_owned(), owned.uid))
        };
        assert_eq!(found(101), None);
        assert_eq!(found(102), Some(("/member".to_owned(), 101)));
        // As an etcd that root has started by hand leaves it.
        chown(data.join("member/wal/1.wal"), Some(0), None).unwrap();
        assert_eq!(found(101), Some(("/member/wal/1.wal".to_owned(), 0)));
        // An older log is not written any more.
        chown(data.join("member/wal/1.wal"), Some(101), None).unwrap();
        chown(data.join("member/wal/0.wal"), Some(0), None).unwrap();
        assert_eq!(found(101), None);
        fs::remove_dir_all(data.join("member/wal")).unwrap();
        symlink(&strange, data.join("member/wal")).unwrap();
        assert_eq!(found(101), None);
        fs::remove_dir_all(&dir).unwrap();
    }
}
