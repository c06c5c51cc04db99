//! Whose data lies in a directory, by etcd's own log.

use std::io::Read as _;

use payload::path::AbsPath;

use super::Tree;
use super::tree::Trust;
use crate::facts::data::wal;
use crate::facts::data::{DataOwner, Places};

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
