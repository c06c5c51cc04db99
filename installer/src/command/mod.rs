//! The commands: each puts the parts together and says how it ended.

mod carried;
mod context;
mod csr;
mod describe;
mod doctor;
mod drill;
mod failed;
mod handover;
mod health;
mod install;
mod key;
mod prepare;
mod program;
mod report;
mod restore;
mod snapshot;
mod status;
mod trust;
mod uninstall;
mod who_is_up;

pub(crate) use carried::CarriedError;
pub(crate) use key::KeyError;

use payload::exit::ExitStatus;

use crate::cli::Command;
use crate::failure::Failure;
use crate::help::Help;
use crate::plan::Plan;
use crate::report::Report;
use crate::text::{help, refusals};

/// Data for a program.
fn deliver_json(value: &impl serde::Serialize, report: &Report) -> Result<(), Failure> {
    deliver(&json(value)?, report)
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|error| Failure {
        help: None,
        ..Failure::new(ExitStatus::Bug, refusals::no_json(error), Help::default())
    })
}

/// A text for the standard output.
fn deliver(text: &str, report: &Report) -> Result<(), Failure> {
    report.deliver(text).map_err(no_standard_output)
}

fn no_standard_output(error: std::io::Error) -> Failure {
    Failure::refused(refusals::no_standard_output(error), help::standard_output())
}

/// A plan for a program: findings with commands as they are typed here.
fn deliver_plan(plan: &Plan, report: &Report) -> Result<(), Failure> {
    deliver_json(&plan.told(|finding| report.said(finding)), report)
}

/// Runs one command to its end.
pub(crate) fn run(command: Option<Command>, report: &Report) -> ExitStatus {
    let ended = match command {
        None => describe::describe(report),
        Some(Command::Verify(args)) => describe::verify(&args, report),
        Some(Command::Plan(args)) => install::plan(&args, report),
        Some(Command::Csr(args)) => csr::csr(&args, report),
        Some(Command::Install(args)) => install::install(&args, report),
        Some(Command::Restore(args)) if args.dry_run => install::plan(&args.into(), report),
        Some(Command::Restore(args)) => install::install(&args.into(), report),
        Some(Command::Status(args)) => status::status(&args, report),
        Some(Command::Doctor(args)) => doctor::doctor(&args, report),
        Some(Command::Report(args)) => report::report(&args, report),
        Some(Command::Snapshot(args)) => snapshot::snapshot(&args, report),
        Some(Command::Drill(args)) => drill::drill(&args, report),
        Some(Command::Uninstall(args)) => uninstall::uninstall(&args, report),
    };
    // Who asks by the exit code alone would take what nobody has read for an answer.
    let heard = ended.and_then(|status| report.delivered().map(|()| status).map_err(no_standard_output));
    heard.unwrap_or_else(|failure: Failure| {
        report.error(&failure.text, failure.help.as_ref());
        failure.status
    })
}
