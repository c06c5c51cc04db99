//! How a snapshot is taken for a restore.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use clap::{Args, value_parser};

use super::heading;

/// By how much a revision may be raised: thirty years of a million writes a second, and far from the end of etcd's numbers.
const HIGHEST: u64 = 1_000_000_000_000_000;

/// What etcd is to begin with.
#[derive(Debug, Args)]
pub(crate) struct BeginArgs {
    /// Begin with this snapshot, as `restore` does
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_start", "restart", "root"], help_heading = heading::SNAPSHOT)]
    pub(crate) restore: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) from: FromArgs,
}

/// How a snapshot is taken.
#[derive(Debug, Args)]
pub(crate) struct FromArgs {
    /// Restore the same snapshot for the Nth time, as a new cluster again: the same N on each host
    #[arg(long, value_name = "N", default_value = "1", help_heading = heading::SNAPSHOT)]
    pub(crate) again: NonZeroU32,

    /// Raise the revision by N, which must be more than the writes since the snapshot, so that programs that watch (kube-apiserver) list anew;
    /// the same N on each host
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..=HIGHEST), help_heading = heading::SNAPSHOT)]
    bump_revision: Option<u64>,

    /// Take a file that has no sum: the `db` of a data directory
    #[arg(long, help_heading = heading::SNAPSHOT)]
    pub(crate) unverified: bool,

    /// Open a sealed file with the secret half behind this file descriptor instead of asking
    #[arg(long, value_name = "FD", help_heading = heading::SNAPSHOT)]
    pub(crate) identity_fd: Option<i32>,

    /// Restore although this member serves clients in another cluster; may be repeated
    #[arg(long, value_name = "MEMBER", help_heading = heading::SNAPSHOT)]
    pub(crate) although_running: Vec<String>,
}

impl FromArgs {
    /// By how much the revision is raised.
    pub(crate) fn bump(&self) -> Option<NonZeroU64> {
        self.bump_revision.and_then(NonZeroU64::new)
    }

    /// Whether any of it was said.
    pub(crate) fn is_given(&self) -> bool {
        self.again != NonZeroU32::MIN
            || self.bump_revision.is_some()
            || self.unverified
            || self.identity_fd.is_some()
            || !self.although_running.is_empty()
    }

    pub(super) fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        words.extend((self.again != NonZeroU32::MIN).then(|| format!("--again={}", self.again).into()));
        words.extend(self.bump_revision.map(|n| format!("--bump-revision={n}").into()));
        words.extend(self.unverified.then(|| "--unverified".into()));
        words.extend(self.identity_fd.map(|fd| format!("--identity-fd={fd}").into()));
        words.extend(self.although_running.iter().map(|member| format!("--although-running={member}").into()));
        words
    }
}

impl BeginArgs {
    pub(super) fn words(&self) -> Vec<OsString> {
        let mut words = Vec::new();
        if let Some(file) = &self.restore {
            let mut word = OsString::from("--restore=");
            word.push(file);
            words.push(word);
        }
        words.extend(self.from.words());
        words
    }
}
