//! `restore`.

use std::path::PathBuf;

use clap::Args;

use super::from::{BeginArgs, FromArgs};
use super::heading;
use super::install::{InstallArgs, InstallingArgs, PlanArgs};

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Snapshot to begin with, the same on each host
    #[arg(value_name = "FILE")]
    pub(crate) snapshot: PathBuf,

    /// Show the checks and the steps that it would take, as `plan --restore FILE` does; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print that as JSON
    #[arg(long, requires = "dry_run", help_heading = heading::OUTPUT)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) from: FromArgs,

    #[command(flatten)]
    pub(crate) installing: InstallingArgs,
}

impl From<RestoreArgs> for InstallArgs {
    fn from(args: RestoreArgs) -> Self {
        let RestoreArgs { snapshot, from, installing, .. } = args;
        Self { installing, no_start: false, restart: false, begin: BeginArgs { restore: Some(snapshot), from } }
    }
}

impl From<RestoreArgs> for PlanArgs {
    fn from(args: RestoreArgs) -> Self {
        let RestoreArgs { snapshot, json, from, installing: InstallingArgs { bundle, target, .. }, .. } = args;
        let begin = BeginArgs { restore: Some(snapshot), from };
        Self { bundle, target, no_start: false, restart: false, begin, json }
    }
}
