//! `init`: what a new cluster file says.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::name::HostName;

use super::{CLUSTER_FILE, heading};

/// `etcdpack init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// A host and its address (repeatable); without one, at a terminal, hosts are asked for one by one
    #[arg(long = "host", value_name = "NAME=IP", value_parser = named_host)]
    pub hosts: Vec<(HostName, IpAddr)>,

    /// Version of etcd [default: the newest 3.6 that this etcdpack knows]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<EtcdVersion>,

    /// SHA-256 that the release's tarball must have
    #[arg(long, value_name = "SHA256")]
    pub sha256: Option<Digest>,

    /// How the hosts get their private keys [default: passphrase]
    #[arg(long, value_enum, value_name = "MODE")]
    pub keys: Option<KeysArg>,

    /// Who keeps etcd running [default: auto]
    #[arg(long, value_enum, value_name = "MANAGER")]
    pub manager: Option<ManagerArg>,

    /// Cluster file to write
    #[arg(
        short,
        long,
        alias = "cluster",
        short_alias = 'C',
        value_name = "FILE",
        default_value = CLUSTER_FILE,
        help_heading = heading::OUTPUT
    )]
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

/// `init --manager`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ManagerArg {
    /// Decided on each host: its own supervisor, else the carried one, else systemd
    Auto,
    /// Supervisor, the host's own or the carried one
    Supervisor,
    /// A systemd unit
    Systemd,
}

impl ManagerArg {
    /// As the cluster file has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Supervisor => "supervisor",
            Self::Systemd => "systemd",
        }
    }
}

fn named_host(text: &str) -> Result<(HostName, IpAddr), String> {
    let (name, address) = text.split_once('=').ok_or("write it as NAME=IP, for example n1=192.0.2.1")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    let address = address.parse().map_err(|_| format!("`{}` is not an IP address", address.escape_debug()))?;
    Ok((name, address))
}
