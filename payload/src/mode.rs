//! Permission bits and owners, as the manifest and the journal write them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The nine permission bits. Set-uid, set-gid and sticky bits cannot be expressed: nothing of ours wears them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mode(u16);

impl Mode {
    /// Programs, scripts and the directories that everyone may look into.
    pub const PROGRAM: Self = Self(0o755);
    /// Configuration and certificates.
    pub const PLAIN: Self = Self(0o644);
    /// Private keys.
    pub const SECRET: Self = Self(0o600);
    /// Directories that only their owner may enter.
    pub const PRIVATE_DIR: Self = Self(0o700);
    /// Log directories: the group may read, and root alone makes names in it, since root opens files there by name.
    pub const LOG_DIR: Self = Self(0o750);

    /// The bits, 0 to 0o777.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl From<Mode> for String {
    fn from(mode: Mode) -> Self {
        mode.to_string()
    }
}

/// A text that is not four octal digits between `0000` and `0777`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a mode is written as `0000` to `0777`, not `{}`", .0.escape_debug())]
pub struct NotAMode(String);

impl TryFrom<String> for Mode {
    type Error = NotAMode;

    fn try_from(text: String) -> Result<Self, NotAMode> {
        match u16::from_str_radix(&text, 8) {
            Ok(bits) if text.len() == 4 && bits <= 0o777 && !text.starts_with('+') => Ok(Self(bits)),
            _ => Err(NotAMode(text)),
        }
    }
}

/// Who owns a file on the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// root:root
    Root,
    /// The user and group that etcd runs as.
    Service,
    /// root and the group that etcd runs as: etcd may read what root alone changes.
    RootForService,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_octal_digits_are_a_mode() {
        assert_eq!(Mode::try_from("0755".to_owned()), Ok(Mode::PROGRAM));
        for text in ["755", "4755", "0788", "+755", "", "00755"] {
            assert!(Mode::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
