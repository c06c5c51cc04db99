//! The command line of `etcdpack`: what can be typed, nothing of what it does.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::name::HostName;

use crate::passphrase::Passphrase;

/// Builds one self-extracting etcd installer per host, for hosts without a network.
#[derive(Debug, Parser)]
#[command(name = "etcdpack", version, help_expected = true, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// Say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// What etcdpack does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented cluster file to start from
    Init(InitArgs),
    /// Download and verify the release into the cache
    Fetch(FetchArgs),
    /// Fetch, issue certificates, and pack one bundle per host
    Build(BuildArgs),
    /// Check every byte of bundles
    Verify(VerifyArgs),
    /// Say what is inside a bundle
    Inspect(InspectArgs),
    /// The CA and the certificates
    #[command(subcommand)]
    Pki(PkiCommand),
}

/// `etcdpack init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// A host and its address; give it once per host
    #[arg(long = "host", value_name = "NAME=IP", value_parser = named_host)]
    pub hosts: Vec<(HostName, IpAddr)>,

    /// The etcd version
    #[arg(long, value_name = "V")]
    pub version: Option<EtcdVersion>,

    /// The SHA-256 that the release's tarball must have
    #[arg(long, value_name = "HEX")]
    pub sha256: Option<Digest>,

    /// Where to write it
    #[arg(short, long, value_name = "FILE", default_value = "cluster.toml")]
    pub output: PathBuf,
}

/// Where the release comes from.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// The cluster file
    #[arg(value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// Ask this place first: https://, file:///, or http:// where a digest is known; may be given again
    #[arg(long = "mirror", value_name = "URL")]
    pub mirrors: Vec<String>,

    /// Take this tarball; nothing is downloaded
    #[arg(long, value_name = "PATH")]
    pub release: Option<PathBuf>,

    /// Also trust the authorities in this PEM file, for a proxy that intercepts TLS
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Option<PathBuf>,

    /// Accept a release that nothing vouches for, show its digest, and lock it
    #[arg(long)]
    pub trust_on_first_use: bool,
}

/// `etcdpack fetch`
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Where the release comes from
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `etcdpack build`
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Where the release comes from
    #[command(flatten)]
    pub source: SourceArgs,

    /// The directory for the bundles
    #[arg(short, long, value_name = "DIR", default_value = "dist")]
    pub output: PathBuf,

    /// Take supervisor's wheels from this directory instead of through pip
    #[arg(long, value_name = "DIR")]
    pub wheels: Option<PathBuf>,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// Where the passphrase of the CA's key comes from.
#[derive(Debug, Args)]
pub struct CaPassphrase {
    /// Read the passphrase of the CA's key from this file descriptor instead of asking for it
    #[arg(long = "ca-passphrase-fd", value_name = "N")]
    descriptor: Option<u32>,
}

impl CaPassphrase {
    /// The descriptor, or else the terminal.
    #[must_use]
    pub fn source(&self) -> Passphrase {
        self.descriptor.map_or(Passphrase::Terminal, Passphrase::Descriptor)
    }
}

/// `etcdpack verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The bundles
    #[arg(required = true, value_name = "FILE.run")]
    pub bundles: Vec<PathBuf>,
}

/// `etcdpack inspect`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The bundle
    #[arg(value_name = "FILE.run")]
    pub bundle: PathBuf,

    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

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

/// `etcdpack pki client`
#[derive(Debug, Args)]
pub struct PkiClientArgs {
    /// The client, which becomes the common name: etcd's user, where roles are in use
    #[arg(value_name = "NAME", value_parser = common_name)]
    pub name: HostName,

    /// The cluster file
    #[arg(long, value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// The directory for the request, where others sign
    #[arg(short, long, value_name = "DIR", default_value = "csr")]
    pub output: PathBuf,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack pki server`
#[derive(Debug, Args)]
pub struct PkiServerArgs {
    /// The server, which becomes the common name
    #[arg(value_name = "NAME", value_parser = common_name)]
    pub name: HostName,

    /// A name that it answers by; may be given again
    #[arg(long = "dns", value_name = "NAME")]
    pub names: Vec<HostName>,

    /// An address that it answers at; may be given again
    #[arg(long = "address", value_name = "IP")]
    pub addresses: Vec<IpAddr>,

    /// The cluster file
    #[arg(long, value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// The directory for the request, where others sign
    #[arg(short, long, value_name = "DIR", default_value = "csr")]
    pub output: PathBuf,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
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

/// A common name has at most 64 characters (X.520).
fn common_name(text: &str) -> Result<HostName, String> {
    if text.len() > 64 {
        Err("a common name has at most 64 characters".to_owned())
    } else {
        text.parse().map_err(|error| format!("{error}"))
    }
}

fn named_host(text: &str) -> Result<(HostName, IpAddr), String> {
    let (name, address) = text.split_once('=').ok_or("write it as NAME=IP, for example n1=192.0.2.1")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    let address = address.parse().map_err(|_| format!("`{}` is not an IP address", address.escape_debug()))?;
    Ok((name, address))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
