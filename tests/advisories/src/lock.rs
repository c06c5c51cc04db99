//! What of a `Cargo.lock` (versions 3 and 4) comes from outside: name and version. Our own crates have no source.

use std::collections::BTreeSet;

use semver::Version;
use serde::Deserialize;

/// A crate that is built here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Crate {
    pub name: String,
    pub version: Version,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Crate>,
}

/// The crates of others.
pub fn crates(text: &str) -> Result<BTreeSet<Crate>, toml::de::Error> {
    let lock: Lock = toml::from_str(text)?;
    Ok(lock.package.into_iter().filter(|package| package.source.is_some()).collect())
}
