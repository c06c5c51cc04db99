//! The copy of a snapshot that is restored: a file without a name, on the file system of the data directory. What was brought is
//! read once, and what is judged is what was copied.
#![expect(clippy::disallowed_methods, reason = "edge: reads what was brought, writes a copy of it")]

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use nix::sys::stat::{Mode as RawMode, fchmod};
use nix::unistd::{Gid, fchown};
use payload::path::AbsPath;
use payload::recipient::{Identity, NotOpened, Opening, is_sealed};

use super::fs_error::FileOp;
use super::interrupt::Interrupt;
use super::room::room;
use super::write::Ids;
use super::{FsError, Tree, copy};

const PIECE: usize = 1 << 20;

/// What etcd lays out beside its database: its log, 64 MB at a time, two files ahead.
const LOGS: u64 = 256 << 20;

/// Why there is no copy.
#[derive(Debug)]
pub(crate) enum NotCopied {
    /// What was brought cannot be read.
    Source(io::Error),
    Place(FsError),
    /// The copy, and what is restored from it. In bytes.
    Full {
        needed: u64,
        free: u64,
    },
    Write(io::Error),
    /// It is sealed, and nothing opens it.
    Sealed,
    NotOpened(NotOpened),
    ToldToStop,
}

/// The file at `path`, opened once for all that is done with it.
pub(crate) fn open(path: &Path) -> Result<File, NotCopied> {
    copy::open(path).map_err(NotCopied::Source)
}

/// A copy of what was brought near `data`, opened by `identity` where it is sealed; `take` sees each piece of the copy. And the
/// first bytes, by which some kinds of files are known.
pub(crate) fn copy(
    from: File,
    tree: &Tree,
    data: &AbsPath,
    identity: Option<&Identity>,
    interrupt: &Interrupt,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(File, Vec<u8>), NotCopied> {
    let len = from.metadata().map_err(NotCopied::Source)?.len();
    // A file that grows meanwhile would take more than there was room for.
    let mut from = from.take(len);
    let mut to = place(tree, data, len)?;
    let (mut head, mut piece) = (Vec::new(), vec![0; PIECE]);
    let mut seal: Option<Opening> = None;
    let mut opened = Vec::new();
    loop {
        if interrupt.is_raised() {
            return Err(NotCopied::ToldToStop);
        }
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(NotCopied::Source(error)),
        };
        if head.is_empty() {
            head.extend(read.iter().take(4));
            if is_sealed(read) {
                seal = Some(Opening::by(identity.cloned().ok_or(NotCopied::Sealed)?));
            }
        }
        let plain = match &mut seal {
            None => read,
            Some(seal) => {
                opened.clear();
                seal.take(read, &mut opened).map_err(NotCopied::NotOpened)?;
                opened.as_slice()
            }
        };
        take(plain);
        to.write_all(plain).map_err(NotCopied::Write)?;
    }
    if let Some(seal) = seal {
        opened.clear();
        seal.end(&mut opened).map_err(NotCopied::NotOpened)?;
        take(&opened);
        to.write_all(&opened).map_err(NotCopied::Write)?;
    }
    // Not synced: it goes before what is made of it is durable, and need never be on the disk.
    Ok((to, head))
}

/// Where a copy of so many bytes goes, near `data`, with room for what is restored from it.
pub(crate) fn place(tree: &Tree, data: &AbsPath, len: u64) -> Result<File, NotCopied> {
    place_of(tree, data, len.saturating_mul(2).saturating_add(LOGS))
}

/// A place near `data` where so much is free.
pub(crate) fn place_of(tree: &Tree, data: &AbsPath, needed: u64) -> Result<File, NotCopied> {
    let to = tree.private_file(data).map_err(NotCopied::Place)?;
    let asking = |errno| NotCopied::Place(FsError::new(FileOp::AskFileSystem, data, errno));
    let free = room(&to).map_err(asking)?.free;
    if free < needed { Err(NotCopied::Full { needed, free }) } else { Ok(to) }
}

/// A handle of the copy by which a program of this user may read it; nobody else comes to it.
pub(crate) fn for_a_program_of(copy: File, ids: Ids) -> Result<File, FsError> {
    let hand = || -> io::Result<File> {
        fchown(&copy, None, Some(Gid::from_raw(ids.gid)))?;
        fchmod(&copy, RawMode::S_IRUSR | RawMode::S_IRGRP)?;
        Ok(copy)
    };
    hand().map_err(|error| FsError::of_path(FileOp::MakePrivateFile, "/proc/self/fd/0", error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_added_meanwhile_is_not_copied() {
        let root = std::env::temp_dir().join(format!("etcdpack-test-snapshot-copy-{}", std::process::id()));
        fs::create_dir_all(root.join("data")).unwrap();
        let brought = root.join("etcd.db");
        fs::write(&brought, vec![7; 2 * PIECE]).unwrap();
        let (tree, data) = (Tree::open(&root).unwrap(), "/data".parse().unwrap());
        let mut seen = 0;
        let taken = &mut |piece: &[u8]| {
            seen += piece.len();
            let mut more = File::options().append(true).open(&brought).unwrap();
            more.write_all(&vec![8; PIECE]).unwrap();
        };
        let (copy, head) = copy(open(&brought).unwrap(), &tree, &data, None, &Interrupt::default(), taken).unwrap();
        assert_eq!((copy.metadata().unwrap().len(), seen, head), (2 * PIECE as u64, 2 * PIECE, vec![7; 4]));
        fs::remove_dir_all(&root).unwrap();
    }
}
