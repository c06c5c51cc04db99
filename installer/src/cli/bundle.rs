//! Which bundle is meant, and by whom it is; `verify`.

use std::path::PathBuf;

use clap::Args;
use payload::fingerprint::Claim;

use super::heading;
use crate::host::claim;

/// Which bundle, and whose it must be.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// Bundle to use [default: the one inside this file]
    #[arg(value_name = "BUNDLE")]
    pub(crate) file: Option<PathBuf>,

    /// Who must have signed it: the twelve words that `etcdpack build` showed, the file signing.pub, or its SHA-256
    #[arg(long, value_name = "WORDS|FILE|SHA256", value_parser = claim::claim, help_heading = heading::TRUST)]
    pub(crate) signer: Option<Claim>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}
