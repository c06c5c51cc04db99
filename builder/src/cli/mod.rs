//! The command line of `etcdpack`: what can be typed, nothing of what it does.

mod pki;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::fingerprint::Claim;
use payload::name::HostName;

pub use pki::{
    CaPassphrase, ClientOrServerArgs, PkiAcceptArgs, PkiClientArgs, PkiCommand, PkiCsrArgs, PkiImportArgs, PkiLockArgs,
    PkiRotateSignerArgs, PkiServerArgs, PkiShowArgs,
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
    /// Answer the requests of hosts that make their own keys: certificates, and bundles with them
    Sign(SignArgs),
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

    /// How the hosts come by their private keys; sealed with a passphrase, unless you say otherwise
    #[arg(long, value_enum, value_name = "MODE")]
    pub keys: Option<KeysArg>,

    /// Where to write it
    #[arg(short, long, value_name = "FILE", default_value = "cluster.toml")]
    pub output: PathBuf,
}

/// `init --keys`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeysArg {
    /// In the bundles, sealed with a passphrase
    Passphrase,
    /// Made on the hosts; no private key ever travels
    HostKey,
    /// In the bundles, in the clear
    Plaintext,
}

impl KeysArg {
    /// As the cluster file has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::HostKey => "host-key",
            Self::Plaintext => "plaintext",
        }
    }
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

/// What goes into bundles, and where they go.
#[derive(Clone, Debug, Args)]
pub struct PackArgs {
    /// The directory for the bundles
    #[arg(short, long, value_name = "DIR", default_value = "dist")]
    pub output: PathBuf,

    /// Sign the bundles with this key (PEM, ECDSA P-256) instead of the one in pki/
    #[arg(long, value_name = "FILE")]
    pub signing_key: Option<PathBuf>,

    /// How the CA's key is opened
    #[command(flatten)]
    pub ca_passphrase: CaPassphrase,
}

/// `etcdpack build`
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Where the release comes from
    #[command(flatten)]
    pub source: SourceArgs,

    /// What goes into the bundles
    #[command(flatten)]
    pub pack: PackArgs,

    /// Seal the private keys with the first line of this file descriptor instead of a generated passphrase
    #[arg(long, value_name = "N")]
    pub passphrase_fd: Option<u32>,

    /// Seal all private keys anew; the passphrase of earlier builds is that of their bundles only
    #[arg(long)]
    pub new_passphrase: bool,
}

/// `etcdpack sign`
#[derive(Debug, Args)]
pub struct SignArgs {
    /// Requests, as `./HOST.run csr` printed them; each says whose it is
    #[arg(value_name = "HOST.csr", required_unless_present = "hosts")]
    pub requests: Vec<PathBuf>,

    /// A request, and the host that it is for whatever it says; may be given again
    #[arg(long = "host", value_name = "NAME=FILE", value_parser = named_file)]
    pub hosts: Vec<(HostName, PathBuf)>,

    /// The words that `csr` showed on a host, or the SHA-256 of its public key, instead of being asked; may be given again
    #[arg(long = "words", value_name = "NAME=WORDS", value_parser = named_words)]
    pub words: Vec<(HostName, Claim)>,

    /// This host has another key than until now, and may; may be given again
    #[arg(long = "new-key", value_name = "NAME")]
    pub new_keys: Vec<HostName>,

    /// The cluster file
    #[arg(long, value_name = "CLUSTER.TOML", default_value = "cluster.toml")]
    pub cluster: PathBuf,

    /// Take this tarball; nothing is downloaded
    #[arg(long, value_name = "PATH")]
    pub release: Option<PathBuf>,

    /// What goes into the bundles
    #[command(flatten)]
    pub pack: PackArgs,
}

/// `etcdpack verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The bundles
    #[arg(required = true, value_name = "FILE.run")]
    pub bundles: Vec<PathBuf>,

    /// Who must have signed them: the twelve words of signing.words, or the SHA-256 of the public key
    #[arg(long, value_name = "FINGERPRINT")]
    pub signer: Option<Claim>,
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

fn named_file(text: &str) -> Result<(HostName, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("write it as NAME=FILE, for example n1=n1.csr")?;
    Ok((name.parse().map_err(|error| format!("{error}"))?, path.into()))
}

fn named_words(text: &str) -> Result<(HostName, Claim), String> {
    let (name, words) = text.split_once('=').ok_or("write it as NAME=WORDS, for example n1=liar-cram-...")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    Ok((name, words.parse().map_err(|error| format!("{error}"))?))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
