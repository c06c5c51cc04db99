//! What is in a release: its programs, each an executable for the architecture that it is for.
#![expect(clippy::disallowed_methods, reason = "edge: reads the release")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use payload::etcd::{Arch, EtcdVersion};
use payload::manifest::Program;
use payload::tarball::{self, TarballError};

use super::PackError;
use crate::release::Verified;

/// The programs of each of `releases`. Inflating them is what takes longest of a small build.
pub(crate) fn survey(
    releases: &BTreeMap<Arch, Verified>,
    version: EtcdVersion,
) -> Result<BTreeMap<Arch, Vec<Program>>, PackError> {
    releases
        .iter()
        .map(|(&arch, release)| Ok((arch, programs(release.path(), &tarball::top(version, arch), arch)?)))
        .collect()
}

fn programs(path: &Path, top: &str, arch: Arch) -> Result<Vec<Program>, PackError> {
    let see = |name: &str, from: &mut dyn Read| -> Result<(), TarballError> {
        let mut head = [0; 20];
        from.read_exact(&mut head)?;
        // elf(5): the magic, then e_machine at offset 18, in little-endian on both of our architectures.
        let is_elf = head.starts_with(b"\x7fELF");
        let machine = head.get(18..20) == Some(arch.elf_machine().to_le_bytes().as_slice());
        if is_elf && machine { Ok(()) } else { Err(TarballError::Arch(name.to_owned(), arch)) }
    };
    let file = File::open(path).map_err(|error| PackError::Io { path: path.to_owned(), error })?;
    tarball::survey(file, top, see).map_err(|error| PackError::Tarball { path: path.to_owned(), error })
}
