//! `uninstall`: undoes all that is on record. Data and logs stay unless `--purge`. With `--dry-run` it shows what that is.

use payload::exit::ExitStatus;

use super::context::{Context, Ended, Looking};
use super::deliver_plan;
use crate::change::Change;
use crate::cli::UninstallArgs;
use crate::execute::{After, Done, Execution, Failed, Sources, StepError};
use crate::failure::Failure;
use crate::help::Help;
use crate::host::interrupt::Interrupt;
use crate::host::probe::ProbeError;
use crate::host::{self, Tree};
use crate::inventory::Inventory;
use crate::operation::Operate;
use crate::operation::uninstall::Uninstall;
use crate::plan::Plan;
use crate::report::Report;
use crate::text::refusals::Doing;
use crate::text::{help, pids, refusals};
use crate::transaction::undo::{Contents, UndoError};

/// Takes the member off this host.
pub(super) fn uninstall(args: &UninstallArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::Uninstalling, args.root.as_deref())?;
    let contents = if args.purge { Contents::Remove } else { Contents::Keep };
    if args.look.dry_run {
        return show(&looking, contents, args, report);
    }
    let context = looking.work()?;
    let Context { tree, state, records, interrupt, .. } = &context;
    let uninstall = Uninstall::new(records, contents);
    if uninstall.changes().is_empty() && context.ended == Ended::Uninstall {
        report.note("uninstalled");
        return Ok(ExitStatus::Done);
    }
    let found = inventory(tree, &uninstall).map_err(Failure::from);
    let found = context.unless_told_to_stop(found)?;
    let (plan, again) = (uninstall.plan(&found, state), uninstall.again(&found));
    report.findings(&plan.findings);
    if plan.is_refused() {
        report.note("nothing was changed");
        return Ok(ExitStatus::Refused);
    }
    if !args.yes {
        consent(&plan, contents, interrupt, report)?;
    }
    context.unless_told_to_stop(Ok(()))?;
    let execution = Execution { tree, state, records, interrupt, report };
    let done = match execution.run(&uninstall, &plan, Sources::default()) {
        Ok(done) => done,
        Err(failed) => return Ok(say_failed(&failed, &again, report)),
    };
    let end = say(&done, contents, &again, report);
    if done.left.is_empty() && uninstall.known().is_some() && uninstall.forgets(&done.stays) {
        report.note("whose bundles this host takes is forgotten, too: the next install asks for the signer's words");
    }
    Ok(end)
}

fn inventory(tree: &Tree, uninstall: &Uninstall) -> Result<Inventory, ProbeError> {
    let (manifest, supervision) = (uninstall.manifest(), uninstall.supervision());
    host::inventory::inventory(tree, uninstall.changes(), manifest, supervision, uninstall.left())
}

/// Says what an uninstall would do. Another run may change it meanwhile.
fn show(looking: &Looking, contents: Contents, args: &UninstallArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let records = looking.records()?;
    let uninstall = Uninstall::new(&records, contents);
    let plan = uninstall.plan(&inventory(&looking.tree, &uninstall)?, &looking.state);
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
    report.plan(plan);
    let question = match contents {
        Contents::Keep => "Uninstall, keeping data and logs?",
        Contents::Remove => "Uninstall, and delete all data and logs?",
    };
    if report.ask(question, interrupt) {
        return Ok(());
    }
    Err(Failure::refused(refusals::not_confirmed(), Help::host("uninstall")))
}

fn say(done: &Done, contents: Contents, again: &Help, report: &Report) -> ExitStatus {
    if !done.left.is_empty() {
        for (change, error) in &done.left {
            say_left(change, error, again, report);
        }
        return ExitStatus::NotRolledBack;
    }
    if let Some(error) = &done.unclosed {
        report.error(&format!("uninstalled, but {error}"), Some(again));
        return ExitStatus::NotRolledBack;
    }
    for change in &done.stays {
        report.note(&format!("  kept {change}"));
    }
    let all = done.stays.is_empty() && contents == Contents::Remove;
    report.note(if all { "uninstalled; nothing is left" } else { "uninstalled" });
    ExitStatus::Done
}

fn say_left(change: &Change, error: &UndoError, again: &Help, report: &Report) {
    let look = error.locked_in().map(|dir| help::unlock(dir, again.clone()));
    report.error(&format!("could not be removed: {change}: {error}"), Some(look.as_ref().unwrap_or(again)));
}

fn say_failed(failed: &Failed, again: &Help, report: &Report) -> ExitStatus {
    match (&failed.error, &failed.host) {
        (StepError::Interrupted, _) => {
            report.error("told to stop; what is left is still on record", Some(again));
            ExitStatus::RolledBack
        }
        (StepError::StillRuns(pids), _) => {
            report.error(&failed.error.to_string(), Some(&help::end_processes(&pids::pids(pids), again.clone())));
            ExitStatus::NotRolledBack
        }
        (error, After::Begun) => {
            report.error(&format!("{}: {error}; what is left is still on record", failed.at), Some(again));
            ExitStatus::NotRolledBack
        }
        (error, After::Untouched | After::Undone { .. }) => {
            report.error(&format!("{}: {error}", failed.at), Some(&help::look_at_the_state()));
            report.note("nothing was changed");
            ExitStatus::Refused
        }
    }
}
