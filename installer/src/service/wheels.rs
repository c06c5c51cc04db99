//! The supervisor that the bundle brings: two wheels, unzipped together.
#![expect(clippy::disallowed_methods, reason = "edge: unzips to the host")]

use std::fs::File;
use std::io::{self, Cursor, Read};

use payload::bundle::{Bundle, EntryName};
use payload::digest::Digest;
use payload::mode::Mode;
use payload::path::AbsPath;
use payload::wheel::WHEELS;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::host::probe::ProbeError;
use crate::host::write::Ids;
use crate::host::{FsError, Tree};
use crate::journal::Permit;
use crate::manager;

/// Larger files or more of them are in no wheel of ours.
const MAX_FILE: u64 = 4 << 20;
const MAX_FILES: usize = 4000;

/// Why the wheels could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WheelError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Bundle(#[from] payload::bundle::BundleError),
    #[error(transparent)]
    Path(#[from] payload::path::NotAPath),
    #[error("reading the wheel `{0}`: {1}")]
    Zip(EntryName, ZipError),
    #[error("the wheel `{0}` is larger than any that etcdpack carries")]
    TooLarge(EntryName),
    #[error("the wheel `{0}` is not the one whose digest etcdpack knows")]
    Strange(EntryName),
}

/// Unzips the wheels; the tree appears at `dir` in one instant, whole and durable.
pub(crate) fn install(
    permit: &Permit,
    tree: &Tree,
    bundle: &mut Bundle<File>,
    dir: &AbsPath,
    wheels: &[EntryName],
) -> Result<(), WheelError> {
    let new: AbsPath = format!("{dir}.etcdpack-new").parse()?;
    // A leftover of a run that was killed.
    tree.remove_tree(permit, &new)?;
    tree.make_dir(permit, &new, Mode::PROGRAM, Ids::ROOT)?;
    let site = manager::carried_site(&new)?;
    tree.make_dir(permit, &site, Mode::PROGRAM, Ids::ROOT)?;
    for wheel in wheels {
        let bytes = known(bundle, wheel)?;
        unzip(&bytes, wheel, &mut |name, mut file| {
            let path = site.join(name)?;
            for dir in path.parent().iter().flat_map(AbsPath::lineage).filter(|dir| dir.is_within(&site)) {
                tree.make_dir(permit, &dir, Mode::PROGRAM, Ids::ROOT)?;
            }
            Ok(tree.put_unsynced(permit, &path, Mode::PLAIN, &mut file)?)
        })?;
    }
    tree.sync_filesystem(permit, &new)?;
    Ok(tree.rename(permit, &new, dir)?)
}

/// Unzips the wheels into a directory of root's own that goes when the value does. In `/run`, which is memory:
/// a trial leaves nothing on the host's disks.
pub(crate) fn unzip_for_trial(bundle: &mut Bundle<File>) -> Result<Trial, ProbeError> {
    let fail = |path: &std::path::Path, error: io::Error| FsError::of_path("writing", &path.to_string_lossy(), error);
    let dir = std::path::PathBuf::from(format!("/run/etcdpack-trial-{}", std::process::id()));
    let trial = Trial(dir.clone());
    {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(&dir).map_err(|error| fail(&dir, error))?;
    }
    for wheel in bundle.manifest().service.wheels.clone() {
        let stop = |error: WheelError| fail(&dir, io::Error::other(error.to_string()));
        let bytes = known(bundle, &wheel).map_err(stop)?;
        let unzipped = unzip(&bytes, &wheel, &mut |name, mut file| {
            let path = dir.join(name);
            let mut write = || -> io::Result<()> {
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                io::copy(&mut file, &mut File::create_new(&path)?)?;
                Ok(())
            };
            Ok(write().map_err(|error| fail(&path, error))?)
        });
        unzipped.map_err(stop)?;
    }
    Ok(trial)
}

/// A directory that is removed when this goes.
pub(crate) struct Trial(std::path::PathBuf);

impl Trial {
    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The bytes of a wheel, if they are those that were looked at when it was chosen. Nothing else is unzipped here, and
/// Python sees nothing else: not even a signer may bring other code for root.
fn known(bundle: &mut Bundle<File>, name: &EntryName) -> Result<Vec<u8>, WheelError> {
    let bytes = bundle.read(name.as_str())?;
    let digest = Digest::of(&bytes);
    let is_it = WHEELS.iter().any(|wheel| wheel.sha256.parse() == Ok(digest));
    if is_it { Ok(bytes) } else { Err(WheelError::Strange(name.clone())) }
}

/// Calls `put` with every file of a wheel whose name our paths can carry; wheels have a few more (templates with
/// spaces or brackets), which nothing imports.
fn unzip(
    bytes: &[u8],
    wheel: &EntryName,
    put: &mut dyn FnMut(&str, &mut dyn Read) -> Result<(), WheelError>,
) -> Result<(), WheelError> {
    let zip = |error: ZipError| WheelError::Zip(wheel.clone(), error);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(zip)?;
    if archive.len() > MAX_FILES {
        return Err(WheelError::TooLarge(wheel.clone()));
    }
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(zip)?;
        let name = file.name().map_err(zip)?.into_owned();
        if file.is_dir() || EntryName::try_from(name.clone()).is_err() {
            continue;
        }
        if file.size() > MAX_FILE {
            return Err(WheelError::TooLarge(wheel.clone()));
        }
        put(&name, &mut file.take(MAX_FILE))?;
    }
    Ok(())
}
