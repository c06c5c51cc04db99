//! Why a program, a service manager or the carried supervisor did not do as told.

use std::fmt;

use crate::host::exec::{ExecError, ExecTrouble};
use crate::host::wheels::WheelError;
use crate::service::{ServiceError, StateWord};

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "running `{}`: ", self.line)?;
        match &self.why {
            ExecTrouble::NotFound => write!(f, "this host has no `{}` that root alone can change", self.line),
            ExecTrouble::Io(error) => fmt::Display::fmt(error, f),
            ExecTrouble::ToldToStop => f.write_str(super::TOLD_TO_STOP),
            ExecTrouble::NoEnd(limit) => write!(f, "no end within {} s", limit.as_secs()),
            ExecTrouble::Failed { status, tail } => write!(f, "{status}: {tail}"),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exec(error) => fmt::Display::fmt(error, f),
            Self::NoAnswer(conf) => write!(f, "supervisord ({conf}) does not answer"),
            Self::Interrupted => f.write_str(super::TOLD_TO_STOP),
        }
    }
}

impl fmt::Display for StateWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(word) => f.write_str(word),
            Self::NotAsked(error) => fmt::Display::fmt(error, f),
            Self::NoAnswer => f.write_str("supervisord does not answer"),
        }
    }
}

impl fmt::Display for WheelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Zip(name, error) => write!(f, "reading the wheel `{name}`: {error}"),
            Self::TooLarge(name) => write!(f, "the wheel `{name}` is larger than any that etcdpack carries"),
            Self::Strange(name) => write!(f, "the wheel `{name}` is not the one whose digest etcdpack knows"),
        }
    }
}
