//! Finding out about the host, once, into [`Facts`]: a file a topic, under the topic's name. Changes nothing and decides
//! nothing; what may take time goes on side by side, and none of it for much longer than a second.

mod accounts;
pub(crate) mod cluster;
mod credentials;
pub(crate) mod data;
mod disks;
mod error;
mod etcd;
pub(crate) mod health;
mod logs;
mod machine;
pub(crate) mod managers;
mod network;
mod paths;
mod subject;

pub(crate) use credentials::broken;
pub(crate) use disks::{mounted_no_exec, room_of_data};
pub(crate) use error::ProbeError;
pub(crate) use etcd::{instances, running, runs, shown};
pub(crate) use machine::setpriv;
pub(crate) use paths::{others, shut};
use subject::Of;
pub(crate) use subject::{Subject, settle};

use std::collections::BTreeMap;
use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::Duration;

use payload::cluster::Manager;
use payload::digest::Digest;
use payload::path::AbsPath;

use super::Tree;
use super::processes::{self, Process};
use crate::facts::machine::Clock;
use crate::facts::network::Firewall;
use crate::facts::network::names::Named;
use crate::facts::{Cluster, Credentials, Facts};
use crate::records::{Leftovers, Records, StateDir};
use crate::supervision::Supervision;

/// How long a peer, or a program that we ask, may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Everything that a plan for `subject` depends on, beside what earlier runs wrote down.
pub(crate) fn facts(
    tree: &Tree,
    subject: &Subject<'_>,
    records: Records,
    wanted: Manager,
) -> Result<Facts, ProbeError> {
    let state = StateDir::new()?;
    let Subject { manifest, credentials: brought, script, .. } = subject;
    let layout = &manifest.layout;
    // On a host that is ours already, and in an image, whatever runs here is no obstacle.
    let is_fresh = tree.is_live() && records.receipt.is_none() && records.unfinished.is_none();
    let mut managers = managers::managers(tree, manifest, &records.ours(), wanted, is_fresh)?;
    if tree.is_live() {
        let supervisor = match records.chosen() {
            Some(Supervision::Supervisor(supervisor)) => Some(supervisor),
            Some(Supervision::Systemd { .. }) => None,
            None => managers.supervisor.as_ref(),
        };
        let etcds = runs(tree, manifest).pids;
        managers.silent = supervisor.and_then(|supervisor| managers::silent(tree, supervisor, &etcds));
    }
    let (busy, etcds) =
        if is_fresh { (network::busy(manifest), etcd::others(tree, manifest)) } else { (Vec::new(), Vec::new()) };
    let (machine, disks, network, seen, programs) = if tree.is_live() {
        // Before anything goes on beside it: a child of another thread would hold the program open for writing.
        let no_exec = disks::no_exec(tree, layout);
        let processes = processes::all();
        let Asked { seen, names, syncs, clock, firewall, programs } =
            ask(tree, subject, &records, &processes).map_err(ProbeError::Thread)?;
        (
            machine::running(tree, &managers, &processes, clock)?,
            disks::running(tree, manifest, no_exec, syncs)?,
            network::network(
                busy,
                network::peers(manifest, &seen.others),
                network::sources(manifest, &names),
                names,
                firewall,
            )?,
            seen,
            programs,
        )
    } else {
        let network = network::network(busy, Vec::new(), Vec::new(), Vec::new(), Firewall::None)?;
        (machine::image(tree)?, disks::image(tree, manifest)?, network, Cluster::default(), BTreeMap::new())
    };
    let installed = records.receipt.as_ref().filter(|_| tree.is_live());
    let broken = installed.and_then(|receipt| broken(tree, &receipt.manifest));
    let credentials = credentials::credentials(tree, manifest, brought.as_ref(), &state, &records.ours())?;
    let cas = cluster::cas(tree, &records, brought.as_ref().map(credentials::Brought::cas))?;
    Ok(Facts {
        machine,
        accounts: accounts::accounts(tree, &manifest.user)?,
        paths: paths::paths(
            tree,
            manifest,
            managers.supervisor.as_ref().map(|found| &found.section),
            &credentials,
            &state,
            &programs,
        )?,
        disks,
        data: data::data(tree, layout.into(), records.kept.as_ref().and_then(Leftovers::places))?,
        logs: logs::logs(tree, &layout.logs)?,
        network,
        cluster: Cluster { cas, ..seen },
        credentials: Credentials { broken, ..credentials },
        managers,
        etcd: etcd::etcd(tree, manifest, script, &records, etcds)?,
        restore: None,
        records,
    })
}

/// What takes time to ask.
struct Asked {
    seen: Cluster,
    names: Vec<Named>,
    syncs: Vec<Option<Duration>>,
    clock: Clock,
    firewall: Firewall,
    /// Of the programs that are here already.
    programs: BTreeMap<AbsPath, Digest>,
}

fn ask(tree: &Tree, subject: &Subject, records: &Records, processes: &[Process]) -> std::io::Result<Asked> {
    let manifest = subject.manifest;
    thread::scope(|scope| {
        let installed = records.receipt.as_ref().map(|receipt| &receipt.manifest);
        let look = move || cluster::cluster(manifest, records.installed(), installed, tree.interrupt());
        let seen = Builder::new().spawn_scoped(scope, look)?;
        // Beside an etcd that serves, it disturbs what it measures: only where that is what was asked for.
        let is_tried = installed.is_none() || subject.of == Of::Installed;
        let syncs = move || if is_tried { disks::syncs(tree, &manifest.layout) } else { Vec::new() };
        let syncs = Builder::new().spawn_scoped(scope, syncs)?;
        let names = Builder::new().spawn_scoped(scope, || network::names(tree, manifest))?;
        let programs = Builder::new().spawn_scoped(scope, || paths::programs(tree, manifest))?;
        let clock = Builder::new().spawn_scoped(scope, || machine::clock(tree, processes))?;
        let firewall = network::firewall(tree, processes, manifest);
        Ok(Asked {
            seen: joined(seen),
            names: joined(names),
            syncs: joined(syncs),
            clock: joined(clock),
            firewall,
            programs: joined(programs),
        })
    })
}

fn joined<T: Default>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_default()
}
