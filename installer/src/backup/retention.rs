//! Which snapshots are superfluous, once there is a new one that is proven whole.

use std::path::Path;

use payload::backup::Backup;

use crate::snapshot_record::Found;

/// Those that go, so that no more stay than are to be kept. The `newest`, which was proven just now, never goes, and nothing does
/// that no record speaks of, or that is not as its record says: whose that is, is not known here.
///
/// By revision, which no clock moves: the oldest go first, and before them those of another cluster.
pub(crate) fn superfluous<'a>(backup: &Backup, there: &'a [Found], cluster_id: &str, newest: &Path) -> Vec<&'a Found> {
    let of_record =
        |found: &Found| found.record.as_ref().map(|it| (it.cluster_id == cluster_id, it.revision, it.taken));
    let mut old: Vec<&Found> = there
        .iter()
        .filter(|found| found.recorded().is_some() && found.path.file_name() != newest.file_name())
        .collect();
    old.sort_by_key(|found| of_record(found));
    let new = there.iter().find(|found| found.path.file_name() == newest.file_name());
    let mut bytes: u64 = old.iter().copied().chain(new).map(Found::room).sum();
    let mut stay = old.len() as u64 + 1;
    let is_too_much = |stay: u64, bytes: u64| {
        stay > u64::from(backup.keep.get()) || backup.keep_bytes.is_some_and(|most| bytes > most.get())
    };
    let mut goes = Vec::new();
    for found in old {
        if !is_too_much(stay, bytes) {
            break;
        }
        goes.push(found);
        stay -= 1;
        bytes -= found.room();
    }
    goes
}

#[cfg(test)]
mod tests {
    use payload::digest::Digest;
    use time::{Duration, OffsetDateTime};

    use super::*;
    use crate::backup::tests::{backup, found};
    use crate::snapshot_record::DataCopy;

    /// Names of those that go, of these: name, revision, day on which it was taken, bytes.
    fn goes(keep: u32, bytes: Option<u64>, there: &[(&str, u64, i64, u64)]) -> Vec<String> {
        let of = |(name, revision, day, size): &(&str, u64, i64, u64)| {
            found(name, OffsetDateTime::UNIX_EPOCH + Duration::days(*day), *revision, *size)
        };
        let there: Vec<Found> = there.iter().map(of).collect();
        let goes = superfluous(&backup(6, keep, bytes), &there, "1f", Path::new("new.db"));
        goes.iter().map(|found| found.path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_oldest_go_and_the_newest_stays_whatever_the_clock_says() {
        let there = [("a.db", 5, 1, 10), ("b.db", 6, 2, 10), ("c.db", 7, 3, 10), ("new.db", 8, 4, 10)];
        assert_eq!(goes(4, None, &there), [""; 0]);
        assert_eq!(goes(2, None, &there), ["a.db", "b.db"]);
        assert_eq!(goes(1, None, &there), ["a.db", "b.db", "c.db"]);
        assert_eq!(goes(4, Some(25), &there), ["a.db", "b.db"]);
        assert_eq!(goes(4, Some(1), &there), ["a.db", "b.db", "c.db"], "never the last one");
        // The clock was a year ahead for a day: what was taken then is not kept for that.
        let ahead = [("a.db", 5, 366, 10), ("b.db", 6, 2, 10), ("new.db", 7, 3, 10)];
        assert_eq!(goes(2, None, &ahead), ["a.db"]);
        let same = [("a.db", 5, 1, 10), ("new.db", 5, 0, 10)];
        assert_eq!(goes(1, None, &same), ["a.db"]);
    }

    #[test]
    fn a_copy_of_the_data_counts_with_its_snapshot() {
        let mut there = ["a.db", "b.db", "new.db"].map(|name| found(name, OffsetDateTime::UNIX_EPOCH, 5, 10));
        let copy = DataCopy { file: "a.db.v2.tar".to_owned(), size: 90, sha256: Digest::of(b"copy") };
        there[0].record = there[0].record.take().map(|record| record.with_copy(copy));
        let goes = |there: &[Found]| {
            let goes = superfluous(&backup(6, 9, Some(50)), there, "1f", Path::new("new.db"));
            goes.iter().map(|found| found.path.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(goes(&there), [""; 0], "without it, it is not as its record says");
        there[0].copy = Some(90);
        assert_eq!(goes(&there), ["a.db"]);
    }

    #[test]
    fn what_is_not_known_stays_and_another_clusters_go_first() {
        let mut there = vec![
            found("a.db", OffsetDateTime::UNIX_EPOCH, 5, 10),
            found("other.db", OffsetDateTime::UNIX_EPOCH, 900, 10),
            found("cut.db", OffsetDateTime::UNIX_EPOCH, 1, 10),
            found("bare.db", OffsetDateTime::UNIX_EPOCH, 1, 10),
            found("new.db", OffsetDateTime::UNIX_EPOCH, 6, 10),
        ];
        there[1].record.as_mut().unwrap().cluster_id = "2f".to_owned();
        there[2].size = 3;
        there[3].record = None;
        let goes = |keep| {
            let goes = superfluous(&backup(6, keep, None), &there, "1f", Path::new("new.db"));
            goes.iter().map(|found| found.path.to_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(goes(2), ["other.db"]);
        assert_eq!(goes(1), ["other.db", "a.db"]);
    }
}
