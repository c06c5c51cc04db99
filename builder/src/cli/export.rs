//! `etcdpack export`: what is named, and onto what.

use std::path::PathBuf;

use clap::Args;

/// `etcdpack export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Directory on the mounted stick
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,

    /// Where the bundles are
    #[arg(long, value_name = "DIR", default_value = "dist")]
    pub from: PathBuf,
}
