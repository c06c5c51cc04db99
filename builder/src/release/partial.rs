//! Edge: a download that goes on where an earlier one stopped, used by one builder at a time.
//!
//! Beside `<key>.partial` lies `<key>.validator`, by which the server tells whether it still has the same
//! file. A torn or stale validator costs a fresh download, never a wrong file: the whole is hashed at the end.
#![expect(clippy::disallowed_methods, reason = "edge: partial downloads")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use payload::digest::Digest;

use super::headers::Resume;
use crate::cache::{Cache, DiskAction, DiskError};
use crate::report::Narrator;
use crate::text;

/// An open partial file and the lock on it.
#[derive(Debug)]
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    validator: PathBuf,
    len: u64,
    waited: Waited,
    /// Let go when the process ends, however it ends.
    _lock: File,
}

/// Whether another builder was at the same download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    No,
    /// It has finished, so the file may be in the cache now.
    Yes,
}

impl Partial {
    /// Takes the partial file of `url`; waits while another builder has it.
    pub(super) fn claim(cache: &Cache, url: &str, narrator: &mut dyn Narrator) -> Result<Self, DiskError> {
        let base = cache.partials().join(Digest::of(url.as_bytes()).to_string());
        let lock_path = base.with_extension("lock");
        let lock = open(&lock_path)?;
        let waited = match lock.try_lock() {
            Ok(()) => Waited::No,
            Err(TryLockError::WouldBlock) => {
                narrator.note(&text::release::ANOTHER_DOWNLOADS);
                lock.lock().map_err(DiskError::new(DiskAction::Lock, &lock_path))?;
                Waited::Yes
            }
            Err(TryLockError::Error(error)) => {
                return Err(DiskError::new(DiskAction::Lock, &lock_path)(error));
            }
        };
        let path = base.with_extension("partial");
        let file = open(&path)?;
        let len = file.metadata().map_err(DiskError::new(DiskAction::Read, &path))?.len();
        Ok(Self { file, path, validator: base.with_extension("validator"), len, waited, _lock: lock })
    }

    pub(super) fn waited(&self) -> Waited {
        self.waited
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that are here.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// How to ask for the rest; nothing where there is no beginning, or no telling whose beginning it is.
    pub(super) fn resume(&self) -> Option<Resume> {
        let validator = fs::read_to_string(&self.validator).ok()?;
        let sendable = !validator.is_empty() && validator.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        (self.len > 0 && sendable).then_some(Resume { from: self.len, validator })
    }

    /// Throws away what is here; what comes next belongs to the file that `validator` names.
    pub(super) fn restart(&mut self, validator: Option<&str>) -> io::Result<()> {
        // In this order: a validator never stands beside bytes of an earlier file.
        self.file.set_len(0)?;
        self.len = 0;
        match validator {
            Some(validator) => fs::write(&self.validator, validator),
            None => self.forget(),
        }
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Opened for appending, so it is always the end that is written to.
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Removes the validator of a file that is whole and has gone to the cache, or is of no use.
    pub(super) fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.validator) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn open(path: &Path) -> Result<File, DiskError> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    options.open(path).map_err(DiskError::new(DiskAction::Open, path))
}
