//! The installer that every bundle starts with, and that stays on the host as `etcdpack-host`.
//!
//! Facts in, plan out, journal before act: `host` reads and changes the machine, `plan` and `check` decide,
//! `execute` and `undo` act through the journal, `command` ties them together. A library only so that the journal's
//! parser can be fuzzed.

mod although;
mod archive;
mod backup;
mod certificates;
mod change;
mod check;
mod cli;
mod command;
mod drift;
mod elf;
mod endpoint_status;
mod evidence;
mod execute;
mod facts;
mod failure;
mod finding;
mod health;
mod help;
mod host;
mod host_key;
mod inventory;
mod layout;
mod operation;
mod page;
mod plan;
mod records;
mod report;
mod restart;
mod service;
mod signer;
mod snapshot_record;
mod spoken;
mod step;
mod supervision;
mod text;
mod transaction;
mod typed;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::report::{Report, Verbosity};
use crate::typed::Typed;
use payload::exit::ExitStatus;

/// The name under which the installer stays on the host.
const HOST_COMMAND: &str = "etcdpack-host";

/// Parses the command line, runs the command and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    host::console::panics_are_bugs();
    host::harden::settle();
    if let Some(error) = host::tether::go_on() {
        host::console::say(&format!("{error}\n"));
        return ExitStatus::Bug.into();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are what was asked for; anything else is a usage error. clap says it either way.
            let printed = error.print();
            return if error.use_stderr() { ExitStatus::Usage.into() } else { shown(printed).into() };
        }
    };
    cli.language().unwrap_or_else(host::locale::language).settle();
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let typed = Typed::new(&host::own_program::name(), cli.command.as_ref());
    command::run(cli.command, &Report::new(verbosity, typed)).into()
}

/// A page of help, or the version.
fn shown(printed: std::io::Result<()>) -> ExitStatus {
    let Err(error) = printed else { return ExitStatus::Done };
    host::console::say(&text::bug::no_page(error));
    ExitStatus::Refused
}

/// Reads a journal and compares; for the fuzzer.
#[cfg(fuzzing)]
pub fn fuzz_journal(bytes: &[u8]) {
    records::unfinished::fuzz(bytes);
}
