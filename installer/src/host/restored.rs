//! The data directory while a snapshot comes into it. It is etcd's, and may be a mount point: what is put aside and what comes
//! stays in it, under names that no etcd looks for, and is reached by handles.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode as RawMode, fstatat};
use nix::unistd::{UnlinkatFlags, fsync, unlinkat};
use payload::path::AbsPath;

use super::emptying::{Emptying, errno};
use super::interrupt::Interrupt;
use super::mounts::Mounts;
use super::tree::{FileOp, FsError, Tree};
use crate::transaction::Permit;

/// Where a snapshot is restored to, and what goes lies.
pub(crate) const RESTORING: &str = ".etcdpack-restore";

/// Where a drill has its data.
pub(crate) const DRILL: &str = ".etcdpack-drill";

/// What etcd looks for.
const MEMBER: &str = "member";

impl Tree {
    /// Removes what a run that was cut off has left there. Looks at the interrupt.
    pub(crate) fn clear_restoring(&self, _: &Permit, data: &AbsPath) -> Result<(), FsError> {
        let cleared = || match self.open_to_clear(data) {
            Ok(dir) => clear(&dir, RESTORING, self.interrupt()),
            Err(Errno::ENOENT) => Ok(()),
            Err(errno) => Err(errno),
        };
        cleared().map_err(|errno| FsError::new(FileOp::RemoveLeftover, data, errno))
    }

    /// Removes what a drill has there: nobody keeps any of it, so that no journal has it. Told to stop, it does so all the same.
    pub(crate) fn clear_drill(&self, data: &AbsPath) -> Result<(), FsError> {
        let cleared = || match self.open_to_clear(data) {
            Ok(dir) => clear(&dir, DRILL, &Interrupt::default()),
            // What is no directory holds nothing of a drill's, and a link is not followed.
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(()),
            Err(errno) => Err(errno),
        };
        cleared().map_err(|errno| FsError::new(FileOp::RemoveLeftover, data, errno))
    }

    /// What was restored takes the place of what is there, which is called `aside` from then on.
    pub(crate) fn put_restored(&self, _: &Permit, data: &AbsPath, aside: &str) -> Result<(), FsError> {
        let put = || {
            let dir = self.open_to_clear(data)?;
            let restored = open(&dir, RESTORING)?;
            open(&restored, MEMBER)?;
            // A run that was cut off may have put it aside.
            if is_there(&dir, MEMBER)? {
                renameat(&dir, MEMBER, &dir, aside)?;
            }
            renameat(&restored, MEMBER, &dir, MEMBER)?;
            fsync(&dir)?;
            clear(&dir, RESTORING, self.interrupt())
        };
        put().map_err(|errno| FsError::new(FileOp::Rename, data, errno))
    }

    /// What was restored goes. Looks at the interrupt.
    pub(crate) fn discard_restored(&self, permit: &Permit, data: &AbsPath) -> Result<(), FsError> {
        self.clear_restoring(permit, data)?;
        let discard = || {
            let dir = self.open_to_clear(data)?;
            // At once: half of it must never pass for data.
            renameat(&dir, MEMBER, &dir, RESTORING)?;
            fsync(&dir)?;
            clear(&dir, RESTORING, self.interrupt())
        };
        discard().map_err(|errno| FsError::new(FileOp::Remove, data, errno))
    }

    /// What was put `aside` comes back, where nothing has its place.
    pub(crate) fn put_back(&self, _: &Permit, data: &AbsPath, aside: &str) -> Result<(), FsError> {
        let back = || match self.open_to_clear(data) {
            Ok(dir) if is_there(&dir, aside)? && !is_there(&dir, MEMBER)? => {
                renameat(&dir, aside, &dir, MEMBER)?;
                fsync(&dir)
            }
            Ok(_) | Err(Errno::ENOENT) => Ok(()),
            Err(errno) => Err(errno),
        };
        back().map_err(|errno| FsError::new(FileOp::Rename, data, errno))
    }
}

/// Removes the directory `name` in `dir`, with what is in it.
fn clear(dir: &OwnedFd, name: &str, interrupt: &Interrupt) -> Result<(), Errno> {
    match open(dir, name) {
        Ok(left) => {
            let mounts = Mounts::read().map_err(|error| errno(&error))?;
            Emptying::new(&mounts, interrupt).run(&left)?;
            unlinkat(dir, name, UnlinkatFlags::RemoveDir)?;
        }
        Err(Errno::ENOENT) => return Ok(()),
        // Whoever put something else there had no data of ours in it.
        Err(Errno::ENOTDIR | Errno::ELOOP) => unlinkat(dir, name, UnlinkatFlags::NoRemoveDir)?,
        Err(errno) => return Err(errno),
    }
    fsync(dir)
}

fn open(dir: &OwnedFd, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    openat(dir, name, flags, RawMode::empty())
}

fn is_there(dir: &OwnedFd, name: &str) -> Result<bool, Errno> {
    match fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(_) => Ok(true),
        Err(Errno::ENOENT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn lay(dir: &Path, content: &str) {
        fs::create_dir_all(dir.join("snap")).unwrap();
        fs::write(dir.join("snap/db"), content).unwrap();
    }

    #[test]
    fn what_was_there_is_put_aside_and_comes_back_wherever_it_stopped() {
        let root = std::env::temp_dir().join(format!("etcdpack-test-restored-{}", std::process::id()));
        let at = root.join("data/etcd");
        let (tree, data) = (|| Tree::open(&root).unwrap(), "/data/etcd".parse().unwrap());
        let permit = Permit::FOR_TESTS;
        let content = |name: &str| fs::read_to_string(at.join(name).join("snap/db")).ok();
        let seen = || [content("member"), content("aside"), content(RESTORING)];
        let old = || Some("old".to_owned());
        for cut in 0..4 {
            fs::create_dir_all(&at).unwrap();
            lay(&at.join("member"), "old");
            fs::create_dir(at.join("lost+found")).unwrap();
            lay(&at.join(RESTORING).join("member"), "new");
            match cut {
                0 => {}
                1 => fs::rename(at.join("member"), at.join("aside")).unwrap(),
                2 => {
                    fs::rename(at.join("member"), at.join("aside")).unwrap();
                    fs::rename(at.join(RESTORING).join("member"), at.join("member")).unwrap();
                }
                _ => tree().put_restored(&permit, &data, "aside").unwrap(),
            }
            // Forwards from where it can go on, or back.
            if cut < 2 {
                tree().put_restored(&permit, &data, "aside").unwrap();
                assert_eq!(seen(), [Some("new".to_owned()), old(), None], "{cut}");
            }
            tree().discard_restored(&permit, &data).unwrap();
            tree().put_back(&permit, &data, "aside").unwrap();
            assert_eq!(seen(), [old(), None, None], "{cut}");
            // Nothing is taken back twice.
            tree().clear_restoring(&permit, &data).unwrap();
            tree().put_back(&permit, &data, "aside").unwrap();
            assert_eq!(seen(), [old(), None, None], "{cut}");
            assert!(at.join("lost+found").is_dir());
            fs::remove_dir_all(&at).unwrap();
        }
        // Somebody else's link is not followed.
        lay(&root.join("elsewhere"), "theirs");
        fs::create_dir_all(&at).unwrap();
        std::os::unix::fs::symlink("../../elsewhere", at.join(RESTORING)).unwrap();
        assert!(tree().put_restored(&permit, &data, "aside").is_err());
        tree().clear_restoring(&permit, &data).unwrap();
        assert!(root.join("elsewhere/snap/db").is_file() && !at.join(RESTORING).exists());
        fs::remove_dir_all(&root).unwrap();
    }
}
