//! Why a step failed, or what it did could not be undone.

use std::fmt;

use crate::execute::{At, Missing, StepError};
use crate::health::NotUp;
use crate::text;
use crate::text::findings::health;
use crate::text::pids::pids;
use crate::transaction::undo::UndoError;

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Account(error) => fmt::Display::fmt(error, f),
            Self::Exec(error) => fmt::Display::fmt(error, f),
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::Tarball(error) => fmt::Display::fmt(error, f),
            Self::Wheel(error) => fmt::Display::fmt(error, f),
            Self::Service(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Journal(error) => fmt::Display::fmt(error, f),
            Self::Undo(error) => fmt::Display::fmt(error, f),
            Self::NotUp(error) => fmt::Display::fmt(error, f),
            Self::NoUser(user) => write!(f, "the user `{user}` is not there although it was just made"),
            Self::NoSource(missing) => write!(f, "{missing} was not at hand when it was needed"),
            Self::NoManager => f.write_str("the plan names no service manager"),
            Self::StillRuns(running) => write!(
                f,
                "etcd still runs (process {}), and not under its service manager: it was left as it is",
                pids(running)
            ),
            Self::Interrupted => f.write_str(super::TOLD_TO_STOP),
            Self::Planted(finding) | Self::AtRisk(finding) => f.write_str(&text::findings::text(finding)),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bundle => "the bundle",
            Self::Manifest => "the manifest",
            Self::PrivateKey => "the private key",
            Self::NewKey => "the new key",
        })
    }
}

impl fmt::Display for NotUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str(super::TOLD_TO_STOP),
            Self::Ended(down) => write!(f, "etcd did not come up ({}): {}", down.state, health::why(down)),
        }
    }
}

impl fmt::Display for UndoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Account(error) => fmt::Display::fmt(error, f),
            Self::Service(error) => fmt::Display::fmt(error, f),
            Self::Journal(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
        }
    }
}

/// Where a run was when it failed.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle => f.write_str("reading the bundle"),
            Self::Journal => f.write_str("journal"),
            Self::Leftovers => f.write_str("what was cut off"),
            Self::Step(step) => fmt::Display::fmt(step, f),
            Self::Receipt => f.write_str("receipt"),
        }
    }
}
