//! One flag of etcd's server: what it takes, who sets it, and which versions have it.
//!
//! Must not know which flags there are: `flags.rs` does.

use std::fmt;

use super::EtcdVersion;
use super::flag_value::FlagValue;
use crate::language::Words;
use crate::{say, words};

/// One flag of etcd's server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// What etcd takes for a value.
    pub value: FlagValue,
    /// Who sets it.
    pub owner: Owner,
    pub(super) spans: &'static [Span],
    pub(super) instead: Option<&'static str>,
}

impl Flag {
    /// Whether etcd accepts the flag in this version; a newer version than is known is taken for the newest.
    #[must_use]
    pub fn is_in(&self, version: EtcdVersion) -> bool {
        self.spans.iter().any(|span| span.contains(version))
    }

    /// The versions that accept it, in words.
    #[must_use]
    pub const fn known_to(&self) -> KnownTo {
        KnownTo(self.spans)
    }

    /// For the table: the same flag, with what to write in versions that lack it.
    pub(super) const fn instead(self, setting: &'static str) -> Self {
        Self { instead: Some(setting), ..self }
    }
}

/// A flag of the table, one line each.
pub(super) const fn flag(name: &'static str, value: FlagValue, spans: &'static [Span], owner: Owner) -> Flag {
    Flag { name, value, owner, spans, instead: None }
}

/// Who sets a flag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// etcdpack itself; the words say which key of the cluster file decides it.
    Etcdpack(Words),
    /// Whoever writes the cluster file, in `[etcd.flags]`.
    User,
    /// Nobody; the words say why.
    Refused(Words),
}

/// The versions from one on, up to but not including another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub(super) from: EtcdVersion,
    pub(super) to: Option<EtcdVersion>,
}

impl Span {
    /// For the table: from 3.`minor`.`patch` on.
    pub(super) const fn since(minor: u16, patch: u16) -> Self {
        Self { from: EtcdVersion::new(3, minor, patch), to: None }
    }

    /// For the table: from 3.`minor`.`patch` to the last release before 3.`gone`.0.
    pub(super) const fn until(minor: u16, patch: u16, gone: u16) -> Self {
        Self { from: EtcdVersion::new(3, minor, patch), to: Some(EtcdVersion::new(3, gone, 0)) }
    }

    /// Whether this version is one of them.
    #[must_use]
    pub fn contains(&self, version: EtcdVersion) -> bool {
        version >= self.from && self.to.is_none_or(|to| version < to)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            None => say!(f, en = "{} and newer", zh = "{} 及更新", self.from),
            // A flag goes with a minor, never with a patch release: the table can say nothing else.
            Some(to) => {
                say!(f, en = "{} to {}.{}.x", zh = "{} 至 {}.{}.x", self.from, to.major(), to.minor().saturating_sub(1))
            }
        }
    }
}

/// Displays as `3.2.22 to 3.2.x, 3.3.7 and newer`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownTo(&'static [Span]);

impl fmt::Display for KnownTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, span) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{span}")?;
        }
        if self.0.is_empty() { f.write_str(&words!(en = "none", zh = "无")) } else { Ok(()) }
    }
}
