//! Edge: a file in a directory of ours that is there whole or not at all. What is in it is none of its business.
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes files")]

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use crate::unnamed::{Unnamed, dir_of};

/// `None` where there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name never stands for half of it; on the disk when this returns.
pub(super) fn put(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut new = Unnamed::beside(path, 0o600)?;
    new.write_all(bytes)?;
    new.set_mode(mode)?;
    new.replace(path)?;
    File::open(dir_of(path))?.sync_all()
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
