//! What container and manifest must agree on about an entry of a bundle: how it may be called, and how large it may be.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most bytes of an entry other than the release; it is read whole.
pub(crate) const MAX_SMALL: u64 = 1024 * 1024;

/// Where a file lies in the bundle: relative, `/` between components of letters, digits and `. _ + -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryName(String);

impl EntryName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot name an entry.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{}` cannot name an entry of a bundle", .0.escape_debug())]
pub struct NotAnEntryName(String);

impl TryFrom<String> for EntryName {
    type Error = NotAnEntryName;

    fn try_from(text: String) -> Result<Self, NotAnEntryName> {
        let odd = |c: char| !c.is_ascii_alphanumeric() && !"._+-".contains(c);
        let bad = |component: &str| matches!(component, "" | "." | "..") || component.contains(odd);
        if text.len() > 200 || text.split('/').any(bad) { Err(NotAnEntryName(text)) } else { Ok(Self(text)) }
    }
}

impl From<EntryName> for String {
    fn from(name: EntryName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_the_bundle_are_none() {
        for bad in
            ["", "/x", "//x", "../x", "a/../../x", "a\\b", "a//b", "a/", ".", "a/.", "a\0", "a\x1b[0m", "ä", "a b"]
        {
            assert!(EntryName::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
