//! What all bundles of an architecture begin with: installer, release, wheels, and the list of these.
#![expect(clippy::disallowed_methods, reason = "edge: reads the release, writes a file")]

use std::fs::File;
use std::io::Read;
use std::path::Path;

use payload::bundle::{Content, EntryName, WriteError, Writer};
use payload::digest::Digest;
use payload::etcd::Arch;
use payload::manifest::{Entry, Program, Purpose};
use payload::mode::Mode;
use payload::tarball;

use super::dist::Dist;
use super::{PackError, Parts, installer};
use crate::sbom;
use crate::unnamed::Unnamed;

/// The shared beginning of several bundles, on disk.
pub(super) struct Common {
    pub(super) file: Unnamed,
    /// Where the next entry goes, and the running sums.
    pub(super) writer: Writer<std::io::Sink>,
    pub(super) entries: Vec<Entry>,
    pub(super) release: EntryName,
    pub(super) wheels: Vec<EntryName>,
    pub(super) programs: Vec<Program>,
    pub(super) origin: String,
    /// The sum of the installer that all begin with.
    pub(super) installer: Digest,
    pub(super) sbom: Vec<u8>,
}

/// Writes the beginning for `arch`.
pub(super) fn write(parts: &Parts, arch: Arch, dist: &Dist) -> Result<Common, PackError> {
    let installer = installer::of(arch)?;
    let release = parts.releases.get(&arch).ok_or(PackError::NoInstaller(arch))?;
    let programs = parts.programs.get(&arch).ok_or(PackError::NoInstaller(arch))?.clone();
    let top = tarball::top(parts.cluster.release.version, arch);
    let file = dist.file()?;
    let fail = |error| match error {
        WriteError::Io(error) => dist.fault(error),
        error => PackError::Write { path: release.path().to_owned(), error },
    };
    let mut writer = Writer::new(file.as_file(), installer.bytes).map_err(fail)?;
    let release_entry = EntryName::try_from(format!("etcd/{top}.tar.gz"))?;
    let mut entries = Vec::new();
    let mut add =
        |name: &EntryName, content: Content, from: &mut dyn Read, purpose: Purpose| -> Result<(), PackError> {
            writer.entry(name.clone(), Mode::PLAIN, content, from).map_err(fail)?;
            entries.push(Entry { name: name.clone(), size: content.size, sha256: content.digest, purpose });
            Ok(())
        };
    add(&release_entry, release.content(), &mut open(release.path())?, Purpose::Release)?;
    let mut wheels = Vec::new();
    for carried in parts.wheels {
        let name = EntryName::try_from(format!("supervisor/{}", carried.wheel.file))?;
        add(&name, carried.content, &mut open(&carried.path)?, Purpose::Wheel)?;
        wheels.push(name);
    }
    let origin = release.origin().first();
    let sbom = sbom::write(&sbom::Parts {
        version: parts.cluster.release.version,
        arch,
        tarball: release.digest(),
        origin: &origin,
        programs: &programs,
        wheels: parts.wheels,
        installer: Digest::of(installer.bytes),
        crates: installer.crates,
    })?;
    add(&EntryName::try_from(sbom::ENTRY.to_owned())?, Content::of(&sbom), &mut sbom.as_slice(), Purpose::Reading)?;
    let writer = writer.continue_in(std::io::sink());
    let installer = Digest::of(installer.bytes);
    Ok(Common { file, writer, entries, release: release_entry, wheels, programs, origin, installer, sbom })
}

fn open(path: &Path) -> Result<File, PackError> {
    File::open(path).map_err(|error| PackError::Io { path: path.to_owned(), error })
}
