//! Looking into the directories for data and logs: whether something lies there, and whose data it is.

use std::collections::BTreeSet;

use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::data::{Data, DataDir};
use crate::facts::paths::Seen;
use crate::host::whose::owner;
use crate::host::{FsError, Tree};

pub(crate) use crate::host::whose::identity;

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
        // A link is said by itself; what it leads to may be somebody's data.
        Seen::Dir { .. } | Seen::Link { .. } if !tree.holds(path, |name| !made_by_mkfs(name))? => DataDir::Empty,
        _ => DataDir::Used(owner(tree, path)?),
    })
}
