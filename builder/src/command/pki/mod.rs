//! `pki`: the CA and the certificates, one file a command or two.

mod backup_key;
mod client;
mod external_ca;
mod import;
mod show;
mod signer;

use super::cluster_file;
use crate::cli::PkiCommand;
use crate::failure::Failure;
use crate::pki;
use crate::report::Narrator;

/// Carries out one command of `pki`.
pub(super) fn run(command: PkiCommand, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    match command {
        PkiCommand::Show(args) => show::show(&args, narrator),
        PkiCommand::Import(args) => import::import(&args, narrator),
        PkiCommand::Lock(args) => Ok(pki::encrypt_key(&args.pki.dir(), args.ca_passphrase.source(), narrator)?),
        PkiCommand::Csr(args) => external_ca::csr(&args, narrator),
        PkiCommand::Accept(args) => external_ca::accept(&args, narrator),
        PkiCommand::Client(args) => client::client(args, narrator),
        PkiCommand::Server(args) => client::server(args, narrator),
        PkiCommand::BackupKey(args) => backup_key::make(&args, narrator),
        PkiCommand::RotateSigner(args) => signer::rotate(&args, narrator),
    }
}
