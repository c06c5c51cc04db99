//! How the cluster file, or the `pki` directory beside it, is named: the same in every command.

use std::path::{Path, PathBuf};

use clap::Args;

use super::heading;

/// What is taken where nothing is named.
pub(crate) const CLUSTER_FILE: &str = "cluster.toml";

/// The cluster file, by an option.
#[derive(Clone, Debug, Args)]
pub struct ClusterArg {
    /// Cluster file
    #[arg(short = 'C', long = "cluster", value_name = "FILE", default_value = CLUSTER_FILE, help_heading = heading::INPUT)]
    path: PathBuf,
}

impl ClusterArg {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The cluster file, by an option or as the only operand.
#[derive(Clone, Debug, Args)]
pub struct ClusterOperand {
    /// Cluster file, as with --cluster
    #[arg(value_name = "FILE", conflicts_with = "cluster")]
    operand: Option<PathBuf>,

    /// Cluster file [default: cluster.toml]
    #[arg(short = 'C', long, value_name = "FILE", help_heading = heading::INPUT)]
    cluster: Option<PathBuf>,
}

impl ClusterOperand {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.operand.as_deref().or(self.cluster.as_deref()).unwrap_or(Path::new(CLUSTER_FILE))
    }
}

/// A `pki` directory, by itself or as the one beside a cluster file.
#[derive(Clone, Debug, Args)]
pub struct PkiDirArgs {
    /// Directory of keys and certificates that `build` keeps beside the cluster file [default: pki]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Cluster file; `pki` in its directory is used [default: cluster.toml]
    #[arg(short = 'C', long, value_name = "FILE", help_heading = heading::INPUT)]
    cluster: Option<PathBuf>,
}

impl PkiDirArgs {
    /// The directory.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        let beside = |cluster: &PathBuf| cluster.with_file_name("pki");
        self.dir.clone().or_else(|| self.cluster.as_ref().map(beside)).unwrap_or_else(|| PathBuf::from("pki"))
    }

    /// The cluster file, where it was named.
    #[must_use]
    pub fn cluster(&self) -> Option<&Path> {
        self.cluster.as_deref()
    }
}
