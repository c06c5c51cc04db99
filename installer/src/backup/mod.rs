//! Snapshots that this host takes by itself: when one is due, which are superfluous, and what looks again and again.
//! Pure: what lies on the disk is found by `host::snapshots`.

mod drills;
mod due;
mod looks;
mod metrics;
mod retention;
mod units;

pub(crate) use drills::{Against, Drills, FailedDrill, GoodDrill, newest_in_the_clear};
pub(crate) use due::{Age, age, is_due};
pub(crate) use looks::{Looks, program, section};
pub(crate) use metrics::{metrics, textfile};
pub(crate) use retention::superfluous;
pub(crate) use units::Units;

use std::path::PathBuf;

use payload::manifest::Manifest;
use payload::recipient::Recipient;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::snapshot_record::SEALED;

/// `CLUSTER-YYYYMMDDThhmmssZ.db`: names in the order of time; with `.age` behind it where it is sealed.
pub(crate) fn name(manifest: &Manifest, taken: OffsetDateTime, recipients: &[Recipient]) -> PathBuf {
    let taken = taken.format(&Rfc3339).unwrap_or_default().replace(['-', ':'], "");
    let sealed = if recipients.is_empty() { "" } else { SEALED };
    format!("{}-{taken}.db{sealed}", manifest.cluster).into()
}

/// What stays free beside a snapshot that nobody has asked for: of a disk with so many bytes a tenth, and 2 GiB at most, which is as much
/// as etcd's database has by default.
pub(crate) fn reserve(disk: u64) -> u64 {
    (disk / 10).min(2 << 30)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::num::{NonZeroU32, NonZeroU64};

    use payload::backup::Backup;
    use payload::digest::Digest;

    use super::*;
    use crate::snapshot_record::{Found, SnapshotRecord};

    pub(crate) fn backup(hours: u64, keep: u32, bytes: Option<u64>) -> Backup {
        Backup {
            every_seconds: NonZeroU64::new(hours * 3600).unwrap(),
            keep: NonZeroU32::new(keep).unwrap(),
            keep_bytes: bytes.and_then(NonZeroU64::new),
            dir: "/data/etcd/snapshots".parse().unwrap(),
            drill_seconds: None,
            recipients: Vec::new(),
        }
    }

    pub(crate) fn found(name: &str, taken: OffsetDateTime, revision: u64, size: u64) -> Found {
        let sum = Digest::of(b"");
        let text = format!(
            "{{\"schema\":1,\"cluster\":\"ship\",\"cluster-id\":\"1f\",\"member\":\"n1\",\"member-id\":\"2f\",\"etcd\":\"3.5.1\",\
             \"revision\":{revision},\"size\":{size},\"sha256\":\"{sum}\",\"database-sha256\":\"{sum}\",\
             \"taken\":\"1970-01-01T00:00:00Z\"}}"
        );
        let record = SnapshotRecord::parse(text.as_bytes()).map(|mut record| {
            record.taken = taken;
            record
        });
        Found { path: name.into(), size, record, copy: None }
    }

    #[test]
    fn a_small_disk_keeps_a_tenth_free() {
        assert_eq!((reserve(10 << 30), reserve(1 << 40)), (1 << 30, 2 << 30));
    }
}
