//! Taking things off the host: by handle, never through a link, never across a mount.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use std::io::Read as _;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode as RawMode, fstatat};
use nix::unistd::{UnlinkatFlags, fsync, unlinkat};
use payload::path::AbsPath;

use super::emptying::{Emptying, errno, seize};
use super::interrupt::Interrupt;
use super::mounts::Mounts;
use super::tree::{FileOp, FsError, Spot, Tree, Trust};
use crate::facts::paths::Seen;
use crate::transaction::Permit;

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
            Err(errno) => Err(FsError::new(FileOp::Remove, path, errno)),
        }
    }

    /// Removes a file that begins like this, in a directory that may be another user's: no link of theirs is followed, and what they have
    /// put in its place stays.
    pub(crate) fn remove_if(&self, _: &Permit, path: &AbsPath, begin: &[u8]) -> Result<Left, FsError> {
        match self.look(path)? {
            Seen::Absent => return Ok(Left::Gone),
            Seen::File { .. } => {}
            _ => return Ok(Left::Kept),
        }
        let mut head = Vec::new();
        let file = self.open_by(path, Trust::NoForeignLink)?;
        let read = file.take(begin.len() as u64).read_to_end(&mut head);
        read.map_err(|error| FsError::of_path(FileOp::Read, path.as_str(), error))?;
        if head != begin {
            return Ok(Left::Kept);
        }
        let remove = || {
            let spot = self.spot(path, Trust::NoForeignLink)?;
            unlinkat(&spot, spot.name.as_str(), UnlinkatFlags::NoRemoveDir)?;
            fsync(&spot)
        };
        match remove() {
            Ok(()) | Err(Errno::ENOENT) => Ok(Left::Gone),
            Err(errno) => Err(FsError::new(FileOp::Remove, path, errno)),
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
            Err(errno) => Err(FsError::new(FileOp::Remove, path, errno)),
        }
    }

    /// Removes a directory and everything in it, such that it is all there or all gone under its name whenever we are
    /// killed: half of a member's data must never pass for data. Looks at the interrupt.
    pub(crate) fn discard_tree(&self, permit: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        let rename = || {
            // Not ours where it is no directory: somebody put something else in its place.
            let dir = self.open_to_clear(path)?;
            let spot = self.spot(path, Trust::RootOnly)?;
            // What is mounted inside would go along, to where nobody looks for it.
            if mounts()?.is_any_below(dir.as_fd()).map_err(|error| errno(&error))? {
                return Ok(Renamed::Not);
            }
            match renameat(&spot, spot.name.as_str(), &spot, aside(&spot).as_str()) {
                Ok(()) => fsync(&spot).map(|()| Renamed::Aside),
                // A mount point, which cannot be renamed.
                Err(Errno::EBUSY | Errno::EXDEV) => Ok(Renamed::Not),
                // The way there is root's: it is the directory itself.
                Err(Errno::EPERM) => Ok(Renamed::Locked),
                Err(errno) => Err(errno),
            }
        };
        match rename() {
            Ok(Renamed::Not) => self.remove_all(permit, path, self.interrupt()),
            Ok(Renamed::Aside) => self.clear_discarded(permit, path).map(|()| Left::Gone),
            Ok(Renamed::Locked) => Err(FsError::locked(FileOp::Remove, path, path.name())),
            Err(Errno::ENOENT) => Ok(Left::Gone),
            Err(Errno::ENOTDIR | Errno::ELOOP) => Ok(Left::Kept),
            Err(errno) => Err(FsError::new(FileOp::Remove, path, errno)),
        }
    }

    /// Removes what a killed [`Self::discard_tree`] has left of `path`, or whatever else has its name by now: nobody but us
    /// uses that. Looks at the interrupt.
    pub(crate) fn clear_discarded(&self, permit: &Permit, path: &AbsPath) -> Result<(), FsError> {
        let fail = |errno: Errno| FsError::new(FileOp::Remove, path, errno);
        let name = match self.spot(path, Trust::RootOnly) {
            Ok(spot) => aside(&spot),
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
            Err(errno) => return Err(fail(errno)),
        };
        let parent = path.parent().map(|parent| parent.to_string()).unwrap_or_default();
        let gone = format!("{parent}/{name}").parse().map_err(|_| fail(Errno::EINVAL))?;
        match self.open_to_clear(&gone) {
            Err(Errno::ENOTDIR | Errno::ELOOP) => self.remove_file(permit, &gone),
            _ => self.remove_all(permit, &gone, self.interrupt()).map(drop),
        }
    }

    /// Empties a directory that was there before us. What is in it gets a name that no etcd looks for before any of it
    /// goes, for the same reason. Looks at the interrupt.
    pub(crate) fn empty_dir(&self, _: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        let clear = || {
            let dir = self.open_to_clear(path)?;
            let mounts = mounts()?;
            let mut emptying = Emptying::new(&mounts, self.interrupt());
            // Before anything has its last name: nobody is to be there first.
            seize(&dir);
            let is_way_to_mount = || mounts.is_any_below(dir.as_fd()).map_err(|error| errno(&error));
            // Etcd's names for its data, and for a log that lies apart.
            for name in [c"member", c"wal"] {
                let is_there = fstatat(&dir, name, AtFlags::AT_SYMLINK_NOFOLLOW).is_ok();
                if is_there && !is_way_to_mount()? && !emptying.rename(&dir, name)? {
                    return Ok(Some(name.to_string_lossy().into_owned()));
                }
            }
            fsync(&dir)?;
            emptying.run(&dir)
        };
        match clear() {
            Ok(None) | Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(Left::Gone),
            Ok(Some(name)) => Err(FsError::locked(FileOp::Empty, path, &name)),
            Err(errno) => Err(FsError::new(FileOp::Empty, path, errno)),
        }
    }

    /// A directory whose parents are root's, whoever it belongs to itself.
    pub(super) fn open_to_clear(&self, path: &AbsPath) -> Result<OwnedFd, Errno> {
        let spot = self.spot(path, Trust::RootOnly)?;
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        openat(&spot, spot.name.as_str(), flags, RawMode::empty())
    }

    /// Removes a directory and everything in it, both root's own: it is small, and gone when this returns. What is mounted
    /// inside is kept, with the way to it.
    pub(crate) fn remove_tree(&self, permit: &Permit, path: &AbsPath) -> Result<Left, FsError> {
        self.remove_all(permit, path, &Interrupt::default())
    }

    fn remove_all(&self, permit: &Permit, path: &AbsPath, interrupt: &Interrupt) -> Result<Left, FsError> {
        let remove = || {
            let dir = self.open_to_clear(path)?;
            // A mount point is emptied but stays: the file system on it was meant for this data.
            Emptying::new(&mounts()?, interrupt).run(&dir)
        };
        match remove() {
            Ok(None) => self.remove_empty_dir(permit, path),
            Ok(Some(name)) => Err(FsError::locked(FileOp::Remove, path, &name)),
            Err(Errno::ENOENT) => Ok(Left::Gone),
            Err(errno) => Err(FsError::new(FileOp::Remove, path, errno)),
        }
    }
}

/// What became of a directory that was to get another name.
enum Renamed {
    Aside,
    /// Something is mounted on it or in it.
    Not,
    /// The kernel lets nobody rename it.
    Locked,
}

/// The name that a directory has while it goes.
fn aside(spot: &Spot) -> String {
    format!(".{}.etcdpack-gone", spot.name)
}

fn mounts() -> Result<Mounts, Errno> {
    Mounts::read().map_err(|error| errno(&error))
}
