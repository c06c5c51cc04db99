//! How a command ends other than well: exit code, words, and what to type. An error knows all three where it is defined, and
//! one that wraps another asks that one; here they become one value, which the command line shows.

use std::error::Error;

use payload::bundle::BundleError;
use payload::exit::ExitStatus;
use payload::manifest::ManifestError;
use payload::say;

use crate::finding::Finding;
use crate::help::Help;
use crate::text::{self, help, refusals};

/// An error that knows how the command ends that it stops.
pub(crate) trait Diagnose: Error {
    fn exit_status(&self) -> ExitStatus;

    /// What to type; `None` where nothing helps.
    fn help(&self) -> Option<Help>;
}

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: ExitStatus,
    /// What happened and why, in one line.
    pub(crate) text: String,
    pub(crate) help: Option<Help>,
    /// What stands against the command, where that is something with a code.
    pub(crate) finding: Option<Box<Finding>>,
}

impl Failure {
    pub(crate) fn new(status: ExitStatus, text: impl Into<String>, help: Help) -> Self {
        Self { status, text: text.into(), help: Some(help), finding: None }
    }

    /// Something is in the way; nothing was changed.
    pub(crate) fn refused(text: impl Into<String>, help: Help) -> Self {
        Self::new(ExitStatus::Refused, text, help)
    }

    /// Told to stop, before the first change: there was nothing to roll back.
    pub(crate) fn interrupted(help: Help) -> Self {
        Self::new(ExitStatus::RolledBack, refusals::told_to_stop(), help)
    }

    /// This stands against it; nothing was changed.
    pub(crate) fn of_finding(finding: Finding) -> Self {
        let failure = Self::refused(text::findings::with_code(&finding), text::findings::help(&finding));
        Self { finding: Some(Box::new(finding)), ..failure }
    }
}

impl<E: Diagnose> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { status: error.exit_status(), text: chain(&error), help: error.help(), finding: None }
    }
}

/// An error with what caused it, in one line. Many layers only repeat the one below.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = say!(en = "{text}: {more}", zh = "{text}：{more}");
        }
        cause = error.source();
    }
    text
}

/// Of the container and its manifest: they are bad, unless they could not be read.
impl Diagnose for BundleError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Io(_) => ExitStatus::Refused,
            _ => ExitStatus::NotVerified,
        }
    }

    fn help(&self) -> Option<Help> {
        Some(match self {
            Self::Io(_) => help::look_at_the_bundle(),
            Self::NoBundle => help::name_a_bundle(),
            Self::Manifest(ManifestError::Older(_)) => help::build(),
            _ => help::copy_again(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::host::probe::ProbeError;

    #[test]
    fn a_wrapper_ends_and_advises_as_what_is_inside() {
        for (error, status) in [
            (BundleError::Io(io::Error::other("gone")), ExitStatus::Refused),
            (BundleError::NoBundle, ExitStatus::NotVerified),
        ] {
            let (text, help) = (error.to_string(), error.help());
            let failure = Failure::from(ProbeError::from(error));
            assert_eq!((failure.status, &failure.help), (status, &help));
            assert!(failure.text.starts_with(&text), "{failure:?}");
        }
    }
}
