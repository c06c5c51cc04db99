//! Where to, and under whose supervision.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::although::AlthoughArgs;
use super::heading;

/// Where to, and under whose supervision.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Service manager that keeps etcd running
    #[arg(long, value_enum, value_name = "NAME", default_value = "auto", help_heading = heading::TARGET)]
    pub(crate) service: ServiceArg,

    /// Install into this directory tree (an image), not into the running system
    #[arg(long, value_name = "DIR", help_heading = heading::TARGET)]
    pub(crate) root: Option<PathBuf>,

    /// Take a bundle that is older than the newest that was installed here
    #[arg(long, help_heading = heading::TRUST)]
    pub(crate) allow_downgrade: bool,

    #[command(flatten)]
    pub(crate) although: AlthoughArgs,

    /// If the bundle needs a newer etcdpack, and the signer that this host knows has signed it: go on with the program in it; not with --root
    #[arg(long, help_heading = heading::TRUST)]
    pub(crate) hand_over: bool,

    /// Open the private key with the first line of this file descriptor instead of asking
    #[arg(long, value_name = "FD", help_heading = heading::KEYS)]
    pub(crate) passphrase_fd: Option<i32>,
}

/// `--service`
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ServiceArg {
    /// This host's supervisor, else the one in the bundle, else systemd
    Auto,
    /// supervisord, this host's or the one in the bundle
    Supervisor,
    /// A systemd unit
    Systemd,
}

impl From<ServiceArg> for payload::cluster::Manager {
    fn from(arg: ServiceArg) -> Self {
        match arg {
            ServiceArg::Auto => Self::Auto,
            ServiceArg::Supervisor => Self::Supervisor,
            ServiceArg::Systemd => Self::Systemd,
        }
    }
}
