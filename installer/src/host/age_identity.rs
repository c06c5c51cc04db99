//! What opens a sealed snapshot, by a file descriptor that was handed to us. One that is typed: `terminal`.

use std::io;

use payload::recipient::Identity;

use super::{harden, passphrase};

/// Files of `age-keygen` have three lines.
const MOST: usize = 64 * 1024;

/// The first identity behind the file descriptor `fd`, which is closed then.
pub(crate) fn of_fd(fd: i32) -> io::Result<Identity> {
    harden::guard_secrets();
    of_text(&passphrase::all_of_fd(fd, MOST)?)
}

/// As it stands in a file, or was typed.
pub(crate) fn of_text(text: &[u8]) -> io::Result<Identity> {
    let text = std::str::from_utf8(text).unwrap_or_default();
    Identity::in_file(text).map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why.to_string()))
}
