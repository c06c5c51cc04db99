//! Reading the cluster file from disk, and showing what is doubtful about it.
#![expect(clippy::disallowed_methods, reason = "edge: reads the cluster file")]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use payload::cluster::{self, Cluster};

use super::Error;
use crate::narrator::Narrator;

/// A cluster file and the directory that its relative paths count from.
pub(super) struct Loaded {
    pub(super) cluster: Cluster,
    pub(super) home: PathBuf,
}

/// Reads `path`; warnings are shown, faults are the error.
pub(super) fn load(path: &Path, narrator: &mut dyn Narrator) -> Result<Loaded, Error> {
    let bytes = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NoCluster(path.to_owned()),
        _ => Error::Usage {
            text: format!("reading `{}`: {error}", path.display()),
            help: format!("ls -l {}", path.display()),
        },
    })?;
    let parsed = Cluster::parse(&bytes).map_err(|faults| Error::Cluster { path: path.to_owned(), faults })?;
    for warning in &parsed.warnings {
        narrator.warn(&warning.to_string());
        if let Some(help) = &warning.help {
            narrator.note(&format!("help: {help}"));
        }
    }
    let home = path.parent().filter(|home| !home.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(Loaded { cluster: parsed.cluster, home: home.to_owned() })
}

/// At most one byte more than a cluster file may have: enough to see that it is too large.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(cluster::MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
