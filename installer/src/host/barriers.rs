//! Looking for what keeps root from writing: a mount that is read-only, a file system that is full, `chattr +i` and its kin.
//!
//! Nothing is written for it: the kernel is asked.
#![expect(clippy::disallowed_methods, reason = "edge: asks the host's file systems")]

use std::collections::BTreeSet;
use std::os::fd::{AsFd as _, BorrowedFd};

use nix::errno::Errno;
use nix::fcntl::AtFlags as NixAtFlags;
use nix::sys::stat::fstat;
use nix::sys::statvfs::fstatvfs;
use nix::unistd::{AccessFlags, faccessat};
use payload::path::AbsPath;
use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, statx};

use super::fs_error::FileOp;
use super::mounts::Mounts;
use super::tree::Trust;
use super::{FsError, Seen, Tree};
use crate::facts::paths::{Barrier, Closed, ClosedDir, Inodes};
use crate::layout;
use crate::records::StateDir;

/// What has to be free where anything of ours goes: the records and what `useradd` copies are small. In KiB.
const LEAST: u64 = 1024;

/// What is asked, once for all places.
pub(super) struct Barriers {
    /// None, where they cannot be read: then a mount shows when something is tried.
    mounts: Option<Mounts>,
}

impl Barriers {
    pub(super) fn read() -> Self {
        Self { mounts: Mounts::read().ok() }
    }

    /// Of these paths, of the directories above them, and of those that are written to beside any step's own.
    pub(super) fn closed<'a>(
        &self,
        tree: &Tree,
        state: &'a StateDir,
        paths: impl Iterator<Item = &'a AbsPath>,
    ) -> Result<Closed, FsError> {
        let beside = [layout::RUN, layout::WANTS].into_iter().chain(layout::ACCOUNTS);
        let beside = beside.filter_map(|path| path.parse().ok());
        let records = [&state.journal, &state.receipt, &state.kept, &state.history, &state.undo];
        let all = paths.chain(records).cloned().chain(beside);
        let all: BTreeSet<AbsPath> = all.flat_map(|path| path.lineage()).collect();
        let mut closed = Closed::default();
        for path in all {
            let fail = |errno| FsError::new(FileOp::AskFileSystem, &path, errno);
            let (at, handle) = tree.nearest_dir(&path).map_err(fail)?;
            if let Some(inodes) = inodes(handle.as_fd(), &at).filter(|_| tree.is_live()) {
                closed.inodes.insert(path.clone(), inodes);
            }
            // An image's file system grows with the image: of that only the programs and the data say how much they need.
            let full = || if tree.is_live() { full(handle.as_fd()) } else { None };
            if let Some(barrier) = dir(handle.as_fd()).or_else(full) {
                closed.dirs.insert(path.clone(), ClosedDir { at, barrier });
            }
            if let Some(barrier) = self.thing(tree, &path)? {
                closed.things.insert(path, barrier);
            }
        }
        Ok(closed)
    }

    /// What keeps a file or a directory from being replaced or removed, whatever the directory that it is in lets do.
    fn thing(&self, tree: &Tree, path: &AbsPath) -> Result<Option<Barrier>, FsError> {
        let seen = tree.look(path)?;
        if !matches!(seen, Seen::File { .. } | Seen::Dir { .. }) {
            return Ok(None);
        }
        let spot = match tree.spot(path, Trust::Anyone) {
            Ok(spot) => spot,
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(None),
            Err(errno) => return Err(FsError::new(FileOp::LookAt, path, errno)),
        };
        let is_point = |mounts: &Mounts| mounts.is_point(spot.as_fd(), spot.name.as_bytes()).unwrap_or(false);
        let is_file = matches!(seen, Seen::File { .. });
        let by_mount = || (is_file && self.mounts.as_ref().is_some_and(is_point)).then_some(Barrier::MountPoint);
        Ok(marked(spot.as_fd(), &spot.name).or_else(by_mount))
    }
}

/// What is wrong with a directory, for somebody who makes a file in it.
fn dir(handle: BorrowedFd<'_>) -> Option<Barrier> {
    if let Some(barrier) = marked(handle, ".") {
        return Some(barrier);
    }
    match faccessat(handle, ".", AccessFlags::W_OK | AccessFlags::X_OK, NixAtFlags::empty()) {
        Ok(()) => None,
        Err(Errno::EROFS) => Some(Barrier::ReadOnly),
        Err(errno) => Some(Barrier::Forbidden { said: std::io::Error::from(errno).to_string() }),
    }
}

/// Whether its file system has no room for what is small.
fn full(handle: BorrowedFd<'_>) -> Option<Barrier> {
    let stat = fstatvfs(handle).ok()?;
    // Of root nothing is kept back.
    let free = stat.blocks_free().saturating_mul(stat.fragment_size()) / 1024;
    (free < LEAST).then_some(Barrier::Full { free })
}

/// Some file systems make inodes as they are needed, and count none.
fn inodes(handle: BorrowedFd<'_>, at: &str) -> Option<Inodes> {
    let stat = fstatvfs(handle).ok()?;
    let file_system = fstat(handle).ok()?.st_dev;
    (stat.files() > 0).then(|| Inodes { file_system, at: at.to_owned(), free: stat.files_free() })
}

/// The marks of chattr(1). Kernels before 4.11, and some file systems, do not say; then nothing is known of it.
fn marked(dir: BorrowedFd<'_>, name: &str) -> Option<Barrier> {
    let marks = statx(dir, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE).ok()?.stx_attributes;
    if marks.contains(StatxAttributes::IMMUTABLE) {
        return Some(Barrier::Immutable);
    }
    marks.contains(StatxAttributes::APPEND).then_some(Barrier::AppendOnly)
}
