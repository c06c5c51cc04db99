//! `uninstall`: undoes all that is on record. Data and logs stay unless `--purge`. With `--dry-run` it shows what that is.

use payload::exit::ExitStatus;

use super::context::{Context, Ended, Looking};
use super::deliver_plan;
use crate::although::Word;
use crate::change::Change;
use crate::cli::UninstallArgs;
use crate::execute::{After, Done, Execution, Failed, Sources, StepError};
use crate::failure::Failure;
use crate::finding::Code;
use crate::help::Help;
use crate::host::interrupt::Interrupt;
use crate::host::probe::ProbeError;
use crate::host::{self, Tree};
use crate::inventory::Inventory;
use crate::operation::Operate;
use crate::operation::uninstall::Uninstall;
use crate::plan::Plan;
use crate::records::StateDir;
use crate::report::Report;
use crate::text::refusals::Doing;
use crate::text::{help, outcomes, pids, questions, refusals};
use crate::transaction::undo::{Contents, UndoError};

/// Takes the member off this host.
pub(super) fn uninstall(args: &UninstallArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::Uninstalling, args.root.as_deref())?;
    let contents = if args.purge { Contents::Remove } else { Contents::Keep };
    let at_risk = args.at_risk.word();
    if args.look.dry_run {
        return show(&looking, contents, args, report);
    }
    let context = looking.work(report)?;
    let Context { tree, state, records, interrupt, .. } = &context;
    let uninstall = Uninstall::new(records, contents, at_risk);
    if uninstall.changes().is_empty() && context.ended == Ended::Uninstall {
        report.note(&outcomes::UNINSTALLED);
        return Ok(ExitStatus::Done);
    }
    let found = inventory(tree, state, &uninstall).map_err(Failure::from);
    let found = context.unless_told_to_stop(found)?;
    let uninstall = uninstall.having_found(&found);
    let plan = uninstall.plan(&found, state).map_err(ProbeError::from)?;
    let again = uninstall.again(&found);
    report.findings(&plan.findings);
    if plan.is_refused() {
        report.note(&outcomes::NOTHING_CHANGED);
        return Ok(ExitStatus::Refused);
    }
    if !args.yes {
        consent(&plan, contents, interrupt, report)?;
    }
    context.unless_told_to_stop(Ok(()))?;
    if let Some(manifest) = uninstall.manifest() {
        tree.clear_drill(&manifest.layout.data).map_err(ProbeError::from)?;
    }
    let execution = Execution { tree, state, records, interrupt, report, at_risk, unasked: Word::of(args.yes) };
    let done = match execution.run(&uninstall, &plan, Sources::default()) {
        Ok(done) => done,
        Err(failed) => return Ok(say_failed(&failed, &again, report)),
    };
    let end = say(&done, contents, &again, state, report);
    let forgets = done.remains.kept.as_ref().is_none_or(|kept| kept.known.is_none());
    if done.left.is_empty() && uninstall.known().is_some() && forgets {
        report.note(&outcomes::SIGNER_FORGOTTEN);
    }
    if end == ExitStatus::Done && !done.remains.are_any() && records.history.is_any() {
        report.note(&outcomes::HISTORY_GONE);
    }
    // Once more: it is what is left to do.
    for finding in plan.findings.iter().filter(|finding| finding.code() == Code::StillMember) {
        report.note(&outcomes::left_to_do(finding));
    }
    Ok(end)
}

fn inventory(tree: &Tree, state: &StateDir, uninstall: &Uninstall) -> Result<Inventory, ProbeError> {
    let (manifest, supervision) = (uninstall.manifest(), uninstall.supervision());
    host::inventory::inventory(tree, state, uninstall.changes(), manifest, supervision, uninstall.left())
}

/// Says what an uninstall would do. Another run may change it meanwhile.
fn show(looking: &Looking, contents: Contents, args: &UninstallArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let records = match looking.records() {
        Err(Failure { finding: Some(finding), status, .. }) if args.look.json => {
            deliver_plan(&Plan::refused(*finding), report)?;
            return Ok(status);
        }
        records => records?,
    };
    let uninstall = Uninstall::new(&records, contents, args.at_risk.word());
    let found = inventory(&looking.tree, &looking.state, &uninstall)?;
    let plan = uninstall.plan(&found, &looking.state).map_err(ProbeError::from)?;
    let status = if plan.is_refused() { ExitStatus::Refused } else { ExitStatus::Done };
    if args.look.json {
        deliver_plan(&plan, report)?;
    } else {
        report.plan(&plan);
        report.findings(&plan.findings);
    }
    Ok(status)
}

/// Shows the plan and asks.
fn consent(plan: &Plan, contents: Contents, interrupt: &Interrupt, report: &Report) -> Result<(), Failure> {
    if !report.can_ask() {
        return Err(Failure::refused(refusals::no_terminal(), Help::host_with("uninstall", "--yes")));
    }
    if report.ask_about(Some(plan), &questions::uninstall(contents, plan), interrupt) {
        return Ok(());
    }
    Err(Failure::refused(refusals::not_confirmed(), Help::host("uninstall")))
}

fn say(done: &Done, contents: Contents, again: &Help, state: &StateDir, report: &Report) -> ExitStatus {
    if !done.left.is_empty() {
        for (change, error) in &done.left {
            say_left(change, error, again, report);
        }
        return ExitStatus::NotRolledBack;
    }
    if let Some(error) = &done.unclosed {
        report.error(&outcomes::uninstalled_but(error), Some(again));
        return ExitStatus::NotRolledBack;
    }
    let is_key = |change: &&Change| matches!(change, Change::File { .. }) && state.is_of_key(change);
    let key = done.remains.kept.iter().flat_map(|kept| &kept.changes).filter(is_key);
    for change in done.stays.iter().chain(key) {
        report.note(&outcomes::kept(change));
    }
    let all = done.stays.is_empty() && contents == Contents::Remove;
    report.note(if all { &outcomes::NOTHING_LEFT } else { &outcomes::UNINSTALLED });
    ExitStatus::Done
}

fn say_left(change: &Change, error: &UndoError, again: &Help, report: &Report) {
    let look = error.locked_in().map(|dir| help::unlock(dir, again.clone()));
    report.error(&outcomes::not_removed(change, error), Some(look.as_ref().unwrap_or(again)));
}

/// There is no way back: what was not undone is undone by the next uninstall.
fn say_failed(failed: &Failed, again: &Help, report: &Report) -> ExitStatus {
    match (&failed.error, &failed.host) {
        (StepError::Interrupted, _) => {
            report.error(&outcomes::STOPPED_ON_RECORD, Some(again));
            return ExitStatus::RolledBack;
        }
        (StepError::StillRuns(pids), _) => {
            report.error(&failed.error.to_string(), Some(&help::end_processes(&pids::pids(pids), again.clone())));
        }
        (_, After::Begun) => report.error(&outcomes::failed_on_record(failed), Some(again)),
        (_, After::Untouched | After::Undone { .. }) => {
            let help = failed.error.help().unwrap_or_else(help::look_at_the_state);
            report.error(&outcomes::failed(failed), Some(&help));
            report.note(&outcomes::NOTHING_CHANGED);
            return ExitStatus::Refused;
        }
    }
    ExitStatus::NotRolledBack
}
