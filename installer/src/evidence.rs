//! What a host shows an auditor: what was installed and by whom, what stands there now, and what was done before. Values only; the form
//! of the JSON is `docs/report.schema.json`.

use std::collections::BTreeMap;

use payload::path::AbsPath;
use serde::Serialize;
use time::OffsetDateTime;

use crate::backup::Drills;
use crate::change::Change;
use crate::facts::credentials::x509::Shown;
use crate::facts::paths::{PathFact, Seen};
use crate::health::MemberHealth;
use crate::records::{Entry, Receipt, Records};
use crate::report::Said;
use crate::snapshot_record::Listed;

pub(crate) const SCHEMA: u32 = 1;

/// All of it. No secret is in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Evidence {
    pub(crate) schema: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) made: OffsetDateTime,
    /// The version of the program that says so.
    pub(crate) etcdpack: String,
    pub(crate) host: String,
    pub(crate) cluster: String,
    pub(crate) member: String,
    pub(crate) installed: Installed,
    /// Whether etcd serves here, with a majority behind it and no alarm.
    pub(crate) healthy: bool,
    pub(crate) members: Vec<MemberHealth>,
    pub(crate) findings: Vec<Said>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) things: Vec<Thing>,
    /// Oldest first.
    pub(crate) history: Vec<Done>,
    /// Those that the host takes by itself.
    pub(crate) snapshots: Vec<Listed>,
    /// What came of the last ones that it has held with them.
    pub(crate) drills: Drills,
}

/// The bundle that is installed, and who vouches for it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Installed {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    /// Its sum.
    pub(crate) bundle: String,
    pub(crate) etcd: String,
    /// None of these is known of what was installed before bundles were signed.
    pub(crate) number: Option<u64>,
    /// The highest that was installed here.
    pub(crate) newest: Option<u64>,
    /// In words; `replaced` are those whose place that one has taken.
    pub(crate) signer: Option<String>,
    pub(crate) replaced: Vec<String>,
    pub(crate) supervision: String,
    pub(crate) restored: Option<FromSnapshot>,
}

/// The snapshot that the data came of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct FromSnapshot {
    /// The sum of the database alone.
    pub(crate) database: String,
    pub(crate) again: u32,
}

/// A certificate that the member shows or trusts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Certificate {
    pub(crate) file: String,
    pub(crate) subject: String,
    pub(crate) serial: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) not_before: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) not_after: OffsetDateTime,
    pub(crate) days_left: i64,
}

/// A file, link or directory that was installed.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Thing {
    pub(crate) path: AbsPath,
    pub(crate) kind: Kind,
    /// The sum of a file, the target of a link.
    pub(crate) installed: Option<String>,
    /// Likewise of what stands there now; of what has neither, nothing.
    pub(crate) now: Option<String>,
    pub(crate) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    File,
    Link,
    Directory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    AsInstalled,
    Changed,
    Missing,
}

/// An operation of the history.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Done {
    #[serde(flatten)]
    pub(crate) entry: Entry,
    /// Whether it was cut off, so that its outcome is still to come.
    pub(crate) unfinished: bool,
}

impl Installed {
    pub(crate) fn of(receipt: &Receipt, supervision: String) -> Self {
        let provenance = receipt.manifest.provenance.as_ref();
        let number = provenance.map(|provenance| provenance.serial.get());
        Self {
            at: receipt.installed,
            bundle: receipt.bundle.to_string(),
            etcd: receipt.manifest.release.version.to_string(),
            number,
            newest: receipt.newest.map(|newest| newest.serial.get()).or(number),
            signer: provenance.map(|provenance| provenance.signer.fingerprint().to_string()),
            replaced: receipt.replaced.iter().map(|signer| signer.fingerprint().to_string()).collect(),
            supervision,
            restored: receipt
                .restored
                .as_ref()
                .map(|restored| FromSnapshot { database: restored.database.to_string(), again: restored.again.get() }),
        }
    }
}

impl Certificate {
    pub(crate) fn of(file: &AbsPath, shown: Shown, now: OffsetDateTime) -> Self {
        let Shown { subject, serial, validity } = shown;
        Self {
            file: file.to_string(),
            subject,
            serial,
            not_before: validity.from,
            not_after: validity.until,
            days_left: (validity.until - now).whole_days(),
        }
    }
}

/// What is on record of files, links and directories, beside what was found there.
pub(crate) fn things(changes: &[Change], found: &BTreeMap<AbsPath, PathFact>) -> Vec<Thing> {
    let of = |change: &Change| {
        let (kind, installed) = match change {
            Change::File { sha256, .. } => (Kind::File, Some(sha256.to_string())),
            Change::Link { target, .. } | Change::MadeWay { target, .. } => (Kind::Link, Some(target.clone())),
            Change::Dir { .. } | Change::Adopted { .. } | Change::Tree { .. } => (Kind::Directory, None),
            Change::Group { .. }
            | Change::User { .. }
            | Change::Access { .. }
            | Change::Restored { .. }
            | Change::Textfile { .. }
            | Change::Timer { .. }
            | Change::Loop { .. }
            | Change::Service { .. } => return None,
        };
        let path = change.path()?.clone();
        let fact = found.get(&path);
        let (is_kind, now) = match fact.map(|fact| &fact.seen) {
            None | Some(Seen::Absent) => {
                return Some(Thing { path, kind, installed, now: None, state: State::Missing });
            }
            Some(Seen::File { .. }) => {
                (kind == Kind::File, fact.and_then(|fact| fact.digest).map(|digest| digest.to_string()))
            }
            Some(Seen::Link { target }) => (kind == Kind::Link, Some(target.clone())),
            Some(Seen::Dir { .. }) => (kind == Kind::Directory, None),
            Some(Seen::Other) => (false, None),
        };
        let state = if is_kind && now == installed { State::AsInstalled } else { State::Changed };
        Some(Thing { path, kind, installed, now, state })
    };
    let mut all: Vec<Thing> = changes.iter().filter_map(of).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// What was done to this host. An operation that was cut off has an entry that is not its last word.
pub(crate) fn history(records: &Records) -> Vec<Done> {
    let cut = records.unfinished.as_ref().and_then(|unfinished| unfinished.entry);
    let done = |entry: &Entry| Done { unfinished: Some(entry.n) == cut, entry: entry.clone() };
    records.history.entries().map(done).collect()
}

#[cfg(test)]
mod tests {
    use payload::digest::Digest;

    use super::*;
    use crate::change::{Before, Holds};

    #[test]
    fn what_stands_there_is_held_against_what_was_installed() {
        let path = |at: &str| -> AbsPath { at.parse().unwrap() };
        let file = Seen::File { mode: 0o755, uid: 0, gid: 0, size: 1 };
        let dir = || Seen::Dir { mode: 0o755, uid: 0, gid: 0 };
        let link = |to: &str| Seen::Link { target: to.to_owned() };
        let (ours, other) = (Digest::of(b"ours"), Digest::of(b"other"));
        for (seen, digest, of_file, of_link, of_dir) in [
            (Seen::Absent, None, State::Missing, State::Missing, State::Missing),
            (file.clone(), Some(ours), State::AsInstalled, State::Changed, State::Changed),
            (file.clone(), Some(other), State::Changed, State::Changed, State::Changed),
            (file, None, State::Changed, State::Changed, State::Changed),
            (link("/a"), None, State::Changed, State::AsInstalled, State::Changed),
            (link("/b"), None, State::Changed, State::Changed, State::Changed),
            (dir(), None, State::Changed, State::Changed, State::AsInstalled),
            (Seen::Other, None, State::Changed, State::Changed, State::Changed),
        ] {
            let found = BTreeMap::from([(path("/x"), PathFact { seen, digest })]);
            let state = |change: Change| things(&[change], &found).into_iter().map(|thing| thing.state).next().unwrap();
            let states = (
                state(Change::File { path: path("/x"), sha256: ours, before: Before::Nothing }),
                state(Change::Link { path: path("/x"), target: "/a".to_owned(), before: None }),
                state(Change::Dir { path: path("/x"), holds: Holds::Files }),
            );
            assert_eq!(states, (of_file, of_link, of_dir), "{found:?}");
        }
        let unknown = Change::Dir { path: path("/y"), holds: Holds::Files };
        assert_eq!(things(&[unknown], &BTreeMap::new())[0].state, State::Missing);
        assert_eq!(things(&[Change::Group { name: "etcd".parse().unwrap() }], &BTreeMap::new()), []);
    }
}
