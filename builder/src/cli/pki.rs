//! The command line of `etcdpack pki`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use payload::cluster::Hours;
use payload::name::HostName;

use super::cluster::{ClusterArg, ClusterOperand, PkiDirArgs};
use super::heading;
use crate::passphrase_source::PassphraseSource;
use crate::text::cli as text;

/// `etcdpack pki`
#[derive(Debug, Subcommand)]
pub enum PkiCommand {
    /// List every certificate with its dates
    #[command(after_help = text::pki_show())]
    Show(PkiShowArgs),
    /// Take in a CA that you have, and cfssl's JSON files
    #[command(after_help = text::pki_import())]
    Import(PkiImportArgs),
    /// Put the CA's key in pki/ under a passphrase
    #[command(after_help = text::pki_lock())]
    Lock(PkiLockArgs),
    /// Write certificate requests, for a CA whose key is not here
    #[command(after_help = text::pki_csr())]
    Csr(PkiCsrArgs),
    /// Take in certificates that were signed elsewhere, as after `pki csr`
    #[command(after_help = text::pki_accept())]
    Accept(PkiAcceptArgs),
    /// Issue a certificate for a client: kube-apiserver, flannel, a person
    #[command(after_help = text::pki_client())]
    Client(PkiClientArgs),
    /// Issue a certificate for a server in front of the members, such as a proxy
    #[command(after_help = text::pki_server())]
    Server(PkiServerArgs),
    /// Replace the signing key; the old key signs the new one as its successor
    #[command(after_help = text::pki_rotate_signer())]
    RotateSigner(PkiRotateSignerArgs),
    /// Make a key pair to seal snapshots with: the public half for hosts, the secret half for the safe
    #[command(after_help = text::pki_backup_key())]
    BackupKey(PkiBackupKeyArgs),
}

/// `etcdpack pki backup-key`
#[derive(Debug, Args)]
pub struct PkiBackupKeyArgs {
    /// File for the secret half; it must not exist yet
    #[arg(short, long, value_name = "FILE", default_value = "backup-identity.txt", help_heading = heading::OUTPUT)]
    pub output: PathBuf,
}

/// `etcdpack pki rotate-signer`
#[derive(Debug, Args)]
pub struct PkiRotateSignerArgs {
    /// Where the key is
    #[command(flatten)]
    pub pki: PkiDirArgs,
}

/// `etcdpack pki import`
#[derive(Debug, Args)]
pub struct PkiImportArgs {
    /// A CA's certificates and its key in PEM, ca-config.json, etcd-peer-csr.json: in any order, known by their content
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Settings go into it, and the CA into pki/ beside it
    #[command(flatten)]
    pub cluster: ClusterArg,

    /// Profile to take from ca-config.json [default: peer, where there is one]
    #[arg(long, value_name = "NAME", help_heading = heading::CERTIFICATE)]
    pub profile: Option<String>,

    /// Keep the CA's key under a passphrase
    #[arg(long, help_heading = heading::KEYS)]
    pub lock: bool,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack pki lock`
#[derive(Debug, Args)]
pub struct PkiLockArgs {
    /// Where the key is
    #[command(flatten)]
    pub pki: PkiDirArgs,

    /// The passphrase to set
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack pki csr`
#[derive(Debug, Args)]
pub struct PkiCsrArgs {
    /// Of which cluster
    #[command(flatten)]
    pub cluster: ClusterOperand,

    /// Directory for the requests
    #[arg(short, long, value_name = "DIR", default_value = "csr", help_heading = heading::OUTPUT)]
    pub output: PathBuf,
}

/// `etcdpack pki accept`
#[derive(Debug, Args)]
pub struct PkiAcceptArgs {
    /// Certificates in PEM, each with the CAs between it and the root; and their keys, if these were made elsewhere
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Of which cluster
    #[command(flatten)]
    pub cluster: ClusterArg,
}

/// A certificate for someone who is not a member.
#[derive(Debug, Args)]
pub struct ClientOrServerArgs {
    /// Of which cluster
    #[command(flatten)]
    pub cluster: ClusterArg,

    /// How long it lasts, such as 720h [default: as long as the hosts' certificates]
    #[arg(long, value_name = "HOURS", value_parser = hours, help_heading = heading::CERTIFICATE)]
    pub validity: Option<Hours>,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,

    /// Directory for the request, if the CA's key is not here
    #[arg(short, long, value_name = "DIR", default_value = "csr", help_heading = heading::OUTPUT)]
    pub output: PathBuf,
}

/// `etcdpack pki client`
#[derive(Debug, Args)]
pub struct PkiClientArgs {
    /// Common name; with etcd roles enabled, also the etcd user name
    #[arg(value_name = "NAME", value_parser = common_name)]
    pub name: HostName,

    /// The certificate
    #[command(flatten)]
    pub common: ClientOrServerArgs,
}

/// `etcdpack pki server`
#[derive(Debug, Args)]
pub struct PkiServerArgs {
    /// Common name
    #[arg(value_name = "NAME", value_parser = common_name)]
    pub name: HostName,

    /// DNS name of the server (repeatable) [default: NAME, if no address is given]
    #[arg(long = "dns", value_name = "NAME", help_heading = heading::CERTIFICATE)]
    pub names: Vec<HostName>,

    /// Address of the server (repeatable)
    #[arg(long = "address", value_name = "IP", help_heading = heading::CERTIFICATE)]
    pub addresses: Vec<IpAddr>,

    /// The certificate
    #[command(flatten)]
    pub common: ClientOrServerArgs,
}

/// `etcdpack pki show`
#[derive(Debug, Args)]
pub struct PkiShowArgs {
    /// Where they are; the CA of a cluster file that is named, or lies beside the directory, is shown too
    #[command(flatten)]
    pub pki: PkiDirArgs,

    /// Print it as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub json: bool,
}

/// Where the passphrase of the CA's key comes from.
#[derive(Clone, Debug, Args)]
pub struct CaPassphrase {
    /// Read the passphrase of the CA's key from this file descriptor instead of asking for it
    #[arg(long = "ca-passphrase-fd", value_name = "FD", help_heading = heading::KEYS)]
    descriptor: Option<u32>,
}

impl CaPassphrase {
    /// The descriptor, or else the terminal.
    #[must_use]
    pub fn source(&self) -> PassphraseSource {
        self.descriptor.map_or(PassphraseSource::Terminal, PassphraseSource::Descriptor)
    }
}

/// A common name has at most 64 characters (X.520).
fn common_name(text: &str) -> Result<HostName, String> {
    if text.len() > 64 {
        Err("a common name has at most 64 characters".to_owned())
    } else {
        text.parse().map_err(|error| format!("{error}"))
    }
}

fn hours(text: &str) -> Result<Hours, String> {
    Hours::try_from(text.to_owned()).map_err(|error| error.to_string())
}
