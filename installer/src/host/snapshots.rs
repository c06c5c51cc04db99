//! The snapshots in a directory, as far as their names, their sizes and what lies beside them tell; and what is done there for those that
//! nobody has asked for. Must not decide which go.
#![expect(clippy::disallowed_methods, reason = "edge: reads a directory, removes files from it")]

use std::fs;
use std::io;
use std::path::Path;

use super::fs_error::Cause;
use super::output::{self, Output, OutputError};
use super::{Seen, Tree, input};
use crate::backup::Drills;
use crate::snapshot_record::{Failed, Found, LARGEST, SnapshotRecord};
use payload::path::AbsPath;

/// More names than anybody keeps snapshots under.
const MOST: usize = 10_000;

/// Why the last one was not taken.
const FAILED: &str = "last-failure.json";

/// What came of drills.
const DRILLS: &str = "drills.json";

/// Whether root alone can make names in the directory, and on the way there.
pub(crate) fn is_roots_alone(tree: &Tree, dir: &AbsPath) -> bool {
    matches!(tree.look(dir), Ok(Seen::Dir { .. })) && tree.obstacles(dir).is_ok_and(|met| met.is_empty())
}

/// Whether something stands there, whatever it is.
pub(crate) fn is_taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// What lies beside a snapshot, if that is a record.
pub(crate) fn record(snapshot: &Path) -> Option<SnapshotRecord> {
    input::small(&SnapshotRecord::beside(snapshot), LARGEST).and_then(|text| SnapshotRecord::parse(&text))
}

/// Removes a snapshot, its record and the copy that this names; the record of one that is gone says nothing.
pub(crate) fn remove(found: &Found) -> io::Result<()> {
    fs::remove_file(&found.path)?;
    remove_record(&found.path)
}

/// Removes what lies beside a snapshot that is gone: first the copy that the record names.
fn remove_record(snapshot: &Path) -> io::Result<()> {
    if let Some(copy) = record(snapshot).and_then(|record| record.copy_of(snapshot)) {
        match fs::remove_file(copy) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::remove_file(SnapshotRecord::beside(snapshot))
}

/// Removes what killed runs have left: records of snapshots that are gone, or never came, and files that are on their way where a file
/// system has no nameless ones. Only while the host's lock is held.
pub(crate) fn clear(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)?.take(MOST) {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        if entry.file_name().to_str().is_some_and(output::is_unnamed) {
            fs::remove_file(entry.path())?;
        } else if is_lone(&entry.path()) {
            remove_record(&entry.path().with_extension(""))?;
        }
    }
    Ok(())
}

/// Whether it is the record of a snapshot that is not there.
fn is_lone(path: &Path) -> bool {
    let snapshot = path.with_extension("");
    path.extension().is_some_and(|extension| extension == "json")
        && SnapshotRecord::is_snapshots_name(&snapshot)
        && matches!(fs::symlink_metadata(&snapshot), Err(error) if error.kind() == io::ErrorKind::NotFound)
        && record(&snapshot).is_some()
}

/// Why the last one was not taken, if it was not.
pub(crate) fn failed(dir: &Path) -> Option<Failed> {
    input::small(&dir.join(FAILED), LARGEST).and_then(|text| serde_json::from_slice(&text).ok())
}

/// From now on that is why; `None`: the last one was taken.
pub(crate) fn put_failed(dir: &Path, failed: Option<&Failed>) -> Result<(), OutputError> {
    let path = dir.join(FAILED);
    let Some(failed) = failed else {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        };
    };
    Output::open(&path)?.put(&serde_json::to_vec_pretty(failed).unwrap_or_default())
}

/// What is on record of drills; nothing where that cannot be read.
pub(crate) fn drills(dir: &Path) -> Drills {
    let text = input::small(&dir.join(DRILLS), LARGEST);
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

pub(crate) fn put_drills(dir: &Path, drills: &Drills) -> Result<(), OutputError> {
    Output::open(&dir.join(DRILLS))?.put(&serde_json::to_vec_pretty(drills).unwrap_or_default())
}

/// What is told of them in a file; `None` where there is none that could be read.
pub(crate) fn told(path: &AbsPath) -> Option<Vec<u8>> {
    input::small(path.as_path(), LARGEST)
}

/// Tells it anew, also in a directory of another user's.
pub(crate) fn tell(path: &AbsPath, text: &str) -> Result<(), OutputError> {
    Output::open(path.as_path())?.put(text.as_bytes())
}

fn size_of_file(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|stat| stat.len())
}

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
        let Some(size) = size_of_file(&path) else { continue };
        let record = record(&path);
        let copy = record.as_ref().and_then(|record| size_of_file(&record.copy_of(&path)?));
        found.push(Found { path, size, record, copy });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use payload::digest::Digest;

    use super::*;
    use crate::snapshot_record::DataCopy;

    #[test]
    fn what_a_killed_run_has_left_goes_and_nothing_else() {
        let dir = std::env::temp_dir().join(format!("etcdpack-test-snapshots-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let record =
            crate::backup::tests::found("a", time::OffsetDateTime::UNIX_EPOCH, 7, 10).record.unwrap().to_json();
        let with_copy = |file: &str| {
            let copy = DataCopy { file: file.to_owned(), size: 3, sha256: Digest::of(b"copy") };
            SnapshotRecord::parse(record.as_bytes()).unwrap().with_copy(copy).to_json()
        };
        let stay = [
            "a.db",
            "a.db.json",
            "b.db",
            "c.db.age",
            "c.db.age.json",
            "theirs.db.json",
            "ship.json",
            "drills.json",
            "theirs.db.v2.tar",
            "b.db.v2.tar",
        ];
        let go = ["gone.db.json", "gone.db.age.json", "copied.db.json", "copied.db.v2.tar", "liar.db.json"];
        for name in stay.into_iter().chain(go) {
            let text = match name {
                "theirs.db.json" => "{}",
                "copied.db.json" => &with_copy("copied.db.v2.tar"),
                // By which nothing else of that directory goes.
                "liar.db.json" => &with_copy("b.db.v2.tar"),
                _ => &record,
            };
            fs::write(dir.join(name), text).unwrap();
        }
        clear(&dir).unwrap();
        let mut left: Vec<String> =
            fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let mut stay = stay.to_vec();
        stay.sort_unstable();
        assert_eq!(left, stay);
        fs::remove_dir_all(&dir).unwrap();
    }
}
