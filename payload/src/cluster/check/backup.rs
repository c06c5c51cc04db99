//! `[backup]`: snapshots that each host takes by itself.

use std::num::{NonZeroU32, NonZeroU64};
use std::ops::RangeInclusive;

use crate::cluster::fault::{Fault, parse_default};
use crate::cluster::file::BackupSection;
use crate::cluster::findings::Findings;
use crate::cluster::{Backup, Host, Paths};
use crate::path::AbsPath;

/// How often one may be taken, in seconds: a snapshot reads all of the database, and one a month is not seldom enough to be
/// called none.
pub(crate) const EVERY: RangeInclusive<u64> = 600..=31 * 86_400;
/// A week's worth, four a day.
const KEEP: NonZeroU32 = NonZeroU32::new(28).unwrap();

pub(super) fn backup(
    findings: &mut Findings,
    section: Option<BackupSection>,
    paths: &Paths,
    hosts: &[Host],
) -> Result<Option<Backup>, Vec<Fault>> {
    let Some(BackupSection { every, keep, keep_bytes, dir }) = section else { return Ok(None) };
    if !EVERY.contains(&every.get_ref().seconds()) {
        findings.fault_with_help(&every.span(), "`every` is from ten minutes to 31 days", "every = \"6h\"");
    }
    let seconds = NonZeroU64::new(every.into_inner().seconds()).unwrap_or(NonZeroU64::MIN);
    let dir_at = dir.as_ref().map(toml::Spanned::span);
    let dir = match dir {
        Some(dir) => dir.into_inner(),
        None => in_place(paths)?,
    };
    if let Some(other) = paths.bars_snapshots(&dir, hosts.iter().filter_map(|host| host.wal.as_ref())) {
        let text = format!("snapshots cannot lie in `{dir}`: `{other}` is the system's or etcd's own");
        match dir_at {
            Some(at) => findings.fault_with_help(&at, text, "dir = \"/data/etcd-snapshots\""),
            None => findings.faults.push(Fault::new(text).help("dir = \"/data/etcd-snapshots\"")),
        }
    }
    let bytes = keep_bytes.map(|bytes| {
        let found = NonZeroU64::new(bytes.get_ref().bytes());
        if found.is_none() {
            findings.fault(&bytes.span(), "`keep-bytes` leaves no room for a snapshot".to_owned());
        }
        found.unwrap_or(NonZeroU64::MIN)
    });
    Ok(Some(Backup { every_seconds: seconds, keep: keep.unwrap_or(KEEP), keep_bytes: bytes, dir }))
}

/// Beside etcd's data: a directory on the same disk, which is large.
fn in_place(paths: &Paths) -> Result<AbsPath, Vec<Fault>> {
    let beside = paths.data.parent().and_then(|dir| dir.join("snapshots").ok());
    beside.map_or_else(|| parse_default("/var/backups/etcd"), Ok)
}
