//! Edge: single files and directories, with the modes they must have. Which ones they are, `store` knows.
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes files")]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::error::PkiError;
use super::secret::Secret;

/// No certificate or key comes near this.
const MAX_BYTES: u64 = 1024 * 1024;

/// A certificate or request.
pub(super) fn text(path: &Path) -> Result<String, PkiError> {
    read(path, |_| Ok(()))
}

/// A private key, which must be the owner's alone.
pub(super) fn secret(path: &Path) -> Result<Secret, PkiError> {
    read(path, |file| {
        let mode = file.metadata().map_err(reading(path))?.mode();
        refuse_open(path, mode, 0o077, 0o600)
    })
    .map(Secret::new)
}

/// `None` where there is no such file.
pub(super) fn found<T>(read: Result<T, PkiError>) -> Result<Option<T>, PkiError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(PkiError::Reading { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn read(path: &Path, allow: impl FnOnce(&File) -> Result<(), PkiError>) -> Result<String, PkiError> {
    let metadata = fs::metadata(path).map_err(reading(path))?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(reading(path)(io::Error::other("not a file of at most 1 MiB")));
    }
    let file = File::open(path).map_err(reading(path))?;
    allow(&file)?;
    // Of the right size at once: a buffer that grows leaves copies of a key behind.
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(size + 1);
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(reading(path))?;
    String::from_utf8(bytes).map_err(|_| reading(path)(io::Error::other("not a text")))
}

/// Refuses a `mode` with any of the `forbidden` bits.
pub(super) fn refuse_open(path: &Path, mode: u32, forbidden: u32, wanted: u32) -> Result<(), PkiError> {
    let mode = mode & 0o7777;
    if mode & forbidden == 0 { Ok(()) } else { Err(PkiError::Exposed { path: path.to_owned(), mode, wanted }) }
}

/// A new file; [`sync`] makes it last.
pub(super) fn create(path: &Path, text: &str, mode: u32) -> Result<(), PkiError> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path).map_err(writing(path))?;
    if mode == 0o600 {
        // A file system without permissions (a USB stick's) shows here, before the key is in the file.
        let mode = file.metadata().map_err(writing(path))?.mode();
        refuse_open(path, mode, 0o077, 0o600)?;
    }
    file.write_all(text.as_bytes()).map_err(writing(path))
}

/// With mode 0700; whether it had to be made.
pub(super) fn make_dir(path: &Path) -> Result<bool, PkiError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(writing(path)(error)),
    }
}

/// Makes a file last, or the names in a directory.
pub(super) fn sync(path: &Path) -> Result<(), PkiError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(writing(path))
}

pub(super) fn reading(path: &Path) -> impl Fn(io::Error) -> PkiError {
    move |source| PkiError::Reading { path: path.to_owned(), source }
}

pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> PkiError {
    move |source| PkiError::Writing { path: path.to_owned(), source }
}
