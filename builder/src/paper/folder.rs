//! Edge: puts the sheets where they are printed from.
#![expect(clippy::disallowed_methods, reason = "edge: makes a directory, and looks where two lie")]

use std::fs;
use std::io::Write as _;
use std::path::{self, Path};

use super::Tongues;
use super::sheets::Sheets;
use crate::atomic_file::AtomicFile;
use crate::cache::{DiskAction, DiskError};
use crate::failure::Failure;
use crate::text::paper as text;

/// What the folder is called, beside the cluster file.
pub(crate) const FOLDER: &str = "paper";

/// Says when sheets for `dir` would lie among the bundles, which may be on a stick.
pub(crate) fn check(dir: &Path, bundles: &Path) -> Result<(), Failure> {
    let place = |path: &Path| path.canonicalize().or_else(|_| path::absolute(path)).ok();
    if place(dir).is_some_and(|dir| place(bundles).is_some_and(|bundles| dir == bundles)) {
        return Err(Failure::usage(text::in_the_bundles(dir), text::ELSEWHERE));
    }
    Ok(())
}

/// Writes all sheets into `dir`, in the place of those of an earlier build.
pub(crate) fn write(sheets: &Sheets, tongues: Tongues, dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(DiskError::new(DiskAction::Create, dir))?;
    for (name, page) in super::files(sheets, tongues) {
        let path = dir.join(name);
        let write = || {
            let mut file = AtomicFile::beside(&path, 0o644)?;
            file.write_all(page.as_bytes())?;
            file.replace(&path)
        };
        write().map_err(DiskError::new(DiskAction::Write, &path))?;
    }
    Ok(())
}
