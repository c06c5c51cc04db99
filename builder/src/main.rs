//! `etcdpack`: parse, run, exit code. The rest is the library.
#![expect(clippy::disallowed_methods, reason = "edge: arguments and environment")]

use std::process::ExitCode;

use builder::cli::Cli;
use builder::command;
use builder::report::{Terminal, Verbosity};
use clap::Parser;
use payload::exit::ExitStatus;

fn main() -> ExitCode {
    builder::report::panics_are_bugs();
    builder::harden::protect_memory();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are what was asked for; anything else is a usage error. clap says it either way.
            let printed = error.print();
            return if error.use_stderr() { ExitStatus::Usage.into() } else { builder::report::page(printed).into() };
        }
    };
    cli.language().unwrap_or_else(builder::locale::language).settle();
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let mut terminal = Terminal::new(verbosity, std::env::var_os("NO_COLOR").as_deref());
    match command::run(cli.command, &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failure(&failure);
            failure.exit_status().into()
        }
    }
}
