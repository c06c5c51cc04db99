//! The table: every crate that was looked for, with its advisories, and the day of the database's state.
//!
//! A crate without advisories has a line, too, so that a crate that is new in a lock is not taken for one without faults.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use time::Date;
use time::format_description::well_known::Iso8601;

use crate::advisory::{Advisory, Kind, NotAnAdvisory};
use crate::lock::Crate;

/// After this many days a table warns.
const OLD: i64 = 90;

/// Before the day of the state, in the first line.
const TITLE: &str = "# RustSec's advisories for the crates in our locks, as of ";

/// What of an advisory's file name there is for a crate without one.
const NONE: &str = "\t-";

/// Crates and their advisories.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub day: Date,
    advisories: BTreeMap<String, Vec<Advisory>>,
}

/// What is wrong with a table.
#[derive(Debug, thiserror::Error)]
pub enum NotATable {
    #[error("the first line does not say of which day it is")]
    NoDay,
    #[error("line {0}: {1}")]
    Line(usize, NotAnAdvisory),
}

/// What a table says of a lock.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Any of these fails: a fault, or a crate that was never looked for.
    pub faults: Vec<String>,
    pub warnings: Vec<String>,
}

impl Table {
    /// Of the advisories of a database, those for `crates`.
    #[must_use]
    pub fn distil(day: Date, database: &[Advisory], crates: &BTreeSet<Crate>) -> Self {
        let mut advisories: BTreeMap<String, Vec<Advisory>> =
            crates.iter().map(|of| (of.name.clone(), Vec::new())).collect();
        for advisory in database {
            if let Some(known) = advisories.get_mut(&advisory.package) {
                known.push(advisory.clone());
            }
        }
        for known in advisories.values_mut() {
            known.sort_by(|a, b| a.id.cmp(&b.id));
        }
        Self { day, advisories }
    }

    /// Holds crates against the table.
    #[must_use]
    pub fn judge(&self, crates: &BTreeSet<Crate>, today: Date) -> Verdict {
        let mut verdict = Verdict::default();
        for Crate { name, version, .. } in crates {
            let Some(advisories) = self.advisories.get(name) else {
                verdict
                    .faults
                    .push(format!("{name} {version} is not in the table: nobody has looked for its advisories"));
                continue;
            };
            for Advisory { id, kind, .. } in advisories.iter().filter(|advisory| advisory.hits(version)) {
                let text = format!("{name} {version}: {id} ({kind})");
                let list = if *kind == Kind::Notice { &mut verdict.warnings } else { &mut verdict.faults };
                list.push(text);
            }
        }
        let age = (today - self.day).whole_days();
        if age > OLD {
            verdict.warnings.push(format!("the table is {age} days old, of {}", self.day));
        }
        verdict
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}{}", self.day)?;
        writeln!(f, "# crate, id, day, kind, versions without the fault (scripts/advisories)")?;
        for (name, advisories) in &self.advisories {
            if advisories.is_empty() {
                writeln!(f, "{name}{NONE}")?;
            }
            advisories.iter().try_for_each(|advisory| writeln!(f, "{advisory}"))?;
        }
        Ok(())
    }
}

impl FromStr for Table {
    type Err = NotATable;

    fn from_str(text: &str) -> Result<Self, NotATable> {
        let day = text.lines().next().and_then(|line| line.strip_prefix(TITLE));
        let day = day.and_then(|day| Date::parse(day, &Iso8601::DATE).ok()).ok_or(NotATable::NoDay)?;
        let mut advisories: BTreeMap<String, Vec<Advisory>> = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            if let Some(name) = line.strip_suffix(NONE) {
                advisories.entry(name.to_owned()).or_default();
            } else {
                let advisory: Advisory = line.parse().map_err(|error| NotATable::Line(at + 1, error))?;
                advisories.entry(advisory.package.clone()).or_default().push(advisory);
            }
        }
        Ok(Self { day, advisories })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock;

    const DAY: &str = "2000-12-31";

    fn day(text: &str) -> Date {
        Date::parse(text, &Iso8601::DATE).unwrap()
    }

    fn locked(name: &str, version: &str) -> BTreeSet<Crate> {
        let text = format!(
            "version = 4\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\
             [[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+x\"\n"
        );
        lock::crates(&text).unwrap()
    }

    fn table() -> Table {
        let documents = [include_str!("../fixtures/patched-twice.md"), include_str!("../fixtures/unpatched.md")];
        let database: Vec<Advisory> =
            documents.iter().filter_map(|text| Advisory::from_database(text).unwrap()).collect();
        let mut crates = locked("chain", "1.0.0");
        crates.extend(locked("left", "1.0.0"));
        crates.extend(locked("clean", "1.0.0"));
        Table::distil(day(DAY), &database, &crates)
    }

    #[test]
    fn a_hit_fails_a_notice_warns_and_a_stranger_fails() {
        let table = table();
        for (name, version, faults, warnings) in [
            ("chain", "0.101.3", 1, 0),
            ("chain", "0.101.4", 0, 0),
            ("chain", "0.100.9", 0, 0),
            ("left", "3.0.0", 0, 1),
            ("clean", "0.1.0", 0, 0),
            ("new", "1.0.0", 1, 0),
        ] {
            let verdict = table.judge(&locked(name, version), day(DAY));
            let found = (verdict.faults.len(), verdict.warnings.len());
            assert_eq!(found, (faults, warnings), "{name} {version}: {verdict:?}");
        }
    }

    #[test]
    fn a_table_is_read_as_it_was_written_and_grows_old() {
        let table = table();
        assert_eq!(table.to_string().parse::<Table>().unwrap(), table);
        for (today, warnings) in [("2001-03-31", 0), ("2001-04-01", 1)] {
            assert_eq!(table.judge(&locked("clean", "1.0.0"), day(today)).warnings.len(), warnings, "{today}");
        }
        for wrong in ["", "a\t-\n", &format!("{TITLE}{DAY}\na b\n"), &format!("{TITLE}{DAY}\n\n")] {
            assert!(wrong.parse::<Table>().is_err(), "{wrong:?}");
        }
    }
}
