//! Putting things on the host so that they are there whole or not at all, also after a power cut.
//!
//! A file: created exclusively under a name of ours beside its place, with no permission for others; written;
//! owner, then mode; fsynced; renamed; its directory fsynced. A secret has no name at all until then, where the file
//! system can do that. A link: made under another name and renamed over
//! the old one. A failed fsync is an error like any other and is never tried again: the kernel may have dropped
//! the data already and would report success the second time.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode as RawMode, fchmod, mkdirat};
use nix::unistd::{Gid, Uid, UnlinkatFlags, fchown, fsync, linkat, symlinkat, unlinkat};
use payload::mode::Mode;
use payload::path::AbsPath;
use zeroize::Zeroizing;

use super::interrupt::Interrupt;
use super::reading::{LARGEST, Reading};
use super::tree::{FileOp, FsError, Spot, Tree, Trust};
use crate::transaction::Permit;

/// When what was appended is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// When the call returns.
    AtOnce,
    /// With whatever is appended after it: it can be lost, but never before that.
    WithTheNext,
}

/// User and group of what is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Ids {
    pub(crate) const ROOT: Self = Self { uid: 0, gid: 0 };
}

impl Tree {
    /// Makes one directory, whose parent must be there. An existing one is left as it is.
    pub(crate) fn make_dir(&self, _: &Permit, path: &AbsPath, mode: Mode, ids: Ids) -> Result<(), FsError> {
        let make = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            match mkdirat(&spot, spot.name.as_str(), RawMode::S_IRWXU) {
                Ok(()) => {}
                Err(Errno::EEXIST) => return Ok(()),
                Err(errno) => return Err(errno),
            }
            let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
            let dir = openat(&spot, spot.name.as_str(), flags, RawMode::empty())?;
            give(&dir, mode.bits(), ids)?;
            fsync(&dir)?;
            fsync(&spot)
        };
        make().map_err(|errno: Errno| FsError::new(FileOp::MakeDir, path, errno))
    }

    /// Owner and mode of a directory that is ours but was changed.
    pub(crate) fn mend_dir(&self, _: &Permit, path: &AbsPath, mode: u32, ids: Ids) -> Result<(), FsError> {
        let mend = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
            let dir = openat(&spot, spot.name.as_str(), flags, RawMode::empty())?;
            give(&dir, mode, ids)?;
            fsync(&dir)
        };
        mend().map_err(|errno: Errno| FsError::new(FileOp::ChangeDir, path, errno))
    }

    /// Owner and mode of a file that is ours, and was there before us.
    pub(crate) fn give_file(&self, _: &Permit, path: &AbsPath, mode: u32, ids: Ids) -> Result<(), FsError> {
        let file = self.open_by(path, Trust::RootOnly)?;
        let mend = || {
            give(&file, mode, ids)?;
            fsync(&file)
        };
        mend().map_err(|errno: Errno| FsError::new(FileOp::Write, path, errno))
    }

    /// Writes a file, replacing what was there in one instant.
    pub(crate) fn put_file(
        &self,
        _: &Permit,
        path: &AbsPath,
        mode: Mode,
        ids: Ids,
        from: &mut dyn Read,
    ) -> Result<(), FsError> {
        let fail = |error: io::Error| FsError::new(FileOp::Write, path, error);
        let spot = self.spot(path, Trust::RootOnly).map_err(|errno| fail(errno.into()))?;
        let new = spot.new_name();
        let mut put = || -> io::Result<()> {
            // A secret has no name before it has its own: a kill leaves it nowhere else.
            let anonymous = if mode == Mode::SECRET { spot.anonymous()? } else { None };
            let mut file = match &anonymous {
                Some(file) => file.try_clone()?,
                None => spot.create(&new)?,
            };
            copy(from, &mut file)?;
            give(&file, mode.bits(), ids)?;
            file.sync_all()?;
            match anonymous {
                Some(file) => spot.name_it(&file, &new)?,
                None => renameat(&spot, new.as_str(), &spot, spot.name.as_str())?,
            }
            Ok(fsync(&spot)?)
        };
        put().map_err(|error| {
            // The error that counts is the first; a leftover of this name is replaced by the next run.
            let _ = unlinkat(&spot, new.as_str(), UnlinkatFlags::NoRemoveDir);
            fail(error)
        })
    }

    /// Makes `path` a link to `target`, switching an existing link in one instant.
    pub(crate) fn put_link(&self, _: &Permit, path: &AbsPath, target: &str) -> Result<(), FsError> {
        let put = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            let new = spot.new_name();
            spot.clear(&new)?;
            symlinkat(target, &spot, new.as_str())?;
            renameat(&spot, new.as_str(), &spot, spot.name.as_str())?;
            fsync(&spot)
        };
        put().map_err(|errno: Errno| FsError::new(FileOp::Link, path, errno))
    }

    /// A copy of a file with the owner and mode that it has, as durable as [`Self::put_file`] makes it.
    pub(crate) fn copy_with_owner(&self, permit: &Permit, from: &AbsPath, to: &AbsPath) -> Result<(), FsError> {
        let fail = |error: io::Error| FsError::new(FileOp::Copy, from, error);
        // A step is made or undone as a whole.
        let file = Reading::of(self.open_file(from)?, LARGEST, &Interrupt::default()).map_err(fail)?;
        let mut file = file.ok_or_else(|| fail(Errno::EFBIG.into()))?;
        let meta = file.file().metadata().map_err(fail)?;
        let ids = Ids { uid: meta.uid(), gid: meta.gid() };
        let mode =
            Mode::try_from(format!("{:04o}", meta.mode() & 0o777)).map_err(|error| fail(io::Error::other(error)))?;
        self.put_file(permit, to, mode, ids, &mut file)
    }

    /// Appends to a file of ours; creates it, for root alone, where it is not there.
    pub(crate) fn append(&self, _: &Permit, path: &AbsPath, bytes: &[u8], lasting: Lasting) -> Result<(), FsError> {
        let append = || -> io::Result<()> {
            let spot = self.spot(path, Trust::RootOnly)?;
            let flags = OFlag::O_WRONLY | OFlag::O_APPEND | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let fd = openat(&spot, spot.name.as_str(), flags, RawMode::S_IRUSR | RawMode::S_IWUSR)?;
            let mut file = File::from(fd);
            let created = file.metadata()?.len() == 0;
            file.write_all(bytes)?;
            if lasting == Lasting::WithTheNext {
                return Ok(());
            }
            file.sync_all()?;
            if created {
                fsync(&spot)?;
            }
            Ok(())
        };
        append().map_err(|error| FsError::new(FileOp::Write, path, error))
    }

    /// Renames within one directory tree and makes it durable.
    pub(crate) fn rename(&self, _: &Permit, from: &AbsPath, to: &AbsPath) -> Result<(), FsError> {
        let rename = || {
            let (old, new) = (self.spot(from, Trust::RootOnly)?, self.spot(to, Trust::RootOnly)?);
            renameat(&old, old.name.as_str(), &new, new.name.as_str())?;
            fsync(&old)?;
            fsync(&new)
        };
        rename().map_err(|errno: Errno| FsError::new(FileOp::Rename, from, errno))
    }

    /// Makes everything durable that was written on the file system of the directory `path`.
    pub(crate) fn sync_filesystem(&self, _: &Permit, path: &AbsPath) -> Result<(), FsError> {
        let sync = || nix::unistd::syncfs(self.open_dir(path, Trust::Anyone)?);
        sync().map_err(|errno| FsError::new(FileOp::Sync, path, errno))
    }

    /// Makes durable what programs of the running system have written below `/etc` on our behalf: accounts, links that
    /// enable a unit.
    pub(crate) fn sync_others_work(&self, permit: &Permit) -> Result<(), FsError> {
        if !self.is_live() {
            return Ok(());
        }
        let etc = "/etc".parse().map_err(|error| FsError::of_path(FileOp::Sync, "/etc", io::Error::other(error)))?;
        self.sync_filesystem(permit, &etc)
    }

    /// A file for root alone, in the nearest directory to `dir` that is there. It has no name, so that nobody else can
    /// open it, and that it goes with its handle, also when we are killed.
    pub(crate) fn private_file(&self, dir: &AbsPath) -> Result<File, FsError> {
        let create = || {
            let spot = Spot { dir: self.nearest_dir(dir)?.1, name: "private".to_owned() };
            if let Some(file) = spot.anonymous()? {
                return Ok(file);
            }
            let name = spot.new_name();
            spot.clear(&name)?;
            let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let file = openat(&spot, name.as_str(), flags, RawMode::S_IRUSR | RawMode::S_IWUSR)?;
            spot.clear(&name).or_else(|_| spot.clear(&name))?;
            Ok(File::from(file))
        };
        create().map_err(|errno: Errno| FsError::new(FileOp::MakePrivateFile, dir, errno))
    }

    /// A file for `path`, whole and on the disk, that has no name: nothing of it is seen in any directory, and it goes with
    /// its handle. `None` where the file system has no such files.
    pub(crate) fn anonymous_file(
        &self,
        path: &AbsPath,
        mode: Mode,
        ids: Ids,
        from: &mut dyn Read,
    ) -> Result<Option<File>, FsError> {
        let mut write = || -> io::Result<Option<File>> {
            let spot = Spot { dir: self.nearest_dir(path)?.1, name: path.name().to_owned() };
            let Some(mut file) = spot.anonymous()? else { return Ok(None) };
            copy(&mut Heeding { from, interrupt: self.interrupt() }, &mut file)?;
            give(&file, mode.bits(), ids)?;
            file.sync_all()?;
            Ok(Some(file))
        };
        write().map_err(|error| FsError::new(FileOp::WriteUnnamed, path, error))
    }

    /// Gives it its name, in the place of what was there.
    pub(crate) fn name_file(&self, _: &Permit, path: &AbsPath, file: &File) -> Result<(), FsError> {
        let name = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            spot.name_it(file, &spot.new_name())?;
            fsync(&spot)
        };
        name().map_err(|errno: Errno| FsError::new(FileOp::Write, path, errno))
    }

    /// Removes what a killed [`Self::put_file`] or [`Self::put_link`] may have left beside `path`.
    pub(crate) fn clear_leftover(&self, _: &Permit, path: &AbsPath) -> Result<(), FsError> {
        let clear = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            spot.clear(&spot.new_name())
        };
        match clear() {
            Ok(()) | Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(()),
            Err(errno) => Err(FsError::new(FileOp::RemoveLeftover, path, errno)),
        }
    }

    /// A file that need not be durable one by one, inside a directory that is synced as a whole afterwards.
    pub(crate) fn put_unsynced(
        &self,
        _: &Permit,
        path: &AbsPath,
        mode: Mode,
        from: &mut dyn Read,
    ) -> Result<(), FsError> {
        let mut put = || -> io::Result<()> {
            let spot = self.spot(path, Trust::RootOnly)?;
            let mut file = spot.create(&spot.name)?;
            copy(from, &mut file)?;
            Ok(give(&file, mode.bits(), Ids::ROOT)?)
        };
        put().map_err(|error| FsError::new(FileOp::Write, path, error))
    }
}

impl Spot {
    /// The name that a file has until it is whole.
    pub(super) fn new_name(&self) -> String {
        format!(".{}.etcdpack-new", self.name)
    }

    /// Removes a leftover of a run that was killed.
    pub(super) fn clear(&self, name: &str) -> Result<(), Errno> {
        match unlinkat(self, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    /// A file for us alone in this directory, without a name (open(2), `O_TMPFILE`); `None` where the kernel or the file
    /// system has no such thing.
    pub(super) fn anonymous(&self) -> Result<Option<File>, Errno> {
        let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
        match openat(self, ".", flags, RawMode::S_IRUSR | RawMode::S_IWUSR) {
            Ok(file) => Ok(Some(File::from(file))),
            // Kernels before 3.11 take the flag for an attempt to write to a directory.
            Err(Errno::EOPNOTSUPP | Errno::EISDIR | Errno::ENOENT | Errno::EINVAL) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    /// Gives an anonymous file its name: at once, or in the place of another through a name of ours.
    pub(super) fn name_it(&self, file: &File, new: &str) -> Result<(), Errno> {
        let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
        let link = |name: &str| linkat(AT_FDCWD, itself.as_str(), self, name, AtFlags::AT_SYMLINK_FOLLOW);
        match link(&self.name) {
            Err(Errno::EEXIST) => {
                self.clear(new)?;
                link(new)?;
                renameat(self, new, self, self.name.as_str())
            }
            linked => linked,
        }
    }

    pub(super) fn create(&self, name: &str) -> Result<File, Errno> {
        self.clear(name)?;
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        openat(self, name, flags, RawMode::S_IRUSR | RawMode::S_IWUSR).map(File::from)
    }
}

/// What is read before the first change ends when somebody asks us to.
struct Heeding<'a> {
    from: &'a mut dyn Read,
    interrupt: &'a Interrupt,
}

impl Read for Heeding<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.interrupt.is_raised() { Err(Errno::ECANCELED.into()) } else { self.from.read(buf) }
    }
}

/// The owner first: a mode is never wider than meant for the owner that a file has at that instant.
fn give(file: impl std::os::fd::AsFd, mode: u32, ids: Ids) -> Result<(), Errno> {
    fchown(&file, Some(Uid::from_raw(ids.uid)), Some(Gid::from_raw(ids.gid)))?;
    fchmod(&file, RawMode::from_bits_truncate(mode))
}

/// `io::copy` with a buffer that suits files of tens of megabytes, and is wiped: a key passes through it too.
fn copy(from: &mut dyn Read, to: &mut File) -> io::Result<()> {
    let mut buf = Zeroizing::new(vec![0; 256 * 1024]);
    loop {
        let n = match from.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(buf.get(..n).unwrap_or_default())?;
    }
}
