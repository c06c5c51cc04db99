//! Why the host could not be read.

use std::fmt;

use crate::host::accounts::AccountError;
use crate::host::probe::ProbeError;

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Account(error) => fmt::Display::fmt(error, f),
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::Record(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Thread(error) => write!(f, "starting a thread: {error}"),
            Self::Kernel(error) => write!(f, "asking the kernel: {error}"),
        }
    }
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Exec(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::NoFreeId(user) => write!(f, "no free system id between 100 and 999 for `{user}`"),
            Self::StillRuns { name, pids } => write!(f, "processes of `{name}` do not end (process {pids})"),
        }
    }
}
