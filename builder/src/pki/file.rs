//! Edge: single files and directories, with the modes they must have. Which ones they are, `store` knows.
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes files")]

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use super::error::{PkiError, reading, writing};
use super::form::{self, Form};
use super::modes::{self, refuse_open};
use crate::secret::Secret;
use crate::text::pki as message;

/// No certificate or key comes near this.
const MAX_BYTES: u64 = 1024 * 1024;

/// A certificate or request.
pub(super) fn text(path: &Path) -> Result<String, PkiError> {
    read(path, |_| Ok(()))
}

/// A CA's certificate that was named and is used from where it is: whoever can change it can give himself a member's place.
pub(super) fn trusted(path: &Path) -> Result<String, PkiError> {
    modes::check_owner(path)?;
    read(path, |metadata| refuse_open(path, metadata.mode(), 0o022, 0o644))
}

/// A private key that is used from where it is: it must be its owner's alone, and he must be us or root.
pub(super) fn secret(path: &Path) -> Result<Secret, PkiError> {
    out_of_a_token(path)?;
    modes::check_owner(path)?;
    imported_secret(path)
}

/// A private key that is taken in from where it is: nobody but its owner may read it.
pub(super) fn imported_secret(path: &Path) -> Result<Secret, PkiError> {
    out_of_a_token(path)?;
    read(path, |metadata| refuse_open(path, metadata.mode(), 0o077, 0o600)).map(Secret::new)
}

/// What stays in a token is no file, and cannot be read.
fn out_of_a_token(path: &Path) -> Result<(), PkiError> {
    let form = Form::Token;
    if form::is_in_a_token(path) { Err(PkiError::Form { path: path.to_owned(), form }) } else { Ok(()) }
}

/// `None` where there is no such file.
pub(super) fn found<T>(read: Result<T, PkiError>) -> Result<Option<T>, PkiError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(PkiError::Reading { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Never waits: where a file should be there may be a pipe.
fn read(path: &Path, allow: impl FnOnce(&Metadata) -> Result<(), PkiError>) -> Result<String, PkiError> {
    let wait_not = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(wait_not).open(path).map_err(reading(path))?;
    let metadata = file.metadata().map_err(reading(path))?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(reading(path)(io::Error::other(message::NOT_A_SMALL_FILE.text())));
    }
    allow(&metadata)?;
    // Of the right size at once: a buffer that grows leaves copies of a key behind.
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(size + 1);
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(reading(path))?;
    match form::text(bytes) {
        Ok(mut text) => Ok(std::mem::take(&mut *text)),
        Err(form) => Err(PkiError::Form { path: path.to_owned(), form }),
    }
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
    // The umask has taken away what it would.
    file.set_permissions(Permissions::from_mode(mode)).map_err(writing(path))?;
    file.write_all(text.as_bytes()).map_err(writing(path))
}

/// With mode 0700; whether it had to be made.
pub(super) fn make_dir(path: &Path) -> Result<bool, PkiError> {
    match DirBuilder::new().mode(0o700).create(path) {
        // Whatever the umask has taken away.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o700)).map(|()| true).map_err(writing(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(writing(path)(error)),
    }
}

/// All of a file; `None` where there is none.
pub(super) fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A directory for its owner alone, without files of these names.
pub(super) fn dir_without(path: &Path, names: &[&str]) -> io::Result<()> {
    // Those above it as narrow, whatever the umask.
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))?;
    for name in names {
        match fs::remove_file(path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Makes a file last, or the names in a directory.
pub(super) fn sync(path: &Path) -> Result<(), PkiError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(writing(path))
}
