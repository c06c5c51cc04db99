//! Looking into the directories for data and logs: whether something lies there, and whose data it is.

use std::collections::BTreeSet;

use payload::path::AbsPath;
use payload::render::MEMBER;

use super::ProbeError;
use crate::facts::data::{Data, DataDir, Half, Places};
use crate::facts::paths::Seen;
use crate::host::whose::owner;
use crate::host::{FsError, Tree};

pub(crate) use crate::host::whose::{identity, identity_by_log, is_begun};

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

/// The bundle's places `here`, and those that an uninstall `left` data in.
pub(crate) fn data(tree: &Tree, here: Places, left: Option<Places>) -> Result<Data, ProbeError> {
    let data = both(tree, here)?;
    let left = match left {
        Some(places) if places != here => both(tree, places)?,
        Some(_) => data,
        None => DataDir::Absent,
    };
    Ok(Data { here: data, left })
}

/// What lies in the data directory and, where the log lies apart, beside it.
fn both(tree: &Tree, places: Places) -> Result<DataDir, ProbeError> {
    let data = dir(tree, places.data)?;
    let log = match places.wal {
        Some(wal) => dir(tree, wal)?,
        None => data,
    };
    let owner = |places: Places| Ok::<_, ProbeError>(owner(tree, &places.log()?));
    Ok(match (data, log) {
        // What a restore has put aside, say, and nothing that an etcd looks for.
        (Lies::Something, Lies::Something)
            if places.wal.is_some() && tree.look(&places.data.join(MEMBER)?)? == Seen::Absent =>
        {
            DataDir::Half(Half::Log(owner(places)?))
        }
        (Lies::Something, Lies::Something) => DataDir::Used(owner(places)?),
        (Lies::Something, _) => DataDir::Half(Half::Data(owner(Places { wal: None, ..places })?)),
        (_, Lies::Something) => DataDir::Half(Half::Log(owner(places)?)),
        (Lies::Nothing, _) => DataDir::Empty,
        (Lies::NoDirectory, _) => DataDir::Absent,
    })
}

/// What is in one directory.
#[derive(Clone, Copy)]
enum Lies {
    NoDirectory,
    Nothing,
    Something,
}

fn dir(tree: &Tree, path: &AbsPath) -> Result<Lies, FsError> {
    Ok(match tree.look(path)? {
        Seen::Absent => Lies::NoDirectory,
        // A link is said by itself; what it leads to may be somebody's data.
        Seen::Dir { .. } | Seen::Link { .. } if !tree.holds(path, |name| !made_by_mkfs(name))? => Lies::Nothing,
        _ => Lies::Something,
    })
}
