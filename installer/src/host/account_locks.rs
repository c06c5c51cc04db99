//! What a power cut leaves of the account tools' locks. The tools themselves pass over a lock whose process has gone; one
//! that is empty, or names a number that another process has by now, stops them for ever.
#![expect(clippy::disallowed_methods, reason = "edge: reads /etc and /proc")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use super::tree::{FileOp, FsError, Tree};
use crate::transaction::Permit;

/// The files that useradd, groupadd, userdel and groupdel lock (shadow(3): `FILE.lock`).
const FILES: [&str; 6] = ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"];

impl Tree {
    /// Removes locks of the running system that nobody can hold: a lock comes to be with its owner's number in it, and
    /// its owner ended with the boot that it is from.
    pub(super) fn clear_dead_locks(&self, permit: &Permit) -> Result<(), FsError> {
        let boot = fs::read_to_string("/proc/stat").ok().and_then(|text| booted(&text));
        for file in FILES {
            let path = format!("/etc/{file}.lock");
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            let older = boot.is_some_and(|boot| meta.mtime() < boot);
            if meta.is_file() && (meta.len() == 0 || older) {
                let path = path
                    .parse()
                    .map_err(|_| FsError::of_path(FileOp::Remove, &path, std::io::ErrorKind::InvalidInput.into()))?;
                self.remove_file(permit, &path)?;
            }
        }
        Ok(())
    }
}

/// When this system was started, in seconds of its clock: `btime` in proc(5)'s stat.
fn booted(stat: &str) -> Option<i64> {
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_boot_is_found() {
        assert_eq!(booted("cpu 1 2\nbtime 1764154976\nprocesses 3\n"), Some(1_764_154_976));
        assert!(booted(&fs::read_to_string("/proc/stat").unwrap()).is_some());
    }
}
