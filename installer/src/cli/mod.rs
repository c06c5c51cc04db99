//! The command line of a bundle and of `etcdpack-host`: what can be typed, nothing of what it does.

mod although;
mod bundle;
mod csr;
mod from;
mod heading;
mod install;
mod look;
mod restore;
mod snapshot;
mod target;
mod uninstall;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser, Subcommand};
use payload::language::Language;

use crate::text::pages;

pub(crate) use bundle::{BundleArgs, VerifyArgs};
pub(crate) use csr::CsrArgs;
pub(crate) use from::{BeginArgs, FromArgs};
pub(crate) use install::{InstallArgs, InstallingArgs, PlanArgs};
pub(crate) use look::{DoctorArgs, ReportArgs, ReportFormat, StatusArgs};
pub(crate) use restore::RestoreArgs;
pub(crate) use snapshot::{DrillArgs, SnapshotArgs, SnapshotCommand, SnapshotListArgs, SnapshotVerifyArgs};
pub(crate) use target::TargetArgs;
pub(crate) use uninstall::UninstallArgs;

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
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = heading::GLOBAL)]
    pub(crate) quiet: bool,

    /// Print more
    #[arg(short, long, global = true, help_heading = heading::GLOBAL)]
    pub(crate) verbose: bool,

    /// Language of sentences: en or zh [default: by the locale]
    #[arg(long, global = true, value_parser = lang(), value_name = "LANG", hide_possible_values = true, help_heading = heading::GLOBAL)]
    pub(crate) lang: Option<Language>,

    /// Print this page
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = heading::GLOBAL)]
    help: Option<bool>,

    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = heading::GLOBAL)]
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
    /// Install etcd on this host with the data of a snapshot; data that was there is kept under another name
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
    /// Save all keys of the cluster to one file, and prove that the file is whole
    #[command(after_help = pages::snapshot(), args_conflicts_with_subcommands = true)]
    Snapshot(SnapshotArgs),
    /// Prove that a snapshot can be restored: start it apart from the member, and count its keys; the member is not touched
    #[command(after_help = pages::drill())]
    Drill(DrillArgs),
    /// Undo the install; data and logs stay unless --purge
    #[command(after_help = pages::uninstall())]
    Uninstall(UninstallArgs),
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
        assert!(text == include_str!("../../tests/help.txt"), "installer/tests/help.txt should be:\n{text}<<<<");
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
