//! Emptying a directory, whatever lies in it: a million entries, three thousand levels, names that somebody put in our way.
//! Holds a few handles and no list, whatever there is. By handle, never through a link, never across a mount.
//!
//! A directory in a directory is moved up into the one that is being emptied, so that nothing is ever deep; each is
//! root's alone before its entries are looked at, so that nobody adds to it meanwhile.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd as _, OwnedFd};

use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode as RawMode, SFlag, fchmod, fstat, fstatat};
use nix::unistd::{Gid, Uid, UnlinkatFlags, fchown, unlinkat};

use super::interrupt::Interrupt;
use super::mounts::Mounts;
use super::tree::kind;

/// How far down we go where a directory cannot be moved up: to what is mounted there, and on file systems in parts.
const MAX_DEPTH: u8 = 32;

/// One directory being emptied.
pub(super) struct Emptying<'a> {
    mounts: &'a Mounts,
    interrupt: &'a Interrupt,
    /// The first entry that the kernel lets nobody remove.
    locked: Option<String>,
}

/// A directory that all below it moves up to.
struct Top<'a> {
    dir: &'a OwnedFd,
    depth: u8,
    /// Of the last name that was given to what was moved up, and of the last that was looked at since.
    given: u64,
    seen: u64,
}

/// Whether something went.
type Went = bool;

impl<'a> Emptying<'a> {
    pub(super) fn new(mounts: &'a Mounts, interrupt: &'a Interrupt) -> Self {
        Self { mounts, interrupt, locked: None }
    }

    /// Removes all that is in `dir` but what is mounted there, with the way to it, and what mkfs made.
    /// Returns the first entry that is locked, by its name.
    pub(super) fn run(mut self, dir: &OwnedFd) -> Result<Option<String>, Errno> {
        self.all_of(dir, 0)?;
        Ok(self.locked)
    }

    /// Gives `name` in `dir` another name there, one that no etcd looks for.
    pub(super) fn rename(&mut self, dir: &OwnedFd, name: &CStr) -> Result<Went, Errno> {
        self.move_up(&mut Top { dir, depth: 0, given: 0, seen: 0 }, dir, name)
    }

    fn move_up(&mut self, top: &mut Top<'_>, dir: &OwnedFd, name: &CStr) -> Result<Went, Errno> {
        loop {
            self.told_to_stop()?;
            top.given += 1;
            match renameat(dir, name, top.dir, name_of(top.given).as_str()) {
                Ok(()) => return Ok(true),
                // Somebody has put something there.
                Err(Errno::ENOTEMPTY | Errno::EEXIST | Errno::ENOTDIR | Errno::EISDIR) => {}
                // In use as a mount point; gone; or no room for another until some of those there have gone.
                Err(Errno::EBUSY | Errno::ENOENT | Errno::EMLINK) => return Ok(false),
                Err(Errno::EPERM | Errno::EACCES) => return Ok(self.lock(name)),
                Err(errno) => return Err(errno),
            }
        }
    }

    fn all_of(&mut self, dir: &OwnedFd, depth: u8) -> Result<(), Errno> {
        seize(dir);
        let holds_mounts = self.mounts.is_any_below(dir.as_fd()).map_err(|error| errno(&error))?;
        let is_mounted = self.mounts.is_one(dir.as_fd()).map_err(|error| errno(&error))?;
        let mut top = Top { dir, depth, given: 0, seen: 0 };
        while self.pass(dir, |this, name, is_dir| {
            if holds_mounts && this.mounts.is_point(dir.as_fd(), name.to_bytes()).map_err(|error| errno(&error))? {
                return Ok(false);
            }
            if !is_dir {
                return this.unlink(dir, name);
            }
            if is_mounted && name.to_bytes() == b"lost+found" && is_roots(dir, name)? {
                return Ok(false);
            }
            let Some(below) = open(dir, name)? else { return Ok(false) };
            if holds_mounts && this.mounts.is_any_below(below.as_fd()).map_err(|error| errno(&error))? {
                return this.in_place(dir, name, &below, depth);
            }
            let went = this.flatten(&mut top, name, &below)?;
            this.moved_up(&mut top)?;
            Ok(went)
        })? {}
        Ok(())
    }

    /// What has moved up goes by the names that it was given: a look at the whole directory for each would be too many.
    fn moved_up(&mut self, top: &mut Top<'_>) -> Result<(), Errno> {
        while top.seen < top.given {
            top.seen += 1;
            let name = CString::new(name_of(top.seen)).map_err(|_| Errno::EINVAL)?;
            if let Some(dir) = open(top.dir, &name)? {
                self.flatten(top, &name, &dir)?;
            }
        }
        Ok(())
    }

    /// Removes `dir`, which is `name` at the top, with what is in it; directories in it move up.
    fn flatten(&mut self, top: &mut Top<'_>, name: &CStr, dir: &OwnedFd) -> Result<Went, Errno> {
        seize(dir);
        let mut any = false;
        loop {
            let went = self.pass(dir, |this, name, is_dir| {
                if !is_dir {
                    return this.unlink(dir, name);
                }
                match this.move_up(top, dir, name) {
                    Err(Errno::EXDEV) => {
                        let Some(deeper) = open(dir, name)? else { return Ok(false) };
                        this.in_place(dir, name, &deeper, top.depth)
                    }
                    moved => moved,
                }
            })?;
            any |= went;
            if self.rmdir(top.dir, name)? {
                return Ok(true);
            }
            if !went {
                return Ok(any);
            }
        }
    }

    /// Empties a directory where it is.
    fn in_place(&mut self, parent: &OwnedFd, name: &CStr, dir: &OwnedFd, depth: u8) -> Result<Went, Errno> {
        if depth < MAX_DEPTH {
            self.all_of(dir, depth + 1)?;
        }
        self.rmdir(parent, name)
    }

    /// One look at every entry of `dir`; whether any went.
    fn pass(
        &mut self,
        dir: &OwnedFd,
        mut each: impl FnMut(&mut Self, &CStr, bool) -> Result<Went, Errno>,
    ) -> Result<Went, Errno> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        let mut went = false;
        // A handle of its own, at the beginning.
        for entry in Dir::from_fd(openat(dir, ".", flags, RawMode::empty())?)?.iter() {
            self.told_to_stop()?;
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let is_dir = match entry.file_type() {
                Some(kind) => kind == Type::Directory,
                None => match fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
                    Ok(stat) => kind(&stat) == SFlag::S_IFDIR,
                    Err(Errno::ENOENT) => continue,
                    Err(errno) => return Err(errno),
                },
            };
            went |= each(self, name, is_dir)?;
        }
        Ok(went)
    }

    fn unlink(&mut self, dir: &OwnedFd, name: &CStr) -> Result<Went, Errno> {
        match unlinkat(dir, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) => Ok(true),
            Err(Errno::ENOENT | Errno::EBUSY | Errno::EISDIR) => Ok(false),
            Err(Errno::EPERM | Errno::EACCES) => Ok(self.lock(name)),
            Err(errno) => Err(errno),
        }
    }

    fn rmdir(&mut self, dir: &OwnedFd, name: &CStr) -> Result<Went, Errno> {
        match unlinkat(dir, name, UnlinkatFlags::RemoveDir) {
            Ok(()) => Ok(true),
            Err(Errno::ENOTEMPTY | Errno::EEXIST | Errno::EBUSY | Errno::ENOENT | Errno::ENOTDIR) => Ok(false),
            Err(Errno::EPERM | Errno::EACCES) => Ok(self.lock(name)),
            Err(errno) => Err(errno),
        }
    }

    fn lock(&mut self, name: &CStr) -> Went {
        // As it can be shown: a name can hold whatever a terminal obeys.
        self.locked.get_or_insert_with(|| name.to_string_lossy().escape_debug().collect());
        false
    }

    fn told_to_stop(&self) -> Result<(), Errno> {
        if self.interrupt.is_raised() { Err(Errno::ECANCELED) } else { Ok(()) }
    }
}

/// The name of the `n`th that was moved up.
fn name_of(n: u64) -> String {
    format!(".etcdpack-gone-{n}")
}

/// From here on nobody but root changes what is in `dir`. Where that cannot be had, what follows shows what can.
pub(super) fn seize(dir: &OwnedFd) {
    if fstat(dir).is_ok_and(|stat| stat.st_uid == 0 && stat.st_mode & 0o022 == 0) {
        return;
    }
    let _ = fchown(dir, Some(Uid::from_raw(0)), Some(Gid::from_raw(0)));
    let _ = fchmod(dir, RawMode::S_IRWXU);
}

fn open(dir: &OwnedFd, name: &CStr) -> Result<Option<OwnedFd>, Errno> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    match openat(dir, name, flags, RawMode::empty()) {
        Ok(dir) => Ok(Some(dir)),
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(None),
        Err(errno) => Err(errno),
    }
}

fn is_roots(dir: &OwnedFd, name: &CStr) -> Result<bool, Errno> {
    Ok(fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW)?.st_uid == 0)
}

pub(super) fn errno(error: &std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}
