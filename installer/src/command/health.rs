//! How the installed member does, as `status` and `doctor` ask: itself, the others, alarms, and a read through a majority.

use crate::check;
use crate::facts::cluster::answers::Alarm;
use crate::finding::Finding;
use crate::health::{self, MemberHealth};
use crate::host::etcdctl;
use crate::host::interrupt::Interrupt;
use crate::host::{Tree, clock, snapshots};
use crate::records::Receipt;

/// What the members say, and what follows from it.
pub(super) struct Health {
    pub(super) members: Vec<MemberHealth>,
    pub(super) alarms: Vec<Alarm>,
    /// A read came back through a majority.
    pub(super) reads: bool,
    /// Why the member is not well; empty only where it is.
    pub(super) unwell: Vec<Finding>,
}

/// How the snapshots do that the host takes by itself, if it takes any. What others could have put there is none.
pub(super) fn of_snapshots(tree: &Tree, receipt: &Receipt) -> Vec<Finding> {
    let Some(backup) = &receipt.manifest.backup else { return Vec::new() };
    let dir = backup.dir.as_path();
    let there = if snapshots::is_roots_alone(tree, &backup.dir) { snapshots::in_dir(dir) } else { Ok(Vec::new()) };
    let there = there.unwrap_or_default();
    check::snapshots(backup, &there, snapshots::failed(dir), receipt.installed, clock::now())
}

impl Health {
    /// Asks all members at once.
    pub(super) fn of(tree: &Tree, receipt: &Receipt) -> Self {
        let manifest = &receipt.manifest;
        // Nothing is held meanwhile: a signal ends us by itself.
        let never = Interrupt::default();
        let members = health::members(manifest);
        let is_me = |member: &MemberHealth| member.name == manifest.member.as_str();
        let reads = members.iter().any(|member| is_me(member) && health::is_healthy(manifest, member, &never));
        let alarms = if reads { etcdctl::alarms(manifest, &never) } else { None };
        let alarms = alarms.unwrap_or_else(|| health::alarms_said(&members));
        let view = check::View { manifest, members: &members, alarms: &alarms, reads };
        let unwell = check::health(&view, || health::down(tree, manifest, &receipt.supervision, &never));
        Self { members, alarms, reads, unwell }
    }
}
