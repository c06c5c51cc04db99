//! Drills that this host holds by itself: what is on record of them, when one is due, and how old the last good one is.

use std::collections::BTreeSet;
use std::path::Path;

use payload::backup::Backup;
use payload::etcd::AlarmKind;
use payload::manifest::Manifest;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::due::{Age, is_in_one_piece, old};
use crate::snapshot_record::Found;

/// What is on record of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Drills {
    /// The last one that ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) good: Option<GoodDrill>,
    /// Why the one after that did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<FailedDrill>,
}

/// A drill that showed that a snapshot can be restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct GoodDrill {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) when: OffsetDateTime,
    pub(crate) revision: u64,
    /// Not known where etcd's authentication is on in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<u64>,
    /// Those that the snapshot brings along.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) alarms: BTreeSet<AlarmKind>,
    pub(crate) seconds: u64,
}

/// A drill that did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct FailedDrill {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) when: OffsetDateTime,
    pub(crate) why: String,
    /// What it speaks against.
    pub(crate) against: Against,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Against {
    /// It does not come back as it was saved.
    Snapshot,
    /// It could not be held here: too little memory, say.
    Host,
}

impl Drills {
    /// With what came of another one.
    pub(crate) fn and(self, ended: Result<GoodDrill, FailedDrill>) -> Self {
        match ended {
            Ok(good) => Self { good: Some(good), failed: None },
            Err(failed) => Self { failed: Some(failed), ..self },
        }
    }

    /// Whether one is to be held now. One that failed is held again with the next snapshot, not each time it is looked.
    pub(crate) fn is_due(&self, manifest: &Manifest, backup: &Backup, now: OffsetDateTime) -> bool {
        let Some(often) = backup.drill_seconds else { return false };
        let is_over = |every, at| !is_in_one_piece(manifest, every, at, now);
        match (&self.good, &self.failed) {
            (_, Some(failed)) => is_over(backup.every_seconds, failed.when),
            (Some(good), None) => is_over(often, good.when),
            (None, None) => true,
        }
    }

    /// How old the last good one is; `since` is when the first could be held.
    pub(crate) fn age(&self, backup: &Backup, since: OffsetDateTime, now: OffsetDateTime) -> Age {
        let when = self.good.iter().map(|good| good.when);
        backup.drill_seconds.map_or(Age::Fine, |often| old(often, when, since, now))
    }
}

/// The newest one that can be read here.
pub(crate) fn newest_in_the_clear(there: &[Found]) -> Option<&Path> {
    let recorded = there.iter().filter_map(|found| Some((found, found.recorded()?)));
    let clear = recorded.filter(|(_, record)| record.recipients.is_empty());
    let newest = clear.max_by_key(|(_, record)| (record.revision, record.taken));
    newest.map(|(found, _)| found.path.as_path())
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::backup::tests::{backup, found};
    use crate::facts::tests::manifest;

    fn at(hours: i64) -> OffsetDateTime {
        // The beginning of a week's piece.
        OffsetDateTime::UNIX_EPOCH + Duration::hours(24 * 7 * 2900 + hours)
    }

    fn weekly() -> Backup {
        Backup { drill_seconds: (7 * 86_400).try_into().ok(), ..backup(6, 28, None) }
    }

    fn ended(hours: i64, well: bool) -> Result<GoodDrill, FailedDrill> {
        let (when, why) = (at(hours), "no memory".to_owned());
        let good = GoodDrill { when, revision: 7, keys: Some(3), alarms: [AlarmKind::NoSpace].into(), seconds: 2 };
        if well { Ok(good) } else { Err(FailedDrill { when, why, against: Against::Host }) }
    }

    #[test]
    fn one_is_held_in_each_piece_of_time_and_a_failed_one_again_with_the_next_snapshot() {
        let is_due = |drills: &Drills, now| drills.is_due(&manifest(), &weekly(), at(now));
        let none = Drills::default();
        assert!(is_due(&none, 0) && !none.is_due(&manifest(), &backup(6, 28, None), at(0)), "none is asked for");
        let good = none.and(ended(1, true));
        assert!(!is_due(&good, 2) && !is_due(&good, 167) && is_due(&good, 168));
        // The clock was a year ahead, and is not any more.
        assert!(is_due(&good, 8766) && is_due(&good.clone().and(ended(8766, true)), 3));
        let failed = good.and(ended(169, false));
        assert!(!is_due(&failed, 170) && is_due(&failed, 174));
        let again = failed.clone().and(ended(174, true));
        assert_eq!((again.failed.is_none(), is_due(&again, 175)), (true, false));
        assert!(failed.good.is_some(), "when the last one ended well is not forgotten");
    }

    #[test]
    fn one_is_late_when_the_next_but_one_should_have_been_held() {
        let age = |drills: &Drills, now| drills.age(&weekly(), at(0), at(now));
        let none = Drills::default();
        assert_eq!((age(&none, 337), age(&none, 338)), (Age::Fine, Age::None));
        let good = none.and(ended(1, true)).and(ended(300, false));
        assert_eq!((age(&good, 338), age(&good, 339)), (Age::Fine, Age::Old(at(1))));
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let drills = Drills::default().and(ended(1, true)).and(ended(2, false));
        let text = serde_json::to_vec(&drills).unwrap();
        assert_eq!(serde_json::from_slice::<Drills>(&text).unwrap(), drills);
    }

    #[test]
    fn what_is_sealed_or_not_whole_is_not_drilled() {
        let mut there = vec![found("a.db", at(0), 5, 10), found("b.db", at(1), 6, 10), found("c.db.age", at(2), 7, 10)];
        there[2].record.as_mut().unwrap().recipients = vec!["age1".to_owned()];
        assert_eq!(newest_in_the_clear(&there), Some(Path::new("b.db")));
        there[1].size = 9;
        assert_eq!(newest_in_the_clear(&there), Some(Path::new("a.db")));
        assert_eq!(newest_in_the_clear(&there[2..]), None);
    }
}
