//! What the host tells of its snapshots to `node_exporter`'s textfile collector. Times, no ages: it is written when something has come
//! of a look, and not because time has passed.

use payload::backup::Backup;
use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};
use payload::render;
use time::OffsetDateTime;

use super::Drills;
use super::due::newest;
use crate::snapshot_record::{Failed, Found};

/// The file, in the directory that the manifest names; `None` where it names none, or no snapshots are taken.
pub(crate) fn textfile(manifest: &Manifest) -> Result<Option<AbsPath>, NotAPath> {
    let dir = manifest.monitoring.as_ref().and_then(|monitoring| monitoring.textfile.as_ref());
    let dir = dir.filter(|_| manifest.backup.is_some());
    dir.map(|dir| dir.join(&format!("{}-snapshots.prom", manifest.service.name))).transpose()
}

/// What stands in it.
pub(crate) fn metrics(
    manifest: &Manifest,
    backup: &Backup,
    there: &[Found],
    (failed, drills): (Option<&Failed>, &Drills),
    now: OffsetDateTime,
) -> String {
    let seconds = |at: OffsetDateTime| i128::from(at.unix_timestamp());
    let last = newest(there, now);
    let record = last.and_then(|found| found.record.as_ref());
    let often = backup.drill_seconds.map(|often| i128::from(often.get()));
    // Of drills that are not asked for any more nothing is told.
    let good = drills.good.as_ref().filter(|_| often.is_some());
    let undrilled = drills.failed.as_ref().filter(|_| often.is_some());
    let all = [
        ("snapshot_interval_seconds", Some(i128::from(backup.every_seconds.get()))),
        ("snapshot_last_good_timestamp_seconds", record.map(|it| seconds(it.taken))),
        ("snapshot_last_good_size_bytes", last.map(|found| i128::from(found.size))),
        ("snapshot_last_good_keys", record.and_then(|it| Some(it.keys?.into()))),
        ("snapshot_failed_timestamp_seconds", failed.map(|failed| seconds(failed.when))),
        ("drill_interval_seconds", often),
        ("drill_last_good_timestamp_seconds", good.map(|good| seconds(good.when))),
        ("drill_last_good_keys", good.and_then(|good| Some(good.keys?.into()))),
        ("drill_failed_timestamp_seconds", undrilled.map(|failed| seconds(failed.when))),
    ];
    // What has no value is left out: zero would be a time, or a number of keys.
    let known: Vec<(&str, i128)> = all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    render::textfile(&manifest.cluster, &manifest.member, &known)
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::backup::tests::{backup, found};
    use crate::backup::{Against, FailedDrill, GoodDrill};
    use crate::facts::tests::manifest;

    #[test]
    fn what_is_known_has_a_line_and_nothing_else_has() {
        let at = |hours| OffsetDateTime::UNIX_EPOCH + Duration::hours(hours);
        let drills = Drills::default().and(Ok(GoodDrill {
            when: at(2),
            revision: 7,
            keys: Some(3),
            alarms: [].into(),
            seconds: 1,
        }));
        let against = Against::Host;
        let drills = drills.and(Err(FailedDrill { when: at(3), why: "x".to_owned(), against }));
        let failed = Failed { when: at(1), why: "x".to_owned() };
        let of = |backup: &Backup, there: &[Found], failed: Option<&Failed>| {
            let text = metrics(&manifest(), backup, there, (failed, &drills), at(5));
            let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
            lines.map(|line| line.replace("{cluster=\"t\",member=\"n1\"}", "")).collect::<Vec<_>>()
        };
        let there = [found("a.db", at(4), 7, 4128), found("b.db", at(9000), 9, 1)];
        assert_eq!(of(&backup(6, 28, None), &[], None), ["etcdpack_snapshot_interval_seconds 21600"]);
        let drilled = Backup { drill_seconds: 86_400.try_into().ok(), ..backup(6, 28, None) };
        assert_eq!(
            of(&drilled, &there, Some(&failed)),
            [
                "etcdpack_snapshot_interval_seconds 21600",
                "etcdpack_snapshot_last_good_timestamp_seconds 14400",
                "etcdpack_snapshot_last_good_size_bytes 4128",
                "etcdpack_snapshot_failed_timestamp_seconds 3600",
                "etcdpack_drill_interval_seconds 86400",
                "etcdpack_drill_last_good_timestamp_seconds 7200",
                "etcdpack_drill_last_good_keys 3",
                "etcdpack_drill_failed_timestamp_seconds 10800",
            ]
        );
    }
}
