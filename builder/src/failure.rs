//! How a command ends other than well: exit code, words, and what to type. A room's error knows all three; here they
//! become one value, which the edge shows. Must not look into the errors of a room.

use std::error::Error;
use std::path::Path;

use payload::cluster::Fault;
use payload::exit::ExitStatus;

use crate::text;

/// An error that knows how the command ends that it stops.
pub trait Diagnose: Error {
    /// The exit code.
    fn exit_status(&self) -> ExitStatus;

    /// What to type, or to write into the cluster file, one way a line; `None` where nothing helps.
    fn help(&self) -> Option<String>;
}

/// A command that did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    status: ExitStatus,
    text: String,
    causes: Vec<String>,
    help: Option<String>,
    /// Of the cluster file, where that is what is wrong.
    faults: Vec<Fault>,
}

impl Failure {
    /// With this exit code, these words and this help.
    pub(crate) fn new(status: ExitStatus, text: String, help: impl Into<String>) -> Self {
        Self { status, text, causes: Vec::new(), help: Some(help.into()), faults: Vec::new() }
    }

    /// What was typed, or a file that was named, cannot be used.
    pub(crate) fn usage(text: String, help: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, text, help)
    }

    /// Something is in the way; nothing was changed.
    pub(crate) fn refused(text: String, help: impl Into<String>) -> Self {
        Self::new(ExitStatus::Refused, text, help)
    }

    /// The cluster file at `path` is wrong; every fault is shown.
    pub(crate) fn of_cluster_file(path: &Path, faults: Vec<Fault>) -> Self {
        let text = text::command::unusable(path);
        Self { status: ExitStatus::Usage, text, causes: Vec::new(), help: None, faults }
    }

    /// The exit code.
    #[must_use]
    pub fn exit_status(&self) -> ExitStatus {
        self.status
    }

    /// What happened, in one line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why, one line each, the nearest first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to type, one way a line.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What is wrong in the cluster file.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl<E: Diagnose> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut texts = chain(&error).into_iter();
        let text = texts.next().unwrap_or_default();
        Self { status: error.exit_status(), text, causes: texts.collect(), help: error.help(), faults: Vec::new() }
    }
}

/// An error and its causes, one text each. Many layers only repeat the one below; such a text is left out.
pub(crate) fn chain(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::cache::{DiskAction, DiskError};
    use crate::pki::{PkiError, SealError};

    #[test]
    fn a_wrapper_says_and_advises_what_is_inside() {
        let inside = || PkiError::Exposed { path: "pki".into(), mode: 0o755, wanted: 0o700 };
        let (inner, outer) = (Failure::from(inside()), Failure::from(SealError::from(inside())));
        assert_eq!((inner.text(), inner.help(), inner.status), (outer.text(), outer.help(), outer.status));
        assert!(outer.causes().is_empty(), "{outer:?}");
    }

    #[test]
    fn a_cause_that_adds_something_is_told() {
        let failure = Failure::from(DiskError::new(DiskAction::Read, "x".as_ref())(io::Error::other("gone")));
        assert_eq!((failure.text(), failure.causes()), ("reading `x`", &["gone".to_owned()][..]));
    }
}
