//! The copy of a bundle that a command works with: a file without a name, which root alone can open.
//!
//! Must not parse anything. Reads what was brought a second time in one case alone: the first place has no room for it, and
//! the copy is made anew elsewhere, from its first byte, and hashed anew.
#![expect(clippy::disallowed_methods, reason = "edge: opens what was brought as a bundle")]

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::stat::Mode as RawMode;
use payload::bundle::{BundleError, Copied, CopyError, MAX_LEN};
use payload::path::AbsPath;

use super::Tree;

/// Memory, on every system that runs etcd: for a host whose disk takes no more.
const ELSEWHERE: &str = "/run";

/// Why there is no copy.
#[derive(Debug)]
pub(crate) enum NotCopied {
    /// What was brought cannot be read.
    Source(BundleError),
    /// There is nowhere to put it; one line for each place.
    Place(Vec<String>),
}

/// The file at `path`, which must be a regular one: nothing is waited for.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let file = File::from(nix::fcntl::open(path, flags, RawMode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is not a regular file")) }
}

/// A copy of the file at `path`, in the nearest directory to `dir` that is there, else in memory.
pub(crate) fn copy(path: &Path, tree: &Tree, dir: &AbsPath) -> Result<Copied<File>, NotCopied> {
    let source = |error: io::Error| NotCopied::Source(error.into());
    let mut from = open(path).map_err(source)?;
    // Of what says so beforehand, no 4 GiB are written first.
    if from.metadata().map_err(source)?.len() > MAX_LEN {
        return Err(NotCopied::Source(BundleError::TooLarge));
    }
    let (system, memory) = (Tree::open(Path::new("/")), ELSEWHERE.parse());
    let elsewhere = system.as_ref().ok().zip(memory.as_ref().ok());
    let mut tried = Vec::new();
    for (tree, dir) in [Some((tree, dir)), elsewhere].into_iter().flatten() {
        from.rewind().map_err(source)?;
        let file = match tree.private_file(dir) {
            Ok(file) => file,
            Err(error) => {
                tried.push(error.to_string());
                continue;
            }
        };
        match Copied::make(&from, file) {
            Ok(copied) => return Ok(copied),
            Err(CopyError::Source(error)) => return Err(NotCopied::Source(error)),
            Err(CopyError::Write(error)) => tried.push(format!("`{dir}`: {error}")),
        }
    }
    Err(NotCopied::Place(tried))
}
