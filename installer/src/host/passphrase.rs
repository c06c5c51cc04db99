//! A passphrase by a file descriptor that was handed to us. One that is typed: `terminal`.
#![expect(clippy::disallowed_methods, reason = "edge: reads file descriptors")]

use std::fs::{self, File};
use std::io::{self, Read};

use zeroize::Zeroizing;

use super::fs_error::Cause;

/// No passphrase comes near this. Buffers have this size at once: one that grows leaves copies behind.
pub(super) const MAX_BYTES: usize = 4096;

/// With the end of a line by other systems.
pub(super) const MOST: usize = MAX_BYTES + 1;

/// Reads the next bytes; none at the end.
type Reading<'a> = dyn FnMut(&mut [u8]) -> io::Result<usize> + 'a;

/// Whether anything is behind the file descriptor `fd`.
pub(crate) fn is_open(fd: i32) -> io::Result<()> {
    match fs::symlink_metadata(format!("/proc/self/fd/{fd}")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Cause::NotOpen.into()),
        found => found.map(drop),
    }
}

/// The first line of the file descriptor `fd`, which is closed then: programs that we start must not inherit it.
pub(crate) fn of_fd(fd: i32) -> io::Result<Zeroizing<Vec<u8>>> {
    with_fd(fd, |read| first_line(read))
}

/// All that is behind it, likewise. More than `most` bytes are too many.
pub(crate) fn all_of_fd(fd: i32, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    with_fd(fd, |read| all(most, read))
}

fn with_fd<T>(fd: i32, take: impl FnOnce(&mut Reading<'_>) -> io::Result<T>) -> io::Result<T> {
    // By itself, and not by its name: under sshd it is a socket, which cannot be opened.
    if fd == 0 {
        return take(&mut |bytes| Ok(nix::unistd::read(io::stdin(), bytes)?));
    }
    // Opened anew, the end of a pipe that is written to can be read, and nothing ever comes.
    if writes_only(fd) {
        return Err(Cause::WriteOnly.into());
    }
    let mut file = File::open(format!("/proc/self/fd/{fd}")).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Cause::NotOpen.into(),
        _ => error,
    })?;
    let taken = take(&mut |bytes| file.read(bytes))?;
    if fd > 2 {
        nix::unistd::close(fd)?;
    }
    Ok(taken)
}

/// By its open flags in `/proc/self/fdinfo`, in octal; the last two bits are how it was opened (open(2)).
fn writes_only(fd: i32) -> bool {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 3 == 1)
}

/// In a buffer that does not grow, so that no copies are left behind.
fn all(most: usize, read: &mut Reading<'_>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; most + 1]);
    let mut filled = 0;
    loop {
        match read(bytes.get_mut(filled..).unwrap_or_default())? {
            0 => break,
            more => filled += more,
        }
    }
    if filled > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Byte by byte: what comes after the line is for others.
fn first_line(read: &mut Reading<'_>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(MOST));
    let mut byte = Zeroizing::new([0]);
    while read(&mut *byte)? == 1 && *byte != *b"\n" {
        if line.len() == MOST {
            return Err(too_long());
        }
        line.extend_from_slice(&*byte);
    }
    if line.len() == MOST && !line.ends_with(b"\r") { Err(too_long()) } else { Ok(line) }
}

/// Never cut: half of a passphrase is another one.
pub(super) fn too_long() -> io::Error {
    Cause::LineTooLong { most: MAX_BYTES }.into()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_refused_and_never_cut() {
        let line = |bytes: &str| {
            let mut bytes = bytes.as_bytes();
            first_line(&mut |byte| bytes.read(byte)).map(|line| String::from_utf8(line.to_vec()).unwrap())
        };
        let longest = "x".repeat(MAX_BYTES);
        for (end, kept) in [("", ""), ("\n", ""), ("\r\n", "\r"), ("\nmore", "")] {
            assert_eq!(line(&format!("{longest}{end}")).unwrap(), format!("{longest}{kept}"));
        }
        for bytes in [format!("{longest}x"), format!("{longest}xx\n"), "一".repeat(2000)] {
            assert_eq!(line(&bytes).unwrap_err().to_string(), "the line is longer than 4096 bytes");
        }
    }

    #[test]
    fn the_end_of_a_pipe_that_is_written_to_is_not_waited_at() {
        let (reader, writer) = io::pipe().unwrap();
        assert!(!writes_only(reader.as_raw_fd()));
        assert_eq!(of_fd(writer.as_raw_fd()).unwrap_err().to_string(), "it is open for writing only");
    }
}
