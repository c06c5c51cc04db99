//! The host's files, below one root that is fixed once: `/`, or the tree given by `--root`.
//!
//! Every path is walked from a handle on that root. A directory on the way that others than root may write to is
//! refused, and so is a link that others could have put there: they would choose where our files go.
#![expect(clippy::disallowed_methods, reason = "edge: reads the host's files")]

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode as RawMode, SFlag, fstat, fstatat, stat};
use payload::bundle::Content;
use payload::path::AbsPath;

use super::interrupt::Interrupt;
use super::reading::{LARGEST, Reading};
use crate::facts::paths::Seen;

pub(super) use super::fs_error::{FileOp, FsError};
pub(super) use super::path_walk::Trust;

/// How many names of one directory are listed: none that we list has more than a few hundred.
const MAX_NAMES: usize = 16 << 10;

/// A root and everything below it.
pub(crate) struct Tree {
    root: Arc<OwnedFd>,
    live: bool,
    /// What reads and removes that others have made, and what asks the host's programs, looks at this.
    interrupt: Interrupt,
}

/// Where a walk has come to: the directory's handle and a name in it.
pub(super) struct Spot {
    pub(super) dir: OwnedFd,
    pub(super) name: String,
}

impl Tree {
    /// The tree below `path`, which must be a directory. The running system is known by what it is, not by what it is
    /// called: `/root/..` and `.` can be it, too.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        let root = nix::fcntl::open(path, flags, RawMode::empty())?;
        let (here, system) = (fstat(&root)?, stat("/")?);
        let live = (here.st_dev, here.st_ino) == (system.st_dev, system.st_ino);
        Ok(Self { live, root: Arc::new(root), interrupt: Interrupt::default() })
    }

    /// The same tree, whose readings, removals and questions end when somebody asks us to.
    pub(crate) fn heeding(self, interrupt: &Interrupt) -> Self {
        Self { interrupt: interrupt.clone(), ..self }
    }

    /// The same tree, for a roll-back: that is what being told to stop asks for, and goes on to its end.
    pub(crate) fn undisturbed(&self) -> Self {
        Self { root: Arc::clone(&self.root), live: self.live, interrupt: Interrupt::default() }
    }

    /// What tells us to stop, for whoever asks the host something.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Whether this is the running system and not an image.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// A second handle on the root.
    pub(super) fn root_handle(&self) -> Result<OwnedFd, Errno> {
        self.root.try_clone().map_err(|_| Errno::EMFILE)
    }

    /// What stands at `path`; a parent that is not there means [`Seen::Absent`].
    pub(crate) fn look(&self, path: &AbsPath) -> Result<Seen, FsError> {
        self.look_by(path, Trust::Anyone)
    }

    /// Likewise, on a way of which this is demanded.
    pub(super) fn look_by(&self, path: &AbsPath, trust: Trust) -> Result<Seen, FsError> {
        let fail = |errno: Errno| FsError::new(FileOp::LookAt, path, errno);
        let spot = match self.spot(path, trust) {
            Ok(spot) => spot,
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(Seen::Absent),
            Err(errno) => return Err(fail(errno)),
        };
        match fstatat(&spot.dir, spot.name.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) => spot.seen(&stat).map_err(fail),
            Err(Errno::ENOENT) => Ok(Seen::Absent),
            Err(errno) => Err(fail(errno)),
        }
    }

    /// A regular file, opened for reading; the last component is not followed if it is a link.
    pub(crate) fn open_file(&self, path: &AbsPath) -> Result<File, FsError> {
        self.open_by(path, Trust::Anyone)
    }

    /// Likewise, on a way of which this is demanded.
    pub(super) fn open_by(&self, path: &AbsPath, trust: Trust) -> Result<File, FsError> {
        let open = || {
            let spot = self.spot(path, trust)?;
            let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
            let fd = openat(&spot.dir, spot.name.as_str(), flags, RawMode::empty())?;
            match kind(&fstat(&fd)?) {
                SFlag::S_IFREG => Ok(File::from(fd)),
                _ => Err(Errno::EINVAL),
            }
        };
        open().map_err(|errno| FsError::new(FileOp::Open, path, errno))
    }

    /// A small file, whole; longer than `limit` is an error.
    pub(crate) fn read(&self, path: &AbsPath, limit: u64) -> Result<Vec<u8>, FsError> {
        let fail = |error| FsError::new(FileOp::Read, path, error);
        let mut bytes = Vec::new();
        self.open_file(path)?.take(limit + 1).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 > limit {
            return Err(fail(io::Error::from(io::ErrorKind::FileTooLarge)));
        }
        Ok(bytes)
    }

    /// Like [`Self::read`], but `None` where nothing stands at `path`.
    pub(crate) fn read_if_there(&self, path: &AbsPath, limit: u64) -> Result<Option<Vec<u8>>, FsError> {
        match self.read(path, limit) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Size and digest of a file; `None` of one that has more bytes than any of ours, or that its owner holds back from us.
    pub(crate) fn measure(&self, path: &AbsPath) -> Result<Option<Content>, FsError> {
        self.measure_by(path, |file| Reading::of_ours(file, &self.interrupt))
    }

    /// Likewise of a file that has no more than `size` bytes, whoever can write to it.
    pub(crate) fn measure_sized(&self, path: &AbsPath, size: u64) -> Result<Option<Content>, FsError> {
        self.measure_by(path, |file| Reading::of(file, size.min(LARGEST), &self.interrupt))
    }

    fn measure_by(
        &self,
        path: &AbsPath,
        reading: impl FnOnce(File) -> io::Result<Option<Reading>>,
    ) -> Result<Option<Content>, FsError> {
        let measure = |file| reading(file)?.map(Content::read).transpose();
        let file = match self.open_file(path) {
            Err(error) if error.is_leased() => return Ok(None),
            file => file?,
        };
        match measure(file) {
            Err(error) if error.raw_os_error() == Some(Errno::EFBIG as i32) => Ok(None),
            other => other.map_err(|error| FsError::new(FileOp::Read, path, error)),
        }
    }

    /// A file of at most `limit` bytes; more of them are an error, now or while it is read.
    pub(crate) fn open_bounded(&self, path: &AbsPath, limit: u64) -> Result<Reading, FsError> {
        let fail = |error| FsError::new(FileOp::Read, path, error);
        // Read for a step, which is made or undone as a whole.
        let reading = Reading::of(self.open_file(path)?, limit, &Interrupt::default()).map_err(fail)?;
        reading.ok_or_else(|| fail(Errno::EFBIG.into()))
    }

    /// The names in a directory, sorted; none where there is no directory. More than anybody needs are an error.
    pub(crate) fn list(&self, path: &AbsPath) -> Result<Vec<String>, FsError> {
        self.list_by(path, Trust::Anyone)
    }

    /// Likewise, on a way of which this is demanded.
    pub(super) fn list_by(&self, path: &AbsPath, trust: Trust) -> Result<Vec<String>, FsError> {
        let mut names = Vec::new();
        self.each_name(path, trust, |name| {
            if names.len() == MAX_NAMES {
                return Err(Errno::E2BIG);
            }
            names.push(name);
            Ok(Go::On)
        })?;
        names.sort();
        Ok(names)
    }

    /// Whether a directory holds a name like this; not where there is no directory.
    pub(crate) fn holds(&self, path: &AbsPath, wanted: impl Fn(&str) -> bool) -> Result<bool, FsError> {
        let mut found = false;
        self.each_name(path, Trust::Anyone, |name| {
            found = wanted(&name);
            Ok(if found { Go::NoFurther } else { Go::On })
        })?;
        Ok(found)
    }

    fn each_name(
        &self,
        path: &AbsPath,
        trust: Trust,
        mut each: impl FnMut(String) -> Result<Go, Errno>,
    ) -> Result<(), FsError> {
        let mut go = || {
            let mut dir = Dir::from_fd(self.open_dir(path, trust)?)?;
            for entry in dir.iter() {
                let name = entry?.file_name().to_string_lossy().into_owned();
                if name != "." && name != ".." && each(name)? == Go::NoFurther {
                    break;
                }
            }
            Ok(())
        };
        match go() {
            Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(()),
            other => other.map_err(|errno| FsError::new(FileOp::List, path, errno)),
        }
    }

    /// The handle of a directory, itself included in the walk.
    pub(super) fn open_dir(&self, path: &AbsPath, trust: Trust) -> Result<OwnedFd, Errno> {
        let components = path.components().map(str::to_owned).collect();
        self.walk(components, trust)
    }

    /// The nearest directory at or above `path` that is there, down to the root itself; its path is for showing.
    pub(super) fn nearest_dir(&self, path: &AbsPath) -> Result<(String, OwnedFd), Errno> {
        for dir in path.lineage().into_iter().rev() {
            if let Ok(handle) = self.open_dir(&dir, Trust::Anyone) {
                return Ok((dir.to_string(), handle));
            }
        }
        Ok(("/".to_owned(), self.root_handle()?))
    }

    /// The handle of the directory that holds `path`, and its last component.
    pub(super) fn spot(&self, path: &AbsPath, trust: Trust) -> Result<Spot, Errno> {
        let mut components: Vec<String> = path.components().map(str::to_owned).collect();
        let name = components.pop().ok_or(Errno::EINVAL)?;
        Ok(Spot { dir: self.walk(components, trust)?, name })
    }
}

impl Spot {
    fn seen(&self, stat: &FileStat) -> Result<Seen, Errno> {
        let (mode, uid, gid) = (stat.st_mode & 0o7777, stat.st_uid, stat.st_gid);
        Ok(match kind(stat) {
            SFlag::S_IFREG => Seen::File { mode, uid, gid, size: u64::try_from(stat.st_size).unwrap_or(0) },
            SFlag::S_IFDIR => Seen::Dir { mode, uid, gid },
            SFlag::S_IFLNK => {
                Seen::Link { target: readlinkat(&self.dir, self.name.as_str())?.to_string_lossy().into_owned() }
            }
            _ => Seen::Other,
        })
    }
}

/// Whether a listing goes on.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    NoFurther,
}

/// The directory `name` in `dir`; a link is not followed.
pub(super) fn open_below(dir: &OwnedFd, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    openat(dir, name, flags, RawMode::empty())
}

/// The file type in a mode.
pub(super) fn kind(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits())
}

impl AsFd for Spot {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.dir.as_fd()
    }
}
