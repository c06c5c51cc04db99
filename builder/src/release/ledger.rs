//! Edge: reads and writes `etcdpack.lock`, whole or not at all.
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes the lock file")]

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::error::ReleaseError;
use super::lock::{Lock, LockError, Locked};
use crate::cache::{DiskError, lock_dir, sync_dir};

/// A lock file of every release there ever was has 200 KiB.
const MAX_BYTES: u64 = 1024 * 1024;

/// What the file says; an absent file says nothing.
pub(super) fn load(path: &Path) -> Result<Lock, ReleaseError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(refuse(path)(LockError::Toml("it is not UTF-8".to_owned())));
        }
        Err(error) => return Err(DiskError::new("reading", path)(error).into()),
    }
    Lock::parse(&text).map_err(refuse(path))
}

/// Adds `new` to the file, beside what other builders have added since.
pub(super) fn record(path: &Path, new: Locked) -> Result<(), ReleaseError> {
    let dir = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let _lock = lock_dir(dir)?;
    let mut lock = load(path)?;
    if lock.record(new) {
        replace(path, dir, &lock.render())?;
    }
    Ok(())
}

fn replace(path: &Path, dir: &Path, text: &str) -> Result<(), DiskError> {
    // Nothing in it is secret, and it is meant for version control. The umask still counts.
    let mode = fs::metadata(path).map_or(0o644, |old| old.permissions().mode() & 0o777);
    let mut temp = tempfile::Builder::new()
        .prefix(".etcdpack.lock.")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(dir)
        .map_err(DiskError::new("creating a file in", dir))?;
    temp.write_all(text.as_bytes())
        .and_then(|()| temp.as_file().sync_all())
        .map_err(DiskError::new("writing", temp.path()))?;
    temp.persist(path).map_err(|error| DiskError::new("renaming to", path)(error.error))?;
    sync_dir(dir)
}

fn refuse(path: &Path) -> impl FnOnce(LockError) -> ReleaseError {
    move |source| ReleaseError::Lock { path: path.to_owned(), source }
}
