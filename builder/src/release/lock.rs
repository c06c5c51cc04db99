//! `etcdpack.lock`: which releases were accepted, on whose word, and when.
//!
//! Pure: text in, value out. [`super::ledger`] reads and writes the file.

use std::fmt::Write as _;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::text::release as text;
use crate::toml_error;

/// The layout of the file; raised when an older etcdpack could misread it.
const VERSION: u32 = 1;

/// One accepted release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockedRelease {
    pub(super) version: EtcdVersion,
    pub(super) arch: Arch,
    pub(super) sha256: Digest,
    /// Whose word it was, for people.
    pub(super) origin: String,
    /// The day, UTC.
    #[serde(with = "iso_date")]
    pub(super) accepted: Date,
}

/// The whole file, sorted by version and architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockFile {
    version: u32,
    #[serde(default)]
    release: Vec<LockedRelease>,
}

/// Why a lock file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LockError {
    /// The parser's words, with line and column.
    Toml(String),
    /// Of another etcdpack.
    Version(u32),
    /// Two entries for one release.
    Twice(EtcdVersion, Arch),
}

impl LockError {
    /// The version that is read and written.
    pub(crate) const KNOWN_VERSION: u32 = VERSION;
}

impl Default for LockFile {
    fn default() -> Self {
        Self { version: VERSION, release: Vec::new() }
    }
}

impl LockFile {
    /// Reads the text of a lock file.
    pub(super) fn parse(text: &str) -> Result<Self, LockError> {
        let mut lock: Self =
            toml::from_str(text).map_err(|error| LockError::Toml(toml_error::describe(text, &error)))?;
        if lock.version != VERSION {
            return Err(LockError::Version(lock.version));
        }
        lock.sort();
        match lock.release.windows(2).find_map(|pair| match pair {
            [a, b] if (a.version, a.arch) == (b.version, b.arch) => Some(LockError::Twice(a.version, a.arch)),
            _ => None,
        }) {
            Some(error) => Err(error),
            None => Ok(lock),
        }
    }

    /// The text that [`LockFile::parse`] reads.
    pub(super) fn render(&self) -> String {
        let mut text = format!("{}\n", text::LOCK_HEAD);
        // Writing to a String cannot fail, and what a lock holds are plain strings.
        let _ = writeln!(text, "version = {}", self.version);
        for locked in &self.release {
            let entry = toml::to_string(locked).unwrap_or_default();
            let _ = write!(text, "\n[[release]]\n{entry}");
        }
        text
    }

    /// What was accepted for this release.
    pub(super) fn find(&self, version: EtcdVersion, arch: Arch) -> Option<&LockedRelease> {
        self.release.iter().find(|locked| (locked.version, locked.arch) == (version, arch))
    }

    /// Adds `new`, or puts it in the place of the entry that vouches for other bytes. An entry for the same
    /// bytes stays as it is, with its first origin and day. Says whether anything changed.
    pub(super) fn record(&mut self, new: LockedRelease) -> bool {
        if self.find(new.version, new.arch).is_some_and(|old| old.sha256 == new.sha256) {
            return false;
        }
        self.release.retain(|old| (old.version, old.arch) != (new.version, new.arch));
        self.release.push(new);
        self.sort();
        true
    }

    fn sort(&mut self) {
        self.release.sort_by_key(|locked| (locked.version, locked.arch));
    }
}

/// A day as `2026-01-31`.
mod iso_date {
    #![expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]

    use serde::{Deserialize as _, Deserializer, Serializer, de, ser};
    use time::Date;
    use time::format_description::well_known::Iso8601;

    use crate::text::release as text;

    pub(super) fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&date.format(&Iso8601::DATE).map_err(ser::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        Date::parse(&text, &Iso8601::DATE).map_err(|_| de::Error::custom(text::A_DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(patch: u64, arch: Arch, bytes: &[u8]) -> LockedRelease {
        LockedRelease {
            version: EtcdVersion::new(3, 1, patch.try_into().unwrap()),
            arch,
            sha256: Digest::of(bytes),
            origin: "the \"cluster\" file\n".to_owned(),
            accepted: Date::from_calendar_date(2026, time::Month::January, 31).unwrap(),
        }
    }

    #[test]
    fn text_and_value_are_one_and_sorted() {
        let mut lock = LockFile::default();
        for new in [locked(20, Arch::Arm64, b"a"), locked(9, Arch::Amd64, b"b"), locked(20, Arch::Amd64, b"c")] {
            assert!(lock.record(new));
        }
        let text = lock.render();
        assert_eq!(LockFile::parse(&text), Ok(lock.clone()));
        let at = |what: &str| text.find(what).unwrap();
        assert!(at("\"3.1.9\"") < at("\"3.1.20\"") || at("\"v3.1.9\"") < at("\"v3.1.20\""), "{text}");
        assert!(text.contains("accepted = \"2026-01-31\""), "{text}");
        assert_eq!(lock.find(EtcdVersion::new(3, 1, 20), Arch::Arm64).unwrap().sha256, Digest::of(b"a"));
        assert_eq!(lock.find(EtcdVersion::new(3, 1, 9), Arch::Arm64), None);
        assert_eq!(LockFile::parse(&LockFile::default().render()), Ok(LockFile::default()));
    }

    #[test]
    fn the_same_bytes_keep_their_first_entry_and_others_replace_it() {
        let mut lock = LockFile::default();
        lock.record(locked(20, Arch::Amd64, b"a"));
        let later = LockedRelease { origin: "later".to_owned(), ..locked(20, Arch::Amd64, b"a") };
        assert!(!lock.record(later));
        assert_ne!(lock.release[0].origin, "later");
        assert!(lock.record(locked(20, Arch::Amd64, b"b")));
        assert_eq!(lock.release.len(), 1);
        assert_eq!(lock.release[0].sha256, Digest::of(b"b"));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let mut lock = LockFile::default();
        lock.record(locked(20, Arch::Amd64, b"a"));
        let text = lock.render();
        let entry = text.split_once("[[release]]").unwrap().1;
        assert_eq!(LockFile::parse(&text.replace("version = 1", "version = 2")), Err(LockError::Version(2)));
        assert!(matches!(LockFile::parse(&format!("{text}\n[[release]]{entry}")), Err(LockError::Twice(..))));
        for bad in [
            String::new(),
            text.replace("origin", "origins"),
            text.replace("2026-01-31", "2026-02-31"),
            text.replace("2026-01-31", "yesterday"),
            text.replace("sha256 = \"", "sha256 = \"0"),
            format!("more = 1\n{text}"),
            "<html>".to_owned(),
        ] {
            assert!(matches!(LockFile::parse(&bad), Err(LockError::Toml(_))), "{bad}");
        }
    }
}
