//! `uninstall`.

use std::path::PathBuf;

use clap::Args;

use super::although::AtRiskArgs;
use super::heading;

/// Looking first.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    /// Show what would be removed and what would stay; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print that as JSON
    #[arg(long, requires = "dry_run", help_heading = heading::OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,

    /// Remove data and logs too
    #[arg(long)]
    pub(crate) purge: bool,

    #[command(flatten)]
    pub(crate) at_risk: AtRiskArgs,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    /// Uninstall from this directory tree (an image)
    #[arg(long, value_name = "DIR", help_heading = heading::TARGET)]
    pub(crate) root: Option<PathBuf>,
}
