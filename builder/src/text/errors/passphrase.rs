//! Why there is no passphrase.

use std::fmt;

use crate::passphrase_source::PassphraseError;

impl fmt::Display for PassphraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTerminal(error) => write!(f, "a passphrase is needed and there is no terminal to ask on: {error}"),
            Self::Descriptor(number, error) => {
                write!(f, "reading the passphrase from file descriptor {number}: {error}")
            }
            Self::Empty => f.write_str("the passphrase is empty"),
            Self::Differ => f.write_str("the two passphrases differ"),
        }
    }
}
