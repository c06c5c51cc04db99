//! The commands: each puts the parts together and says how it ended.

mod carried;
mod context;
mod csr;
mod describe;
mod handover;
mod install;
mod key;
mod program;
mod status;
mod trust;
mod uninstall;

use std::borrow::Cow;
use std::path::PathBuf;

use payload::bundle::BundleError;
use payload::fingerprint::Fingerprint;
use payload::manifest::ManifestError;

use crate::cli::Command;
use crate::execute::StepError;
use crate::finding::Finding;
use crate::host::probe::ProbeError;
use crate::plan::Plan;
use crate::records::{JournalError, ReceiptError, RecordError};
use crate::report::Report;
use crate::signer::Stranger;
use crate::text;
use crate::transaction::undo::UndoError;
use payload::exit::ExitStatus;

use key::KeyError;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error("`{}`: {error}", path.display())]
    Named { path: PathBuf, error: BundleError },
    /// This program cannot read it, and must not start what is in it.
    #[error("`{}` is for a newer etcdpack, and {}: {error}", path.display(), by(*known))]
    Newer { path: PathBuf, error: ManifestError, known: Option<Fingerprint> },
    /// There is no room for the bundle's copy.
    #[error("{}", text::with_code(.0))]
    NoCopy(Box<Finding>),
    #[error(transparent)]
    Stranger(#[from] Stranger),
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Step(#[from] StepError),
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error("writing JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("writing to standard output: {0}")]
    Output(std::io::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Somebody at the terminal was asked for them. Nothing was changed.
    #[error("the words that were given are not those of the key that signed this bundle; nothing was changed")]
    WordsDiffer,
    /// Before the first change.
    #[error("told to stop; nothing was changed")]
    Interrupted { help: &'static str },
    /// Nothing was changed.
    #[error("{text}")]
    Refused { text: String, help: String },
}

impl CommandError {
    fn refused(text: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { text: text.into(), help: help.into() }
    }

    fn end(&self) -> ExitStatus {
        match self {
            Self::Bundle(BundleError::Io(_))
            | Self::Named { error: BundleError::Io(_), .. }
            | Self::Probe(ProbeError::Bundle(BundleError::Io(_)))
            | Self::Refused { .. }
            | Self::NoCopy(_)
            | Self::Newer { known: None, .. }
            | Self::Output(_)
            | Self::Record(_) => ExitStatus::Refused,
            Self::Key(error) => error.end(),
            // There was nothing to roll back.
            Self::Interrupted { .. } => ExitStatus::RolledBack,
            Self::Bundle(_)
            | Self::Named { .. }
            | Self::Newer { known: Some(_), .. }
            | Self::Stranger(_)
            | Self::WordsDiffer
            | Self::Probe(ProbeError::Bundle(_)) => ExitStatus::NotVerified,
            Self::Probe(_) => ExitStatus::Refused,
            Self::Step(_) | Self::Undo(_) => ExitStatus::NotRolledBack,
            Self::Json(_) => ExitStatus::Bug,
        }
    }

    fn help(&self) -> Option<Cow<'_, str>> {
        if let Self::Newer { path, .. } = self {
            return Some(program::first_update(path, None).into());
        }
        if let Self::NoCopy(finding) = self {
            return Some(text::help(finding).to_string().into());
        }
        self.fixed_help().map(Cow::Borrowed)
    }

    fn fixed_help(&self) -> Option<&str> {
        match self {
            Self::Newer { .. } | Self::NoCopy(_) | Self::Json(_) => None,
            Self::Refused { help, .. } => Some(help),
            Self::Interrupted { help } => Some(help),
            Self::Key(error) => Some(error.help()),
            Self::Bundle(BundleError::NoBundle) => Some("etcdpack-host install HOST.run; etcdpack-host status"),
            Self::Named { error: BundleError::Io(_), .. } | Self::Probe(ProbeError::Bundle(BundleError::Io(_))) => {
                Some("ls -l HOST.run")
            }
            Self::Stranger(Stranger::Other { .. }) => {
                Some("the newest bundle of this host; where the signing key was lost or changed: docs/trust.md")
            }
            Self::Stranger(Stranger::NotNamed { .. }) | Self::WordsDiffer => {
                Some("read signing.words again, where the bundle was built")
            }
            Self::Bundle(BundleError::Manifest(ManifestError::Older(_)))
            | Self::Named { error: BundleError::Manifest(ManifestError::Older(_)), .. } => Some("etcdpack build"),
            // The copy is not at fault, and `plan` says how to go on.
            Self::Named { error: BundleError::Manifest(error), .. } if error.is_of_a_newer() => Some("./HOST.run plan"),
            Self::Bundle(_) | Self::Named { .. } | Self::Probe(ProbeError::Bundle(_)) => {
                Some("copy the bundle again, then: grep HOST.run SHA256SUMS | sha256sum -c")
            }
            Self::Record(error) | Self::Probe(ProbeError::Record(error)) => Some(match error {
                RecordError::Journal(JournalError::Fs(_)) => "df -h /var/lib/etcdpack; ls -l /var/lib/etcdpack",
                RecordError::Receipt(ReceiptError::Schema(..)) | RecordError::Journal(JournalError::Schema(..)) => {
                    "with the program that wrote it: etcdpack-host status"
                }
                RecordError::Receipt(_) | RecordError::Journal(_) => {
                    "restore it from a backup: ls -l /var/lib/etcdpack"
                }
            }),
            Self::Probe(_) => Some("the same command again, when the cause is gone"),
            Self::Step(_) | Self::Undo(_) => Some("etcdpack-host uninstall"),
            Self::Output(_) => Some("df -h; ls -l /proc/self/fd/1"),
        }
    }
}

/// Why what a newer bundle brings is not started.
fn by(known: Option<Fingerprint>) -> String {
    match known {
        Some(known) => format!("it is not signed by the signer that this host knows, {known}"),
        None => "this host does not know yet whose bundles it may take".to_owned(),
    }
}

/// Data for a program. One that reads no further has what it wants.
fn deliver_json(value: &impl serde::Serialize, report: &Report) -> Result<(), CommandError> {
    match report.deliver(&serde_json::to_string_pretty(value)?) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CommandError::Output(error)),
        _ => Ok(()),
    }
}

/// A plan for a program: findings with commands as they are typed here.
fn deliver_plan(plan: &Plan, report: &Report) -> Result<(), CommandError> {
    deliver_json(&plan.told(|finding| report.said(finding)), report)
}

/// Runs one command to its end.
pub(crate) fn run(command: Option<Command>, report: &Report) -> ExitStatus {
    let ended = match command {
        None => describe::describe(report),
        Some(Command::Verify(args)) => describe::verify(&args, report),
        Some(Command::Plan(args)) => install::plan(&args, report),
        Some(Command::Csr(args)) => csr::csr(&args, report),
        Some(Command::Install(args)) => install::install(&args, report),
        Some(Command::Status(args)) => status::status(&args, report),
        Some(Command::Uninstall(args)) => uninstall::uninstall(&args, report),
    };
    ended.unwrap_or_else(|error| {
        let cause = chain(&error);
        report.error(&cause, error.help().as_deref());
        error.end()
    })
}

/// An error with what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
