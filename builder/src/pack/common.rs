//! What all bundles of an architecture begin with: installer, release, wheels, and the list of these.
#![expect(clippy::disallowed_methods, reason = "edge: reads the release, writes a file")]

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use payload::bundle::{Content, EntryName, WriteError, Writer};
use payload::digest::Digest;
use payload::etcd::Arch;
use payload::line::DisplayLine;
use payload::manifest::{Entry, Purpose, Release, Shared, Slot, release_entry};

use super::dist::Dist;
use super::error::PackError;
use super::parts::Parts;
use crate::atomic_file::AtomicFile;
use crate::carried::{NotCarried, installer};
use crate::sbom;

/// The shared beginning of several bundles, on disk.
pub(super) struct Common {
    pub(super) file: AtomicFile,
    /// Where the next entry goes, and the running sums.
    pub(super) writer: Writer<io::Sink>,
    pub(super) entries: Vec<Entry>,
    pub(super) release: Release,
    pub(super) wheels: Vec<EntryName>,
    /// The sum of the installer that all begin with.
    pub(super) installer: Digest,
    pub(super) sbom: Vec<u8>,
}

/// Writes the beginning for `arch`.
pub(super) fn write(parts: &Parts, arch: Arch, dist: &Dist) -> Result<Common, PackError> {
    let installer = installer(arch)?;
    let tarball = parts.releases.get(&arch).ok_or(PackError::NoRelease(arch))?;
    let version = parts.cluster.release.version;
    let release = Release {
        version,
        entry: release_entry(version, arch)?,
        origin: DisplayLine::of(&tarball.origin().first()),
        programs: parts.programs.get(&arch).ok_or(PackError::NoRelease(arch))?.clone(),
    };
    let sbom = sbom::write(&sbom::Components {
        version,
        arch,
        tarball: tarball.digest(),
        origin: release.origin.as_str(),
        programs: &release.programs,
        wheels: parts.wheels,
        installer: Digest::of(installer.bytes),
        crates: installer.crates,
    })?;
    let file = dist.file()?;
    let fail = |error| match error {
        WriteError::Io(error) => dist.fault(error),
        error => PackError::Write { path: tarball.path().to_owned(), error },
    };
    let mut writer = Writer::new(file.as_file(), installer.bytes).map_err(fail)?;
    let mut entries = Vec::new();
    for Slot { part, name, purpose } in Slot::shared(version, arch, parts.cluster.service.carry)? {
        let (content, from): (Content, Box<dyn Read>) = match part {
            Shared::Release => (tarball.content(), Box::new(open(tarball.path())?)),
            Shared::Wheel(wheel) => {
                let carried = parts.wheels.iter().find(|carried| carried.wheel == wheel);
                let carried = carried.ok_or(NotCarried::Wheel(wheel))?;
                (carried.content, Box::new(carried.bytes))
            }
            Shared::Sbom => (Content::of(&sbom), Box::new(sbom.as_slice())),
        };
        writer.entry(name.clone(), purpose.mode_inside(), content, from).map_err(fail)?;
        entries.push(Entry { name, size: content.size, sha256: content.digest, purpose });
    }
    let wheels =
        entries.iter().filter(|entry| entry.purpose == Purpose::Wheel).map(|wheel| wheel.name.clone()).collect();
    let writer = writer.continue_in(io::sink());
    let installer = Digest::of(installer.bytes);
    Ok(Common { file, writer, entries, release, wheels, installer, sbom })
}

fn open(path: &Path) -> Result<File, PackError> {
    File::open(path).map_err(|error| PackError::Io { path: path.to_owned(), error })
}
