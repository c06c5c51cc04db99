//! The command line of a bundle and of `etcdpack-host`: what can be typed, nothing of what it does.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use payload::fingerprint::Claim;

/// Turns this isolated host into a healthy etcd member, and looks after it.
#[derive(Debug, Parser)]
#[command(version, help_expected = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say more
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the checks and the steps that an install would take; change nothing
    Plan(PlanArgs),
    /// Install etcd on this host and start it
    Install(InstallArgs),
    /// Make this host's private key, and print the request for its certificate
    Csr(CsrArgs),
    /// Check a bundle, byte by byte, and who signed it
    Verify(VerifyArgs),
    /// Show the installed member: service, ports, certificate, members, health
    Status(StatusArgs),
    /// Undo the install; data and logs stay unless --purge
    Uninstall(UninstallArgs),
}

/// Which bundle, and whose it must be.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// The bundle, verified before anything of it runs; without it, the one that this file carries
    #[arg(value_name = "HOST.run")]
    pub(crate) file: Option<PathBuf>,

    /// Who must have signed it: the twelve words that `etcdpack build` showed, or the SHA-256 of signing.pub
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) signer: Option<Claim>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Print the plan as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Plan for an install that does not start etcd
    #[arg(long)]
    pub(crate) no_start: bool,

    /// Plan for an install that restarts etcd for whatever waits for a restart
    #[arg(long, conflicts_with = "no_start")]
    pub(crate) restart: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    /// Wait this many seconds for a healthy member; exit 7 if it does not come
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,

    /// Enable the service, but do not start it
    #[arg(long)]
    pub(crate) no_start: bool,

    /// Restart etcd also for what would wait for its next restart
    #[arg(long, conflicts_with = "no_start")]
    pub(crate) restart: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CsrArgs {
    /// Write the request to this file instead of to the standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Make the key in this directory tree (an image)
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

/// Where to, and under whose supervision.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Who keeps etcd running
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) service: ServiceArg,

    /// Install into this directory tree (an image), not into the running system
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// Take a bundle that is older than the newest that was installed here
    #[arg(long)]
    pub(crate) allow_downgrade: bool,

    /// Go on with the program in a bundle for a newer etcdpack, if the signer that this host knows has signed it; never with an image
    #[arg(long)]
    pub(crate) hand_over: bool,

    /// Open the private key with the first line of this file descriptor instead of asking
    #[arg(long, value_name = "N")]
    pub(crate) passphrase_fd: Option<i32>,
}

impl PlanArgs {
    /// The same command for the program in the bundle itself: without the file, and not to be handed over again.
    pub(crate) fn for_the_bundle(&self) -> Vec<OsString> {
        let flags = [("--json", self.json), ("--no-start", self.no_start), ("--restart", self.restart)];
        words("plan", &self.bundle, &self.target, &flags)
    }
}

impl InstallArgs {
    /// Likewise.
    pub(crate) fn for_the_bundle(&self) -> Vec<OsString> {
        let flags = [("--yes", self.yes), ("--no-start", self.no_start), ("--restart", self.restart)];
        let mut words = words("install", &self.bundle, &self.target, &flags);
        words.extend(self.wait.map(|seconds| format!("--wait={seconds}").into()));
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
    let given = flags.iter().copied().chain([("--allow-downgrade", target.allow_downgrade)]);
    words.extend(given.filter(|(_, given)| *given).map(|(flag, _)| flag.into()));
    words
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print the status as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Looking first.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    /// Show what would be removed and what would stay; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print that as JSON
    #[arg(long, requires = "dry_run")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,

    /// Remove data and logs too
    #[arg(long)]
    pub(crate) purge: bool,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    /// Uninstall from this directory tree (an image)
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

/// `--service`
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ServiceArg {
    /// This host's supervisor, else the one in the bundle, else systemd
    Auto,
    /// supervisord, this host's or the one in the bundle
    Supervisor,
    /// A systemd unit
    Systemd,
}

impl From<ServiceArg> for payload::cluster::Manager {
    fn from(arg: ServiceArg) -> Self {
        match arg {
            ServiceArg::Auto => Self::Auto,
            ServiceArg::Supervisor => Self::Supervisor,
            ServiceArg::Systemd => Self::Systemd,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser as _};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_program_in_a_bundle_is_told_the_same() {
        let sum = "0123456789abcdef".repeat(4);
        for (line, wanted) in [
            ("x plan n1.run --hand-over", "plan --service=auto".to_owned()),
            ("x install n1.run --yes --hand-over --wait 5", "install --service=auto --yes --wait=5".to_owned()),
            (
                &format!(
                    "x install n1.run --root /i --service systemd --signer {sum} --passphrase-fd 3 --allow-downgrade"
                ),
                format!("install --signer={sum} --service=systemd --root=/i --passphrase-fd=3 --allow-downgrade"),
            ),
            ("x plan n1.run --json --no-start", "plan --service=auto --json --no-start".to_owned()),
        ] {
            let words = |line: &str| match Cli::try_parse_from(line.split(' ')).unwrap().command {
                Some(Command::Plan(args)) => args.for_the_bundle(),
                Some(Command::Install(args)) => args.for_the_bundle(),
                _ => Vec::new(),
            };
            let told: Vec<String> = words(line).into_iter().map(|word| word.into_string().unwrap()).collect();
            assert_eq!(told.join(" "), wanted, "{line}");
            assert_eq!(words(&format!("x {wanted}")), words(line), "{line}: told again");
        }
    }
}
