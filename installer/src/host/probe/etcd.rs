//! Finding out what of etcd runs here, and with what.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use payload::manifest::Manifest;
use payload::render;

use super::{ProbeError, data};
use crate::change::{Before, Change};
use crate::facts::etcd::{Etcd, Process, Running, Script, flag};
use crate::facts::paths::Seen;
use crate::host::accounts::AccountError;
use crate::host::holdings::Holdings;
use crate::host::processes::Runner;
use crate::host::write::Ids;
use crate::host::{Tree, processes};
use crate::records::Records;
use crate::restart::Instance;
use crate::service;

/// A startup script is some kilobytes.
const MAX_SCRIPT: u64 = 1 << 20;

/// `brought` is the bundle's startup script; `others` are etcds that are in the way, where that is of interest.
pub(super) fn etcd(
    tree: &Tree,
    manifest: &Manifest,
    brought: &[u8],
    records: &Records,
    others: Vec<Process>,
) -> Result<Etcd, ProbeError> {
    let running = match &records.receipt {
        Some(receipt) if tree.is_live() && service::is_running(&receipt.supervision, tree.interrupt()) => Running::Yes,
        _ => Running::No,
    };
    let waiting = match records.receipt.as_ref().and_then(|receipt| receipt.waiting.as_ref()) {
        Some(waiting) if tree.is_live() => waiting.parts_while(&instances(tree, manifest)?),
        _ => BTreeSet::new(),
    };
    let script = script(tree, manifest, brought, records.unfinished.iter().flat_map(|cut| &cut.changes))?;
    Ok(Etcd { others, running, script, waiting })
}

/// What the startup script here starts, beside the bundle's. Where a run that was cut off has replaced it, the one before
/// counts: etcd may still run from that.
fn script<'a>(
    tree: &Tree,
    manifest: &Manifest,
    brought: &[u8],
    cut: impl IntoIterator<Item = &'a Change>,
) -> Result<Script, ProbeError> {
    let path = manifest.layout.release_dir.join(render::STARTUP)?;
    let of_path = |change: &Change| match change {
        Change::File { path: of, before, .. } if *of == path => Some(before.clone()),
        _ => None,
    };
    let at = match cut.into_iter().find_map(of_path) {
        Some(Before::Ours { backup }) => backup,
        Some(Before::Nothing) => return Ok(Script::OtherCommand),
        None => path.clone(),
    };
    let Ok(Some(here)) = tree.read_if_there(&at, MAX_SCRIPT) else { return Ok(Script::OtherCommand) };
    let [here, brought] = [&here, brought].map(|text| render::command_line(&String::from_utf8_lossy(text)));
    Ok(if here.is_some() && here == brought { Script::SameCommand } else { Script::OtherCommand })
}

/// The runs of the etcd that is installed here.
pub(crate) fn instances(tree: &Tree, manifest: &Manifest) -> Result<Vec<Instance>, AccountError> {
    Ok(processes::instances(manifest.layout.release_dir.join("etcd")?.as_str(), &runners(tree, manifest)?))
}

/// Who runs the etcd that is installed here: root, or whoever has its data, also where the account has gone since, or a
/// directory service does not answer.
fn runners(tree: &Tree, manifest: &Manifest) -> Result<Vec<u32>, AccountError> {
    let service = match tree.look(&manifest.layout.data)? {
        Seen::Dir { uid, .. } => Some(uid),
        _ => tree.user(&manifest.user)?.map(|account| account.uid),
    };
    Ok(service.into_iter().chain([Ids::ROOT.uid]).collect())
}

/// The processes of the etcd that is installed here, whatever name led them there, or that ran it before it was replaced.
pub(crate) fn running(tree: &Tree, manifest: &Manifest) -> Result<Vec<u32>, AccountError> {
    let (path, runners) = (manifest.layout.release_dir.join("etcd")?, runners(tree, manifest)?);
    let is_it = |process: &processes::Process| process.is_of(&runners) && process.runs(path.as_str());
    let mut pids: Vec<u32> =
        processes::all().iter().filter(|process| is_it(process)).map(|process| process.pid).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// Other etcds that are in the way, and whose members they are. A name alone proves nothing: root's, or the system's own,
/// counts by it; anybody else's only while it has a port of the member's, or its data.
pub(super) fn others(tree: &Tree, manifest: &Manifest) -> Vec<Process> {
    let held = LazyCell::new(|| Holdings::of(tree, manifest));
    let is_in_the_way = |process: &processes::Process| match process.runner() {
        Some(Runner::Root) => true,
        Some(_) => process.is_systems_own("etcd", tree) || held.are_held_by(process.pid),
        None => false,
    };
    let process = |process: processes::Process| {
        let line = process.command_line();
        let data = flag(&line, "data-dir").map(str::to_owned);
        let identity = data.as_ref().and_then(|data| data::identity(tree, &data.parse().ok()?));
        Some(Process {
            pid: process.pid,
            exe: process.exe()?,
            under: process.parent().unwrap_or_default(),
            name: flag(&line, "name").map(str::to_owned),
            data,
            identity,
        })
    };
    let etcds = processes::all().into_iter().filter(|process| process.is_called("etcd") && is_in_the_way(process));
    let mut found: Vec<Process> = etcds.filter_map(process).collect();
    found.sort_by_key(|process| process.pid);
    found
}
