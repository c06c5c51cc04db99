//! `snapshot`, what is below it, and `drill`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use payload::recipient::Recipient;

use super::heading;
use crate::text::pages;

#[derive(Debug, Args)]
pub(crate) struct DrillArgs {
    /// Snapshot to try
    #[arg(value_name = "FILE")]
    pub(crate) snapshot: PathBuf,

    /// Take a file that has no sum: the `db` of a data directory
    #[arg(long, help_heading = heading::SNAPSHOT)]
    pub(crate) unverified: bool,

    /// Open a sealed file with the secret half behind this file descriptor instead of asking
    #[arg(long, value_name = "FD", help_heading = heading::SNAPSHOT)]
    pub(crate) identity_fd: Option<i32>,

    /// Print what was found as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SnapshotCommand>,

    /// Write the snapshot to this file, or to the standard output (`-`) [default: CLUSTER-YYYYMMDDThhmmssZ.db, here]
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    pub(crate) output: Option<PathBuf>,

    /// Seal it for whoever has the secret half of this age1... key; may be repeated
    #[arg(long, value_name = "KEY", help_heading = heading::OUTPUT)]
    pub(crate) recipient: Vec<Recipient>,

    #[command(flatten)]
    pub(crate) v2: WithV2Args,

    /// Take the snapshot that `[backup]` in the cluster file asks for, if it is due; timer and loop run this
    #[arg(long, conflicts_with_all = ["output", "recipient", "user", "with_v2"], help_heading = heading::OUTPUT)]
    pub(crate) timed: bool,

    /// Ask as this user of etcd's, where its authentication is on; asks for the password
    #[arg(long, value_name = "NAME", help_heading = heading::ETCD_USER)]
    pub(crate) user: Option<String>,

    /// Take the password from the first line of this file descriptor instead of asking
    #[arg(long, value_name = "FD", requires = "user", help_heading = heading::ETCD_USER)]
    pub(crate) password_fd: Option<i32>,
}

/// A copy of the data beside it.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct WithV2Args {
    /// Copy the member's data too, with what the v2 API has written (etcd 3.1 to 3.3); etcd is stopped for that moment
    #[arg(long, help_heading = heading::WITH_V2)]
    pub(crate) with_v2: bool,

    /// Do not ask before etcd is stopped
    #[arg(long, requires = "with_v2", help_heading = heading::WITH_V2)]
    pub(crate) yes: bool,

    /// Stop etcd although the cluster then serves nobody
    #[arg(long, requires = "with_v2", help_heading = heading::WITH_V2)]
    pub(crate) although_quorum_at_risk: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Read snapshots byte by byte: whether they are whole, up to which revision, and of which cluster
    #[command(after_help = pages::snapshot_verify())]
    Verify(SnapshotVerifyArgs),
    /// List the snapshots in a directory: when they were taken, up to which revision, whether they are good
    #[command(after_help = pages::snapshot_list())]
    List(SnapshotListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotListArgs {
    /// Directory with snapshots [default: this one]
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    /// Read each of them byte by byte
    #[arg(long)]
    pub(crate) verify: bool,

    /// Print the list as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotVerifyArgs {
    /// Snapshots of any etcd from 3.1 on, whoever took them
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Open those that are sealed with the secret half behind this file descriptor
    #[arg(long, value_name = "FD", help_heading = heading::KEYS)]
    pub(crate) identity_fd: Option<i32>,
}
