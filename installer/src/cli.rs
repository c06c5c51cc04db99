//! The command line of a bundle and of `etcdpack-host`: what can be typed, nothing of what it does.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, value_parser};
use payload::fingerprint::Claim;
use payload::language::Language;
use payload::recipient::Recipient;

use crate::although::{Although, Word};
use crate::host::claim;
use crate::text::pages;

/// By how much a revision may be raised: thirty years of a million writes a second, and far from the end of etcd's numbers.
const HIGHEST: u64 = 1_000_000_000_000_000;

/// The groups of options on a help page.
const TRUST: &str = "Whose bundle";
const CLUSTER: &str = "Cluster";
const TARGET: &str = "Target";
const ETCD: &str = "Starting etcd";
const SNAPSHOT: &str = "Snapshot";
const ETCD_USER: &str = "etcd's authentication";
const KEYS: &str = "Private key";
const OUTPUT: &str = "Output";
const GLOBAL: &str = "Global options";

/// Turns this isolated host into a healthy etcd member, and looks after it.
#[derive(Debug, Parser)]
#[command(
    version,
    help_expected = true,
    max_term_width = 100,
    disable_help_flag = true,
    disable_version_flag = true,
    after_help = pages::all()
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Print only warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GLOBAL)]
    pub(crate) quiet: bool,

    /// Print more
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub(crate) verbose: bool,

    /// Language of sentences: en or zh [default: by the locale]
    #[arg(long, global = true, value_parser = lang(), value_name = "LANG", hide_possible_values = true, help_heading = GLOBAL)]
    pub(crate) lang: Option<Language>,

    /// Print this page
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = GLOBAL)]
    help: Option<bool>,

    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = GLOBAL)]
    version: Option<bool>,
}

impl Cli {
    /// The language that was asked for. What is printed for programs is English, and so is all else of that run.
    pub(crate) fn language(&self) -> Option<Language> {
        let json = match &self.command {
            Some(Command::Plan(args)) => args.json,
            Some(Command::Status(args)) => args.json,
            Some(Command::Doctor(args)) => args.json,
            Some(Command::Drill(args)) => args.json,
            Some(Command::Restore(args)) => args.json,
            Some(Command::Report(args)) => args.format() == ReportFormat::Json,
            Some(Command::Uninstall(args)) => args.look.json,
            Some(Command::Install(_) | Command::Csr(_) | Command::Verify(_) | Command::Snapshot(_)) | None => false,
        };
        if json { Some(Language::English) } else { self.lang }
    }
}

/// `--lang`. The values have no sentences of their own: these would make every page twice as long.
fn lang() -> impl TypedValueParser<Value = Language> {
    // The words let no other through.
    PossibleValuesParser::new(Language::WORDS).map(|word| Language::named(&word).unwrap_or_default())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the checks and the steps that an install would take; change nothing
    #[command(after_help = pages::plan())]
    Plan(PlanArgs),
    /// Install etcd on this host and start it
    #[command(after_help = pages::install())]
    Install(InstallArgs),
    /// Install etcd on this host with what is in a snapshot; what was there stays beside it
    #[command(after_help = pages::restore())]
    Restore(RestoreArgs),
    /// Make this host's private key, and print the request for its certificate
    #[command(after_help = pages::csr())]
    Csr(CsrArgs),
    /// Check a bundle, byte by byte, and who signed it
    #[command(after_help = pages::verify())]
    Verify(VerifyArgs),
    /// Show the installed member: service, ports, certificate, members, health
    #[command(after_help = pages::status())]
    Status(StatusArgs),
    /// Look at all that can keep the installed member from running, now or after the next boot; for people and for monitoring
    #[command(after_help = pages::doctor())]
    Doctor(DoctorArgs),
    /// One page for an auditor: what was installed by whom, what stands there now, certificates, findings, history
    #[command(after_help = pages::report())]
    Report(ReportArgs),
    /// Save all keys of the cluster to one file, which is proven whole before it has its name
    #[command(after_help = pages::snapshot(), args_conflicts_with_subcommands = true)]
    Snapshot(SnapshotArgs),
    /// Restore a snapshot where nobody sees it, and count what the installed etcd serves of it; the member is not touched
    #[command(after_help = pages::drill())]
    Drill(DrillArgs),
    /// Undo the install; data and logs stay unless --purge
    #[command(after_help = pages::uninstall())]
    Uninstall(UninstallArgs),
}

/// Which bundle, and whose it must be.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// Bundle to use [default: the one inside this file]
    #[arg(value_name = "BUNDLE")]
    pub(crate) file: Option<PathBuf>,

    /// Who must have signed it: the twelve words that `etcdpack build` showed, the file signing.pub, or its SHA-256
    #[arg(long, value_name = "WORDS|FILE|SHA256", value_parser = claim::claim, help_heading = TRUST)]
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

    /// Plan for an install that does not start etcd
    #[arg(long, help_heading = ETCD)]
    pub(crate) no_start: bool,

    /// Plan for an install that restarts etcd for whatever waits for a restart
    #[arg(long, conflicts_with = "no_start", help_heading = ETCD)]
    pub(crate) restart: bool,

    #[command(flatten)]
    pub(crate) begin: BeginArgs,

    /// Print the plan as JSON
    #[arg(long, help_heading = OUTPUT)]
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

    /// Wait this many seconds for a healthy member; exit 7 if it does not come
    #[arg(long, value_name = "SECONDS", help_heading = ETCD)]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) installing: InstallingArgs,

    /// Enable the service, but do not start it
    #[arg(long, help_heading = ETCD)]
    pub(crate) no_start: bool,

    /// Restart etcd also for what would wait for its next restart
    #[arg(long, conflicts_with = "no_start", help_heading = ETCD)]
    pub(crate) restart: bool,

    #[command(flatten)]
    pub(crate) begin: BeginArgs,
}

/// What etcd is to begin with.
#[derive(Debug, Args)]
pub(crate) struct BeginArgs {
    /// Begin with this snapshot, as `restore` does
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_start", "restart", "root"], help_heading = SNAPSHOT)]
    pub(crate) restore: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) from: FromArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Snapshot to begin with, the same on each host
    #[arg(value_name = "FILE")]
    pub(crate) snapshot: PathBuf,

    /// Show the checks and the steps that it would take, as `plan --restore FILE` does; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print that as JSON
    #[arg(long, requires = "dry_run", help_heading = OUTPUT)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) from: FromArgs,

    #[command(flatten)]
    pub(crate) installing: InstallingArgs,
}

/// How a snapshot is taken.
#[derive(Debug, Args)]
pub(crate) struct FromArgs {
    /// Restore the same snapshot for the Nth time, as a new cluster again: the same N on each host
    #[arg(long, value_name = "N", default_value = "1", help_heading = SNAPSHOT)]
    pub(crate) again: NonZeroU32,

    /// Raise the revision by N, more than was written since: who watches (kube-apiserver) is told to list anew; the same N on each host
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..=HIGHEST), help_heading = SNAPSHOT)]
    bump_revision: Option<u64>,

    /// Take a file that has no sum: the `db` of a data directory
    #[arg(long, help_heading = SNAPSHOT)]
    pub(crate) unverified: bool,

    /// Open a sealed file with the secret half behind this file descriptor instead of asking
    #[arg(long, value_name = "FD", help_heading = SNAPSHOT)]
    pub(crate) identity_fd: Option<i32>,

    /// Restore although this member serves clients in another cluster; may be repeated
    #[arg(long, value_name = "MEMBER", help_heading = SNAPSHOT)]
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

    fn words(&self) -> Vec<OsString> {
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
    fn words(&self) -> Vec<OsString> {
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

#[derive(Debug, Args)]
pub(crate) struct DrillArgs {
    /// Snapshot to try
    #[arg(value_name = "FILE")]
    pub(crate) snapshot: PathBuf,

    /// Take a file that has no sum: the `db` of a data directory
    #[arg(long, help_heading = SNAPSHOT)]
    pub(crate) unverified: bool,

    /// Open a sealed file with the secret half behind this file descriptor instead of asking
    #[arg(long, value_name = "FD", help_heading = SNAPSHOT)]
    pub(crate) identity_fd: Option<i32>,

    /// Print what was found as JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CsrArgs {
    /// Write the request to this file instead of to the standard output
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) output: Option<PathBuf>,

    /// Make the key in this directory tree (an image)
    #[arg(long, value_name = "DIR", help_heading = TARGET)]
    pub(crate) root: Option<PathBuf>,
}

/// Where to, and under whose supervision.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Service manager that keeps etcd running
    #[arg(long, value_enum, value_name = "NAME", default_value = "auto", help_heading = TARGET)]
    pub(crate) service: ServiceArg,

    /// Install into this directory tree (an image), not into the running system
    #[arg(long, value_name = "DIR", help_heading = TARGET)]
    pub(crate) root: Option<PathBuf>,

    /// Take a bundle that is older than the newest that was installed here
    #[arg(long, help_heading = TRUST)]
    pub(crate) allow_downgrade: bool,

    #[command(flatten)]
    pub(crate) although: AlthoughArgs,

    /// Go on with the program in a bundle for a newer etcdpack, if the signer that this host knows has signed it; never with an image
    #[arg(long, help_heading = TRUST)]
    pub(crate) hand_over: bool,

    /// Open the private key with the first line of this file descriptor instead of asking
    #[arg(long, value_name = "FD", help_heading = KEYS)]
    pub(crate) passphrase_fd: Option<i32>,
}

/// What is refused unless a word is said for it.
#[derive(Debug, Args)]
pub(crate) struct AlthoughArgs {
    /// Found the cluster although not every founder can be seen: no host of it ever ran etcd
    #[arg(long, help_heading = CLUSTER)]
    pub(crate) first_install: bool,

    /// Take a bundle whose CAs are others than this host's or the other members'
    #[arg(long, help_heading = CLUSTER)]
    pub(crate) although_ca_differs: bool,

    /// Begin without the data that this member had here
    #[arg(long, help_heading = CLUSTER)]
    pub(crate) although_data_gone: bool,

    #[command(flatten)]
    pub(crate) at_risk: AtRiskArgs,
}

/// The word for stopping etcd here, of whatever command.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct AtRiskArgs {
    /// Stop etcd here although the cluster then serves nobody
    #[arg(long, help_heading = CLUSTER)]
    pub(crate) although_quorum_at_risk: bool,
}

impl AtRiskArgs {
    /// Whether it was said.
    pub(crate) fn word(self) -> Word {
        Word::of(self.although_quorum_at_risk)
    }
}

impl AlthoughArgs {
    /// What a word was said for.
    pub(crate) fn words(&self) -> Although {
        Although {
            first_install: Word::of(self.first_install),
            ca_differs: Word::of(self.although_ca_differs),
            data_gone: Word::of(self.although_data_gone),
            quorum_at_risk: self.at_risk.word(),
        }
    }
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

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print the status as JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Exit 7 for warnings, too
    #[arg(long)]
    pub(crate) strict: bool,

    /// Print what was found as JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Write the report to this file instead of to the standard output
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) output: Option<PathBuf>,

    /// Form of the report [default: as the name of FILE ends, else text]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = OUTPUT)]
    format: Option<ReportFormat>,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// To read at a terminal
    Text,
    /// To read in a browser, and to print
    Html,
    /// For programs: docs/report.schema.json
    Json,
}

impl ReportArgs {
    /// What was asked for, or what the file is called.
    pub(crate) fn format(&self) -> ReportFormat {
        let ending = self.output.as_ref().and_then(|file| file.extension()).and_then(|ending| ending.to_str());
        let named = match ending {
            Some("html" | "htm") => ReportFormat::Html,
            Some("json") => ReportFormat::Json,
            _ => ReportFormat::Text,
        };
        self.format.unwrap_or(named)
    }
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SnapshotCommand>,

    /// Write the snapshot to this file, or to the standard output (`-`) [default: CLUSTER-YYYYMMDDThhmmssZ.db, here]
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) output: Option<PathBuf>,

    /// Seal it for whoever has the secret half of this age1... key; may be repeated
    #[arg(long, value_name = "KEY", help_heading = OUTPUT)]
    pub(crate) recipient: Vec<Recipient>,

    /// Take one as the cluster file's `[backup]` says, if it is due; what the timer calls
    #[arg(long, conflicts_with_all = ["output", "recipient", "user"], help_heading = OUTPUT)]
    pub(crate) timed: bool,

    /// Ask as this user of etcd's, where its authentication is on; asks for the password
    #[arg(long, value_name = "NAME", help_heading = ETCD_USER)]
    pub(crate) user: Option<String>,

    /// Take the password from the first line of this file descriptor instead of asking
    #[arg(long, value_name = "FD", requires = "user", help_heading = ETCD_USER)]
    pub(crate) password_fd: Option<i32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Read snapshots byte by byte: whether they are whole, how far they go, whose they are
    #[command(after_help = pages::snapshot_verify())]
    Verify(SnapshotVerifyArgs),
    /// List the snapshots in a directory: when they were taken, how far they go, whether they are good
    #[command(after_help = pages::snapshot_list())]
    List(SnapshotListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotListArgs {
    /// Directory with snapshots [default: this one]
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    /// Read each of them byte by byte
    #[arg(long)]
    pub(crate) verify: bool,

    /// Print the list as JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotVerifyArgs {
    /// Snapshots of any etcd from 3.1 on, whoever took them
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Open those that are sealed with the secret half behind this file descriptor
    #[arg(long, value_name = "FD", help_heading = KEYS)]
    pub(crate) identity_fd: Option<i32>,
}

/// Looking first.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    /// Show what would be removed and what would stay; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print that as JSON
    #[arg(long, requires = "dry_run", help_heading = OUTPUT)]
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
    #[arg(long, value_name = "DIR", help_heading = TARGET)]
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
    use clap::{Command as Page, CommandFactory, Parser as _};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    /// The page of `line`, then those of the commands below.
    fn pages(root: &Page, command: &Page, line: &str) -> String {
        let page = root.clone().try_get_matches_from(line.split(' ').chain(["--help"])).unwrap_err();
        let inner = command.get_subcommands().map(|inner| pages(root, inner, &format!("{line} {}", inner.get_name())));
        std::iter::once(format!("==== {line} --help\n{page}\n")).chain(inner).collect()
    }

    #[test]
    fn the_help_pages_are_those_that_were_read() {
        let root = Cli::command().term_width(100);
        let text = pages(&root, &root, "./n1.run");
        assert!(text == include_str!("../tests/help.txt"), "installer/tests/help.txt should be:\n{text}<<<<");
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
            (
                "x install n1.run --restore /b/etcd.db --again 2 --bump-revision 7 --unverified --although-running n9",
                "install --service=auto --restore=/b/etcd.db --again=2 --bump-revision=7 --unverified --although-running=n9".to_owned(),
            ),
            (
                "x plan n1.run --json --restore /b/etcd.db --again 2",
                "plan --service=auto --json --restore=/b/etcd.db --again=2".to_owned(),
            ),
            ("x plan n1.run --json --no-start", "plan --service=auto --json --no-start".to_owned()),
            (
                "x install n1.run --first-install --although-ca-differs --although-data-gone --although-quorum-at-risk",
                "install --service=auto --first-install --although-ca-differs --although-data-gone --although-quorum-at-risk"
                    .to_owned(),
            ),
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
