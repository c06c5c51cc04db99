//! Whether a snapshot is due. Time is cut into pieces of `every`, for each host at an offset of its own, and each piece has one snapshot.
//!
//! So a clock that is set forward brings one snapshot at most for wherever it is set to, and one that is set back brings the next after
//! `every` at the latest, whatever lies there from days that are to come.

use std::num::NonZeroU64;

use payload::backup::Backup;
use payload::manifest::Manifest;
use time::{Duration, OffsetDateTime};

use crate::snapshot_record::Found;

/// How far a clock may be ahead of what it was when a snapshot was taken.
const AHEAD: Duration = Duration::hours(1);

/// How long after its own beginning a piece of this host begins, in seconds: the hosts' snapshots are spread over `every`.
fn offset(manifest: &Manifest, every: u64) -> u64 {
    let at = manifest.members.iter().position(|member| member.name == manifest.member).unwrap_or_default();
    every.saturating_mul(at as u64) / (manifest.members.len().max(1) as u64)
}

/// Whether both are in one of the pieces that time is cut into on this host.
pub(super) fn is_in_one_piece(manifest: &Manifest, every: NonZeroU64, a: OffsetDateTime, b: OffsetDateTime) -> bool {
    let offset = i128::from(offset(manifest, every.get()));
    let piece = |at: OffsetDateTime| (i128::from(at.unix_timestamp()) - offset).div_euclid(i128::from(every.get()));
    piece(a) == piece(b)
}

/// Whether one is to be taken now, beside those that lie there.
pub(crate) fn is_due(manifest: &Manifest, backup: &Backup, there: &[Found], now: OffsetDateTime) -> bool {
    !good(there).any(|taken| is_in_one_piece(manifest, backup.every_seconds, taken, now))
}

/// How the age of the last good one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Fine,
    /// Twice as old as any should get.
    Old(OffsetDateTime),
    /// There is none, and one is as late.
    None,
}

/// How old the last good one is; `since` is when the first could be taken.
pub(crate) fn age(backup: &Backup, there: &[Found], since: OffsetDateTime, now: OffsetDateTime) -> Age {
    old(backup.every_seconds, good(there), since, now)
}

/// The age of the last of what is to come once in `every` seconds, and came at these times.
pub(super) fn old(
    every: NonZeroU64,
    came: impl Iterator<Item = OffsetDateTime>,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Age {
    // What is from days that are to come says nothing about today.
    let newest = came.filter(|at| *at <= now + AHEAD).max();
    let limit = Duration::seconds(i64::try_from(every.get()).unwrap_or(i64::MAX / 4)) * 2 + AHEAD;
    match newest {
        _ if now - newest.unwrap_or(since) <= limit => Age::Fine,
        Some(newest) => Age::Old(newest),
        None => Age::None,
    }
}

/// The last good one. What is from days that are to come is not.
pub(super) fn newest(there: &[Found], now: OffsetDateTime) -> Option<&Found> {
    let taken = |found: &&Found| found.recorded().map(|record| record.taken).filter(|taken| *taken <= now + AHEAD);
    there.iter().filter(|found| taken(found).is_some()).max_by_key(taken)
}

/// When each good one was taken.
fn good(there: &[Found]) -> impl Iterator<Item = OffsetDateTime> {
    there.iter().filter_map(|found| Some(found.recorded()?.taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::tests::{backup, found};
    use crate::facts::tests::manifest;

    fn at(hours: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::hours(480_000 + hours)
    }

    #[test]
    fn each_piece_of_time_has_one_wherever_the_clock_is_set() {
        let (manifest, backup) = (manifest(), backup(6, 28, None));
        let due = |taken: &[i64], now| {
            let there: Vec<_> = taken.iter().map(|hours| found("a", at(*hours), 7, 1)).collect();
            is_due(&manifest, &backup, &there, at(now))
        };
        assert!(due(&[], 0));
        for (taken, now, is_due) in [(0, 0, false), (0, 5, false), (0, 6, true), (0, -1, true), (0, 100, true)] {
            assert_eq!(due(&[taken], now), is_due, "{taken} {now}");
        }
        // A day of looking every quarter of an hour, with the clock set forward by a year and back again.
        let (mut taken, mut count) = (Vec::new(), 0);
        for tick in 0..96 {
            let hours = tick / 4 + if (30..50).contains(&tick) { 8766 } else { 0 };
            if due(&taken, hours) {
                taken.push(hours);
                count += 1;
            }
        }
        assert!((4..=7).contains(&count), "{count}: {taken:?}");
        // One that is not whole does not count.
        let mut bad = found("a", at(0), 7, 1);
        bad.size += 1;
        assert!(is_due(&manifest, &backup, &[bad], at(0)));
    }

    /// Hourly ones, for a day in which the clock is set: how many are taken, and the longest time without one, in minutes.
    fn day(clock: impl Fn(i64) -> i64) -> (usize, i64) {
        let (manifest, backup) = (manifest(), backup(1, 28, None));
        let (mut there, mut last, mut longest) = (Vec::new(), 0, 0);
        // It is looked each two minutes and a half, as the timer and the loop do.
        for look in 0..24 * 24 {
            let (passed, shown) = (look * 5 / 2, clock(look * 5 / 2));
            let now = OffsetDateTime::UNIX_EPOCH + Duration::hours(480_000) + Duration::minutes(shown);
            if is_due(&manifest, &backup, &there, now) {
                there.push(found("a", now, 7, 1));
                (longest, last) = (longest.max(passed - last), passed);
            }
        }
        (there.len(), longest.max(24 * 60 - last))
    }

    #[test]
    fn a_day_of_hourly_ones_has_neither_a_gap_nor_a_flood_however_the_clock_is_set() {
        let year = 365 * 24 * 60;
        let at = |from: i64, by: i64| move |minutes| minutes + if minutes >= from { by } else { 0 };
        let there_and_back = |minutes| minutes + if (300..700).contains(&minutes) { year } else { 0 };
        let back_and_forth = |minutes: i64| minutes - if (minutes / 90) % 2 == 1 { 45 } else { 0 };
        assert_eq!(day(|minutes| minutes), (24, 60));
        for (name, (count, longest)) in [
            ("forward by an hour and a half", day(at(300, 90))),
            ("forward by a year", day(at(300, year))),
            ("back by an hour and a half", day(at(300, -90))),
            ("back by a year", day(at(300, -year))),
            ("a year ahead for a while", day(there_and_back)),
            ("three quarters of an hour back, again and again", day(back_and_forth)),
        ] {
            assert!((22..=26).contains(&count), "{name}: {count}");
            assert!(longest <= 3 * 60, "{name}: {longest}");
        }
    }

    #[test]
    fn the_hosts_take_turns() {
        let mut manifest = manifest();
        let first = manifest.members[0].clone();
        manifest.members = ["a", "b", "c"]
            .map(|name| payload::manifest::Member { name: name.parse().unwrap(), ..first.clone() })
            .to_vec();
        let offsets = ["a", "b", "c"].map(|name| {
            manifest.member = name.parse().unwrap();
            offset(&manifest, 21_600)
        });
        assert_eq!(offsets, [0, 7200, 14_400]);
    }

    #[test]
    fn one_is_late_when_the_next_but_one_should_be_there() {
        let backup = backup(6, 28, None);
        let late = |taken: &[i64], now| {
            let there: Vec<_> = taken.iter().map(|hours| found("a", at(*hours), 7, 1)).collect();
            age(&backup, &there, at(0), at(now))
        };
        assert_eq!((late(&[], 13), late(&[], 14)), (Age::Fine, Age::None));
        assert_eq!((late(&[1], 14), late(&[1], 15)), (Age::Fine, Age::Old(at(1))));
        assert_eq!(late(&[1, 9000], 15), Age::Old(at(1)), "one from next year");
    }
}
