//! What lies in the directory for data, and whose it is.

use std::io::Read;

use payload::path::AbsPath;

use super::probe::ProbeError;
use super::{Seen, Tree};
use crate::facts::{DataDir, Whose};
use crate::wal;

/// What lies in the data directory `path`.
pub(super) fn dir(tree: &Tree, path: &AbsPath) -> Result<DataDir, ProbeError> {
    let made_by_mkfs = |name: &String| name == "lost+found";
    Ok(match tree.look(path)? {
        Seen::Absent => DataDir::Absent,
        Seen::Dir { .. } if tree.list(path)?.iter().all(made_by_mkfs) => DataDir::Empty,
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

/// The newest log says whose data it is, as every log does.
fn whose(tree: &Tree, data: &AbsPath) -> Result<Whose, ProbeError> {
    let dir = data.join("member/wal")?;
    let newest = tree.list(&dir)?.into_iter().rfind(|name| name.strip_suffix(".wal").is_some());
    let Some(name) = newest else { return Ok(Whose::Unknown) };
    let read = || -> Option<wal::Identity> {
        let mut bytes = Vec::new();
        tree.open_file(&dir.join(&name).ok()?).ok()?.take(wal::ENOUGH).read_to_end(&mut bytes).ok()?;
        wal::identity(&bytes)
    };
    Ok(read().map_or(Whose::SomeEtcd, Whose::Etcd))
}
