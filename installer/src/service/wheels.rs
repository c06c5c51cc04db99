//! The supervisor that the bundle brings: two wheels, unzipped together.
#![expect(clippy::disallowed_methods, reason = "edge: unzips to the host")]

use std::fs::{DirEntry, File, Metadata};
use std::io::{self, Cursor, Read};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

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
use crate::layout;
use crate::transaction::Permit;

/// Larger files or more of them are in no wheel of ours.
const MAX_FILE: u64 = 4 << 20;
const MAX_FILES: usize = 4000;

/// Where a trial is, and how its name begins. The number of its process comes next.
const TRIALS: &str = "/run";
const TRIAL: &str = "etcdpack-trial-";

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
    let site = layout::carried_site(&new)?;
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
    let fail = |path: &Path, error: io::Error| FsError::of_path("writing", &path.to_string_lossy(), error);
    let trial = Trial::begin().map_err(|error| fail(Path::new(TRIALS), error))?;
    let dir = trial.path().to_owned();
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
pub(crate) struct Trial(PathBuf);

impl Trial {
    /// Made here, under a name that nothing has; those of runs that were killed go first.
    fn begin() -> io::Result<Self> {
        for left in left_behind(Path::new(TRIALS)) {
            let _ = std::fs::remove_dir_all(left);
        }
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let name = format!("{TRIAL}{}-{:016x}", std::process::id(), u64::from_ne_bytes(random));
        let dir = Path::new(TRIALS).join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&dir)?;
        Ok(Self(dir))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The directories of root's in `dir` that are called as ours, for root alone, and whose process is no more.
fn left_behind(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let is_left = |entry: &DirEntry| {
        let name = entry.file_name();
        let pid: Option<u32> = name.to_str().and_then(|name| name.strip_prefix(TRIAL)?.split('-').next()?.parse().ok());
        // Whoever had our number before us is no more.
        let is_over = |pid: u32| pid == std::process::id() || !Path::new(&format!("/proc/{pid}")).exists();
        let is_ours = |stat: &Metadata| stat.is_dir() && stat.uid() == 0 && stat.mode() & 0o7777 == 0o700;
        pid.is_some_and(is_over) && entry.metadata().is_ok_and(|stat| is_ours(&stat))
    };
    entries.filter_map(Result::ok).filter(is_left).map(|entry| entry.path()).collect()
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_trial_removes_what_the_dead_left_and_itself_and_nothing_else() {
        assert!(nix::unistd::geteuid().is_root(), "only root makes trials");
        let dir = std::env::temp_dir().join(format!("etcdpack-test-trials-{}", std::process::id()));
        let made = |name: &str, mode: u32| {
            fs::create_dir_all(dir.join(name)).unwrap();
            fs::set_permissions(dir.join(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        let (dead, me) = (u32::MAX, std::process::id());
        let left = [format!("{TRIAL}{dead}"), format!("{TRIAL}{dead}-00"), format!("{TRIAL}{me}-01")];
        for name in &left {
            made(name, 0o700);
        }
        for (name, mode) in [(format!("{TRIAL}1-02"), 0o700), (format!("{TRIAL}x"), 0o700), ("other-7".into(), 0o700)] {
            made(&name, mode);
        }
        made(&format!("{TRIAL}{dead}-03"), 0o755);
        fs::write(dir.join(format!("{TRIAL}{dead}-04")), "a file").unwrap();
        std::os::unix::fs::symlink("/", dir.join(format!("{TRIAL}{dead}-05"))).unwrap();
        let mut found = left_behind(&dir);
        found.sort();
        let mut expected: Vec<PathBuf> = left.iter().map(|name| dir.join(name)).collect();
        expected.sort();
        assert_eq!(found, expected);
        fs::remove_dir_all(&dir).unwrap();

        let trial = Trial::begin().unwrap();
        let path = trial.path().to_owned();
        assert!(path.is_dir() && path.starts_with("/run"), "{path:?}");
        drop(trial);
        assert!(!path.exists());
    }
}
