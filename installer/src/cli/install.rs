//! `plan` and `install`, and how the program in a bundle is told the same.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::bundle::BundleArgs;
use super::from::BeginArgs;
use super::heading;
use super::target::TargetArgs;

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Plan for `install --no-start`
    #[arg(long, help_heading = heading::ETCD)]
    pub(crate) no_start: bool,

    /// Plan for `install --restart`
    #[arg(long, conflicts_with = "no_start", help_heading = heading::ETCD)]
    pub(crate) restart: bool,

    #[command(flatten)]
    pub(crate) begin: BeginArgs,

    /// Print the plan as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub(crate) json: bool,
}

/// What is installed, where to, and how far it goes by itself.
#[derive(Debug, Args)]
pub(crate) struct InstallingArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    /// Wait this many seconds for the member to be healthy; exit 7 if it is not by then
    #[arg(long, value_name = "SECONDS", help_heading = heading::ETCD)]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) installing: InstallingArgs,

    /// Enable the service, but do not start it
    #[arg(long, help_heading = heading::ETCD)]
    pub(crate) no_start: bool,

    /// Restart etcd also for changes that could wait for its next restart
    #[arg(long, conflicts_with = "no_start", help_heading = heading::ETCD)]
    pub(crate) restart: bool,

    #[command(flatten)]
    pub(crate) begin: BeginArgs,
}

impl PlanArgs {
    /// The same command for the program in the bundle itself: without the file, and not to be handed over again.
    pub(crate) fn for_the_bundle(&self) -> Vec<OsString> {
        let flags = [("--json", self.json), ("--no-start", self.no_start), ("--restart", self.restart)];
        let mut words = words("plan", &self.bundle, &self.target, &flags);
        words.extend(self.begin.words());
        words
    }
}

impl InstallArgs {
    /// Likewise.
    pub(crate) fn for_the_bundle(&self) -> Vec<OsString> {
        let InstallingArgs { bundle, target, yes, wait } = &self.installing;
        let flags = [("--yes", *yes), ("--no-start", self.no_start), ("--restart", self.restart)];
        let mut words = words("install", bundle, target, &flags);
        words.extend(wait.map(|seconds| format!("--wait={seconds}").into()));
        words.extend(self.begin.words());
        words
    }
}

fn words(command: &str, bundle: &BundleArgs, target: &TargetArgs, flags: &[(&str, bool)]) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![command.into()];
    words.extend(bundle.signer.iter().map(|signer| format!("--signer={signer}").into()));
    words.extend(target.service.to_possible_value().map(|value| format!("--service={}", value.get_name()).into()));
    if let Some(root) = &target.root {
        let mut word = OsString::from("--root=");
        word.push(root);
        words.push(word);
    }
    words.extend(target.passphrase_fd.map(|fd| format!("--passphrase-fd={fd}").into()));
    let given = flags.iter().copied().chain([
        ("--allow-downgrade", target.allow_downgrade),
        ("--first-install", target.although.first_install),
        ("--although-ca-differs", target.although.although_ca_differs),
        ("--although-data-gone", target.although.although_data_gone),
        ("--although-quorum-at-risk", target.although.at_risk.although_quorum_at_risk),
    ]);
    words.extend(given.filter(|(_, given)| *given).map(|(flag, _)| flag.into()));
    words
}
