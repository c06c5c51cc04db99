//! The values that options of the cluster file may take, apart from names, paths and certificates.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::name::MemberName;
use crate::say;

/// Flags of the cluster file by name, each with its place in the file.
pub(super) type Flags = BTreeMap<&'static str, (Setting, Range<usize>)>;

/// How clients on the host itself reach etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loopback {
    /// `https://127.0.0.1`: the same certificate check as from outside.
    #[default]
    Https,
    /// `http://127.0.0.1`, as in the guide: every local user has full access to the data.
    Http,
    /// No loopback listener at all.
    Off,
}

/// Who keeps etcd running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// Decided on the host: its supervisor, else the carried one, else systemd.
    #[default]
    Auto,
    /// supervisord, the host's own or the carried one.
    Supervisor,
    /// A systemd unit.
    Systemd,
}

/// Whether the bundle brings supervisor along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carry {
    /// The two wheels travel in every bundle.
    Wheels,
    /// The hosts have supervisor or run systemd.
    Nothing,
}

impl Carry {
    /// Whether the supervisor that is carried has this name for its own unit.
    #[must_use]
    pub fn has_taken(self, service: &MemberName) -> bool {
        // A file system that knows no case would make one of two units.
        self == Self::Wheels && service.as_str().eq_ignore_ascii_case("supervisord")
    }
}

/// `--auto-compaction-mode`, etcd 3.3 and newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CompactionMode {
    Periodic,
    Revision,
}

impl CompactionMode {
    /// The word that etcd takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Periodic => "periodic",
            Self::Revision => "revision",
        }
    }
}

/// `--log-level`, etcd 3.4 and newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
    Panic,
    Fatal,
}

impl LogLevel {
    /// The word that etcd takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Fatal => "fatal",
        }
    }
}

/// The value of a flag in `[etcd.flags]`: printable ASCII that can stand between single quotes in a shell.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting(String);

impl Setting {
    const MAX: usize = 4096;

    /// This value in etcd's own units.
    pub(super) fn read_as(self, read: String) -> Self {
        if read == self.0 { self } else { Self(read) }
    }

    /// The value as etcd is to read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Written::deserialize(deserializer)?.text();
        let odd = |c: &char| !(' '..='~').contains(c) || *c == '\'' || *c == '\\';
        if let Some(c) = text.chars().find(odd) {
            let c = c.escape_debug();
            return Err(serde::de::Error::custom(say!(
                en = "the character `{c}` cannot stand in a flag's value",
                zh = "参数的值中不能有字符 `{c}`"
            )));
        }
        if text.is_empty() || text.len() > Self::MAX {
            return Err(serde::de::Error::custom(say!(
                en = "a flag's value has 1 to {} characters",
                zh = "参数的值为 1 至 {} 个字符",
                Self::MAX
            )));
        }
        Ok(Self(text))
    }
}

/// A flag's value as it stands in the file.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a flag takes a text, a whole number, `true`/`false`, or a list of these")]
enum Written {
    One(Scalar),
    /// With commas between, as etcd has lists.
    Several(Vec<Scalar>),
    /// `{ Gate = true }`, likewise.
    Named(BTreeMap<String, Scalar>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(i64),
    Switch(bool),
}

impl Written {
    fn text(self) -> String {
        match self {
            Self::One(one) => one.text(),
            Self::Several(all) => all.into_iter().map(Scalar::text).collect::<Vec<_>>().join(","),
            Self::Named(all) => {
                let pair = |(name, value): (String, Scalar)| format!("{name}={}", value.text());
                all.into_iter().map(pair).collect::<Vec<_>>().join(",")
            }
        }
    }
}

impl Scalar {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
            Self::Switch(switch) => switch.to_string(),
        }
    }
}
