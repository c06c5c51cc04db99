//! Reading the cluster file from disk and showing what is doubtful about it; putting another in its place.
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes the cluster file")]

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use payload::cluster::{self, Cluster, Fault};

use crate::atomic_file::{self, FileMode, dir_of};
use crate::failure::Failure;
use crate::report::Narrator;
use crate::text::command as text;
use crate::text::help;

/// A cluster file and the directory that its relative paths count from.
pub(super) struct Loaded {
    pub(super) cluster: Cluster,
    pub(super) home: PathBuf,
    /// As it is written.
    pub(super) text: String,
}

/// Reads `path`; warnings are shown, faults are the error.
pub(super) fn load(path: &Path, narrator: &mut dyn Narrator) -> Result<Loaded, Failure> {
    let (loaded, warnings) = parse(path)?;
    for warning in &warnings {
        narrator.doubt(warning);
    }
    Ok(loaded)
}

/// Reads `path` for its names and certificates alone: what is doubtful about the rest is for those who build.
pub(super) fn load_for_pki(path: &Path) -> Result<Loaded, Failure> {
    parse(path).map(|(loaded, _)| loaded)
}

/// The same with what is doubtful about it.
pub(super) fn parse(path: &Path) -> Result<(Loaded, Vec<Fault>), Failure> {
    let bytes = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(text::not_there(path), text::INIT_EXAMPLE),
        _ => Failure::usage(text::reading(path, error), help::list(path)),
    })?;
    let parsed = Cluster::parse(&bytes).map_err(|faults| Failure::of_cluster_file(path, faults))?;
    // It has been parsed, so it is a text.
    let text = cluster::text(&bytes).map(Cow::into_owned).unwrap_or_default();
    Ok((Loaded { cluster: parsed.cluster, home: home(path).to_owned(), text }, parsed.warnings))
}

/// The directory of a cluster file.
pub(super) fn home(path: &Path) -> &Path {
    dir_of(path)
}

/// Whether `text` could stand at `path`.
pub(super) fn check(path: &Path, text: &str) -> Result<(), Failure> {
    let parsed = Cluster::parse(text.as_bytes());
    parsed.map(drop).map_err(|faults| Failure::of_cluster_file(path, faults))
}

/// Replaces the file at `path` as a whole, with the mode that it has. Text that is no cluster file is not written.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    check(path, text)?;
    let write = || -> io::Result<()> {
        // A link stays a link.
        let path = path.canonicalize()?;
        let mode = fs::metadata(&path)?.permissions().mode();
        atomic_file::replace(&path, text.as_bytes(), FileMode::Exactly(mode))
    };
    write().map_err(|error| Failure::refused(text::writing(path, error), text::list_both(home(path), path)))
}

/// At most one byte more than a cluster file may have: enough to see that it is too large.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(cluster::MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
