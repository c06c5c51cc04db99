//! The command line of `etcdpack pki`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use payload::cluster::Hours;
use payload::name::HostName;

use crate::passphrase_source::PassphraseSource;

/// `etcdpack pki`
#[derive(Debug, Subcommand)]
pub enum PkiCommand {
    /// List every certificate with its dates
    Show(PkiShowArgs),
    /// Take in a CA that you have, and cfssl's JSON files
    Import(PkiImportArgs),
    /// Put the CA's key in pki/ under a passphrase
    Lock(PkiLockArgs),
    /// Write requests for a CA whose key is out of reach
    Csr(PkiCsrArgs),
    /// Take in the certificates that such a CA has made
    Accept(PkiAcceptArgs),
    /// Issue a certificate for a client: kube-apiserver, flannel, a person
    Client(PkiClientArgs),
    /// Issue a certificate for a server in front of the members, such as a proxy
    Server(PkiServerArgs),
    /// Put a new signing key in the place of the old one, which signs that it may
    RotateSigner(PkiRotateSignerArgs),
}

/// `etcdpack pki rotate-signer`
#[derive(Debug, Args)]
pub struct PkiRotateSignerArgs {
    /// The directory that `build` keeps beside the cluster file
    #[arg(value_name = "DIR", default_value = "pki")]
    pub dir: PathBuf,
}

/// `etcdpack pki import`
#[derive(Debug, Args)]
pub struct PkiImportArgs {
    /// A CA's certificates and its key in PEM, ca-config.json, etcd-peer-csr.json: told apart by what is in them
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The cluster file: settings go into it, and the CA into pki/ beside it
    #[arg(long, value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// The profile to take from ca-config.json; `peer` where there is one
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Keep the CA's key under a passphrase
    #[arg(long)]
    pub lock: bool,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack pki lock`
#[derive(Debug, Args)]
pub struct PkiLockArgs {
    /// The directory that `build` keeps beside the cluster file
    #[arg(value_name = "DIR", default_value = "pki")]
    pub dir: PathBuf,

    /// The passphrase to set
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack pki csr`
#[derive(Debug, Args)]
pub struct PkiCsrArgs {
    /// The cluster file
    #[arg(value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// The directory for the requests
    #[arg(short, long, value_name = "DIR", default_value = "csr")]
    pub output: PathBuf,
}

/// `etcdpack pki accept`
#[derive(Debug, Args)]
pub struct PkiAcceptArgs {
    /// Certificates in PEM, with those of the CAs above them; or pairs that were made elsewhere, with their keys
    #[arg(required = true, value_name = "CERT.pem")]
    pub files: Vec<PathBuf>,

    /// The cluster file
    #[arg(long, value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,
}

/// A certificate for someone who is no member.
#[derive(Debug, Args)]
pub struct ClientOrServerArgs {
    /// Whose it is. It becomes the common name: of a client, etcd's user, where roles are in use
    #[arg(value_name = "NAME", value_parser = common_name)]
    pub name: HostName,

    /// The cluster file
    #[arg(long, value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// How long it lasts; as long as the hosts' certificates, unless you say otherwise
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    pub validity: Option<Hours>,

    /// The directory for the request, where others sign
    #[arg(short, long, value_name = "DIR", default_value = "csr")]
    pub output: PathBuf,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack pki client`
#[derive(Debug, Args)]
pub struct PkiClientArgs {
    /// The certificate
    #[command(flatten)]
    pub common: ClientOrServerArgs,
}

/// `etcdpack pki server`
#[derive(Debug, Args)]
pub struct PkiServerArgs {
    /// The certificate
    #[command(flatten)]
    pub common: ClientOrServerArgs,

    /// A name that it answers by; may be given again
    #[arg(long = "dns", value_name = "NAME")]
    pub names: Vec<HostName>,

    /// An address that it answers at; may be given again
    #[arg(long = "address", value_name = "IP")]
    pub addresses: Vec<IpAddr>,
}

/// `etcdpack pki show`
#[derive(Debug, Args)]
pub struct PkiShowArgs {
    /// The directory that `build` keeps beside the cluster file
    #[arg(value_name = "DIR", default_value = "pki")]
    pub dir: PathBuf,

    /// Show the CA that this cluster file names; `cluster.toml` beside the directory where it is there
    #[arg(long, value_name = "CLUSTER.TOML")]
    pub cluster: Option<PathBuf>,

    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

/// Where the passphrase of the CA's key comes from.
#[derive(Clone, Debug, Args)]
pub struct CaPassphrase {
    /// Read the passphrase of the CA's key from this file descriptor instead of asking for it
    #[arg(long = "ca-passphrase-fd", value_name = "N")]
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
