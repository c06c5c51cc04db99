//! Where a release comes from: the same options for all commands that need one.

use std::path::PathBuf;

use clap::Args;

use super::heading;

/// Where the release comes from.
#[derive(Clone, Debug, Args)]
pub struct SourceArgs {
    /// Ask this place first: https://, file:///, http:// (only with a known checksum), or `huaweicloud`, `daocloud`, `qingstor` (repeatable)
    #[arg(long = "mirror", value_name = "URL|WORD", help_heading = heading::SOURCE)]
    pub mirrors: Vec<String>,

    /// Take this tarball; nothing is downloaded
    #[arg(long, value_name = "FILE", help_heading = heading::SOURCE)]
    pub release: Option<PathBuf>,

    /// Also trust the CAs in this PEM file, for a proxy that intercepts TLS
    #[arg(long, value_name = "FILE", help_heading = heading::SOURCE)]
    pub ca_cert: Option<PathBuf>,

    /// Accept a release without a known checksum; show and record its SHA-256
    #[arg(long, help_heading = heading::SOURCE)]
    pub trust_on_first_use: bool,
}
