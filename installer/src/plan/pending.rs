//! What of a plan stands already, and what has to wait for a restart.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::{Layout, Manifest};
use payload::mode::{Mode, Owner};
use payload::path::AbsPath;
use payload::render;

use super::Planned;
use crate::certificates::{self, Set};
use crate::change::Change;
use crate::facts::data::{DataDir, DataOwner};
use crate::facts::etcd::{Running, Script};
use crate::facts::paths::{PathFact, Seen};
use crate::facts::{Accounts, Facts};
use crate::layout;
use crate::restart::{Part, Restart};
use crate::step::{Action, Source, State, Step};
use crate::supervision::Supervision;

/// The steps with what is to be done about each, and what is left for a restart that none of them makes.
pub(crate) struct Stood {
    pub(crate) steps: Vec<Planned>,
    pub(crate) waits: BTreeSet<Part>,
}

/// What decides how a step stands, beside the step.
#[derive(Clone, Copy)]
pub(crate) struct Standings<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) manifest: &'a Manifest,
    pub(crate) supervision: Option<&'a Supervision>,
    pub(crate) restart: Restart,
    /// The certificates of the bundle.
    pub(crate) set: &'a Set,
}

impl Standings<'_> {
    /// Decides what is there already. A service is restarted once, and only if etcd runs with something else than what is
    /// installed then, or if that was asked for.
    pub(crate) fn of(self, steps: Vec<Step>) -> Stood {
        let facts = self.facts;
        let mut pending: Vec<bool> = Vec::new();
        for step in &steps {
            let is_of_this = |earlier: &Step| step.file().is_some() && earlier.file() == step.file();
            // What stands there now is not what will stand there then.
            let renewed = steps.iter().zip(&pending).any(|(earlier, pending)| *pending && is_of_this(earlier));
            pending.push(renewed || !is_done(step, facts));
        }
        let new = steps.iter().zip(&pending).filter(|(_, pending)| **pending).filter_map(|(step, _)| self.part(step));
        let cut = self.cut_before_service();
        let fresh: BTreeSet<Part> = new.chain(cut.iter().copied()).collect();
        let due: BTreeSet<Part> = fresh.iter().copied().chain(self.waiting()).collect();
        // A section is only ever replaced for a restart.
        let needed = due.iter().any(|part| part.is_etcds_own()) || cut.contains(&Part::Section);
        let asked = self.restart == Restart::ForAll && !due.is_empty();
        let restores =
            steps.iter().zip(&pending).any(|(step, pending)| *pending && matches!(step, Step::Restore { .. }));
        let stops = restores && facts.etcd.running == Running::Yes;
        // What is stopped for a restore is to be started.
        let runs = facts.etcd.running == Running::Yes && !restores;
        let starts = steps.iter().any(|step| matches!(step, Step::Service { action: Action::Start, .. }));
        let goes_on = runs && !(starts && (needed || asked));
        let reloads = steps.iter().zip(&pending).any(|(step, pending)| *pending && self.is_unit(step));
        let of_timer =
            |step: &Step| matches!(step, Step::File { source: Source::SnapshotUnit | Source::SnapshotLoop, .. });
        let renews_timer = pending.iter().zip(&steps).any(|(pending, step)| *pending && of_timer(step));
        let any = pending.iter().zip(&steps).any(|(pending, step)| *pending && !is_late(step)) || !cut.is_empty();
        let steps = steps.into_iter().zip(pending).map(|(mut step, mut pending)| {
            if let Step::Service { action, .. } = &mut step {
                pending = match *action {
                    Action::Stop => stops,
                    Action::Start if !runs => true,
                    Action::Start if !goes_on => {
                        *action = Action::Restart;
                        true
                    }
                    Action::Start if reloads || cut.contains(&Part::Unit) => {
                        *action = Action::Reload;
                        true
                    }
                    Action::Start => false,
                    _ => !((runs || facts.records.receipt.is_some()) && fresh.is_empty() && !reloads),
                };
            }
            if matches!(step, Step::Timer { .. } | Step::Loop { .. }) {
                pending |= renews_timer;
            }
            // A run that was cut off may have made everything but these.
            if matches!(step, Step::Labels { .. }) {
                pending = any || facts.records.unfinished.is_some();
            }
            let state = match pending {
                false => State::Done,
                true if goes_on && self.part(&step) == Some(Part::Section) => State::Waits,
                true => State::Pending,
            };
            Planned { step, state }
        });
        Stood { steps: steps.collect(), waits: if goes_on { due } else { BTreeSet::new() } }
    }

    /// What an earlier install has left waiting; flags only while etcd runs with others than the bundle's.
    fn waiting(self) -> impl Iterator<Item = Part> {
        let etcd = &self.facts.etcd;
        etcd.waiting.iter().copied().filter(|part| *part != Part::Flags || etcd.script == Script::OtherCommand)
    }

    /// The parts that a cut-off install may have replaced without coming to the service.
    fn cut_before_service(self) -> BTreeSet<Part> {
        let cut = self.facts.records.unfinished.as_ref().filter(|cut| cut.of.installs().is_some());
        let Some(cut) = cut else { return BTreeSet::new() };
        let is_service = |change: &Change| matches!(change, Change::Service { .. });
        // That etcd has data is said after it was started.
        let is_said = |change: &&Change| change.path().is_some_and(|path| path.name() == render::HAS_DATA);
        let last = cut.changes.iter().rfind(|change| !is_said(change));
        let is_cut = cut.open.as_ref().is_some_and(is_service) || last.is_some_and(|last| !is_service(last));
        let replaced = cut.changes.iter().chain(&cut.open).filter(|_| is_cut);
        replaced
            .filter_map(|change| match change {
                Change::Link { path, .. } | Change::MadeWay { path, .. } if self.is_of_certificates(path) => {
                    self.part_of_set(Some(&certificates::replaced_by(change, &self.set.home)?))
                }
                Change::File { path, .. } | Change::Link { path, .. } => self.part_at(path),
                _ => None,
            })
            .collect()
    }

    fn is_of_certificates(self, path: &AbsPath) -> bool {
        [&self.set.home.link, &self.set.home.current].contains(&path)
    }

    /// Of certificates, where the set in `old` was in use.
    fn part_of_set(self, old: Option<&AbsPath>) -> Option<Part> {
        certificates::part(self.set, old, &self.facts.records.ours(), self.manifest.release.version)
    }

    /// What of that which etcd starts with a step renews.
    fn part(self, step: &Step) -> Option<Part> {
        match step {
            Step::Programs { .. } => Some(Part::Files),
            // The other link leads to this one, whatever this one leads to.
            Step::Link { path, .. } if *path == self.set.home.current => {
                self.part_of_set(self.facts.credentials.here.as_ref().map(|here| &here.dir))
            }
            Step::Link { path, .. } if self.is_of_certificates(path) => None,
            Step::File { path, .. } | Step::Link { path, .. } => self.part_at(path),
            _ => None,
        }
    }

    fn part_at(self, path: &AbsPath) -> Option<Part> {
        let Layout { release_dir, link, .. } = &self.manifest.layout;
        let is_below = path == link || (path.is_within(release_dir) && !layout::is_beside(path));
        match self.supervision {
            Some(Supervision::Supervisor(supervisor)) if *path == supervisor.section => Some(Part::Section),
            Some(Supervision::Systemd { unit }) if is_unit_at(path, unit) => Some(Part::Unit),
            _ if !is_below || path.name() == render::HAS_DATA => None,
            _ if path.name() == render::STARTUP => match self.facts.etcd.script {
                Script::SameStart => None,
                Script::SameCommand => Some(Part::StartupScript),
                Script::OtherCommand => Some(Part::Flags),
            },
            _ => Some(Part::Files),
        }
    }

    /// Whether it brings a unit, or what is added to one, that systemd has to read again.
    fn is_unit(self, step: &Step) -> bool {
        let own = self.supervision.and_then(Supervision::own_unit);
        let Step::File { path, .. } = step else { return false };
        layout::is_drop_in(path) || own.is_some_and(|unit| is_unit_at(path, unit))
    }
}

fn is_unit_at(path: &AbsPath, unit: &str) -> bool {
    path.name() == unit && layout::is_unit(path)
}

/// Whether it is about what stands, and not what stands itself.
fn is_late(step: &Step) -> bool {
    matches!(
        step,
        Step::Labels { .. } | Step::Timer { .. } | Step::Loop { .. } | Step::Textfile { .. } | Step::Service { .. }
    )
}

fn is_done(step: &Step, facts: &Facts) -> bool {
    match step {
        Step::Group { name } => {
            !half_made(facts, |open| matches!(open, Change::Group { name: of } if of == name))
                && (facts.accounts.group.is_some() || facts.accounts.user.is_some())
        }
        Step::User { name, .. } => {
            !half_made(facts, |open| matches!(open, Change::User { name: of, .. } if of == name))
                && facts.accounts.user.is_some()
        }
        Step::Dir { path, mode, owner, .. } => match *facts.paths.at(path) {
            Seen::Dir { mode: is, uid, gid } => {
                let on_record =
                    *owner == Owner::Root || facts.records.ours().iter().any(|change| change.path() == Some(path));
                is == mode.bits() && owns(*owner, uid, gid, &facts.accounts) && on_record
            }
            _ => false,
        },
        Step::Programs { dir, programs, .. } => programs.iter().all(|program| {
            dir.join(&program.name).is_ok_and(|path| is_file(facts, &path, program.sha256, Mode::PROGRAM, Owner::Root))
        }),
        Step::File { path, mode, owner, sha256, .. } => is_file(facts, path, *sha256, *mode, *owner),
        Step::Link { path, target } => *facts.paths.at(path) == Seen::Link { target: target.clone() },
        // The tree appears under its name only when it is whole.
        Step::Wheels { dir, .. } => matches!(facts.paths.at(dir), Seen::Dir { .. }),
        // It has its name once it is whole and on the disk; what else a killed run may have left is cleared beforehand.
        Step::Restore { identity, .. } => facts.data.here == DataDir::Used(DataOwner::Etcd(*identity)),
        // One that somebody has stopped since is theirs to start again.
        Step::Timer { unit } => {
            let is_this = |change: &Change| matches!(change, Change::Timer { unit: of } if of == unit);
            facts.records.receipt.is_some() && facts.records.ours().iter().any(is_this)
        }
        Step::Loop { supervisor } => {
            let is_this = |change: &Change| matches!(change, Change::Loop { supervisor: of } if of == supervisor);
            facts.records.receipt.is_some() && facts.records.ours().iter().any(is_this)
        }
        Step::Textfile { path } => {
            let this = Change::Textfile { path: path.clone() };
            facts.records.receipt.is_some() && facts.records.ours().contains(&this)
        }
        Step::CopyData { .. } | Step::Labels { .. } | Step::Service { .. } | Step::Undo { .. } => false,
    }
}

/// Whether a killed run may have left this half done, where looking cannot tell.
fn half_made(facts: &Facts, is_this: impl FnOnce(&Change) -> bool) -> bool {
    facts.records.unfinished.as_ref().and_then(|unfinished| unfinished.open.as_ref()).is_some_and(is_this)
}

/// Whether a file stands at `path` with this content, mode and owner.
pub(crate) fn is_file(facts: &Facts, path: &AbsPath, sha256: Digest, mode: Mode, owner: Owner) -> bool {
    match facts.paths.found.get(path) {
        Some(PathFact { seen: Seen::File { mode: is, uid, gid, .. }, digest }) => {
            *is == mode.bits() && owns(owner, *uid, *gid, &facts.accounts) && *digest == Some(sha256)
        }
        _ => false,
    }
}

fn owns(owner: Owner, uid: u32, gid: u32, accounts: &Accounts) -> bool {
    match (owner, &accounts.user) {
        (Owner::Root, _) => (uid, gid) == (0, 0),
        (Owner::Service, Some(account)) => (uid, gid) == (account.uid, account.gid),
        (Owner::RootForService, Some(account)) => (uid, gid) == (0, account.gid),
        (Owner::Service | Owner::RootForService, None) => false,
    }
}

#[cfg(test)]
mod tests;
