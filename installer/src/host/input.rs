//! A file that a person names to be read, of whatever size and whoever's it is. Must not be waited for, nor kept in memory.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::copy;

/// How much of a file is read at a time that is not kept.
const PIECE: usize = 1 << 20;

/// The whole file, in pieces.
pub(crate) fn pieces(file: &mut File, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => take(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether it begins with what is `sought`, as far as that can be seen. Where it is read from next stays.
pub(crate) fn begins(file: &File, sought: fn(&[u8]) -> bool) -> bool {
    let mut head = [0; 64];
    file.read_at(&mut head, 0).is_ok_and(|read| sought(head.get(..read).unwrap_or_default()))
}

/// A file of anybody's that has no more than `limit` bytes; `None` for any other.
pub(crate) fn small(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let read = copy::open(path).ok()?.take(limit + 1).read_to_end(&mut text).ok()?;
    (read as u64 <= limit).then_some(text)
}
