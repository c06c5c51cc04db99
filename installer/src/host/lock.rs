//! One installer at a time: a lock that dies with the process that holds it.
#![expect(clippy::disallowed_methods, reason = "edge: locks a file")]

use std::os::fd::OwnedFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::sys::stat::{Mode as RawMode, fstat, stat};
use nix::unistd::unlink;

use super::tree::{FileOp, FsError, Tree};

/// In memory, and only root can be there.
const LOCK_FILE: &str = "/run/etcdpack.lock";

/// Held for as long as it lives; leaves no file behind.
pub(crate) struct Lock {
    _held: Flock<OwnedFd>,
    file: Option<&'static Path>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(file) = self.file {
            let _ = unlink(file);
        }
    }
}

impl Tree {
    /// Takes the lock on this tree; `None` if another process has it. On a running system it is a file in `/run`,
    /// an image is locked by its own root directory.
    pub(crate) fn lock(&self) -> Result<Option<Lock>, FsError> {
        let fail = |errno| FsError::of_path(FileOp::Lock, LOCK_FILE, std::io::Error::from(errno));
        loop {
            let (fd, file) = if self.is_live() {
                (lock_file().map_err(fail)?, Some(Path::new(LOCK_FILE)))
            } else {
                (self.root_handle().map_err(fail)?, None)
            };
            let held = match Flock::lock(fd, FlockArg::LockExclusiveNonblock) {
                Ok(held) => held,
                Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
                Err((_, errno)) => return Err(fail(errno)),
            };
            // The holder before us may have removed the file between our open and our lock: then it is no lock.
            let same = match file {
                Some(file) => stat(file).is_ok_and(|there| fstat(&*held).is_ok_and(|here| here.st_ino == there.st_ino)),
                None => true,
            };
            if same {
                return Ok(Some(Lock { _held: held, file }));
            }
        }
    }
}

fn lock_file() -> Result<OwnedFd, Errno> {
    let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    nix::fcntl::open(LOCK_FILE, flags, RawMode::S_IRUSR | RawMode::S_IWUSR)
}
