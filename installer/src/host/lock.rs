//! One installer at a time: a lock that dies with the process that holds it.
//!
//! It is always a file that root alone can open: whoever can open a file can lock it, and keep it locked for ever.
#![expect(clippy::disallowed_methods, reason = "edge: locks a file")]

use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, Flock, FlockArg, OFlag, open, openat};
use nix::sys::stat::{Mode as RawMode, fstat, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::fs_error::Cause;
use super::namespace::is_in_narrow_namespace;
use super::tree::{FileOp, FsError, Tree};

/// In memory, and root's alone.
const DIR: &str = "/run";

/// Held for as long as it lives; leaves no file behind.
pub(crate) struct Lock {
    _held: Flock<OwnedFd>,
    dir: OwnedFd,
    name: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = unlinkat(&self.dir, self.name.as_str(), UnlinkatFlags::NoRemoveDir);
    }
}

impl Tree {
    /// Takes the lock on this tree; `None` if another process has it. Also that of an image is a file in this system's `/run`.
    pub(crate) fn lock(&self) -> Result<Option<Lock>, FsError> {
        let name = self.lock_name().map_err(|errno| FsError::of_path(FileOp::LookAt, "the tree", errno.into()))?;
        let path = format!("{DIR}/{name}");
        let fail = |error: io::Error| FsError::of_path(FileOp::Lock, &path, error);
        let dir = directory().map_err(fail)?;
        loop {
            let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let file = openat(&dir, name.as_str(), flags, RawMode::S_IRUSR | RawMode::S_IWUSR);
            let held = match Flock::lock(file.map_err(|errno| fail(errno.into()))?, FlockArg::LockExclusiveNonblock) {
                Ok(held) => held,
                Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
                Err((_, errno)) => return Err(fail(errno.into())),
            };
            // The holder before us may have removed the file between our open and our lock: then it is no lock.
            let there = fstatat(&dir, name.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW);
            if there.is_ok_and(|there| fstat(&*held).is_ok_and(|here| here.st_ino == there.st_ino)) {
                return Ok(Some(Lock { _held: held, dir, name }));
            }
        }
    }

    /// An image is the directory that it is, whatever it is called.
    fn lock_name(&self) -> Result<String, Errno> {
        if self.is_live() {
            return Ok("etcdpack.lock".to_owned());
        }
        let root = fstat(self.root_handle()?)?;
        Ok(format!("etcdpack-image-{:x}-{}.lock", root.st_dev, root.st_ino))
    }
}

/// Where locks lie, if nobody else can make files there.
fn directory() -> io::Result<OwnedFd> {
    let dir = open(DIR, OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_CLOEXEC, RawMode::empty())?;
    let stat = fstat(&dir)?;
    let is_roots = stat.st_uid == 0 && stat.st_mode & 0o022 == 0;
    // Root of a user namespace sees the system's own directories as a stranger's.
    if is_roots || is_in_narrow_namespace() {
        return Ok(dir);
    }
    Err(Cause::OthersLock { dir: DIR }.into())
}
