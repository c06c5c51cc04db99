//! Whose data lies in a directory, by etcd's own log.

use std::io::Read as _;

use payload::path::{AbsPath, NotAPath};

use super::Tree;
use super::tree::Trust;
use crate::facts::data::DataOwner;
use crate::facts::data::wal;

/// Whose data lies in the directory `data`, where that can be read.
pub(crate) fn identity(tree: &Tree, data: &AbsPath) -> Option<wal::Identity> {
    match owner(tree, data) {
        Ok(DataOwner::Etcd(identity)) => Some(identity),
        _ => None,
    }
}

/// The newest log says whose data it is, as every log does. Etcd's own links are not followed, and a directory that holds
/// more logs than an etcd leaves in it is not gone through.
pub(super) fn owner(tree: &Tree, data: &AbsPath) -> Result<DataOwner, NotAPath> {
    let dir = data.join("member/wal")?;
    let Ok(names) = tree.list_by(&dir, Trust::NoForeignLink) else { return Ok(DataOwner::SomeEtcd) };
    let newest = names.into_iter().rfind(|name| name.strip_suffix(".wal").is_some());
    let Some(name) = newest else { return Ok(DataOwner::Unknown) };
    let read = || -> Option<wal::Identity> {
        let mut bytes = Vec::new();
        let file = tree.open_by(&dir.join(&name).ok()?, Trust::NoForeignLink).ok()?;
        file.take(wal::ENOUGH).read_to_end(&mut bytes).ok()?;
        wal::identity(&bytes)
    };
    Ok(read().map_or(DataOwner::SomeEtcd, DataOwner::Etcd))
}
