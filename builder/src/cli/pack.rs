//! What goes into bundles, and where they go: the same options for `build` and `sign`.

use std::path::PathBuf;

use clap::Args;

use super::heading;
use super::paper::PaperArg;
use super::pki::CaPassphrase;

/// What goes into bundles, and where they go.
#[derive(Clone, Debug, Args)]
pub struct PackArgs {
    /// Directory for the bundles
    #[arg(short, long, value_name = "DIR", default_value = "dist", help_heading = heading::OUTPUT)]
    pub output: PathBuf,

    /// Sign the bundles with this key (PEM, ECDSA P-256) instead of the one in pki/
    #[arg(long, value_name = "FILE", help_heading = heading::KEYS)]
    pub signing_key: Option<PathBuf>,

    /// Make a new CA although there was one: hosts with the old CA refuse members with a certificate of the new one
    #[arg(long, help_heading = heading::KEYS)]
    pub new_ca: bool,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,

    /// Pack without running the members here first
    #[arg(long, help_heading = heading::OUTPUT)]
    pub no_rehearsal: bool,

    /// What is printed
    #[command(flatten)]
    pub paper: PaperArg,
}

/// How the private keys of the hosts are sealed.
#[derive(Clone, Debug, Default, Args)]
pub struct SealArgs {
    /// Seal the private keys with the first line of this file descriptor instead of a generated passphrase
    #[arg(long, value_name = "FD", help_heading = heading::KEYS)]
    pub passphrase_fd: Option<u32>,

    /// Seal all private keys again, with a new passphrase; earlier bundles keep the old one
    #[arg(long, help_heading = heading::KEYS)]
    pub new_passphrase: bool,
}
