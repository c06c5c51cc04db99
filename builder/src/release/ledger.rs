//! Edge: reads and writes `etcdpack.lock`, whole or not at all.
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes the lock file")]

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::error::ReleaseError;
use super::lock::{LockError, LockFile, LockedRelease};
use crate::atomic_file::{self, FileMode, dir_of};
use crate::cache::{DiskAction, DiskError, lock_dir};
use crate::text::release as text;

/// A lock file of every release there ever was has 200 KiB.
const MAX_BYTES: u64 = 1024 * 1024;

/// What the file says; an absent file says nothing.
pub(super) fn load(path: &Path) -> Result<LockFile, ReleaseError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(LockFile::default()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(refuse(path)(LockError::Toml(text::NOT_UTF8.into())));
        }
        Err(error) => return Err(DiskError::new(DiskAction::Read, path)(error).into()),
    }
    LockFile::parse(&text).map_err(refuse(path))
}

/// Adds `new` to the file, beside what other builders have added since.
pub(super) fn record(path: &Path, new: LockedRelease) -> Result<(), ReleaseError> {
    let _lock = lock_dir(dir_of(path))?;
    let mut lock = load(path)?;
    if lock.record(new) {
        replace(path, &lock.render())?;
    }
    Ok(())
}

fn replace(path: &Path, text: &str) -> Result<(), DiskError> {
    // Nothing in it is secret, and it is meant for version control. The umask still counts.
    let mode = fs::metadata(path).map_or(0o644, |old| old.permissions().mode() & 0o777);
    atomic_file::replace(path, text.as_bytes(), FileMode::LessUmask(mode))
        .map_err(DiskError::new(DiskAction::Write, path))
}

fn refuse(path: &Path) -> impl FnOnce(LockError) -> ReleaseError {
    move |source| ReleaseError::LockFile { path: path.to_owned(), source }
}
