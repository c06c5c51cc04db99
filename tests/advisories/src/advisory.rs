//! One advisory: as RustSec's database has it (Markdown that begins with a block of TOML), and as a line of our table.

use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};
use serde::Deserialize;
use time::Date;
use time::format_description::well_known::Iso8601;

/// What an advisory is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Vulnerability,
    /// Safe code can break memory.
    Unsound,
    /// Nobody looks after the crate, or there is something to know: no fault.
    Notice,
}

/// A fault of some versions of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    pub package: String,
    pub id: String,
    pub day: Date,
    pub kind: Kind,
    /// Versions without the fault: those that mend it, and those that never had it.
    pub good: Vec<VersionReq>,
}

/// Why a text is not an advisory.
#[derive(Debug, thiserror::Error)]
pub enum NotAnAdvisory {
    #[error("there is no block of TOML at its beginning")]
    NoBlock,
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    #[error("the day: {0}")]
    Day(#[from] time::error::Parse),
    #[error("a version: {0}")]
    Version(#[from] semver::Error),
    #[error("`{0}` is not a kind of advisory")]
    Kind(String),
    #[error("a line has five fields: crate, id, day, kind, patched versions")]
    Fields,
}

#[derive(Deserialize)]
struct Document {
    advisory: Head,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    package: String,
    date: String,
    informational: Option<String>,
    withdrawn: Option<String>,
}

#[derive(Deserialize, Default)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

impl Advisory {
    /// Reads a file of the database; `None` for an advisory that was withdrawn.
    pub fn from_database(text: &str) -> Result<Option<Self>, NotAnAdvisory> {
        let block = text.trim_start().strip_prefix("```toml\n").and_then(|rest| rest.split_once("\n```"));
        let Document { advisory, versions } = toml::from_str(block.ok_or(NotAnAdvisory::NoBlock)?.0)?;
        if advisory.withdrawn.is_some() {
            return Ok(None);
        }
        let good = versions.patched.iter().chain(&versions.unaffected);
        Ok(Some(Self {
            package: advisory.package,
            id: advisory.id,
            day: Date::parse(&advisory.date, &Iso8601::DATE)?,
            kind: advisory.informational.as_deref().unwrap_or("vulnerability").parse()?,
            good: good.map(|range| range.parse()).collect::<Result<_, _>>()?,
        }))
    }

    /// Whether this version has the fault.
    #[must_use]
    pub fn hits(&self, version: &Version) -> bool {
        !self.good.iter().any(|range| range.matches(version))
    }
}

/// A line of the table.
impl fmt::Display for Advisory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, id, day, kind, good } = self;
        let good: Vec<String> = good.iter().map(ToString::to_string).collect();
        write!(f, "{package}\t{id}\t{day}\t{kind}\t{}", good.join(" || "))
    }
}

impl FromStr for Advisory {
    type Err = NotAnAdvisory;

    fn from_str(line: &str) -> Result<Self, NotAnAdvisory> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [package, id, day, kind, good] = fields[..] else { return Err(NotAnAdvisory::Fields) };
        let good = good.split("||").map(str::trim).filter(|range| !range.is_empty());
        Ok(Self {
            package: package.to_owned(),
            id: id.to_owned(),
            day: Date::parse(day, &Iso8601::DATE)?,
            kind: kind.parse()?,
            good: good.map(str::parse).collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vulnerability => "vulnerability",
            Self::Unsound => "unsound",
            Self::Notice => "notice",
        })
    }
}

impl FromStr for Kind {
    type Err = NotAnAdvisory;

    fn from_str(word: &str) -> Result<Self, NotAnAdvisory> {
        match word {
            "vulnerability" => Ok(Self::Vulnerability),
            "unsound" => Ok(Self::Unsound),
            "notice" | "unmaintained" => Ok(Self::Notice),
            other => Err(NotAnAdvisory::Kind(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCHED_TWICE: &str = include_str!("../fixtures/patched-twice.md");
    const UNPATCHED: &str = include_str!("../fixtures/unpatched.md");
    const WITHDRAWN: &str = include_str!("../fixtures/withdrawn.md");

    #[test]
    fn a_version_is_hit_outside_of_all_good_ranges() {
        let twice = Advisory::from_database(PATCHED_TWICE).unwrap().unwrap();
        let never = Advisory::from_database(UNPATCHED).unwrap().unwrap();
        for (version, hit) in [
            // The ranges: `>= 0.100.2, < 0.101.0`, `>= 0.101.4`, and unaffected `< 0.9`.
            ("0.8.9", false),
            ("0.9.0", true),
            ("0.100.1", true),
            ("0.100.2", false),
            ("0.101.0", true),
            ("0.101.3", true),
            ("0.101.4", false),
            ("0.101.4+build", false),
            ("1.0.0", false),
            // What comes before a mended version may not have it.
            ("0.101.4-rc.1", true),
        ] {
            let version = version.parse().unwrap();
            assert_eq!(twice.hits(&version), hit, "{version}");
            assert!(never.hits(&version), "{version}");
        }
        assert_eq!(never.kind, Kind::Notice);
    }

    #[test]
    fn a_line_says_what_the_document_says() {
        for document in [PATCHED_TWICE, UNPATCHED] {
            let advisory = Advisory::from_database(document).unwrap().unwrap();
            assert_eq!(advisory.to_string().parse::<Advisory>().unwrap(), advisory);
        }
        assert!(Advisory::from_database(WITHDRAWN).unwrap().is_none());
        for wrong in ["", "# no block", "```toml\n[advisory]\n```", "a\tb\tc", "a\tR-1\t2026-01-01\trumour\t"] {
            assert!(Advisory::from_database(wrong).is_err() && wrong.parse::<Advisory>().is_err(), "{wrong}");
        }
    }
}
