//! What lies in the directories for data and logs, and whose it is.

use std::collections::BTreeSet;
use std::io::Read;

use payload::path::AbsPath;

use super::probe::ProbeError;
use super::tree::Trust;
use super::{FsError, Seen, Tree};
use crate::facts::{DataDir, Whose};
use crate::wal;

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

/// What lies in the data directory `path`.
pub(super) fn dir(tree: &Tree, path: &AbsPath) -> Result<DataDir, ProbeError> {
    Ok(match tree.look(path)? {
        Seen::Absent => DataDir::Absent,
        Seen::Dir { .. } if !tree.holds(path, |name| !made_by_mkfs(name))? => DataDir::Empty,
        _ => DataDir::Used(whose(tree, path)?),
    })
}

/// Whose data lies in the directory `data`, where that can be read.
pub(crate) fn identity(tree: &Tree, data: &AbsPath) -> Option<wal::Identity> {
    match whose(tree, data) {
        Ok(Whose::Etcd(identity)) => Some(identity),
        _ => None,
    }
}

/// The newest log says whose data it is, as every log does. Etcd's own links are not followed, and a directory that holds
/// more logs than an etcd leaves in it is not gone through.
fn whose(tree: &Tree, data: &AbsPath) -> Result<Whose, ProbeError> {
    let dir = data.join("member/wal")?;
    let Ok(names) = tree.list_by(&dir, Trust::NoForeignLink) else { return Ok(Whose::SomeEtcd) };
    let newest = names.into_iter().rfind(|name| name.strip_suffix(".wal").is_some());
    let Some(name) = newest else { return Ok(Whose::Unknown) };
    let read = || -> Option<wal::Identity> {
        let mut bytes = Vec::new();
        let file = tree.open_by(&dir.join(&name).ok()?, Trust::NoForeignLink).ok()?;
        file.take(wal::ENOUGH).read_to_end(&mut bytes).ok()?;
        wal::identity(&bytes)
    };
    Ok(read().map_or(Whose::SomeEtcd, Whose::Etcd))
}
