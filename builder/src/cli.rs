//! The command line of `etcdpack`: what can be typed, nothing of what it does.

mod pki;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::name::HostName;

pub use pki::{
    CaPassphrase, PkiAcceptArgs, PkiClientArgs, PkiCommand, PkiCsrArgs, PkiImportArgs, PkiLockArgs, PkiServerArgs,
    PkiShowArgs,
};

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
