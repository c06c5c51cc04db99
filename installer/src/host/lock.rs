//! One installer at a time: a lock that dies with the process that holds it.
//!
//! It is always a file that root alone can open: whoever can open a file can lock it, and keep it locked for ever.
#![expect(clippy::disallowed_methods, reason = "edge: locks a file")]

use std::fs::File;
use std::io::{self, Read as _, Write as _};
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
    _held: Flock<File>,
    dir: OwnedFd,
    name: String,
}

/// Who holds it, by his own word.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) pid: u32,
    /// What was typed: a command of this program.
    pub(crate) command: String,
}

/// What came of trying to take it.
pub(crate) enum Locked {
    Ours(Lock),
    /// `None` where the holder has not said who he is.
    By(Option<Holder>),
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = unlinkat(&self.dir, self.name.as_str(), UnlinkatFlags::NoRemoveDir);
    }
}

impl Tree {
    /// Takes the lock on this tree for `command`, unless another process has it. Also that of an image is a file in this system's `/run`.
    pub(crate) fn lock(&self, command: &str) -> Result<Locked, FsError> {
        let name = self.lock_name().map_err(|errno| FsError::of_path(FileOp::LookAt, "the tree", errno.into()))?;
        let path = format!("{DIR}/{name}");
        let fail = |error: io::Error| FsError::of_path(FileOp::Lock, &path, error);
        let dir = directory().map_err(fail)?;
        loop {
            let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let file = openat(&dir, name.as_str(), flags, RawMode::S_IRUSR | RawMode::S_IWUSR);
            let file = File::from(file.map_err(|errno| fail(errno.into()))?);
            let held = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(held) => held,
                Err((held, Errno::EWOULDBLOCK)) => return Ok(Locked::By(Holder::said_in(held))),
                Err((_, errno)) => return Err(fail(errno.into())),
            };
            // The holder before us may have removed the file between our open and our lock: then it is no lock.
            let there = fstatat(&dir, name.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW);
            if there.is_ok_and(|there| fstat(&*held).is_ok_and(|here| here.st_ino == there.st_ino)) {
                // A lock is one without his word, too, where there is no room for it.
                let _ = Holder { pid: std::process::id(), command: command.to_owned() }.say_in(&held);
                return Ok(Locked::Ours(Lock { _held: held, dir, name }));
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

impl Holder {
    /// What is there from a holder who was killed is as long at most.
    const LONGEST: u64 = 64;

    fn say_in(&self, mut lock: &File) -> io::Result<()> {
        lock.set_len(0)?;
        writeln!(lock, "{} {}", self.pid, self.command)
    }

    fn said_in(lock: File) -> Option<Self> {
        let mut said = String::new();
        lock.take(Self::LONGEST).read_to_string(&mut said).ok()?;
        let (pid, command) = said.trim_end().split_once(' ')?;
        let is_word = command.bytes().all(|byte| byte.is_ascii_lowercase());
        Some(Self { pid: pid.parse().ok()?, command: command.to_owned() }).filter(|_| is_word)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_second_is_told_who_is_at_work() {
        let root = std::env::temp_dir().join(format!("etcdpack-test-lock-{}", std::process::id()));
        std::fs::create_dir(&root).unwrap();
        let tree = || Tree::open(&root).unwrap();
        let Ok(Locked::Ours(held)) = tree().lock("drill") else { panic!("nobody holds it") };
        let Ok(Locked::By(holder)) = tree().lock("install") else { panic!("it is held") };
        assert_eq!(holder, Some(Holder { pid: std::process::id(), command: "drill".to_owned() }));
        // What a lock's file may hold otherwise.
        for (said, read) in [("", false), ("7", false), ("x drill", false), ("7 \u{1b}[2J", false), ("7 drill\n", true)]
        {
            std::fs::write(root.join("said"), said).unwrap();
            assert_eq!(Holder::said_in(File::open(root.join("said")).unwrap()).is_some(), read, "{said:?}");
        }
        drop(held);
        assert!(matches!(tree().lock("install"), Ok(Locked::Ours(_))));
        std::fs::remove_dir_all(&root).unwrap();
    }
}
