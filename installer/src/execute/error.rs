//! Why a step failed, and what a run that failed did to the host.

use payload::bundle::BundleError;
use payload::exit::ExitStatus;
use payload::name::UserName;
use payload::path::NotAPath;
use payload::tarball::TarballError;

use crate::change::Change;
use crate::finding::Finding;
use crate::health::NotUp;
use crate::help::Help;
use crate::host::FsError;
use crate::host::accounts::AccountError;
use crate::host::exec::ExecError;
use crate::host::wheels;
use crate::records::JournalError;
use crate::service::ServiceError;
use crate::step::Step;
use crate::text;
use crate::transaction::undo::UndoError;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    Fs(#[from] FsError),
    Account(#[from] AccountError),
    Exec(#[from] ExecError),
    Bundle(#[from] BundleError),
    Tarball(#[from] TarballError),
    Wheel(#[from] wheels::WheelError),
    Service(#[from] ServiceError),
    Path(#[from] NotAPath),
    NoUser(UserName),
    Journal(#[from] JournalError),
    NoSource(Missing),
    /// The member's data were not copied.
    NotCopied(#[source] FsError),
    /// etcd was started and did not come up.
    NotUp(NotUp),
    /// The plan has no service: it was refused.
    NoManager,
    /// etcd was stopped and runs on: its service manager does not have it.
    StillRuns(Vec<u32>),
    Interrupted,
    /// Something lies in a directory that root opens files in, and root did not put it there.
    Planted(Box<Finding>),
    /// The cluster would serve nobody while etcd is stopped.
    AtRisk(Box<Finding>),
    Undo(#[source] UndoError),
}

/// What a step was to put in its place, or needed for that, and was not brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Bundle,
    Manifest,
    PrivateKey,
    NewKey,
    Snapshot,
    DataCopy,
}

impl From<UndoError> for StepError {
    fn from(error: UndoError) -> Self {
        if error.is_interrupt() { Self::Interrupted } else { Self::Undo(error) }
    }
}

impl StepError {
    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Fs(error) | Self::NotCopied(error) => error.is_interrupt(),
            Self::Account(error) => error.is_interrupt(),
            Self::Service(error) => error.is_interrupt(),
            Self::Exec(error) => error.is_interrupt(),
            _ => false,
        }
    }

    /// Whether it is the bundle that is bad, and not the host.
    pub(crate) fn is_the_bundles(&self) -> bool {
        match self {
            Self::Bundle(BundleError::Io(_)) => false,
            Self::Bundle(_) => true,
            Self::Tarball(error) => !error.is_of_the_system(),
            // A program whose bytes are not the ones in the manifest fails while it is written.
            Self::Fs(error) => error.is_bad_data(),
            _ => false,
        }
    }

    /// The end of etcd's log, where it is etcd that failed.
    pub(crate) fn log(&self) -> &[String] {
        match self {
            Self::NotUp(NotUp::Ended(down)) => &down.words.lines,
            _ => &[],
        }
    }

    /// What to type, where that is known.
    pub(crate) fn help(&self) -> Option<Help> {
        match self {
            error if error.is_the_bundles() => Some(text::help::copy_again()),
            Self::Planted(finding) | Self::AtRisk(finding) => Some(text::findings::help(finding)),
            Self::Service(error) => text::help::past_supervisor(error),
            Self::NotUp(NotUp::Ended(down)) => Some(text::findings::health::help_after_start(down)),
            _ => None,
        }
    }
}

/// How a run that failed ended.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) at: At,
    pub(crate) error: StepError,
    pub(crate) host: After,
}

impl Failed {
    /// Of a run that goes back where it can, and is to be gone on with where it cannot.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match &self.host {
            After::Untouched if self.error.is_the_bundles() => ExitStatus::NotVerified,
            After::Untouched if self.error.is_interrupt() => ExitStatus::RolledBack,
            After::Untouched => ExitStatus::Refused,
            After::Undone { left } if left.is_empty() => ExitStatus::RolledBack,
            After::Undone { .. } | After::Begun => ExitStatus::NotRolledBack,
        }
    }
}

/// Where a run was when it failed.
#[derive(Debug)]
pub(crate) enum At {
    /// Before the first change.
    Bundle,
    Journal,
    /// What a run that was cut off had left.
    Leftovers,
    Step(Box<Step>),
    Receipt,
}

/// What a failed run did to the host.
#[derive(Debug)]
pub(crate) enum After {
    /// Nothing was begun.
    Untouched,
    /// It was taken back, but for what is left; that is empty after a complete roll-back.
    Undone { left: Vec<NotUndone> },
    /// It was past the point of no return. What was done stands in the journal, for the next run.
    Begun,
}

/// What is left of a run that was taken back.
#[derive(Debug)]
pub(crate) enum NotUndone {
    Change(Change, UndoError),
    /// The way back stopped there.
    Step(At, StepError),
    /// All changes are undone, and the records that say so could not be written.
    Records(StepError),
}
