//! The snapshots in a directory, as far as their names, their sizes and what lies beside them tell.
#![expect(clippy::disallowed_methods, reason = "edge: reads a directory")]

use std::fs;
use std::io;
use std::path::Path;

use super::fs_error::Cause;
use super::input;
use crate::snapshot_record::{Found, LARGEST, SnapshotRecord};

/// More names than anybody keeps snapshots under.
const MOST: usize = 10_000;

/// By their names, which are in the order of time where nobody has chosen others.
pub(crate) fn in_dir(dir: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for (n, entry) in fs::read_dir(dir)?.enumerate() {
        if n == MOST {
            return Err(Cause::TooManyNames { most: MOST }.into());
        }
        let path = entry?.path();
        if !SnapshotRecord::is_snapshots_name(&path) {
            continue;
        }
        // Gone again, or no file: a snapshot on its way has no such name.
        let Some(size) = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file).map(|stat| stat.len()) else {
            continue;
        };
        let record = input::small(&SnapshotRecord::beside(&path), LARGEST);
        let record = record.and_then(|text| SnapshotRecord::parse(&text));
        found.push(Found { path, size, record });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
