//! The copy of a bundle that a command works with: a file without a name, which root alone can open.
//!
//! Must not parse anything, nor fill a file system that others write to as well: it looks for room first. Reads what was
//! brought a second time in one case alone: the first place could not take it after all, and the copy is made anew elsewhere,
//! from its first byte, and hashed anew.
#![expect(clippy::disallowed_methods, reason = "edge: opens what was brought as a bundle")]

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::stat::Mode as RawMode;
use payload::bundle::{BundleError, Copied, CopyError, MAX_LEN};
use payload::path::AbsPath;

use super::fs_error::{Cause, FileOp};
use super::room::room;
use super::{FsError, Tree};

/// Memory, on every system that runs etcd: for a host whose disk takes no more.
const ELSEWHERE: &str = "/run";

const MIB: u64 = 1 << 20;

/// What stays free beside a copy: others write there, too, etcd for one. Of a small file system a tenth.
const MARGIN: u64 = 64 * MIB;

/// Why there is no copy.
#[derive(Debug)]
pub(crate) enum NotCopied {
    /// What was brought cannot be read.
    Source(BundleError),
    /// There is nowhere to put it: why not, of each place.
    Place(Vec<NoPlace>),
}

/// Why a place cannot take a copy.
#[derive(Debug)]
pub(crate) enum NoPlace {
    Fs(FsError),
    /// In MiB.
    Full {
        dir: AbsPath,
        free: u64,
        needed: u64,
    },
    /// It had room, but did not take it.
    Write {
        dir: AbsPath,
        error: io::Error,
    },
}

/// The file at `path`, which must be a regular one: nothing is waited for.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let file = File::from(nix::fcntl::open(path, flags, RawMode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(Cause::NotAFile.into()) }
}

/// A copy of the file at `path`, in the nearest directory to `dir` that is there, else in memory.
pub(crate) fn copy(path: &Path, tree: &Tree, dir: &AbsPath) -> Result<Copied<File>, NotCopied> {
    let source = |error: io::Error| NotCopied::Source(error.into());
    let mut from = open(path).map_err(source)?;
    // Of what says so beforehand, no 4 GiB are written first.
    let len = from.metadata().map_err(source)?.len();
    if len > MAX_LEN {
        return Err(NotCopied::Source(BundleError::TooLarge));
    }
    let (system, memory) = (Tree::open(Path::new("/")), ELSEWHERE.parse());
    let elsewhere = system.as_ref().ok().zip(memory.as_ref().ok());
    let mut tried = Vec::new();
    for (tree, dir) in [Some((tree, dir)), elsewhere].into_iter().flatten() {
        from.rewind().map_err(source)?;
        let file = match place(tree, dir, len) {
            Ok(file) => file,
            Err(why) => {
                tried.push(why);
                continue;
            }
        };
        // A file that grows meanwhile would take more than there is room for.
        match Copied::make((&from).take(len), file) {
            Ok(copied) => return Ok(copied),
            Err(CopyError::Source(error)) => return Err(NotCopied::Source(error)),
            Err(CopyError::Write(error)) => tried.push(NoPlace::Write { dir: dir.clone(), error }),
        }
    }
    Err(NotCopied::Place(tried))
}

/// A file for `len` bytes, where there is room for them; else why not.
fn place(tree: &Tree, dir: &AbsPath, len: u64) -> Result<File, NoPlace> {
    let file = tree.private_file(dir).map_err(NoPlace::Fs)?;
    let room = room(&file).map_err(|errno| NoPlace::Fs(FsError::new(FileOp::AskFileSystem, dir, errno)))?;
    let (free, needed) = (room.free, needed(len, room.size));
    if free < needed {
        return Err(NoPlace::Full { dir: dir.clone(), free: free / MIB, needed: needed.div_ceil(MIB) });
    }
    Ok(file)
}

/// The room for a copy of `len` bytes on a file system of `size` bytes.
fn needed(len: u64, size: u64) -> u64 {
    len.saturating_add(MARGIN.min(size / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_leaves_room_for_others() {
        let gib = 1024 * MIB;
        assert_eq!(needed(40 * MIB, 100 * gib), 104 * MIB);
        assert_eq!(needed(40 * MIB, 640 * MIB), 104 * MIB);
        assert_eq!(needed(40 * MIB, 300 * MIB), 70 * MIB);
        assert_eq!(needed(4 * gib, 0), 4 * gib);
        assert_eq!(needed(u64::MAX, u64::MAX), u64::MAX);
    }
}
