//! The cache and files that are written whole, in English.

use std::path::Path;

/// What stands where a file should be put.
pub(crate) const NOT_A_FILE_STAYS: &str = "what is there is a link, pipe, device or directory, and stays";

pub(crate) const NOT_A_FILE: &str = "not a regular file";

/// A file in the cache whose bytes are not those that were put there.
pub(crate) fn changed(path: &Path) -> String {
    format!("`{}` has changed since it was put there; removing it", path.display())
}

pub(crate) fn root(path: &Path) -> String {
    format!("cache: {}", path.display())
}

pub(crate) const NO_ROOT: &str = "neither `XDG_CACHE_HOME` nor `HOME` says where the cache is";
pub(crate) const NO_ROOT_HELP: &str = "HOME=~ etcdpack fetch";
