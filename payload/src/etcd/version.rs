//! The version of an etcd release, and the minors that etcdpack knows.
//!
//! A value of [`EtcdVersion`] is a well-formed number and no more: whether such a release exists, and whether
//! it should be used, is for [`advise`](super::advise) to say.

use std::fmt;
use std::str::FromStr;

use crate::say;
use serde::{Deserialize, Serialize};

/// The number of an etcd release, such as 3.5.33; pre-releases and builds from a branch have none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EtcdVersion {
    // In this order: the derived `Ord` compares from the top.
    major: u16,
    minor: u16,
    patch: u16,
}

impl EtcdVersion {
    /// The version with these three numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// The 3 of 3.5.33.
    #[must_use]
    pub const fn major(self) -> u16 {
        self.major
    }

    /// The 5 of 3.5.33.
    #[must_use]
    pub const fn minor(self) -> u16 {
        self.minor
    }

    /// Whether it is of a later minor version than `other`, which cannot read what it writes.
    #[must_use]
    pub fn is_newer_minor_than(self, other: Self) -> bool {
        (self.major, self.minor) > (other.major, other.minor)
    }

    /// The 33 of 3.5.33.
    #[must_use]
    pub const fn patch(self) -> u16 {
        self.patch
    }

    /// As etcd names its tags, archives and directories: `v3.5.33`.
    #[must_use]
    pub fn tag(self) -> String {
        format!("v{self}")
    }
}

impl fmt::Display for EtcdVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Why a text is not the version of an etcd release.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAVersion {
    /// Not three numbers with dots between them.
    #[error("{}", say!(en = "`{}` is not a version; one is written `3.5.33` or `v3.5.33`", zh = "`{}` 不是版本号；版本号写作 `3.5.33` 或 `v3.5.33`", _0.escape_debug()))]
    Form(String),
    /// Two numbers: a line of releases, not one of them.
    #[error("{}", say!(en = "`{_0}` leaves out the patch release; all three numbers are needed, as in `3.5.33`", zh = "`{_0}` 缺少补丁版本号；三个数字都要写，如 `3.5.33`"))]
    NoPatch(String),
    /// A release candidate, or a build from a branch.
    #[error("{}", say!(en = "`{}` is not a release; only releases are installed, such as `3.5.33`", zh = "`{}` 不是正式版本；只安装正式版本，如 `3.5.33`", _0.escape_debug()))]
    PreRelease(String),
    /// `3.05.1` would be a second spelling of `3.5.1`.
    #[error("{}", say!(en = "`{_0}` has a number with a leading zero", zh = "`{_0}` 中有以零开头的数字"))]
    LeadingZero(String),
    /// A number that no release will reach.
    #[error("{}", say!(en = "`{_0}` has a number above 65535", zh = "`{_0}` 中有大于 65535 的数字"))]
    TooLarge(String),
}

impl FromStr for EtcdVersion {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let numbers = text.strip_prefix('v').unwrap_or(text);
        if let Some((release, _)) = numbers.split_once(['-', '+'])
            && release.split('.').count() == 3
            && release.split('.').all(is_number)
        {
            return Err(NotAVersion::PreRelease(text.to_owned()));
        }
        let parts: Vec<&str> = numbers.split('.').collect();
        if !parts.iter().copied().all(is_number) {
            return Err(NotAVersion::Form(text.to_owned()));
        }
        match parts[..] {
            [major, minor, patch] => {
                Ok(Self { major: number(major, text)?, minor: number(minor, text)?, patch: number(patch, text)? })
            }
            [_, _] => Err(NotAVersion::NoPatch(text.to_owned())),
            _ => Err(NotAVersion::Form(text.to_owned())),
        }
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

/// One of the three numbers, all digits; `whole` is for the error.
fn number(part: &str, whole: &str) -> Result<u16, NotAVersion> {
    if part.len() > 1 && part.starts_with('0') {
        return Err(NotAVersion::LeadingZero(whole.to_owned()));
    }
    part.parse().map_err(|_| NotAVersion::TooLarge(whole.to_owned()))
}

impl TryFrom<String> for EtcdVersion {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, NotAVersion> {
        text.parse()
    }
}

impl From<EtcdVersion> for String {
    fn from(version: EtcdVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_parse_with_and_without_the_v() {
        for (text, version) in [
            ("3.5.1", EtcdVersion::new(3, 5, 1)),
            ("v3.5.1", EtcdVersion::new(3, 5, 1)),
            ("3.0.0", EtcdVersion::new(3, 0, 0)),
            ("3.1.20", EtcdVersion::new(3, 1, 20)),
            ("65535.65535.65535", EtcdVersion::new(65535, 65535, 65535)),
        ] {
            assert_eq!(text.parse(), Ok(version), "{text}");
        }
    }

    #[test]
    fn nothing_else_parses() {
        type Why = fn(String) -> NotAVersion;
        let cases: [(&str, Why); 25] = [
            ("", NotAVersion::Form),
            ("v", NotAVersion::Form),
            ("3", NotAVersion::Form),
            ("3.5", NotAVersion::NoPatch),
            ("v3.5", NotAVersion::NoPatch),
            ("3.5.", NotAVersion::Form),
            (".5.1", NotAVersion::Form),
            ("3..1", NotAVersion::Form),
            ("3.5.1.2", NotAVersion::Form),
            ("vv3.5.1", NotAVersion::Form),
            ("V3.5.1", NotAVersion::Form),
            (" 3.5.1", NotAVersion::Form),
            ("3.5.1\n", NotAVersion::Form),
            ("+3.5.1", NotAVersion::Form),
            ("3.5.-1", NotAVersion::Form),
            ("3.5.x", NotAVersion::Form),
            ("3.٥.1", NotAVersion::Form),
            ("latest", NotAVersion::Form),
            ("3.6.0-rc.1", NotAVersion::PreRelease),
            ("v3.3.9+git", NotAVersion::PreRelease),
            ("3.05.1", NotAVersion::LeadingZero),
            ("3.5.00", NotAVersion::LeadingZero),
            ("03.5.1", NotAVersion::LeadingZero),
            ("3.5.65536", NotAVersion::TooLarge),
            ("3.99999999999999999999.0", NotAVersion::TooLarge),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<EtcdVersion>(), Err(error(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn an_error_is_one_line_even_for_hostile_text() {
        let error = "3.5\u{1b}[2J\n".parse::<EtcdVersion>().map_err(|error| error.to_string());
        assert_eq!(error, Err(r"`3.5\u{1b}[2J\n` is not a version; one is written `3.5.33` or `v3.5.33`".to_owned()));
    }

    #[test]
    fn versions_sort_as_numbers() {
        assert!(EtcdVersion::new(3, 4, 9) < EtcdVersion::new(3, 4, 10));
        assert!(EtcdVersion::new(3, 4, 45) < EtcdVersion::new(3, 5, 0));
    }

    #[test]
    fn text_forms() -> Result<(), serde_json::Error> {
        let version = EtcdVersion::new(3, 5, 1);
        assert_eq!((version.to_string(), version.tag()), ("3.5.1".to_owned(), "v3.5.1".to_owned()));
        assert_eq!(serde_json::to_string(&version)?, r#""3.5.1""#);
        assert_eq!(serde_json::from_str::<EtcdVersion>(r#""v3.5.1""#)?, version);
        assert!(serde_json::from_str::<EtcdVersion>("3.5").is_err());
        Ok(())
    }
}
