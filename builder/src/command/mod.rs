//! What the user types, carried out: one file a command. Each ends well or in a [`Failure`].

mod build;
mod check;
mod cluster_file;
mod export;
mod fetch;
mod founding;
mod init;
mod inspect;
mod keys;
mod paper;
mod passphrase;
mod pki;
mod rehearse;
mod sign;
mod source;
mod verify;

pub(crate) use verify::VerifyError;

use crate::cli::Command;
use crate::failure::Failure;
use crate::report::{Terminal, delivered};
use crate::text::terminal as text;

/// Carries out one command.
pub fn run(command: Command, terminal: &mut Terminal) -> Result<(), Failure> {
    carry_out(command, terminal)?;
    read()
}

/// Whether somebody could read what was asked for: who asks by the exit code alone would take what nobody has read for an answer.
fn read() -> Result<(), Failure> {
    delivered().map_err(|error| Failure::refused(text::no_standard_output(error), text::STANDARD_OUTPUT))
}

fn carry_out(command: Command, terminal: &mut Terminal) -> Result<(), Failure> {
    match command {
        Command::Init(args) => init::init(args, terminal),
        Command::Fetch(args) => fetch::fetch(&args, terminal),
        Command::Check(args) => check::check(&args, terminal),
        Command::Build(args) => build::build(&args, terminal),
        Command::Export(args) => export::export(&args, terminal),
        Command::Sign(args) => sign::sign(&args, terminal),
        Command::Verify(args) => verify::verify(&args, terminal),
        Command::Inspect(args) => inspect::inspect(&args.bundle, args.json, terminal),
        Command::Rehearse(args) => rehearse::rehearse(&args, terminal),
        Command::Paper(args) => paper::paper(&args, terminal),
        Command::RehearsalInside { dir } => {
            crate::rehearsal::play(&dir);
            Ok(())
        }
        Command::Pki(command) => pki::run(command, terminal),
    }
}
