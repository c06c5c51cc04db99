//! The programs of the release, unpacked once for all members, each with the digest that its bundle's manifest has.
#![expect(clippy::disallowed_methods, reason = "edge: reads the release, writes into memory of its own")]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use payload::tarball::{self, TarballError};

use super::super::cast::Cast;
use super::{Cannot, at};

impl From<TarballError> for Cannot {
    fn from(error: TarballError) -> Self {
        Self(error.to_string())
    }
}

/// Where they lie now.
pub(super) fn unpack(cast: &Cast, dir: &Path) -> Result<Vec<PathBuf>, Cannot> {
    fs::create_dir(dir).map_err(at(dir))?;
    let from = File::open(&cast.tarball).map_err(at(&cast.tarball))?;
    let mut paths = Vec::new();
    let top = tarball::top(cast.version, cast.arch);
    tarball::programs(from, &top, &cast.programs, &mut |program, from| -> Result<(), Cannot> {
        let path = dir.join(&program.name);
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o755).open(&path).map_err(at(&path))?;
        io::copy(from, &mut to).map_err(at(&path))?;
        paths.push(path);
        Ok(())
    })?;
    Ok(paths)
}
