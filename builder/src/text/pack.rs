//! Bundles and what goes into them, in English.

use std::path::Path;

pub(crate) fn packed(dir: &Path) -> String {
    format!("packed into {}:", dir.display())
}

pub(crate) const BUILD_ETCDPACK: &str = "scripts/build   (in etcdpack's own source)";
pub(crate) const FETCH: &str = "etcdpack fetch";
