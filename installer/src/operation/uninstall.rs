//! Taking a member off its host: the steps are all changes that are on record, undone. Pure.
//!
//! Without `--purge`, data and logs stay with the account that owns them, and a key of the host's own; with either a record of
//! whose they are.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};

use super::{Operate, Outcome, kept_key};
use crate::HOST_COMMAND;
use crate::although::Word;
use crate::change::{Change, fold};
use crate::check;
use crate::drift;
use crate::execute::StepError;
use crate::facts::data::{DataDir, DataOwner, Half, Places};
use crate::facts::machine::Target;
use crate::facts::paths::Seen;
use crate::finding::cluster::Stop;
use crate::finding::{DataFinding, EtcdFinding, Finding, RecordFinding};
use crate::help::Help;
use crate::inventory::{Inventory, Manager};
use crate::plan::{Plan, Planned, closed, inodes};
use crate::records::{self, Leftovers, Records, StateDir};
use crate::signer::Memory;
use crate::step::{Action, State, Step};
use crate::supervision::Supervision;
use crate::transaction::undo::Contents;
use crate::transaction::{AdoptedData, Policy, Remains, ServiceFate, WaitingKey, in_order};

/// The uninstall of all that is on record.
pub(crate) struct Uninstall<'a> {
    records: &'a Records,
    contents: Contents,
    at_risk: Word,
    /// All that is on record, each thing once.
    changes: Vec<Change>,
    /// The certificates of CAs that are installed.
    cas: BTreeSet<Digest>,
}

impl<'a> Uninstall<'a> {
    /// `at_risk` is whether it was said that the cluster may stop serving.
    pub(crate) fn new(records: &'a Records, contents: Contents, at_risk: Word) -> Self {
        // What was cut off may have removed the file: the receipt says which they were, if it is not too old.
        let cas = records.receipt.as_ref().map(|receipt| receipt.cas.clone()).unwrap_or_default();
        Self { records, contents, at_risk, changes: fold(&records.ours(), &[]), cas }
    }

    /// With what was found here before anything went.
    pub(crate) fn having_found(self, inventory: &Inventory) -> Self {
        let cas = if self.cas.is_empty() { inventory.cas.clone() } else { self.cas };
        Self { cas, ..self }
    }

    /// Each thing on record.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Who keeps etcd running.
    pub(crate) fn supervision(&self) -> Option<&Supervision> {
        let of_receipt = self.records.receipt.as_ref().map(|receipt| &receipt.supervision);
        of_receipt.or_else(|| {
            self.changes.iter().find_map(|change| match change {
                Change::Service { supervision, .. } => Some(supervision),
                _ => None,
            })
        })
    }

    /// Where an earlier uninstall has left data.
    pub(crate) fn left(&self) -> Option<Places<'_>> {
        self.records.kept.as_ref().and_then(Leftovers::places)
    }

    /// Whose bundles this host takes.
    pub(crate) fn known(&self) -> Option<Memory> {
        let begun = || self.manifest()?.provenance.as_ref().map(Memory::of_begun);
        self.records.known().map(|known| known.memory()).or_else(begun)
    }

    /// What goes on with it: the program that the install left here, until that has gone itself.
    pub(crate) fn again(&self, inventory: &Inventory) -> Help {
        let is_there = |path: &AbsPath| path.name() == HOST_COMMAND && is_file(inventory, path);
        let is_there = self.changes.iter().filter_map(Change::path).any(is_there);
        let purge = if self.contents == Contents::Remove { "--purge" } else { "" };
        if is_there { Help::host_with("uninstall", purge) } else { Help::run_with("uninstall", purge) }
    }

    /// The plan for this host. An error means that a path cannot be put together.
    pub(crate) fn plan(&self, inventory: &Inventory, state: &StateDir) -> Result<Plan, NotAPath> {
        let mut findings = self.findings(inventory);
        // An image that was booted since has no change for its service, but a service. One that was taken from a running
        // system has a change, but its service is not this system's.
        let service = self.supervision().filter(|_| inventory.target == Target::Live);
        let remove = |supervision: &Supervision| Planned {
            step: Step::Service { supervision: supervision.clone(), action: Action::Remove },
            state: State::Pending,
        };
        // Snapshots are root's: nobody else has to stay for them.
        let is_etcds = |change: &Change| change.is_kept_without_purge() && self.keeps(change, inventory);
        let data_stays = self.changes.iter().any(is_etcds);
        let key = match self.contents {
            Contents::Keep => kept_key::steps(self.manifest(), &self.changes, &inventory.paths, state)?,
            Contents::Remove => Vec::new(),
        };
        let is_kept = |change: &Change| state.holds(change) || (!key.is_empty() && state.is_of_key(change));
        let others = in_order(&self.changes).into_iter().filter(|change| !is_kept(change) && !change.is_of_service());
        let undo = |change: &Change| Planned {
            step: Step::Undo { change: change.clone() },
            state: self.state(change, data_stays, inventory),
        };
        // What runs beside etcd ends before: supervisord is then left with what others have.
        let (loops, others): (Vec<_>, Vec<_>) = others.partition(|change| matches!(change, Change::Loop { .. }));
        let loops = loops.into_iter().map(undo);
        let others = others.into_iter().map(undo);
        let steps: Vec<Planned> = key.into_iter().chain(loops).chain(service.map(remove)).chain(others).collect();
        if !self.changes.is_empty() {
            let (paths, target) = (&inventory.paths, inventory.target);
            let written = closed::Records::AreWritten;
            findings.extend(closed::closed(&steps, written, paths, target, &findings)?);
            findings.extend(inodes::too_few(&steps, written, paths, target, None)?);
        }
        Ok(Plan { findings, steps, ..Plan::default() })
    }

    fn findings(&self, inventory: &Inventory) -> Vec<Finding> {
        if self.changes.is_empty() {
            return vec![RecordFinding::NothingInstalled.into()];
        }
        let of_data = self.data_replaced(inventory).or_else(|| self.apart(inventory));
        let of_host = of_data.into_iter().chain(self.etcd_running(inventory));
        of_host.chain(self.of_cluster(inventory)).collect()
    }

    /// What the cluster loses with this member, and what it has to be told.
    fn of_cluster(&self, inventory: &Inventory) -> Vec<Finding> {
        let Some(manifest) = self.manifest() else { return Vec::new() };
        let Inventory { cluster: seen, own: data, .. } = inventory;
        let member = check::Member { manifest, seen, data: *data };
        let at_risk = check::quorum(member, Stop::Uninstall, self.at_risk).filter(|_| !inventory.running.is_empty());
        let found = check::not_asked(seen).into_iter().chain(at_risk).chain(check::still_member(member));
        found.map(Finding::from).collect()
    }

    /// Data that somebody put where an uninstall had left the member's is not ours to delete.
    fn data_replaced(&self, inventory: &Inventory) -> Option<Finding> {
        let kept = self.records.kept.as_ref().filter(|_| self.records.receipt.is_none());
        let kept = kept.filter(|_| self.contents == Contents::Remove)?;
        let (path, left) = kept.data().zip(kept.identity)?;
        let owner = DataOwner::Etcd(inventory.data.filter(|here| *here != left)?);
        Some(DataFinding::Replaced { path: path.clone(), owner, left }.into())
    }

    /// A purge takes data and log, or none of them: what is away may be on a disk that comes back.
    fn apart(&self, inventory: &Inventory) -> Option<Finding> {
        let Records { receipt, kept, .. } = self.records;
        let of_receipt = receipt.as_ref().map(|receipt| (Places::from(&receipt.manifest.layout), receipt.identity));
        let (places, identity) =
            of_receipt.or_else(|| kept.as_ref().and_then(|kept| Some((kept.places()?, kept.identity))))?;
        // Without a log that was there once, there is none to come back.
        let owner = DataOwner::Etcd(identity.filter(|_| self.contents == Contents::Remove)?);
        let is_filled = |path: &AbsPath| inventory.paths.filled.contains(path);
        let half = match (is_filled(places.data), is_filled(places.wal?)) {
            (true, false) => Half::Data(owner),
            (false, true) => Half::Log(owner),
            _ => return None,
        };
        check::apart(places, DataDir::Half(half), self.contents).map(Finding::from)
    }

    /// An etcd that its manager has lost sight of is not stopped by it, and its files must not go under it. Where an
    /// uninstall has begun, its manager may have it no more because of that: it is gone on with, and looked at again.
    fn etcd_running(&self, inventory: &Inventory) -> Option<Finding> {
        let has_begun = self.records.unfinished.as_ref().is_some_and(|cut| cut.of == records::Operation::Uninstall);
        let is_stopped = inventory.manager == Manager::HasIt || (has_begun && self.supervision().is_some());
        if inventory.running.is_empty() || is_stopped {
            return None;
        }
        Some(EtcdFinding::Unmanaged { pids: inventory.running.clone() }.into())
    }

    /// Whether a directory of data or logs stays with what is in it.
    fn keeps(&self, change: &Change, inventory: &Inventory) -> bool {
        let stays = self.contents == Contents::Keep && change.is_kept_without_purge();
        (stays || change.is_of_snapshots()) && change.path().is_some_and(|path| inventory.paths.filled.contains(path))
    }

    /// The key of the host's own that stays.
    fn key(&self, outcome: &Outcome) -> Vec<Change> {
        let stays = self.contents == Contents::Keep && outcome.key_waits;
        let all = fold(&self.changes, outcome.changes);
        all.into_iter().filter(|change| stays && outcome.state.is_of_key(change)).collect()
    }

    fn state(&self, change: &Change, data_stays: bool, inventory: &Inventory) -> State {
        let ours = &self.records.ours();
        let is = |stays: bool| if stays { State::Stays } else { State::Pending };
        match change {
            Change::User { name, .. } | Change::Group { name } if !inventory.accounts.contains(name.as_str()) => {
                State::Done
            }
            Change::User { .. } | Change::Group { .. } => is(data_stays),
            change if change.path().is_some_and(|path| *inventory.paths.at(path) == Seen::Absent) => State::Done,
            Change::Dir { .. } | Change::Adopted { .. } => is(self.keeps(change, inventory)),
            Change::File { path, .. } => {
                is(!inventory.paths.digest(path).is_some_and(|here| drift::recorded(path, ours).contains(&here)))
            }
            Change::Link { path, .. } => is(match inventory.paths.at(path) {
                Seen::Link { target } => !drift::is_recorded_link(path, target, ours),
                _ => true,
            }),
            // One of a running system that this image was taken from.
            Change::Timer { .. } | Change::Loop { .. } if inventory.target == Target::Image => State::Done,
            Change::MadeWay { .. }
            | Change::Access { .. }
            | Change::Tree { .. }
            | Change::Restored { .. }
            | Change::Textfile { .. }
            | Change::Timer { .. }
            | Change::Loop { .. }
            | Change::Service { .. } => State::Pending,
        }
    }
}

fn is_file(inventory: &Inventory, path: &AbsPath) -> bool {
    matches!(inventory.paths.at(path), Seen::File { .. })
}

impl Operate for Uninstall<'_> {
    fn header(&self) -> records::Operation {
        records::Operation::Uninstall
    }

    /// Of the receipt or, where there is none yet, of the bundle whose install was cut off.
    fn manifest(&self) -> Option<&Manifest> {
        let of_receipt = self.records.receipt.as_ref().map(|receipt| &receipt.manifest);
        of_receipt.or_else(|| self.records.unfinished.as_ref()?.manifest.as_ref())
    }

    fn policy(&self) -> Policy {
        Policy {
            contents: self.contents,
            adopted_data: AdoptedData::IsOurs,
            service: ServiceFate::Goes,
            stop_seconds: self.manifest().map_or(10, |manifest| manifest.service.stop_seconds),
        }
    }

    /// Nothing; or whose data or key stays, and whom this host knows. `--purge` leaves nothing of the member, and forgets who
    /// signed.
    fn leaves(&self, outcome: &Outcome) -> Result<Remains, StepError> {
        let nothing = Remains { receipt: None, kept: None, waiting_key: WaitingKey::Stays, replaced: Vec::new() };
        let key = self.key(outcome);
        if key.is_empty() && !outcome.stays.iter().any(Change::is_kept_without_purge) {
            return Ok(nothing);
        }
        let known = self.known().filter(|_| self.contents == Contents::Keep);
        let made = self.changes.iter().filter(|change| outcome.state.holds(change));
        let all = made.chain(outcome.stays).cloned().chain(key).collect();
        let kept = match (self.manifest(), &self.records.kept) {
            (Some(manifest), _) => Some(Leftovers::of(manifest, all, outcome.data).trusting(self.cas.clone())),
            (None, kept) => kept.clone().map(|kept| Leftovers { changes: all, ..kept }),
        };
        Ok(Remains { kept: kept.map(|kept| kept.knowing(known)), ..nothing })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::change::Holds;
    use crate::facts::Cluster;
    use crate::facts::data::wal::Identity;
    use crate::facts::paths::{PathFact, Paths};
    use crate::facts::tests::receipt;
    use crate::finding::Code;
    use crate::records::Unfinished;

    fn inventory() -> Inventory {
        Inventory {
            target: Target::Live,
            paths: Paths::default(),
            accounts: BTreeSet::new(),
            running: Vec::new(),
            manager: Manager::HasNothing,
            data: None,
            cas: BTreeSet::new(),
            cluster: Cluster::default(),
            own: None,
        }
    }

    fn codes(records: &Records, contents: Contents, inventory: &Inventory) -> Vec<Code> {
        let plan = Uninstall::new(records, contents, Word::NotSaid).plan(inventory, &StateDir::new().unwrap()).unwrap();
        plan.findings.iter().map(Finding::code).collect()
    }

    #[test]
    fn what_speaks_against_an_uninstall_is_found_before_it() {
        let installed = Records::from(receipt());
        let lost = Inventory { running: vec![7], ..inventory() };
        let held = Inventory { running: vec![7], manager: Manager::HasIt, ..inventory() };
        assert_eq!(codes(&Records::default(), Contents::Keep, &inventory()), [Code::NotInstalled]);
        assert_eq!(codes(&installed, Contents::Keep, &inventory()), []);
        assert_eq!(codes(&installed, Contents::Keep, &held), []);
        assert_eq!(codes(&installed, Contents::Keep, &lost), [Code::EtcdRunning]);
        // An uninstall that was cut off has taken it from its manager.
        let of = records::Operation::Uninstall;
        let cut = Unfinished { of, changes: Vec::new(), open: None, manifest: None, lines: 1, entry: None };
        let going_on = Records { unfinished: Some(cut), ..installed.clone() };
        assert_eq!(codes(&going_on, Contents::Keep, &lost), []);
        // Data that came after an uninstall is not what it left.
        let [ours, theirs] = [1, 2].map(|member| Identity { cluster: 1, member });
        let data = Change::Dir { path: receipt().manifest.layout.data, holds: Holds::Data };
        let kept = Records::from(Leftovers::of(&receipt().manifest, vec![data], Some(ours)));
        let here = |identity| Inventory { data: Some(identity), ..inventory() };
        assert_eq!(codes(&kept, Contents::Remove, &here(ours)), []);
        assert_eq!(codes(&kept, Contents::Keep, &here(theirs)), []);
        assert_eq!(codes(&kept, Contents::Remove, &here(theirs)), [Code::DataInPlace]);
    }

    #[test]
    fn a_purge_takes_data_and_log_or_none_of_them() {
        let (wal, of): (AbsPath, _) = ("/wal/etcd".parse().unwrap(), Some(Identity { cluster: 1, member: 2 }));
        let installed = |identity| {
            let mut receipt = receipt();
            receipt.manifest.layout.wal = Some(wal.clone());
            receipt.identity = identity;
            Records::from(receipt)
        };
        let data = receipt().manifest.layout.data;
        for (identity, filled, contents, is_refused) in [
            (of, vec![&data, &wal], Contents::Remove, false),
            (of, vec![], Contents::Remove, false),
            (of, vec![&data], Contents::Remove, true),
            (of, vec![&wal], Contents::Remove, true),
            (of, vec![&data], Contents::Keep, false),
            // A first start that failed before it made a log.
            (None, vec![&data], Contents::Remove, false),
        ] {
            let filled = filled.into_iter().cloned().collect();
            let here = Inventory { paths: Paths { filled, ..Paths::default() }, ..inventory() };
            let found = codes(&installed(identity), contents, &here);
            assert_eq!(found == [Code::DataGone], is_refused, "{identity:?} {contents:?}: {found:?}");
        }
    }

    #[test]
    fn the_service_goes_first_and_what_stays_is_said() {
        let records = Records::from(receipt());
        let data = receipt().manifest.layout.data;
        let there = PathFact { seen: Seen::Dir { mode: 0o700, uid: 7, gid: 7 }, digest: None };
        let paths =
            Paths { found: BTreeMap::from([(data.clone(), there)]), filled: [data.clone()].into(), ..Paths::default() };
        let here = Inventory { paths, accounts: ["etcd".to_owned()].into(), ..inventory() };
        let plan = |contents, inventory: &Inventory| {
            Uninstall::new(&records, contents, Word::NotSaid).plan(inventory, &StateDir::new().unwrap()).unwrap().steps
        };
        let steps = plan(Contents::Keep, &here);
        assert!(matches!(steps[0].step, Step::Service { action: Action::Remove, .. }));
        assert!(steps[1..].iter().all(|planned| matches!(planned.step, Step::Undo { .. })));
        let state = |steps: &[Planned], is: &dyn Fn(&Change) -> bool| {
            let wanted = |planned: &&Planned| matches!(&planned.step, Step::Undo { change } if is(change));
            steps.iter().find(wanted).map(|planned| planned.state)
        };
        let is_user = |change: &Change| matches!(change, Change::User { .. });
        assert_eq!(state(&steps, &Change::is_of_data), Some(State::Stays));
        assert_eq!(state(&steps, &is_user), Some(State::Stays));
        let steps = plan(Contents::Remove, &here);
        assert_eq!(state(&steps, &Change::is_of_data), Some(State::Pending));
        assert_eq!(state(&steps, &is_user), Some(State::Pending));
        let steps = plan(Contents::Remove, &Inventory { target: Target::Image, ..inventory() });
        assert!(
            steps.iter().all(|planned| planned.state == State::Done || !matches!(planned.step, Step::Service { .. }))
        );
        assert_eq!(state(&steps, &Change::is_of_data), Some(State::Done));
    }
}
