//! Edge: what is in a `pki` directory, for those who only look. Takes no lock and mends nothing.
#![expect(clippy::disallowed_methods, reason = "edge: reads the `pki` directory")]

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{PkiError, reading};
use super::file::{found, text};
use super::modes;
use super::paths::{MANY, PairPaths, REQUESTS, paths};
use super::spec::Holder;

/// A certificate of the CA, in a directory of ours.
pub(super) fn ca(dir: &Path) -> Result<Option<(PathBuf, String)>, PkiError> {
    modes::check(dir)?;
    let path = dir.join("ca.pem");
    Ok(found(text(&path))?.map(|text| (path, text)))
}

/// The certificates in a directory of ours, by name within each kind.
pub(super) fn certificates(dir: &Path) -> Result<Vec<(Holder, PathBuf, String)>, PkiError> {
    modes::check(dir)?;
    let mut all = Vec::new();
    for holder in owners(dir)? {
        let PairPaths { dir, files, .. } = paths(dir, &holder);
        let path = dir.join(files.certificate);
        match holder {
            Holder::Everyone => all.extend(found(text(&path))?.map(|text| (holder, path, text))),
            Holder::Host(_) | Holder::Client(_) | Holder::Server(_) => {
                let text = text(&path)?;
                all.push((holder, path, text));
            }
        }
    }
    Ok(all)
}

/// Whose requests wait in a directory of ours.
pub(super) fn waiting(dir: &Path) -> Result<Vec<Holder>, PkiError> {
    let root = dir.join(REQUESTS);
    if !fs::exists(&root).map_err(reading(&root))? {
        return Ok(Vec::new());
    }
    let mut all = owners(&root)?;
    let shared = root.join("shared");
    if !fs::exists(&shared).map_err(reading(&shared))? {
        all.retain(|holder| *holder != Holder::Everyone);
    }
    Ok(all)
}

/// All that a directory can have pairs of: everyone, then each name that it has a directory for.
fn owners(dir: &Path) -> Result<Vec<Holder>, PkiError> {
    fs::metadata(dir).map_err(reading(dir))?;
    let mut all = vec![Holder::Everyone];
    for (kind, holder) in MANY {
        let kind = dir.join(kind);
        let Some(entries) = found(fs::read_dir(&kind).map_err(reading(&kind)))? else { continue };
        let mut names = Vec::new();
        for entry in entries {
            names.push(entry.map_err(reading(&kind))?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        // What is no name was not put there by us.
        all.extend(names.iter().filter_map(|name| name.parse().ok()).map(holder));
    }
    Ok(all)
}
