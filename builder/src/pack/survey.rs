//! What is in a release: its programs, each an executable for the architecture that it is for.
#![expect(clippy::disallowed_methods, reason = "edge: reads the release")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use payload::etcd::{self, Arch, EtcdVersion};
use payload::manifest::Program;
use payload::tarball::{self, TarballError};

use super::error::PackError;
use crate::release::Verified;

/// The programs of each of `releases`. Inflating them is what takes longest of a small build.
pub(crate) fn survey(
    releases: &BTreeMap<Arch, Verified>,
    version: EtcdVersion,
) -> Result<BTreeMap<Arch, Vec<Program>>, PackError> {
    releases.iter().map(|(&arch, release)| Ok((arch, programs(release.path(), version, arch)?))).collect()
}

fn programs(path: &Path, version: EtcdVersion, arch: Arch) -> Result<Vec<Program>, PackError> {
    let see = |name: &str, from: &mut dyn Read| -> Result<(), TarballError> {
        let mut head = [0; Arch::HEAD];
        from.read_exact(&mut head)?;
        if arch.runs(&head) { Ok(()) } else { Err(TarballError::Arch(name.to_owned(), arch)) }
    };
    let wrong = |error| PackError::Tarball { path: path.to_owned(), error };
    let file = File::open(path).map_err(|error| PackError::Io { path: path.to_owned(), error })?;
    let top = tarball::top(version, arch);
    let found = tarball::survey(file, &top, see).map_err(wrong)?;
    // A manifest names those of its version, in this order, whatever else is in the archive.
    let named = |name: &&str| {
        let program = found.iter().find(|program| program.name == *name).cloned();
        program.ok_or_else(|| wrong(TarballError::Missing(format!("{top}/{name}"))))
    };
    etcd::programs(version).iter().map(named).collect()
}
