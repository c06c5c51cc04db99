//! Taking things off the host: by handle, never through a link, never across a mount.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use std::os::fd::{AsFd, OwnedFd};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode as RawMode, SFlag, fstatat};
use nix::unistd::{UnlinkatFlags, fsync, unlinkat};
use payload::path::AbsPath;

use super::mounts::Mounts;
use super::tree::{FsError, Spot, Tree, Trust, kind};
use crate::journal::Permit;

/// What became of a directory that was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Gone,
    /// Something that is not ours lies in it, or something is mounted on it.
    Kept,
}

impl Tree {
    /// Removes a file or link; none there is as good.
    pub(crate) fn remove_file(&self, _: &Permit, path: &AbsPath) -> Result<(), FsError> {
        let remove = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            unlinkat(&spot, spot.name.as_str(), UnlinkatFlags::NoRemoveDir)?;
            fsync(&spot)
        };
        match remove() {
            Ok(()) | Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(()),
            Err(errno) => Err(FsError::new("removing", path, errno)),
        }
    }

    /// Removes a directory if nothing is in it.
    pub(crate) fn remove_empty_dir(&self, _: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        let remove = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            unlinkat(&spot, spot.name.as_str(), UnlinkatFlags::RemoveDir)?;
            fsync(&spot)
        };
        match remove() {
            Ok(()) | Err(Errno::ENOENT) => Ok(Left::Gone),
            Err(Errno::ENOTEMPTY | Errno::EEXIST | Errno::EBUSY | Errno::ENOTDIR) => Ok(Left::Kept),
            Err(errno) => Err(FsError::new("removing", path, errno)),
        }
    }

    /// Removes a directory and everything in it, such that it is all there or all gone under its name whenever we are
    /// killed: half of a member's data must never pass for data.
    pub(crate) fn discard_tree(&self, permit: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        let rename = || {
            // Not ours where it is no directory: somebody put something else in its place.
            let dir = self.open_to_clear(path)?;
            let spot = self.spot(path, Trust::RootOnly)?;
            // What is mounted inside would go along, to where nobody looks for it.
            if Mounts::read().and_then(|mounts| mounts.is_any_below(dir.as_fd())).map_err(|error| errno(&error))? {
                return Ok(false);
            }
            match renameat(&spot, spot.name.as_str(), &spot, aside(&spot).as_str()) {
                Ok(()) => fsync(&spot).map(|()| true),
                // A mount point, which cannot be renamed.
                Err(Errno::EBUSY | Errno::EXDEV) => Ok(false),
                Err(errno) => Err(errno),
            }
        };
        match rename() {
            Ok(false) => self.remove_tree(permit, path),
            Ok(true) => self.clear_discarded(permit, path).map(|()| Left::Gone),
            Err(Errno::ENOENT) => Ok(Left::Gone),
            Err(Errno::ENOTDIR | Errno::ELOOP) => Ok(Left::Kept),
            Err(errno) => Err(FsError::new("removing", path, errno)),
        }
    }

    /// Removes what a killed [`Self::discard_tree`] has left of `path`.
    pub(crate) fn clear_discarded(&self, permit: &Permit, path: &AbsPath) -> Result<(), FsError> {
        let fail = |errno: Errno| FsError::new("removing", path, errno);
        let name = match self.spot(path, Trust::RootOnly) {
            Ok(spot) => aside(&spot),
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
            Err(errno) => return Err(fail(errno)),
        };
        let parent = path.parent().map(|parent| parent.to_string()).unwrap_or_default();
        let gone = format!("{parent}/{name}").parse().map_err(|_| fail(Errno::EINVAL))?;
        self.remove_tree(permit, &gone).map(drop)
    }

    /// Empties a directory that was there before us. What is in it gets a name that no etcd looks for before any of it
    /// goes, for the same reason.
    pub(crate) fn empty_dir(&self, _: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        let clear = || {
            let dir = self.open_to_clear(path)?;
            if fstatat(&dir, "member", AtFlags::AT_SYMLINK_NOFOLLOW).is_ok() {
                renameat(&dir, "member", &dir, ".member.etcdpack-gone")?;
            }
            fsync(&dir)?;
            empty(&dir, &Mounts::read().map_err(|error| errno(&error))?)
        };
        match clear() {
            Ok(()) | Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(Left::Gone),
            Err(errno) => Err(FsError::new("emptying", path, errno)),
        }
    }

    /// A directory whose parents are root's, whoever it belongs to itself.
    fn open_to_clear(&self, path: &AbsPath) -> Result<OwnedFd, Errno> {
        let spot = self.spot(path, Trust::RootOnly)?;
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        openat(&spot, spot.name.as_str(), flags, RawMode::empty())
    }

    /// Removes a directory and everything in it. What is mounted inside is kept, with the way to it.
    pub(crate) fn remove_tree(&self, permit: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        let remove = || {
            let dir = self.open_to_clear(path)?;
            // A mount point is emptied but stays: the file system on it was meant for this data.
            empty(&dir, &Mounts::read().map_err(|error| errno(&error))?)
        };
        match remove() {
            Ok(()) => self.remove_empty_dir(permit, path),
            Err(Errno::ENOENT) => Ok(Left::Gone),
            Err(errno) => Err(FsError::new("removing", path, errno)),
        }
    }
}

/// The name that a directory has while it goes.
fn aside(spot: &Spot) -> String {
    format!(".{}.etcdpack-gone", spot.name)
}

fn errno(error: &std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

fn empty(dir: &OwnedFd, mounts: &Mounts) -> Result<(), Errno> {
    let mut names = Vec::new();
    for entry in Dir::from_fd(dir.try_clone().map_err(|_| Errno::EMFILE)?)?.iter() {
        let name = entry?.file_name().to_owned();
        // What mkfs has made stays with its file system.
        if !matches!(name.to_bytes(), b"." | b".." | b"lost+found") {
            names.push(name);
        }
    }
    for name in names {
        if mounts.is_point(dir.as_fd(), name.to_bytes()).map_err(|error| errno(&error))? {
            continue;
        }
        let stat = fstatat(dir.as_fd(), name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW)?;
        if kind(&stat) != SFlag::S_IFDIR {
            unlinkat(dir.as_fd(), name.as_c_str(), UnlinkatFlags::NoRemoveDir)?;
            continue;
        }
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        empty(&openat(dir.as_fd(), name.as_c_str(), flags, RawMode::empty())?, mounts)?;
        match unlinkat(dir.as_fd(), name.as_c_str(), UnlinkatFlags::RemoveDir) {
            Ok(()) | Err(Errno::ENOTEMPTY | Errno::EBUSY) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
