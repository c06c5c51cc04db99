//! `init`: what a new cluster file says.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::name::HostName;
use payload::url::UrlHost;

use super::{CLUSTER_FILE, heading};

/// `etcdpack init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Host and its address or DNS name (repeatable); after a DNS name, the host's own address may follow: n1=etcd-1.example@192.0.2.1.
    /// Without this option, `init` asks for the hosts at the terminal
    #[arg(long = "host", value_name = "NAME=ADDRESS", value_parser = new_host)]
    pub hosts: Vec<NewHost>,

    /// Version of etcd [default: the newest 3.6 that this etcdpack knows]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<EtcdVersion>,

    /// SHA-256 that the release's tarball must have
    #[arg(long, value_name = "SHA256")]
    pub sha256: Option<Digest>,

    /// How the hosts get their private keys [default: passphrase]
    #[arg(long, value_enum, value_name = "MODE")]
    pub keys: Option<KeysArg>,

    /// Service manager that keeps etcd running [default: auto]
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

/// A host that a new file is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHost {
    pub name: HostName,
    /// By what the others reach it.
    pub address: UrlHost,
    /// Its own address, where the other is a name; without it the host finds the one that the name means.
    pub listen: Option<IpAddr>,
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
    /// Decided on each host: its own supervisor, else the one in the bundle, else systemd
    Auto,
    /// Supervisor, the host's own or the one in the bundle
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

fn new_host(text: &str) -> Result<NewHost, String> {
    let (name, address) = text.split_once('=').ok_or("write it as NAME=ADDRESS, for example n1=192.0.2.1")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    let (address, listen) = match address.split_once('@') {
        Some((address, listen)) => (address, Some(listen)),
        None => (address, None),
    };
    let not_one = |text: &str, what| format!("`{}` is not {what}", text.escape_debug());
    let address = address.parse().map_err(|_| not_one(address, "an IP address, nor a DNS name in lower case"))?;
    let listen = listen.map(|listen| listen.parse().map_err(|_| not_one(listen, "an IP address"))).transpose()?;
    Ok(NewHost { name, address, listen })
}
