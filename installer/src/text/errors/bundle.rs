//! Why a bundle, or the private key in it, cannot be used.

use std::fmt;

use crate::command::{CarriedError, KeyError};

impl fmt::Display for CarriedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(error) => fmt::Display::fmt(error, f),
            Self::CutOff => f.write_str("this file is only the beginning of a bundle: its end is missing"),
            Self::NoneHere => f.write_str("this program carries no bundle: which one is meant?"),
            Self::Named { path, error } => write!(f, "`{}`: {error}", path.display()),
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::NotAPassphrase(error) => fmt::Display::fmt(error, f),
            Self::Memory(error) => fmt::Display::fmt(error, f),
            Self::NoTerminal => {
                f.write_str("the private key is sealed, and there is no terminal to ask for the passphrase at")
            }
            Self::Fd(fd, error) => write!(f, "reading the passphrase from file descriptor {fd}: {error}"),
            Self::Terminal(error) => write!(f, "reading the passphrase: {error}"),
            Self::Cancelled => f.write_str("no passphrase was given; nothing was changed"),
            Self::Wrong => f.write_str("the passphrase does not open the private key; nothing was changed"),
            Self::Sealed(error) => write!(f, "the sealed private key: {error}"),
            Self::Another => f.write_str("the sealed private key is not the one that the manifest speaks of"),
            Self::Mismatch(error) => write!(f, "the sealed private key: {error}"),
        }
    }
}
