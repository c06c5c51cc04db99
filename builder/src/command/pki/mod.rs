//! `pki`: the CA and the certificates, one file a command or two.

mod import;
mod lone;
mod outside;
mod show;
mod signer;

use super::{Error, cluster_file};
use crate::cli::PkiCommand;
use crate::narrator::Narrator;
use crate::pki;

/// Carries out one command of `pki`.
pub(super) fn run(command: PkiCommand, narrator: &mut dyn Narrator) -> Result<(), Error> {
    match command {
        PkiCommand::Show(args) => show::show(&args, narrator),
        PkiCommand::Import(args) => import::import(&args, narrator),
        PkiCommand::Lock(args) => Ok(pki::lock(&args.dir, args.ca_passphrase.source(), narrator)?),
        PkiCommand::Csr(args) => outside::csr(&args, narrator),
        PkiCommand::Accept(args) => outside::accept(&args, narrator),
        PkiCommand::Client(args) => lone::client(args, narrator),
        PkiCommand::Server(args) => lone::server(args, narrator),
        PkiCommand::RotateSigner(args) => signer::rotate(&args, narrator),
    }
}
