//! The command line of `etcdpack`: what can be typed, nothing of what it does.

mod cluster;
mod export;
mod founding;
mod heading;
mod init;
mod pack;
mod paper;
mod pki;
mod source;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand};
use payload::fingerprint::Claim;
use payload::language::Language;
use payload::name::HostName;

use crate::claim_source;
use crate::rehearsal::INSIDE;
use crate::text::cli as text;

pub(crate) use cluster::CLUSTER_FILE;
pub use cluster::{ClusterArg, ClusterOperand, PkiDirArgs};
pub use export::ExportArgs;
pub use founding::FoundingArgs;
pub use init::{InitArgs, KeysArg, ManagerArg, NewHost};
pub use pack::{PackArgs, SealArgs};
pub use paper::{PaperArg, PaperArgs, PaperLanguage};
pub use pki::{
    CaPassphrase, ClientOrServerArgs, PkiAcceptArgs, PkiBackupKeyArgs, PkiClientArgs, PkiCommand, PkiCsrArgs,
    PkiImportArgs, PkiLockArgs, PkiRotateSignerArgs, PkiServerArgs, PkiShowArgs,
};
pub use source::SourceArgs;

/// Builds one self-extracting etcd installer per host, for hosts without a network.
#[derive(Debug, Parser)]
#[command(
    name = "etcdpack",
    version,
    long_version = text::VERSION.as_str(),
    help_expected = true,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_flag = true,
    disable_version_flag = true,
    after_help = text::etcdpack()
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// Print only warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = heading::GLOBAL)]
    pub quiet: bool,

    /// Print more
    #[arg(short, long, global = true, help_heading = heading::GLOBAL)]
    pub verbose: bool,

    /// Language of sentences: en or zh [default: by the locale]
    #[arg(long, global = true, value_parser = lang(), value_name = "LANG", hide_possible_values = true, help_heading = heading::GLOBAL)]
    pub lang: Option<Language>,

    /// Print this page
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = heading::GLOBAL)]
    pub help: Option<bool>,

    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = heading::GLOBAL)]
    pub version: Option<bool>,
}

/// `--lang`. The values have no sentences of their own: these would make every page twice as long.
fn lang() -> impl TypedValueParser<Value = Language> {
    // The words let no other through.
    PossibleValuesParser::new(Language::WORDS).map(|word| Language::named(&word).unwrap_or_default())
}

impl Cli {
    /// The language that was asked for. What is printed for programs is English, and so is all else of that run.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        let json = match &self.command {
            Command::Check(args) => args.json,
            Command::Inspect(args) => args.json,
            Command::Fetch(args) => args.json,
            Command::Pki(PkiCommand::Show(args)) => args.json,
            _ => false,
        };
        if json { Some(Language::English) } else { self.lang }
    }
}

/// What etcdpack does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented cluster file to start from
    #[command(after_help = text::init())]
    Init(InitArgs),
    /// Download and verify the release into the cache
    #[command(after_help = text::fetch())]
    Fetch(FetchArgs),
    /// Show what `build` would make, ask and need; uses no network, and writes nothing
    #[command(after_help = text::check())]
    Check(CheckArgs),
    /// Fetch, issue certificates, and pack one bundle per host
    #[command(after_help = text::build())]
    Build(BuildArgs),
    /// Write the bundles onto a stick, and read them back
    #[command(after_help = text::export())]
    Export(ExportArgs),
    /// Sign the requests of hosts that make their own keys, and pack bundles with their certificates
    #[command(after_help = text::sign())]
    Sign(SignArgs),
    /// Check every byte of bundles
    #[command(after_help = text::verify())]
    Verify(VerifyArgs),
    /// Show what is inside a bundle
    #[command(after_help = text::inspect())]
    Inspect(InspectArgs),
    /// Run the members of bundles here, for a moment, before anybody carries them
    #[command(after_help = text::rehearse())]
    Rehearse(RehearseArgs),
    /// Write sheets to print about bundles that exist: words, sums, commands
    #[command(after_help = text::paper())]
    Paper(PaperArgs),
    /// What a rehearsal runs in namespaces of its own; nothing for people
    #[command(name = INSIDE, hide = true)]
    RehearsalInside {
        /// Where the members' data lie
        dir: PathBuf,
    },
    /// The CA and the certificates
    #[command(subcommand, after_help = text::pki())]
    Pki(PkiCommand),
}

/// `etcdpack fetch`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("by_hand").args(["list", "into"]))]
pub struct FetchArgs {
    /// Whose release
    #[command(flatten)]
    pub cluster: ClusterOperand,

    /// Where the release comes from
    #[command(flatten)]
    pub source: SourceArgs,

    /// Only list the files that a build needs, with URL and SHA-256, to download them on another machine
    #[arg(long, conflicts_with_all = ["into", "release"], help_heading = heading::BY_HAND)]
    pub list: bool,

    /// Check the files in DIR that were downloaded elsewhere, put them into the cache, and make DIR a mirror
    #[arg(long, value_name = "DIR", conflicts_with = "release", help_heading = heading::BY_HAND)]
    pub into: Option<PathBuf>,

    /// Print it as JSON
    #[arg(long, requires = "by_hand", help_heading = heading::OUTPUT)]
    pub json: bool,
}

/// `etcdpack check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Of which cluster
    #[command(flatten)]
    pub cluster: ClusterOperand,

    /// Whether the cluster runs
    #[command(flatten)]
    pub founding: FoundingArgs,

    /// Where the release would come from
    #[command(flatten)]
    pub source: SourceArgs,

    /// Print it as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub json: bool,
}

/// `etcdpack build`
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Of which cluster
    #[command(flatten)]
    pub cluster: ClusterOperand,

    /// Whether the cluster runs
    #[command(flatten)]
    pub founding: FoundingArgs,

    /// Where the release comes from
    #[command(flatten)]
    pub source: SourceArgs,

    /// Whether the private keys are sealed anew
    #[command(flatten)]
    pub seal: SealArgs,

    /// What goes into the bundles
    #[command(flatten)]
    pub pack: PackArgs,
}

/// `etcdpack sign`
#[derive(Debug, Args)]
pub struct SignArgs {
    /// Requests, as `./HOST.run csr` printed them; each names its host
    #[arg(value_name = "REQUEST", required_unless_present = "hosts")]
    pub requests: Vec<PathBuf>,

    /// Of which cluster
    #[command(flatten)]
    pub cluster: ClusterArg,

    /// Whether the cluster runs
    #[command(flatten)]
    pub founding: FoundingArgs,

    /// Where the release comes from
    #[command(flatten)]
    pub source: SourceArgs,

    /// Use FILE as the request of host NAME, whatever name the request itself carries (repeatable)
    #[arg(long = "host", value_name = "NAME=FILE", value_parser = named_file, help_heading = heading::KEYS)]
    pub hosts: Vec<(HostName, PathBuf)>,

    /// The words that `csr` showed on host NAME, or the SHA-256 of its public key, instead of being asked (repeatable)
    #[arg(long = "words", value_name = "NAME=WORDS", value_parser = named_words, help_heading = heading::KEYS)]
    pub words: Vec<(HostName, Claim)>,

    /// Accept a new key for host NAME, which has had another one until now (repeatable)
    #[arg(long = "new-key", value_name = "NAME", help_heading = heading::KEYS)]
    pub new_keys: Vec<HostName>,

    /// What goes into the bundles
    #[command(flatten)]
    pub pack: PackArgs,
}

/// `etcdpack verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Bundles
    #[arg(required = true, value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,

    /// Who must have signed them: the twelve words of signing.words, the file signing.pub, or its SHA-256
    #[arg(long, value_name = "WORDS|FILE|SHA256", value_parser = claim_source::claim, help_heading = heading::KEYS)]
    pub signer: Option<Claim>,
}

/// `etcdpack inspect`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Bundle
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,

    /// Print it as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub json: bool,
}

/// `etcdpack rehearse`
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// Directory with the bundles of all hosts of a cluster
    #[arg(value_name = "DIR", default_value = "dist")]
    pub dir: PathBuf,

    /// Open the sealed private keys with the first line of this file descriptor
    #[arg(long, value_name = "FD", help_heading = heading::KEYS)]
    pub passphrase_fd: Option<u32>,
}

fn named_file(text: &str) -> Result<(HostName, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("write it as NAME=FILE, for example n1=n1.csr")?;
    Ok((name.parse().map_err(|error| format!("{error}"))?, path.into()))
}

fn named_words(text: &str) -> Result<(HostName, Claim), String> {
    let (name, words) = text.split_once('=').ok_or("write it as NAME=WORDS, for example n1=liar-cram-...")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    Ok((name, words.parse().map_err(|error| format!("{error}"))?))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
