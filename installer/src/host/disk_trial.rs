//! Trying what a disk does, in files without a name: nothing is seen of them in any directory, and nothing is left.
//!
//! Where a file system knows no such files (`O_TMPFILE`: Linux 3.11, and not everywhere), nothing is tried.
#![expect(clippy::disallowed_methods, reason = "edge: writes anonymous files and starts one")]

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode as RawMode;
use payload::path::AbsPath;

use super::{Exec, Tree};

/// How long a program may take to start.
const TRIAL: Duration = Duration::from_secs(1);
/// How long all disks are tried together, how often each, and with how much: what etcd's own documents tell fio to write.
pub(super) const SYNCS: Duration = Duration::from_millis(600);
const WRITES: usize = 100;
const BLOCK: [u8; 2300] = [0x5a; 2300];

/// A file in the nearest directory to `path` that is there.
fn anonymous(tree: &Tree, path: &AbsPath, mode: RawMode) -> Option<(String, File)> {
    let (dir, handle) = tree.nearest_dir(path).ok()?;
    let file = openat(&handle, ".", OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC, mode).ok()?;
    Some((dir, File::from(file)))
}

/// Really starts `program` from the file system that `path` is or will be on: the directory and what the kernel says
/// where it forbids that.
///
/// A mount option is only one of the things that can: fapolicyd, IMA and SELinux do, too.
pub(super) fn forbidden(tree: &Tree, program: &mut impl Read, path: &AbsPath) -> Option<(String, io::Error)> {
    start(tree, program, path, RawMode::S_IRWXU)
}

fn start(tree: &Tree, program: &mut impl Read, path: &AbsPath, mode: RawMode) -> Option<(String, io::Error)> {
    let (dir, mut file) = anonymous(tree, path, mode)?;
    // A full disk is another finding.
    io::copy(program, &mut file).ok()?;
    let to_read = File::open(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    // While it is open for writing, the kernel would not start it.
    drop(file);
    let program = format!("/proc/self/fd/{}", to_read.as_raw_fd());
    let error = Exec::at(program).args(["--version"]).limit(TRIAL).heeding(tree.interrupt()).starts().err()?;
    let errno = Errno::from_raw(error.raw_os_error()?);
    matches!(errno, Errno::EACCES | Errno::EPERM).then_some((dir, error))
}

/// What 99 of 100 small synced writes to the disk of `path` take no longer than; as many as there is time for within `limit`.
pub(super) fn sync(tree: &Tree, path: &AbsPath, limit: Duration) -> Option<Duration> {
    let (_, file) = anonymous(tree, path, RawMode::S_IRUSR | RawMode::S_IWUSR)?;
    let mut at = 0;
    let mut write = || -> io::Result<Duration> {
        let began = Instant::now();
        file.write_all_at(&BLOCK, at)?;
        file.sync_data()?;
        at += BLOCK.len() as u64;
        Ok(began.elapsed())
    };
    let began = Instant::now();
    // The first one pays for what others left to be written.
    let mut took = vec![write().ok()?];
    while took.len() <= WRITES && began.elapsed() < limit {
        took.push(write().ok()?);
    }
    Some(percentile_99(if took.len() > 1 { took.split_off(1) } else { took }))
}

fn percentile_99(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    let rank = (took.len() * 99).div_ceil(100);
    took.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn here() -> (Tree, AbsPath) {
        // The build directory: on a disk, and programs start from it.
        let exe = std::env::current_exe().unwrap();
        (Tree::open(Path::new("/")).unwrap(), exe.parent().unwrap().to_str().unwrap().parse().unwrap())
    }

    #[test]
    fn a_program_that_the_kernel_forbids_is_told_from_one_that_starts() {
        let (tree, dir) = here();
        let program = || File::open("/proc/self/exe").unwrap();
        let before = tree.list(&dir).unwrap();
        assert!(anonymous(&tree, &dir, RawMode::S_IRWXU).is_some(), "no O_TMPFILE in {dir}");
        assert!(forbidden(&tree, &mut program(), &dir).is_none());
        let (at, error) = start(&tree, &mut program(), &dir.join("not/there").unwrap(), RawMode::S_IRUSR).unwrap();
        assert_eq!((at, error.raw_os_error()), (dir.to_string(), Some(Errno::EACCES as i32)));
        assert!(forbidden(&tree, &mut b"no program".as_slice(), &dir).is_none(), "not what it is, but whether it may");
        assert_eq!(tree.list(&dir).unwrap(), before);
    }

    #[test]
    fn the_nearest_directory_is_the_root_where_nothing_else_is_there() {
        let (tree, dir) = here();
        let nearest = |path: &str| tree.nearest_dir(&path.parse().unwrap()).unwrap().0;
        assert_eq!(nearest("/no-such-directory/of/ours"), "/");
        assert_eq!(nearest(dir.join("not/there").unwrap().as_str()), dir.as_str());
    }

    #[test]
    fn a_disk_is_tried_and_its_worst_hundredth_is_left_out() {
        let (tree, dir) = here();
        assert!(sync(&tree, &dir, SYNCS).unwrap() > Duration::ZERO);
        let ms = Duration::from_millis;
        assert_eq!(percentile_99((1..=100).map(ms).collect()), ms(99));
        assert_eq!(percentile_99((1..=50).map(ms).collect()), ms(50));
        assert_eq!(percentile_99(vec![ms(7)]), ms(7));
    }
}
