//! Finding out what of ours stands on the host, for an uninstall. Changes nothing and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::Tree;
use super::barriers::Barriers;
use super::probe::{self, ProbeError, cluster, data};
use crate::change::Change;
use crate::facts::data::Places;
use crate::facts::machine::Target;
use crate::facts::paths::{PathFact, Paths, Seen};
use crate::inventory::{Inventory, Manager};
use crate::records::StateDir;
use crate::service;
use crate::supervision::Supervision;

/// What stands at the paths of these `changes`, and the sums of files.
pub(crate) fn standing(tree: &Tree, changes: &[Change]) -> Result<BTreeMap<AbsPath, PathFact>, ProbeError> {
    let mut found = BTreeMap::new();
    for change in changes {
        let Some(path) = change.path() else { continue };
        let seen = tree.look(path)?;
        let digest = match (&seen, change) {
            (Seen::File { .. }, Change::File { .. }) => tree.measure(path)?.map(|content| content.digest),
            _ => None,
        };
        found.insert(path.clone(), PathFact { seen, digest });
    }
    Ok(found)
}

/// What stands of these `changes`; of the etcd in `manifest` under this supervision; of the data that an uninstall `left`.
pub(crate) fn inventory(
    tree: &Tree,
    state: &StateDir,
    changes: &[Change],
    manifest: Option<&Manifest>,
    supervision: Option<&Supervision>,
    left: Option<Places>,
) -> Result<Inventory, ProbeError> {
    let (found, mut filled) = (standing(tree, changes)?, BTreeSet::new());
    for change in changes.iter().filter(|change| change.is_kept_without_purge() || change.is_of_snapshots()) {
        let Some(path) = change.path() else { continue };
        if found.get(path).is_some_and(|fact| matches!(fact.seen, Seen::Dir { .. })) && tree.holds(path, |_| true)? {
            filled.insert(path.clone());
        }
    }
    let closed = Barriers::read().closed(tree, state, found.keys())?;
    let mut accounts = BTreeSet::new();
    for change in changes {
        let is_there = match change {
            Change::User { name, .. } => tree.user(name)?.is_some(),
            Change::Group { name } => tree.group(name)?.is_some(),
            _ => continue,
        };
        if let (true, Change::User { name, .. } | Change::Group { name }) = (is_there, change) {
            accounts.insert(name.to_string());
        }
    }
    let is_live = tree.is_live();
    let running = match manifest.filter(|_| is_live) {
        Some(manifest) => probe::running(tree, manifest)?,
        None => Vec::new(),
    };
    let manager = match supervision.filter(|_| !running.is_empty()) {
        Some(supervision) if service::control::has(supervision, tree.interrupt()) => Manager::HasIt,
        _ => Manager::HasNothing,
    };
    // An image's member is not this system's.
    let member = manifest.filter(|_| tree.is_live());
    Ok(Inventory {
        target: if is_live { Target::Live } else { Target::Image },
        paths: Paths { found, filled, closed, ..Paths::default() },
        accounts,
        running,
        manager,
        data: left.and_then(|places| data::identity(tree, places)),
        cas: match manifest {
            Some(manifest) => cluster::installed_cas(tree, manifest)?.unwrap_or_default(),
            None => BTreeSet::new(),
        },
        cluster: member.map(|member| cluster::everybody(member, tree.interrupt())).unwrap_or_default(),
        own: member.and_then(|member| data::identity(tree, (&member.layout).into())),
    })
}
