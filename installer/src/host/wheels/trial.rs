//! Unzipping the wheels to where they are only tried out: in `/run`, which is memory, for as long as the trial takes.
#![expect(clippy::disallowed_methods, reason = "edge: unzips to /run")]

use std::fs::{DirEntry, File, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use payload::bundle::Bundle;

use super::{WheelError, known, unzip};
use crate::host::fs_error::FileOp;
use crate::host::probe::ProbeError;
use crate::host::{FsError, random};

/// Where a trial is, and how its name begins. The number of its process comes next.
const TRIALS: &str = "/run";
const TRIAL: &str = "etcdpack-trial-";

/// Unzips the wheels into a directory of root's own that goes when the value does. In `/run`, which is memory:
/// a trial leaves nothing on the host's disks.
pub(crate) fn unzip_for_trial(bundle: &mut Bundle<File>) -> Result<Trial, ProbeError> {
    let fail = |path: &Path, error: io::Error| FsError::of_path(FileOp::Write, &path.to_string_lossy(), error);
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
        random::fill(&mut random)?;
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
