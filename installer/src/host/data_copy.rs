//! What a member knows, copied out of its directories into one file, as tar(1) has it. They are etcd's user's: they are walked by
//! handles, nothing in them is followed or waited for, and how much is taken has a bound.
#![expect(clippy::disallowed_methods, reason = "edge: reads etcd's data, writes a copy of it")]

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{FileStat, Mode as RawMode, SFlag, fstat, fstatat};
use payload::path::AbsPath;
use payload::render::{MEMBER, WAL};

use super::clock::Stopwatch;
use super::fs_error::{Cause, FileOp, FsError};
use super::interrupt::Interrupt;
use super::tree::{Tree, kind, open_below};
use crate::archive::{self, Kind};
use crate::facts::data::Places;

/// More names than etcd ever has: five files of its log and five of its snapshots, and what it has begun.
const MOST: usize = 10_000;

const PIECE: usize = 1 << 20;

/// How much of the database shows how fast it is copied.
const TRIAL: u64 = 64 << 20;

/// What may come between looking at the data and copying them: another file of the log, and another snapshot.
pub(crate) const GROWTH: u64 = 128 << 20;

/// Whether what is looked at changes meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Etcd {
    Runs,
    Stopped,
}

/// One thing in the data.
struct Met<'a> {
    dir: &'a OwnedFd,
    /// In `dir`.
    base: &'a str,
    /// In the archive.
    name: &'a str,
    kind: Kind,
    stat: FileStat,
}

/// What is done with each.
type Each<'a> = dyn FnMut(Met<'_>) -> io::Result<()> + 'a;

impl Tree {
    /// How many bytes a copy has, as far as etcd, which runs, has them now.
    pub(crate) fn size_of_data(&self, places: Places) -> Result<u64, FsError> {
        let mut size = archive::END.len() as u64;
        self.each_of_data(places, Etcd::Runs, &mut |met| {
            size = size.saturating_add(met.kind.room());
            Ok(())
        })?;
        Ok(size)
    }

    /// How many bytes are copied into `to` in a second, tried out on the database. It is empty again then.
    pub(crate) fn copied_in_a_second(&self, places: Places, to: &mut File) -> Result<u64, FsError> {
        let mut go = || -> io::Result<u64> {
            let snap = open_below(&open_below(&self.open_to_clear(places.data)?, MEMBER)?, "snap")?;
            let from = open_file(&snap, "db")?;
            let took = Stopwatch::start();
            let copied = pour(&mut from.take(TRIAL), to, self.interrupt())?;
            let micros = u64::try_from(took.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
            empty(to)?;
            Ok((copied.saturating_mul(1_000_000) / micros).max(1))
        };
        go().map_err(|error| FsError::new(FileOp::Copy, places.data, error))
    }

    /// Copies what an etcd knows that is stopped, of which no more than this much is known to be there. Looks at the interrupt. What
    /// failed leaves `to` empty.
    pub(crate) fn copy_data(&self, places: Places, to: &mut File, bytes: u64) -> Result<(), FsError> {
        let copied = self.copy_all(places, to, bytes.saturating_add(GROWTH));
        if copied.is_err() {
            // The error that counts is the first.
            let _ = empty(to);
        }
        copied
    }

    fn copy_all(&self, places: Places, to: &mut File, most: u64) -> Result<(), FsError> {
        let of_data = |error: io::Error| FsError::new(FileOp::Copy, places.data, error);
        empty(to).map_err(of_data)?;
        let mut left = most;
        self.each_of_data(places, Etcd::Stopped, &mut |met| {
            left = left.checked_sub(met.kind.room()).ok_or(Errno::EFBIG)?;
            let seconds = u64::try_from(met.stat.st_mtime).unwrap_or_default();
            to.write_all(&archive::header(met.name, met.kind, seconds).ok_or(Cause::OddName)?)?;
            let Kind::File { size } = met.kind else { return Ok(()) };
            let from = open_file(met.dir, met.base)?;
            // One that grows now is somebody's who would fill the disk.
            if pour(&mut from.take(size), to, self.interrupt())? != size {
                return Err(Cause::OtherBytes.into());
            }
            let filled = met.kind.room() - archive::BLOCK as u64 - size;
            to.seek(SeekFrom::Current(i64::try_from(filled).unwrap_or_default()))?;
            Ok(())
        })?;
        let mut end = || {
            to.write_all(&archive::END)?;
            // What was passed over reads as zeros.
            let len = to.stream_position()?;
            to.set_len(len)
        };
        end().map_err(of_data)
    }

    /// `member`, and the log where that lies apart, with what is in them.
    fn each_of_data(&self, places: Places, etcd: Etcd, each: &mut Each<'_>) -> Result<(), FsError> {
        let tops = std::iter::once((places.data, MEMBER)).chain(places.wal.map(|wal| (wal, WAL)));
        let mut names = 0;
        for (place, name) in tops {
            let top = self.open_to_clear(place).map_err(|errno| FsError::new(FileOp::Copy, place, errno))?;
            let mut walk = Walk { place, etcd, names: &mut names, each, interrupt: self.interrupt() };
            walk.meet(&top, name, name)?;
        }
        Ok(())
    }
}

struct Walk<'a, 'e> {
    place: &'a AbsPath,
    etcd: Etcd,
    names: &'a mut usize,
    each: &'a mut Each<'e>,
    interrupt: &'a Interrupt,
}

impl Walk<'_, '_> {
    fn meet(&mut self, dir: &OwnedFd, base: &str, name: &str) -> Result<(), FsError> {
        let place = self.place;
        let failed = |error: io::Error| FsError::of_path(FileOp::Copy, &format!("{place}/{name}"), error);
        let looked = self.look(dir, base, name);
        let Some((kind, stat)) = looked.map_err(failed)? else { return Ok(()) };
        (self.each)(Met { dir, base, name, kind, stat }).map_err(failed)?;
        if kind != Kind::Dir {
            return Ok(());
        }
        let (below, listed) = match open_below(dir, base).and_then(|below| Ok((names(&below)?, below))) {
            Ok((listed, below)) => (below, listed),
            Err(Errno::ENOENT) if self.etcd == Etcd::Runs => return Ok(()),
            Err(errno) => return Err(failed(errno.into())),
        };
        listed.iter().try_for_each(|base| self.meet(&below, base, &format!("{name}/{base}")))
    }

    /// What stands there; `None` where it has gone, as some of what a running etcd has does.
    fn look(&mut self, dir: &OwnedFd, base: &str, name: &str) -> io::Result<Option<(Kind, FileStat)>> {
        if self.interrupt.is_raised() {
            return Err(Errno::ECANCELED.into());
        }
        *self.names += 1;
        if *self.names > MOST {
            return Err(Cause::TooManyNames { most: MOST }.into());
        }
        let stat = match fstatat(dir, base, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Err(Errno::ENOENT) if self.etcd == Etcd::Runs => return Ok(None),
            stat => stat?,
        };
        let what = match kind(&stat) {
            SFlag::S_IFDIR => Kind::Dir,
            // Another name of a file of somebody else's would bring that along.
            SFlag::S_IFREG if stat.st_nlink > 1 => return Err(Cause::OtherNames.into()),
            SFlag::S_IFREG => Kind::File { size: u64::try_from(stat.st_size).unwrap_or_default() },
            _ => return Err(Cause::NotAFile.into()),
        };
        // Before etcd is stopped for it.
        archive::header(name, what, 0).ok_or(Cause::OddName)?;
        Ok(Some((what, stat)))
    }
}

/// The names in a directory, in order: the database comes before the log.
fn names(dir: &OwnedFd) -> Result<Vec<String>, Errno> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    let mut names = Vec::new();
    for entry in Dir::from_fd(openat(dir, ".", flags, RawMode::empty())?)?.iter().take(MOST + 3) {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != "." && name != ".." {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A regular file with one name, which nobody can make us wait for.
fn open_file(dir: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = openat(dir, name, flags, RawMode::empty())?;
    let stat = fstat(&file)?;
    if kind(&stat) == SFlag::S_IFREG && stat.st_nlink == 1 { Ok(file.into()) } else { Err(Cause::NotAFile.into()) }
}

/// All that `from` gives. Zeros are passed over: etcd lays its log out 64 MB ahead.
fn pour(from: &mut io::Take<File>, to: &mut File, interrupt: &Interrupt) -> io::Result<u64> {
    let (mut piece, mut poured) = (vec![0; PIECE], 0);
    loop {
        if interrupt.is_raised() {
            return Err(Errno::ECANCELED.into());
        }
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(poured),
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read.iter().all(|byte| *byte == 0) {
            to.seek(SeekFrom::Current(i64::try_from(read.len()).unwrap_or_default()))?;
        } else {
            to.write_all(read)?;
        }
        poured += read.len() as u64;
    }
}

fn empty(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{FileExt as _, symlink};
    use std::path::{Path, PathBuf};

    use nix::unistd::mkfifo;

    use super::*;

    type Lay = fn(&Path, &Path);

    struct Site {
        root: PathBuf,
        data: AbsPath,
        wal: AbsPath,
    }

    impl Site {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("etcdpack-test-data-copy-{name}-{}", std::process::id()));
            fs::create_dir_all(root.join("data/member/snap")).unwrap();
            fs::create_dir_all(root.join("wal/wal")).unwrap();
            Self { root, data: "/data".parse().unwrap(), wal: "/wal".parse().unwrap() }
        }

        fn lay(&self, name: &str, bytes: &[u8]) {
            fs::write(self.root.join(name), bytes).unwrap();
        }

        fn places(&self) -> Places<'_> {
            Places { data: &self.data, wal: Some(&self.wal) }
        }

        fn copied(&self, bytes: u64) -> Result<File, String> {
            let path = self.root.join("copy");
            let mut to = File::options().read(true).write(true).create(true).truncate(true).open(path).unwrap();
            let tree = Tree::open(&self.root).unwrap();
            match tree.copy_data(self.places(), &mut to, bytes) {
                Ok(()) => Ok(to),
                Err(error) => {
                    assert_eq!(to.metadata().unwrap().len(), 0, "what failed takes no room");
                    Err(error.to_string())
                }
            }
        }

        fn gone(self) {
            fs::remove_dir_all(&self.root).unwrap();
        }
    }

    #[test]
    fn all_that_a_member_knows_is_in_it_byte_for_byte() {
        let site = Site::new("whole");
        // A log is mostly zeros.
        let (mut db, mut log) = (vec![7; 3 * PIECE + 5], vec![0; 2 * PIECE + 100]);
        db[PIECE..2 * PIECE].fill(0);
        log[0] = 1;
        site.lay("data/member/snap/db", &db);
        site.lay("wal/wal/0-0.wal", &log);
        site.lay("data/member/snap/empty.snap", b"");
        let tree = Tree::open(&site.root).unwrap();
        let size = tree.size_of_data(site.places()).unwrap();
        let copy = site.copied(size).unwrap();
        assert_eq!(copy.metadata().unwrap().len(), size);
        let (mut at, mut seen) = (0, Vec::new());
        let read = |at: u64, len: usize| {
            let mut bytes = vec![0; len];
            copy.read_exact_at(&mut bytes, at).unwrap();
            bytes
        };
        while at < size - archive::END.len() as u64 {
            let head = read(at, archive::BLOCK);
            let text = |range: std::ops::Range<usize>| {
                String::from_utf8(head[range].iter().copied().take_while(|byte| *byte != 0).collect()).unwrap()
            };
            let len = usize::from_str_radix(&text(124..136), 8).unwrap();
            seen.push((text(0..100), read(at + archive::BLOCK as u64, len)));
            at += Kind::File { size: len as u64 }.room();
        }
        assert!(read(at, archive::END.len()).iter().all(|byte| *byte == 0));
        let expected: [(&str, &[u8]); 6] = [
            ("member/", b""),
            ("member/snap/", b""),
            ("member/snap/db", &db),
            ("member/snap/empty.snap", b""),
            ("wal/", b""),
            ("wal/0-0.wal", &log),
        ];
        let expected = expected.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
        assert_eq!(
            seen.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            expected.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
        assert!(seen == expected, "other bytes");
        site.gone();
    }

    #[test]
    fn what_is_no_plain_file_of_etcds_is_neither_taken_nor_waited_for() {
        let site = Site::new("odd");
        site.lay("data/member/snap/db", b"db");
        site.lay("elsewhere", b"secret");
        let at = |name: &str| site.root.join("data/member/snap").join(name);
        let lays: [(&str, Lay, &str); 5] = [
            ("link", |at, other| symlink(other, at).unwrap(), "not a regular file"),
            ("pipe", |at, _| mkfifo(at, RawMode::S_IRWXU).unwrap(), "not a regular file"),
            ("other", |at, other| fs::hard_link(other, at).unwrap(), "it has other names"),
            ("odd name", |at, _| fs::write(at, "x").unwrap(), "its name"),
            ("deep", |at, _| fs::create_dir_all(at.join("x/".repeat(60))).unwrap(), "its name"),
        ];
        for (name, lay, why) in lays {
            lay(&at(name), &site.root.join("elsewhere"));
            let tree = Tree::open(&site.root).unwrap();
            let before = tree.size_of_data(site.places()).unwrap_err().to_string();
            assert!(before.contains(why) && before.contains(name), "{before}");
            assert_eq!(site.copied(1 << 20).unwrap_err(), before, "{name}");
            let _ = fs::remove_file(at(name)).or_else(|_| fs::remove_dir_all(at(name)));
        }
        // A directory on the way that is a link.
        fs::rename(site.root.join("data/member"), site.root.join("aside")).unwrap();
        symlink("../aside", site.root.join("data/member")).unwrap();
        assert!(site.copied(1 << 20).unwrap_err().contains("not a regular file"));
        site.gone();
    }

    #[test]
    fn no_more_is_copied_than_was_seen_and_may_have_come() {
        let site = Site::new("bound");
        File::create(site.root.join("data/member/snap/db")).unwrap().set_len(GROWTH).unwrap();
        assert!(site.copied(1 << 20).is_ok());
        assert!(site.copied(0).unwrap_err().contains("large"));
        site.gone();
    }
}
