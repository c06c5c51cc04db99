//! Looking into the directories for data and logs: whether something lies there, and whose data it is.

use std::collections::BTreeSet;
use std::io::Read;

use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::data::wal;
use crate::facts::data::{Data, DataDir, DataOwner};
use crate::facts::paths::Seen;
use crate::host::tree::Trust;
use crate::host::{FsError, Tree};

/// Those of these directories that something lies in.
pub(super) fn filled(tree: &Tree, dirs: [&AbsPath; 2]) -> Result<BTreeSet<AbsPath>, FsError> {
    let mut all = BTreeSet::new();
    for dir in dirs {
        if tree.holds(dir, |name| !made_by_mkfs(name))? {
            all.insert(dir.clone());
        }
    }
    Ok(all)
}

fn made_by_mkfs(name: &str) -> bool {
    name == "lost+found"
}

/// The bundle's data directory `here`, and the place `left` where an uninstall kept data.
pub(crate) fn data(tree: &Tree, here: &AbsPath, left: Option<&AbsPath>) -> Result<Data, ProbeError> {
    let data = dir(tree, here)?;
    let left = match left {
        Some(path) if path != here => dir(tree, path)?,
        Some(_) => data,
        None => DataDir::Absent,
    };
    Ok(Data { here: data, left })
}

/// What lies in the data directory `path`.
fn dir(tree: &Tree, path: &AbsPath) -> Result<DataDir, ProbeError> {
    Ok(match tree.look(path)? {
        Seen::Absent => DataDir::Absent,
        Seen::Dir { .. } if !tree.holds(path, |name| !made_by_mkfs(name))? => DataDir::Empty,
        _ => DataDir::Used(owner(tree, path)?),
    })
}

/// whose data lies in the directory `data`, where that can be read.
pub(crate) fn identity(tree: &Tree, data: &AbsPath) -> Option<wal::Identity> {
    match owner(tree, data) {
        Ok(DataOwner::Etcd(identity)) => Some(identity),
        _ => None,
    }
}

/// The newest log says whose data it is, as every log does. Etcd's own links are not followed, and a directory that holds
/// more logs than an etcd leaves in it is not gone through.
fn owner(tree: &Tree, data: &AbsPath) -> Result<DataOwner, ProbeError> {
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
