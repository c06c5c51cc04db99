//! `csr`.

use std::path::PathBuf;

use clap::Args;

use super::heading;

#[derive(Debug, Args)]
pub(crate) struct CsrArgs {
    /// Write the request to this file instead of to the standard output
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    pub(crate) output: Option<PathBuf>,

    /// Make the key in this directory tree (an image)
    #[arg(long, value_name = "DIR", help_heading = heading::TARGET)]
    pub(crate) root: Option<PathBuf>,
}
