//! Installing what a bundle brings: what speaks against it, the steps, how they are taken back, and the receipt. Pure.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};
use payload::provenance::Provenance;

use super::{Operate, Outcome};
use crate::certificates::{self, Set};
use crate::change::{Change, fold};
use crate::check::{self, confinement, logs, no_timer, open_files, preflight, programs, units};
use crate::drift;
use crate::execute::StepError;
use crate::facts::data::{DataDir, DataOwner};
use crate::facts::etcd::Running;
use crate::facts::{Facts, Restore};
use crate::finding::cluster::Stop;
use crate::finding::{ClusterFinding, Finding};
use crate::plan::steps::{Choices, PlanInput};
use crate::plan::{self, Plan, Planned, closed, conflict, inodes, pending, steps};
use crate::records::{self, Receipt, Records, StateDir};
use crate::restart::{Part, Waiting};
use crate::signer::{self, Newest};
use crate::step::Step;
use crate::supervision::{Grounds, choose};
use crate::transaction::undo::Contents;
use crate::transaction::{AdoptedData, Policy, Remains, ServiceFate, WaitingKey};

/// The plan for this host. An error means that a path in the manifest cannot be put together.
pub(crate) fn plan(input: PlanInput, facts: &Facts, choices: Choices) -> Result<Plan, NotAPath> {
    let manifest = input.manifest;
    let ours = facts.records.ours();
    let mut findings = preflight(manifest, facts, choices.although);
    findings.extend(check::unfinished_other(header(input.bundle, facts), &facts.records, &StateDir::new()?));
    if let (Some(provenance), Some(known)) = (&manifest.provenance, facts.records.known()) {
        // Another signer, taken by the operator's word, numbers its bundles anew.
        let order = || signer::order(provenance.serial, input.bundle, &known, choices.downgrade);
        let founds = check::founds_again(manifest, &facts.records);
        findings.extend(signer::change(provenance, &known));
        findings.extend(founds.or_else(|| if known.covers(provenance) { order() } else { None }));
    }
    let grounds = Grounds {
        manifest,
        target: facts.machine.target,
        managers: &facts.managers,
        chosen: facts.records.chosen(),
        asked: choices.manager,
    };
    let supervision = match choose(grounds) {
        Ok((supervision, more)) => {
            findings.extend(more);
            findings.extend(units(manifest, &facts.managers, &supervision));
            findings.extend(programs(&facts.managers, &supervision));
            findings.extend(no_timer(&facts.managers, facts.machine.target, manifest.backup.as_ref(), &supervision));
            findings.extend(confinement(facts.machine.setpriv, &supervision));
            findings.extend(open_files(facts.machine.open_files, &supervision));
            findings.extend(logs(manifest, &facts.logs, &ours, &supervision));
            Some(supervision)
        }
        Err(finding) => {
            findings.push(*finding);
            None
        }
    };
    let set = Set::of(manifest, facts.credentials.own_key.as_ref())?;
    let mut certificates = certificates::lay(&set, facts.credentials.here.as_ref(), &facts.paths, &ours)?;
    findings.append(&mut certificates.findings);
    // What somebody has changed stays in use: it is not called well where etcd cannot use it.
    findings.extend(check::stays_broken(&facts.credentials, certificates.links.is_empty()));
    let steps = match &supervision {
        Some(supervision) => steps::steps(input, facts, choices, supervision, &set, certificates)?,
        None => Vec::new(),
    };
    let (steps, changed) = drift::keep_changes(steps, &facts.paths, &ours)?;
    findings.extend(changed);
    for step in &steps {
        findings.extend(conflict::conflicts(step, facts, &ours)?);
    }
    let (supervised, restart) = (supervision.as_ref(), choices.restart);
    let standings = pending::Standings { facts, manifest, supervision: supervised, restart, set: &set };
    let pending::Stood { steps, waits } = standings.of(steps);
    findings.extend(supervision.as_ref().and_then(|supervision| check::pending(&waits, supervision)));
    findings.extend(check::silent(facts.managers.silent, &steps));
    findings.extend(at_risk(&steps, facts, choices).map(Finding::from));
    let is_over = is_in_place(input.bundle, &steps, &facts.records);
    let writes = if is_over { closed::Records::Stay } else { closed::Records::AreWritten };
    findings.extend(closed::closed(&steps, writes, &facts.paths, facts.machine.target, &findings)?);
    let data = Some(&manifest.layout.data);
    findings.extend(inodes::too_few(&steps, writes, &facts.paths, facts.machine.target, data)?);
    let findings = check::by_hand(manifest, &facts.etcd, findings);
    let findings = check::wrong_file(check::receipt_lost(&facts.records, &facts.etcd, findings));
    Ok(Plan { signer: Some(input.signer), findings, steps, waits, supervision })
}

/// What the journal says of it.
fn header(bundle: Digest, facts: &Facts) -> records::Operation {
    match &facts.restore {
        Some(Restore { database, again, bump, .. }) => {
            records::Operation::Restore { bundle, database: *database, again: *again, bump: *bump }
        }
        None => records::Operation::Install { bundle },
    }
}

/// Whether an install has nothing to do, and nothing to write down.
pub(crate) fn is_in_place(bundle: Digest, steps: &[Planned], records: &Records) -> bool {
    let on_record = records.receipt.as_ref().is_some_and(|receipt| receipt.bundle == bundle);
    on_record && records.unfinished.is_none() && records.loss.is_none() && plan::is_done(steps)
}

/// What the cluster would lose where these steps restart etcd.
fn at_risk(steps: &[Planned], facts: &Facts, choices: Choices) -> Option<ClusterFinding> {
    let Facts { cluster, data, records, .. } = facts;
    steps.iter().find(|planned| planned.restarts())?;
    let data = match data.here {
        DataDir::Used(DataOwner::Etcd(identity)) => Some(identity),
        _ => None,
    };
    let member = check::Member { manifest: records.installed()?, seen: cluster, data };
    check::quorum(member, Stop::Restart, choices.although.quorum_at_risk)
}

/// An install by this plan.
pub(crate) struct Install<'a> {
    pub(crate) bundle: Digest,
    pub(crate) manifest: &'a Manifest,
    pub(crate) provenance: &'a Provenance,
    pub(crate) facts: &'a Facts,
    pub(crate) plan: &'a Plan,
}

impl Install<'_> {
    /// The programs of the plan that are in their places already.
    pub(crate) fn standing(&self) -> Result<BTreeSet<AbsPath>, NotAPath> {
        let mut standing = BTreeSet::new();
        for planned in &self.plan.steps {
            let Step::Programs { dir, programs, .. } = &planned.step else { continue };
            for program in programs {
                let path = dir.join(&program.name)?;
                if pending::is_file(self.facts, &path, program.sha256, Mode::PROGRAM, Owner::Root) {
                    standing.insert(path);
                }
            }
        }
        Ok(standing)
    }

    /// Whether an earlier install ran before this one began, and is to run after it.
    fn keeps_running(&self) -> bool {
        self.facts.records.receipt.is_some() && self.facts.etcd.running == Running::Yes
    }

    /// What is left for the next restart. Of a section its file says whether it waits.
    fn waiting(&self, outcome: &Outcome) -> Option<Waiting> {
        let parts: BTreeSet<Part> = self.plan.waits.iter().copied().filter(|part| *part != Part::Section).collect();
        (!parts.is_empty()).then(|| Waiting { parts, instances: outcome.instances.clone() })
    }

    /// All that is ours from now on.
    fn changes(&self, outcome: &Outcome) -> Vec<Change> {
        let records = &self.facts.records;
        let mut changes = fold(&records.ours(), outcome.changes);
        // Data that came by a restore are data: their directory is on record.
        changes.retain(|change| !change.is_of_restore());
        if self.facts.credentials.own_key.is_some() {
            // The key has come to its place: where it was made goes with the journal.
            changes.retain(|change| !outcome.state.is_of_key(change));
        }
        if let Some(kept) = records.kept.as_ref().filter(|kept| !kept.is_for(self.manifest)) {
            // Another member's data is on nobody's record from now on: it is not this one's to purge.
            let is_own = |change: &Change| self.manifest.layout.places().any(|place| change.path() == Some(place));
            changes.retain(|change| is_own(change) || !(change.is_of_data() && kept.changes.contains(change)));
        }
        changes
    }

    /// The newest bundle that this host has had; of another signer, taken by the operator's word, this one is.
    fn newest(&self) -> Newest {
        let known = self.facts.records.known().filter(|known| known.covers(self.provenance));
        let earlier = known.and_then(|known| known.newest());
        Newest::after(earlier, self.provenance.serial, self.bundle)
    }
}

impl Operate for Install<'_> {
    fn header(&self) -> records::Operation {
        header(self.bundle, self.facts)
    }

    fn manifest(&self) -> Option<&Manifest> {
        Some(self.manifest)
    }

    /// Where an earlier install is replaced, its files come back and its service is started again. Data that an etcd may have
    /// served from is never removed.
    fn policy(&self) -> Policy {
        let Records { receipt, unfinished, .. } = &self.facts.records;
        // An etcd that was started by a run that was cut off may have been a member for a while.
        let begun: Vec<&Change> = unfinished.iter().flat_map(|cut| &cut.changes).collect();
        // What ran before a restore has not run on what came by it.
        let since = match begun.iter().rposition(|change| change.is_of_restore()) {
            _ if self.facts.restore.is_none() => 0,
            Some(restored) => restored,
            None => begun.len(),
        };
        let served = begun.iter().skip(since).any(|change| change.is_of_service());
        let contents = if served { Contents::Keep } else { Contents::Remove };
        // What was in it when this run began is no work of an etcd of ours: none had run.
        let brought = self.facts.data.here.is_filled() && contents == Contents::Remove;
        Policy {
            contents,
            adopted_data: if brought { AdoptedData::IsTheirs } else { AdoptedData::IsOurs },
            service: match receipt {
                Some(_) if self.keeps_running() && self.facts.restore.is_some() => {
                    ServiceFate::RunsAgainAfterwards { systemd: self.facts.managers.systemd }
                }
                Some(_) if self.keeps_running() => ServiceFate::RunsAgain { systemd: self.facts.managers.systemd },
                Some(_) => ServiceFate::Rests,
                None => ServiceFate::IsTakenBack,
            },
            stop_seconds: self.manifest.service.stop_seconds,
        }
    }

    /// The receipt; what an uninstall had kept is part of it again.
    fn leaves(&self, outcome: &Outcome) -> Result<Remains, StepError> {
        let supervision = self.plan.supervision.clone().ok_or(StepError::NoManager)?;
        let (mut changes, mut replaced) = (self.changes(outcome), Vec::new());
        let set = Set::of(self.manifest, self.facts.credentials.own_key.as_ref())?;
        if certificates::leads_to(&set, self.plan.steps.iter().map(|planned| &planned.step)) {
            (changes, replaced) = certificates::settled(&changes, &set);
        }
        let mut receipt =
            Receipt::new(self.bundle, outcome.now, supervision, self.manifest.clone(), Some(self.newest()), changes);
        receipt.replaced = signer::replaced(self.facts.records.known(), self.provenance);
        receipt.cas.clone_from(&self.facts.cluster.cas.bundle);
        receipt.waiting = self.waiting(outcome);
        // Data that are there and cannot be read for once are still those of before.
        let before = self.facts.records.receipt.as_ref().and_then(|receipt| receipt.identity);
        let is_there = self.facts.data.here.is_filled();
        receipt.identity = outcome.here.or(before.filter(|_| is_there));
        let restored = self.facts.restore.as_ref().map(Restore::restored);
        let earlier = || self.facts.records.receipt.as_ref().and_then(|receipt| receipt.restored.clone());
        receipt.restored = restored.or_else(earlier);
        let moved = self.facts.credentials.own_key.is_some();
        let waiting_key = if moved { WaitingKey::Goes } else { WaitingKey::Stays };
        Ok(Remains { receipt: Some(receipt), kept: None, waiting_key, replaced })
    }
}
