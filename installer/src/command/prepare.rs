//! What comes before the first change: the facts, the plan, and whoever has to be asked for either: members of the cluster, and a
//! person about what only a person can know.

use std::fs::File;

use payload::bundle::Bundle;
use payload::digest::Digest;
use payload::path::NotAPath;
use payload::sealed::Opened;

use super::carried;
use crate::although::Word;
use crate::facts::cluster::{Asked, NotAsked};
use crate::facts::machine::Target;
use crate::facts::{Facts, Restore};
use crate::failure::Failure;
use crate::finding::{Finding, ManagerFinding, Question, Severity};
use crate::help::Help;
use crate::host::Tree;
use crate::host::interrupt::Interrupt;
use crate::host::probe::{self, ProbeError, Subject, cluster, managers};
use crate::operation::install;
use crate::plan::recovered::{self, Recovered};
use crate::plan::steps::{Choices, PlanInput};
use crate::plan::{Plan, Planned};
use crate::records::{Loss, Records, Why};
use crate::report::Report;
use crate::signer::SignerStatus;
use crate::supervision::{Origin, Supervision, Supervisor};
use crate::text::questions;

/// Facts and plan, and what another plan from the same facts takes.
pub(super) struct Prepared {
    pub(super) facts: Facts,
    pub(super) plan: Plan,
    installer: Digest,
    signer: SignerStatus,
    choices: Choices,
}

impl Prepared {
    /// Facts, then the plan. What the bundle brings is tried only where its signer is settled and nothing else is against it.
    pub(super) fn of(
        tree: &Tree,
        bundle: &mut Bundle<File>,
        records: Records,
        signer: SignerStatus,
        choices: Choices,
        restore: Option<Restore>,
    ) -> Result<Self, Failure> {
        probe::settle(tree, bundle, &records)?;
        let installer = carried::installer_digest(bundle)?;
        let mut facts = probe::facts(tree, &Subject::bundle(bundle)?, records, choices.manager)?;
        if facts.records.may_be_lost() {
            let input = PlanInput { manifest: bundle.manifest(), bundle: bundle.digest(), installer, signer };
            if let Some(records) = recovered(input, &facts, choices).map_err(ProbeError::from)? {
                facts = if records.receipt.is_some() {
                    probe::facts(tree, &Subject::bundle(bundle)?, records, choices.manager)?
                } else {
                    Facts { records, ..facts }
                };
            }
        }
        let facts = Facts { restore, ..facts };
        let mut prepared = Self { facts, plan: Plan::default(), installer, signer, choices };
        if signer.settled().is_none() && prepared.facts.cluster.asked == Asked::No(NotAsked::NotYet) {
            prepared.facts.cluster.asked = Asked::No(NotAsked::Unsettled);
        }
        prepared.plan_anew(bundle)?;
        // In an image it cannot be: its Python may be of another architecture.
        if prepared.facts.machine.target == Target::Image || prepared.plan.is_refused() {
            return Ok(prepared);
        }
        prepared.try_supervisor(tree, bundle)?;
        let Some(settled) = signer.settled() else {
            let untried = prepared.plan.supervision.as_ref().and_then(untried);
            prepared.plan.findings.extend(untried.filter(|_| !prepared.facts.managers.pythons.is_empty()));
            return Ok(prepared);
        };
        let Facts { managers, cluster, credentials, .. } = &mut prepared.facts;
        cluster::ask(settled, tree, bundle, credentials, None, cluster)?;
        if !managers.pythons.is_empty() {
            managers::try_pythons(settled, bundle, tree.interrupt(), managers)?;
        }
        prepared.plan_anew(bundle)?;
        Ok(prepared)
    }

    /// Where this host's own supervisord is to read its configuration again: whether it could. Nothing of the bundle runs for it.
    fn try_supervisor(&mut self, tree: &Tree, bundle: &Bundle<File>) -> Result<(), Failure> {
        let rereads = self.plan.steps.iter().find_map(Planned::has_reread).cloned();
        let Some(supervisor) = rereads else { return Ok(()) };
        managers::try_reading(tree, bundle.manifest(), &mut self.facts.managers, &supervisor)?;
        self.plan_anew(bundle)
    }

    fn plan_anew(&mut self, bundle: &Bundle<File>) -> Result<(), Failure> {
        let Self { installer, signer, choices, .. } = *self;
        let input = PlanInput { manifest: bundle.manifest(), bundle: bundle.digest(), installer, signer };
        let plan = install::plan(input, &self.facts, choices);
        self.plan = plan.map_err(|error: NotAPath| ProbeError::from(error))?;
        Ok(())
    }

    /// Whether members serve clients, and only the sealed key is missing for them to be asked.
    pub(super) fn waits_for_key(&self) -> bool {
        !self.plan.is_refused() && self.facts.cluster.asked == Asked::No(NotAsked::Sealed)
    }

    /// Asks them with it.
    pub(super) fn ask_members(
        &mut self,
        tree: &Tree,
        bundle: &mut Bundle<File>,
        opened: &Opened,
    ) -> Result<(), Failure> {
        let Some(settled) = self.signer.settled() else { return Ok(()) };
        let Facts { cluster, credentials, .. } = &mut self.facts;
        cluster::ask(settled, tree, bundle, credentials, Some(opened), cluster)?;
        self.plan_anew(bundle)
    }

    /// Asks a person what only a person can say, where that is all that is left: never by `--yes`, which says nothing of it.
    pub(super) fn ask_person(
        &mut self,
        bundle: &Bundle<File>,
        unasked: bool,
        interrupt: &Interrupt,
        report: &Report,
    ) -> Result<(), Failure> {
        let questions: Vec<Question> = self.plan.findings.iter().filter_map(Finding::question).collect();
        let is_more = |found: &Finding| found.severity() == Severity::Refuse && found.question().is_none();
        if questions.is_empty() || self.plan.findings.iter().any(is_more) {
            return Ok(());
        }
        for question in questions {
            let can_ask = !unasked && report.can_ask();
            match question {
                Question::FirstInstall if can_ask && report.ask(&questions::question(question), interrupt) => {
                    self.choices.although.first_install = Word::Said;
                }
                // Refused by its finding, which says the flag.
                Question::FirstInstall => return Ok(()),
                Question::LeavesCluster if can_ask && report.ask(&questions::question(question), interrupt) => {}
                Question::LeavesCluster => {
                    let help = Help::run_with("install", "--although-ca-differs");
                    return Err(Failure::refused(questions::leaves_cluster_unsaid(), help));
                }
            }
        }
        self.plan_anew(bundle)
    }
}

/// What is on record where an install stands here whose receipt is lost: the receipt, by what stands; or what of it is not as the
/// bundle has it.
fn recovered(input: PlanInput, facts: &Facts, choices: Choices) -> Result<Option<Records>, NotAPath> {
    let records = facts.records.clone();
    let missing = || Loss { why: Why::Missing, number: None, others: Vec::new() };
    let loss = records.loss.clone();
    Ok(match recovered::recovered(input, facts, choices)? {
        Recovered::Whole(receipt) => {
            Some(Records { receipt: Some(*receipt), loss: Some(loss.unwrap_or_else(missing)), ..records })
        }
        Recovered::Otherwise(others) => {
            Some(Records { loss: Some(Loss { others, ..loss.unwrap_or_else(missing) }), ..records })
        }
        Recovered::Nothing { not_here: others } => {
            loss.map(|loss| Records { loss: Some(Loss { others, ..loss }), ..records })
        }
    })
}

/// What a plan for a stranger's bundle cannot say.
fn untried(supervision: &Supervision) -> Option<Finding> {
    let Supervision::Supervisor(Supervisor { origin: Origin::Bundle, .. }) = supervision else { return None };
    Some(ManagerFinding::Untried.into())
}
