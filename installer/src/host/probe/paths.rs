//! Looking at every path that a plan may touch, and at the way to each.

use std::collections::{BTreeMap, BTreeSet};

use payload::bundle::Content;
use payload::digest::Digest;
use payload::manifest::{Manifest, Purpose};
use payload::path::AbsPath;

use super::{ProbeError, data};
use crate::backup::{self, Units};
use crate::certificates::{Home, Set};
use crate::facts::Credentials;
use crate::facts::paths::{Obstacle, Owned, PathFact, Paths, Seen, Shut};
use crate::host::barriers::Barriers;
use crate::host::{FsError, Tree, whose};
use crate::layout;
use crate::records::StateDir;

/// The sums of etcd's programs that are here already. They are most of what there is to read, so it is done beside what has to be
/// waited for. One that cannot be read is left out, and met again.
pub(super) fn programs(tree: &Tree, manifest: &Manifest) -> BTreeMap<AbsPath, Digest> {
    let at = |name: &str| manifest.layout.release_dir.join(name).ok();
    let paths = manifest.release.programs.iter().filter_map(|program| at(&program.name));
    paths.filter_map(|path| tree.measure(&path).ok()?.map(|content| (path, content.digest))).collect()
}

/// `section` is the file that a program section for this host's own supervisor would have; `state` is where our records are; `known` are
/// the sums of what has been read already.
pub(super) fn paths(
    tree: &Tree,
    manifest: &Manifest,
    section: Option<&AbsPath>,
    credentials: &Credentials,
    state: &StateDir,
    known: &BTreeMap<AbsPath, Digest>,
) -> Result<Paths, ProbeError> {
    let found = found(tree, manifest, section, credentials, known)?;
    let obstacles = obstacles(tree, found.keys().chain([&state.journal]))?;
    let closed = Barriers::read().closed(tree, state, found.keys())?;
    let filled = data::filled(tree, [&manifest.layout.logs, &layout::SUPERVISOR_LOGS.parse()?])?;
    let (shut, others) = (shut(tree, manifest)?, others(tree, manifest)?);
    Ok(Paths { found, obstacles, filled, closed, shut, others })
}

/// What of the data and the log etcd's user, if there is one, does not own. On a running system: of an image nobody runs.
pub(crate) fn others(tree: &Tree, manifest: &Manifest) -> Result<Option<Owned>, ProbeError> {
    let Some(account) = tree.user(&manifest.user)?.filter(|_| tree.is_live()) else { return Ok(None) };
    Ok(whose::others(tree, (&manifest.layout).into(), account.uid)?)
}

/// Where etcd's user cannot pass to its programs, its certificate, its data or its log: as far as these are there.
pub(crate) fn shut(tree: &Tree, manifest: &Manifest) -> Result<BTreeSet<Shut>, ProbeError> {
    let layout = &manifest.layout;
    let account = tree.user(&manifest.user)?;
    let certs = layout.certs()?;
    // Its own directories are for it alone: whose they are is looked at elsewhere.
    let above = layout.places().filter_map(AbsPath::parent);
    let mut all: BTreeSet<Shut> = BTreeSet::new();
    for place in [layout.link.clone(), certs].into_iter().chain(above) {
        let shut = tree.shut(&place, account.as_ref())?;
        // Each once, with the first that is behind it.
        all.extend(shut.filter(|shut| all.iter().all(|other| other.dir != shut.dir)));
    }
    Ok(all)
}

/// Every path that a plan may touch, with all directories above.
fn found(
    tree: &Tree,
    manifest: &Manifest,
    section: Option<&AbsPath>,
    credentials: &Credentials,
    known: &BTreeMap<AbsPath, Digest>,
) -> Result<BTreeMap<AbsPath, PathFact>, ProbeError> {
    let at = &manifest.layout;
    let mut files: BTreeSet<AbsPath> = section.into_iter().cloned().collect();
    files.insert(layout::carried_section(&manifest.service.name)?);
    for section in files.clone() {
        files.insert(layout::section_beside(&section, &backup::program(manifest))?);
    }
    files.insert(at.sbin.join(crate::HOST_COMMAND)?);
    files.insert(layout::has_data(manifest)?);
    for unit in layout::SUPERVISORD_UNITS {
        files.insert(layout::drop_in(unit, &manifest.service.name)?);
    }
    let timer = Units::of(manifest)?;
    let timer_link = timer.as_ref().map(|units| units.link.clone());
    files.extend(timer.iter().flat_map(Units::files).map(|(path, _)| path.clone()));
    // Those that others have unpacked may be theirs, and large.
    let mut sizes = BTreeMap::new();
    for program in &manifest.release.programs {
        let path = at.release_dir.join(&program.name)?;
        sizes.insert(path.clone(), program.size);
        files.insert(path);
    }
    let set = Set::of(manifest, credentials.own_key.as_ref())?;
    for entry in &manifest.entries {
        if let Purpose::Place { path, .. } = &entry.purpose
            && !path.is_within(&set.home.link)
        {
            files.insert(path.clone());
        }
    }
    for dir in [Some(&set.dir), credentials.here.as_ref().map(|here| &here.dir)].into_iter().flatten() {
        for item in &set.items {
            files.insert(dir.join(&item.name)?);
        }
    }
    let carried = layout::carried_dir(manifest)?;
    for program in layout::CARRIED_PROGRAMS {
        files.insert(carried.join(program)?);
    }
    for path in files.clone() {
        files.insert(layout::beside(&path)?);
    }
    let Home { link, current, .. } = &set.home;
    let others = [&at.link, &at.logs, &carried, link, current].into_iter().chain(at.places()).cloned();
    let commands = [at.bin.join("supervisord")?, at.bin.join("supervisorctl")?, layout::SUPERVISOR_LOGS.parse()?];
    let wants: AbsPath = layout::WANTS.parse()?;
    let enabling = [wants.join(&format!("{}.service", manifest.service.name))?, wants.join("supervisord.service")?];
    let all = files.iter().cloned().chain(others).chain(commands).chain(enabling).chain(timer_link);
    let all = all.chain(manifest.backup.as_ref().map(|backup| backup.dir.clone()));
    let all: BTreeSet<AbsPath> = all.flat_map(|path| path.lineage()).collect();
    let mut found = BTreeMap::new();
    for path in all {
        let seen = tree.look(&path)?;
        let content = |content: Option<Content>| content.map(|content| content.digest);
        let digest = match (&seen, known.get(&path), sizes.get(&path)) {
            (Seen::File { .. }, Some(digest), _) if files.contains(&path) => Some(*digest),
            (Seen::File { size: is, .. }, _, Some(size)) if is == size => content(tree.measure_sized(&path, *size)?),
            (Seen::File { .. }, ..) if files.contains(&path) => content(tree.measure(&path)?),
            _ => None,
        };
        found.insert(path, PathFact { seen, digest });
    }
    Ok(found)
}

/// What stands in the way to the directories of `paths`.
fn obstacles<'a>(tree: &Tree, paths: impl Iterator<Item = &'a AbsPath>) -> Result<BTreeSet<Obstacle>, FsError> {
    let dirs: BTreeSet<AbsPath> = paths.filter_map(AbsPath::parent).collect();
    let deepest = dirs.iter().filter(|dir| !dirs.iter().any(|other| other != *dir && other.is_within(dir)));
    let mut all = BTreeSet::new();
    for dir in deepest {
        all.extend(tree.obstacles(dir)?);
    }
    Ok(all)
}
