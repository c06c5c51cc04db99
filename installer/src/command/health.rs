//! How the installed member does, as `status` and `doctor` ask: itself, the others, alarms, and a read through a majority.

use std::path::Path;

use payload::manifest::Manifest;
use payload::path::AbsPath;
use payload::render;

use crate::although::Word;
use crate::backup::Drills;
use crate::check;
use crate::facts::cluster::answers::Alarm;
use crate::facts::credentials::{LARGEST_CERTIFICATES, Validity, x509};
use crate::facts::health::{Rest, Runs, Unmanaged};
use crate::finding::{DiskFinding, Finding, HealthFinding, Severity};
use crate::health::{self, MemberHealth};
use crate::host::etcdctl;
use crate::host::interrupt::Interrupt;
use crate::host::probe::ProbeError;
use crate::host::{Tree, clock, probe, snapshots};
use crate::records::Receipt;
use crate::service;
use crate::snapshot_record::Found;
use crate::supervision::Supervision;

/// What the members say, and what follows from it.
pub(super) struct Health {
    pub(super) members: Vec<MemberHealth>,
    pub(super) alarms: Vec<Alarm>,
    /// A read came back through a majority.
    pub(super) reads: bool,
    /// Why the member is not well; empty only where it is.
    pub(super) unwell: Vec<Finding>,
}

/// From when until when the installed certificate counts, where it can be read.
pub(super) fn validity(tree: &Tree, manifest: &Manifest) -> Option<Validity> {
    let path = manifest.layout.link.join("certs").and_then(|certs| certs.join(render::CERTIFICATE)).ok()?;
    x509::validity(&tree.read(&path, LARGEST_CERTIFICATES).ok()?).ok()
}

/// What its end, or its beginning, makes impossible now: with it nobody can be asked.
fn out_of_time(tree: &Tree, manifest: &Manifest) -> Option<Finding> {
    let found = check::validity(&manifest.member, validity(tree, manifest)?, clock::now())?;
    (found.severity() == Severity::Refuse).then_some(found)
}

/// Why no member can be asked with what is installed here.
pub(super) fn unaskable(tree: &Tree, manifest: &Manifest) -> Option<Finding> {
    let broken = || Some(HealthFinding::Certificate(Box::new(probe::broken(tree, manifest)?)).into());
    broken().or_else(|| out_of_time(tree, manifest))
}

/// Whether etcd, which may be well now, is started when this host boots.
pub(super) fn at_boot(receipt: &Receipt) -> Option<Finding> {
    let (unit, off) = service::not_at_boot(&receipt.supervision, &Interrupt::default())?;
    Some(HealthFinding::NotAtBoot { unit, off }.into())
}

/// Whether etcd, which may be well now, runs under nobody's eyes.
pub(super) fn unmanaged(tree: &Tree, receipt: &Receipt) -> Option<Finding> {
    let Runs { pids, .. } = probe::runs(tree, &receipt.manifest);
    if pids.is_empty() {
        return None;
    }
    let supervision = receipt.supervision.clone();
    let state = service::control::state_word(&supervision, &Interrupt::default());
    let silent = match (&supervision, state.rest()) {
        (Supervision::Supervisor(supervisor), Rest::NoManager) => probe::managers::silent(tree, supervisor, &pids),
        _ => None,
    };
    let state = (state.rest() != Rest::None).then(|| state.to_string())?;
    Some(HealthFinding::Unmanaged(Box::new(Unmanaged { pids, supervision, state, silent })).into())
}

/// Whether a member that runs soon cannot write any more.
pub(super) fn without_room(tree: &Tree, manifest: &Manifest) -> Result<Vec<Finding>, ProbeError> {
    Ok(check::room(&probe::room_of_data(tree, &manifest.layout)?))
}

/// How the snapshots do that the host takes by itself, if it takes any. What others could have put there is none.
pub(super) fn of_snapshots(tree: &Tree, receipt: &Receipt) -> Vec<Finding> {
    let Some(backup) = &receipt.manifest.backup else { return Vec::new() };
    let dir = backup.dir.as_path();
    let (failed, drills) = (snapshots::failed(dir), held_by_itself(tree, receipt));
    let when = (receipt.installed, clock::now());
    check::snapshots(backup, &taken_by_itself(tree, receipt), failed, &drills, when)
}

/// The snapshots where the host puts those that it takes by itself.
pub(super) fn taken_by_itself(tree: &Tree, receipt: &Receipt) -> Vec<Found> {
    roots_alone(tree, receipt).and_then(|dir| snapshots::in_dir(dir).ok()).unwrap_or_default()
}

/// What came of the drills that it holds by itself.
pub(super) fn held_by_itself(tree: &Tree, receipt: &Receipt) -> Drills {
    roots_alone(tree, receipt).map(snapshots::drills).unwrap_or_default()
}

/// The directory for both. Where others could make names in it, nothing good is believed of what lies there.
fn roots_alone<'a>(tree: &Tree, receipt: &'a Receipt) -> Option<&'a Path> {
    let dir = receipt.manifest.backup.as_ref().map(|backup| &backup.dir);
    dir.filter(|dir| snapshots::is_roots_alone(tree, dir)).map(AbsPath::as_path)
}

/// What keeps etcd's user from its programs, its certificate or its data.
fn barred(tree: &Tree, receipt: &Receipt) -> Result<Vec<Finding>, ProbeError> {
    let manifest = &receipt.manifest;
    let mut found = check::shut(&probe::shut(tree, manifest)?, &manifest.user, &receipt.changes);
    found.extend(check::others_data(manifest, probe::others(tree, manifest)?.as_ref()));
    let no_exec = probe::mounted_no_exec(tree, &manifest.layout)?;
    found.extend(no_exec.map(|room| DiskFinding::MountedNoExec { path: room.path, what: room.what }.into()));
    Ok(found)
}

impl Health {
    /// Asks all members at once.
    pub(super) fn of(tree: &Tree, receipt: &Receipt) -> Result<Self, ProbeError> {
        let manifest = &receipt.manifest;
        // Nothing is held meanwhile: a signal ends us by itself.
        let never = Interrupt::default();
        let members = health::members(manifest);
        let is_me = |member: &MemberHealth| member.name == manifest.member.as_str();
        let reads = members.iter().any(|member| is_me(member) && health::is_healthy(manifest, member, &never));
        let alarms = if reads { etcdctl::alarms(manifest, &never) } else { None };
        let alarms = alarms.unwrap_or_else(|| health::alarms_said(&members));
        let broken = probe::broken(tree, manifest);
        let Runs { suspended, .. } = probe::runs(tree, manifest);
        let out_of_time = out_of_time(tree, manifest);
        let data = probe::data::data(tree, (&manifest.layout).into(), None)?;
        let lost = check::away(manifest, receipt, data.here, Word::NotSaid);
        let barred = barred(tree, receipt)?;
        let view = check::View {
            manifest,
            members: &members,
            alarms: &alarms,
            reads,
            broken,
            out_of_time,
            lost,
            barred,
            suspended,
        };
        let unwell = check::health(&view, || health::down(tree, manifest, &receipt.supervision, &never));
        Ok(Self { members, alarms, reads, unwell })
    }
}
