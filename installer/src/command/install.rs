//! `plan` and `install`.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use payload::bundle::Bundle;
use payload::manifest::Manifest;
use payload::sealed::Opened;

use super::context::{Context, Looking, interruptible, unless_told_to_stop};
use super::failed::say_failed;
use super::handover::{self, HandOver};
use super::prepare::Prepared;
use super::restore::{self, Brought, On};
use super::{carried, deliver_plan, key, trust, who_is_up};
use crate::although::Word;
use crate::check;
use crate::cli::{BundleArgs, InstallArgs, InstallingArgs, PlanArgs, TargetArgs};
use crate::execute::{Execution, Failed, Sources};
use crate::facts::Facts;
use crate::facts::machine::Target;
use crate::failure::Failure;
use crate::finding::{Code, Finding};
use crate::health;
use crate::help::Help;
use crate::host::Tree;
use crate::host::etcdctl;
use crate::host::interrupt::Interrupt;
use crate::host::probe::{self, ProbeError};
use crate::operation::install::{Install, is_in_place};
use crate::plan::Plan;
use crate::plan::steps::Choices;
use crate::report::Report;
use crate::restart::Restart;
use crate::signer::{Downgrade, SignerStatus};
use crate::step::{State, Step};
use crate::supervision::Start;
use crate::text;
use crate::text::refusals::Doing;
use crate::text::{about, help, outcomes, progress, questions, refusals};
use payload::exit::ExitStatus;

/// Shows what an install would do.
pub(super) fn plan(args: &PlanArgs, report: &Report) -> Result<ExitStatus, Failure> {
    key::is_open(args.target.passphrase_fd)?;
    let looking = Looking::begin(Doing::Planning, args.target.root.as_deref())?;
    let hand_over = HandOver::of(args.target.hand_over, false);
    let root = args.target.root.as_deref();
    let mut bundle = match bundle(&args.bundle, root, hand_over, args.for_the_bundle(), &looking.tree, report) {
        Err(Failure { finding: Some(finding), status, .. }) if args.json => {
            deliver_plan(&Plan::refused(*finding), report)?;
            return Ok(status);
        }
        bundle => bundle?,
    };
    let given = key::given(args.target.passphrase_fd)?;
    let records = looking.records()?;
    let signer = trust::status(bundle.provenance(), &records, args.bundle.signer.as_ref())?;
    // Only while there is a trial to take away.
    let interrupt = interruptible()?;
    let tree = looking.tree.heeding(&interrupt);
    let choices = choices(&args.target, args.no_start, args.restart);
    let on = On { tree: &tree, interrupt: &interrupt, doing: Doing::Planning };
    let restore = restore::brought(&args.begin, bundle.manifest(), on, report)?.map(|brought| brought.restore);
    let prepare = || Prepared::of(&tree, &mut bundle, records, signer, choices, restore);
    let prepared = report.while_waiting(&progress::ASKING, prepare);
    let mut prepared = unless_told_to_stop(&interrupt, prepared, Help::run("plan"))?;
    if let Some(given) = &given
        && bundle.manifest().sealed_key().is_some()
        && !prepared.plan.is_refused()
    {
        let opened = key::with(given, &mut bundle)?;
        report.note(&progress::PASSPHRASE_OPENS);
        let asked = prepared.ask_members(&tree, &mut bundle, &opened);
        unless_told_to_stop(&interrupt, asked, Help::run("plan"))?;
    }
    interrupt.let_go();
    let plan = prepared.plan;
    if args.json {
        deliver_plan(&plan, report)?;
    } else {
        report.note(&about::headline(bundle.manifest()));
        report.note(&about::signer_before_the_words(bundle.provenance(), signer));
        report.plan(&plan);
        report.findings(&plan.findings);
    }
    Ok(if plan.is_refused() { ExitStatus::Refused } else { ExitStatus::Done })
}

/// Does it.
pub(super) fn install(args: &InstallArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let InstallingArgs { bundle: named, target, yes, .. } = &args.installing;
    key::is_open(target.passphrase_fd)?;
    let looking = Looking::begin(Doing::Installing, target.root.as_deref())?;
    let hand_over = HandOver::of(target.hand_over, *yes);
    let root = target.root.as_deref();
    let mut bundle = bundle(named, root, hand_over, args.for_the_bundle(), &looking.tree, report)?;
    let given = key::given(target.passphrase_fd)?;
    let context = looking.work(report)?;
    let Context { tree, interrupt, .. } = &context;
    // Under the lock: who comes second must see whom the first has pinned.
    let signer = trust::status(bundle.provenance(), &context.records, named.signer.as_ref())?;
    report.note(&about::headline(bundle.manifest()));
    report.note(&about::signer_before_the_words(bundle.provenance(), signer));
    // Before anything is done that a stranger's bundle says.
    trust::confirm(bundle.provenance(), signer, *yes, interrupt, report)?;
    // What a person has confirmed here counts as named.
    let signer = if signer.settled().is_none() { SignerStatus::Named } else { signer };
    let choices = choices(target, args.no_start, args.restart);
    let on = On { tree, interrupt, doing: Doing::Installing };
    let (restore, snapshot) = match restore::brought(&args.begin, bundle.manifest(), on, report)? {
        Some(Brought { restore, copy }) => (Some(restore), Some(copy)),
        None => (None, None),
    };
    let prepare = || Prepared::of(tree, &mut bundle, context.records.clone(), signer, choices, restore);
    let prepared = report.while_waiting(&progress::ASKING, prepare);
    let mut prepared = context.unless_told_to_stop(prepared)?;
    let mut opened = None;
    if prepared.waits_for_key() {
        let key = key::open(given.as_ref(), &mut bundle, interrupt, report)?;
        context.unless_told_to_stop(prepared.ask_members(tree, &mut bundle, &key))?;
        opened = Some(key);
    }
    report.findings(&prepared.plan.findings);
    prepared.ask_person(&bundle, *yes, interrupt, report)?;
    let Prepared { facts, plan, .. } = prepared;
    if plan.is_refused() {
        report.note(&outcomes::NOTHING_CHANGED);
        return Ok(ExitStatus::Refused);
    }
    if is_in_place(bundle.digest(), &plan.steps, &facts.records) {
        report.note(&outcomes::IN_PLACE_ALREADY);
        return Ok(end_of(tree, bundle.manifest(), &facts, &plan, args, interrupt, report));
    }
    if !*yes {
        consent(&plan, interrupt, report)?;
    }
    if opened.is_none() && plan.sealed_key().is_some() {
        opened = Some(key::open(given.as_ref(), &mut bundle, interrupt, report)?);
    }
    drop(given);
    let manifest = bundle.manifest().clone();
    let said = (choices.although.quorum_at_risk, Word::of(*yes));
    match carry_out(&context, bundle, &facts, &plan, (opened.as_ref(), snapshot), said, report)? {
        Ok(()) => {
            let ends = end_of(tree, &manifest, &facts, &plan, args, interrupt, report);
            let restored = facts.restore.as_ref().map(|of| text::restore::restored(of, manifest.members.len() > 1));
            restored.iter().flatten().for_each(|line| report.note(line));
            if args.installing.wait.is_none() {
                // Once more: it is what is left to do. Who waited has been told by etcd's own word.
                let left = plan.findings.iter().filter(|finding| finding.code() == Code::SnapshotAlarmed);
                report.findings(&left.cloned().collect::<Vec<_>>());
            }
            Ok(ends)
        }
        Err(failed) => Ok(say_failed(&outcomes::failed(&failed), &failed, report)),
    }
}

/// Takes the steps of the plan, and says what is installed.
fn carry_out(
    context: &Context,
    bundle: Bundle<File>,
    facts: &Facts,
    plan: &Plan,
    (opened, snapshot): (Option<&Opened>, Option<File>),
    (at_risk, unasked): (Word, Word),
    report: &Report,
) -> Result<Result<(), Box<Failed>>, Failure> {
    let (Context { tree, state, interrupt, .. }, records) = (context, &facts.records);
    let (manifest, provenance) = (bundle.manifest().clone(), bundle.provenance().clone());
    let install = Install { bundle: bundle.digest(), manifest: &manifest, provenance: &provenance, facts, plan };
    let standing = install.standing().map_err(ProbeError::from)?;
    let execution = Execution { tree, state, records, interrupt, report, at_risk, unasked };
    let done = match execution.run(&install, plan, Sources::of_bundle(bundle, opened, standing).with_snapshot(snapshot))
    {
        Ok(done) => done,
        Err(failed) => return Ok(Err(failed)),
    };
    if let Some(error) = &done.unclosed {
        report.warn(&outcomes::installed_but(error), Some(&help::the_same_again()));
    }
    let supervision = done.remains.receipt.map(|receipt| receipt.supervision);
    report.note(&outcomes::installed(manifest.release.version, supervision.as_ref()));
    Ok(Ok(()))
}

fn choices(target: &TargetArgs, no_start: bool, restart: bool) -> Choices {
    Choices {
        manager: target.service.into(),
        restart: if restart { Restart::ForAll } else { Restart::IfNeeded },
        start: if no_start { Start::Later } else { Start::Now },
        downgrade: if target.allow_downgrade { Downgrade::Allow } else { Downgrade::Refuse },
        although: target.although.words(),
    }
}

/// The bundle in a copy that root alone can open, verified. One for a newer etcdpack may go on from here by itself.
fn bundle(
    args: &BundleArgs,
    root: Option<&Path>,
    hand_over: HandOver,
    mut words: Vec<OsString>,
    tree: &Tree,
    report: &Report,
) -> Result<Bundle<File>, Failure> {
    let named = args.file.as_deref();
    words.extend(report.flags().map(OsString::from));
    let copied = carried::copied(named, tree)?;
    let copied = handover::unless_newer(copied, named, args.signer.as_ref(), tree, hand_over, &words, report)?;
    carried::verified(named, copied, report).map_err(|error| handover::said(error, tree, root))
}

/// Shows the plan and asks. Without a terminal nobody can be asked, and nothing is done unasked.
fn consent(plan: &Plan, interrupt: &Interrupt, report: &Report) -> Result<(), Failure> {
    let restores = plan
        .steps
        .iter()
        .any(|planned| planned.state == State::Pending && matches!(planned.step, Step::Restore { .. }));
    if !report.can_ask() {
        let help = if restores { Help::run_with("restore", "FILE --yes") } else { Help::run_with("install", "--yes") };
        return Err(Failure::refused(refusals::no_terminal(), help));
    }
    let question = if restores {
        text::restore::QUESTION
    } else if plan.says_at_risk() {
        questions::INSTALL_AT_RISK
    } else {
        questions::INSTALL
    };
    if report.ask_about(Some(plan), &question, interrupt) {
        return Ok(());
    }
    let help = if restores { Help::run_with("restore", "FILE --dry-run") } else { Help::run("plan") };
    Err(Failure::refused(refusals::not_confirmed(), help))
}

/// After the install: whether etcd has taken up what it reads by itself, who is still missing, and whether the member is healthy if that was asked for.
fn end_of(
    tree: &Tree,
    manifest: &Manifest,
    facts: &Facts,
    plan: &Plan,
    args: &InstallArgs,
    interrupt: &Interrupt,
    report: &Report,
) -> ExitStatus {
    if facts.machine.target == Target::Image {
        return ExitStatus::Done;
    }
    let shown =
        plan.supervision.as_ref().and_then(|supervision| check::shown(probe::shown(tree, manifest), supervision));
    report.findings(shown.as_slice());
    if args.no_start {
        return ExitStatus::Done;
    }
    let Some(seconds) = args.installing.wait else {
        // Where nothing was done, what was seen before the plan is what there is.
        let seen = plan.is_done().then_some(&facts.cluster);
        return who_is_up::say(tree, manifest, seen, interrupt, report);
    };
    report.note(&progress::waiting_for_health(seconds));
    let healthy = || health::wait_until_healthy(manifest, Duration::from_secs(seconds), interrupt);
    if report.while_waiting(&progress::STILL_WAITING, healthy) {
        let alarmed = alarmed(manifest, interrupt);
        report.findings(&alarmed);
        if !alarmed.is_empty() {
            return ExitStatus::NotHealthy;
        }
        report.note(&outcomes::HEALTHY);
        return who_is_up::say(tree, manifest, None, interrupt, report);
    }
    who_is_up::say(tree, manifest, None, interrupt, report);
    report.error(&outcomes::NOT_HEALTHY_YET, Some(&Help::host("status")));
    ExitStatus::NotHealthy
}

/// The alarms that stand against a member which serves: it may refuse every write.
fn alarmed(manifest: &Manifest, interrupt: &Interrupt) -> Vec<Finding> {
    let alarms = etcdctl::alarms(manifest, interrupt).unwrap_or_default();
    if alarms.is_empty() { Vec::new() } else { check::alarmed(manifest, &health::members(manifest), &alarms) }
}
