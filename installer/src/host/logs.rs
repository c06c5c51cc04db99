//! Looking into the directory for etcd's log. Follows nothing, opens nothing in it, and has a bound: what lies there may be
//! an intruder's.
#![expect(clippy::disallowed_methods, reason = "edge: reads a directory of the host")]

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::fd::AsFd as _;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode as RawMode, SFlag, fstat, fstatat};
use nix::unistd::{Uid, fchownat};
use payload::path::AbsPath;

use super::tree::{FileOp, FsError, Tree, Trust, kind};
use crate::facts::logs::{Keeper, Kind, Logs, MOST, Odd};
use crate::facts::paths::Seen;
use crate::transaction::Permit;

impl Tree {
    /// What lies in the directory `path`, and who can put more there.
    pub(crate) fn logs(&self, path: &AbsPath) -> Result<Logs, FsError> {
        let Seen::Dir { mode, uid, .. } = self.look(path)? else { return Ok(Logs::default()) };
        let (odd, is_overfull) = self.odd(path).map_err(|errno| FsError::new(FileOp::LookInto, path, errno))?;
        Ok(Logs { keeper: Keeper::of(mode, uid), odd, is_overfull })
    }

    /// Gives the files in a directory of root's to root, by name, which nobody else can change any more. The owner of a log could
    /// hold a lease on it, and supervisord would wait for him at each opening.
    pub(crate) fn take_logs(&self, _: &Permit, path: &AbsPath) -> Result<(), FsError> {
        let take = || {
            let mut dir = Dir::from_fd(self.open_dir(path, Trust::RootOnly)?)?;
            let at = dir.as_fd().try_clone_to_owned().map_err(|_| Errno::EMFILE)?;
            for entry in dir.iter().take(MOST) {
                let entry = entry?;
                let name = entry.file_name();
                let stat = match fstatat(&at, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
                    Ok(stat) => stat,
                    // Rotated away meanwhile.
                    Err(Errno::ENOENT) => continue,
                    Err(errno) => return Err(errno),
                };
                if stat.st_uid != 0 && odd_kind(&stat, String::new).is_none() {
                    fchownat(&at, name, Some(Uid::from_raw(0)), None, AtFlags::AT_SYMLINK_NOFOLLOW)?;
                }
            }
            Ok(())
        };
        take().map_err(|errno| FsError::new(FileOp::TakeLogs, path, errno))
    }

    fn odd(&self, path: &AbsPath) -> Result<(Vec<Odd>, bool), Errno> {
        let mut dir = Dir::from_fd(self.open_dir(path, Trust::Anyone)?)?;
        let at = dir.as_fd().try_clone_to_owned().map_err(|_| Errno::EMFILE)?;
        let (mut odd, mut names) = (Vec::new(), 0);
        for entry in dir.iter() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            names += 1;
            if names > MOST {
                return Ok((odd, true));
            }
            let stat = match fstatat(&at, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                // Rotated away meanwhile.
                Err(Errno::ENOENT) => continue,
                Err(errno) => return Err(errno),
            };
            let target = || readlinkat(&at, name).map(|target| target.to_string_lossy().into_owned());
            if let Some(kind) = odd_kind(&stat, || target().unwrap_or_default()) {
                odd.push(Odd { name: name.to_string_lossy().into_owned(), kind, uid: stat.st_uid });
            }
        }
        Ok((odd, false))
    }

    /// The last bytes of a log, no more than `limit`: of a regular file with one name, below directories that root alone can
    /// change. `None` of anything else.
    pub(crate) fn end_of_log(&self, path: &AbsPath, limit: u64) -> Option<Vec<u8>> {
        let spot = self.spot(path, Trust::RootOnly).ok()?;
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let fd = openat(&spot, spot.name.as_str(), flags, RawMode::empty()).ok()?;
        let stat = fstat(&fd).ok()?;
        if odd_kind(&stat, String::new).is_some() {
            return None;
        }
        let mut file = File::from(fd);
        let size = u64::try_from(stat.st_size).unwrap_or_default();
        file.seek(SeekFrom::Start(size.saturating_sub(limit))).ok()?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// What something is that is no plain file with one name.
#[allow(clippy::useless_conversion, reason = "the count has 32 bits on arm64")]
fn odd_kind(stat: &FileStat, target: impl FnOnce() -> String) -> Option<Kind> {
    Some(match kind(stat) {
        SFlag::S_IFREG if stat.st_nlink <= 1 => return None,
        SFlag::S_IFREG => Kind::Linked { names: u64::from(stat.st_nlink) },
        SFlag::S_IFLNK => Kind::Link { target: target() },
        SFlag::S_IFIFO => Kind::Pipe,
        SFlag::S_IFSOCK => Kind::Socket,
        SFlag::S_IFDIR => Kind::Dir,
        _ => Kind::Device,
    })
}
