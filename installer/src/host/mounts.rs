//! What is mounted where, as proc(5)'s mountinfo has it. The device of a file does not tell: a bind mount has that of the
//! file system which it shows a part of.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc")]

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// A hundred thousand mounts, which is what the kernel allows.
const MAX_BYTES: u64 = 64 << 20;

/// Where something is mounted, in this process's view.
pub(super) struct Mounts(Vec<PathBuf>);

impl Mounts {
    pub(super) fn read() -> io::Result<Self> {
        let mut text = Vec::new();
        fs::File::open("/proc/self/mountinfo")?.take(MAX_BYTES + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Self(text.split(|byte| *byte == b'\n').filter_map(point).collect()))
    }

    /// Whether something is mounted on the entry `name` of a directory.
    pub(super) fn is_point(&self, dir: BorrowedFd<'_>, name: &[u8]) -> io::Result<bool> {
        let path = path_of(dir)?.join(Path::new(std::ffi::OsStr::from_bytes(name)));
        Ok(self.0.contains(&path))
    }

    /// Whether a directory is where something is mounted.
    pub(super) fn is_one(&self, dir: BorrowedFd<'_>) -> io::Result<bool> {
        Ok(self.0.contains(&path_of(dir)?))
    }

    /// Whether something is mounted below a directory, itself left out.
    pub(super) fn is_any_below(&self, dir: BorrowedFd<'_>) -> io::Result<bool> {
        let top = path_of(dir)?;
        Ok(self.0.iter().any(|point| *point != top && point.starts_with(&top)))
    }
}

fn path_of(dir: BorrowedFd<'_>) -> io::Result<PathBuf> {
    fs::read_link(format!("/proc/self/fd/{}", dir.as_raw_fd()))
}

/// The mount point in a line: its fifth field, where blanks, tabs, line ends and backslashes are octal numbers.
fn point(line: &[u8]) -> Option<PathBuf> {
    let field = line.split(|byte| *byte == b' ').nth(4)?;
    let mut path = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let octal = after.first_chunk::<3>().filter(|_| *first == b'\\');
        let byte = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        path.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    Some(PathBuf::from(OsString::from_vec(path)))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;

    #[test]
    fn a_mount_point_is_read_as_it_is_called() {
        let line = br"36 35 98:0 /mnt1 /mnt/two\040words\134\011x rw,noatime master:1 - ext3 /dev/root rw";
        assert_eq!(point(line), Some(PathBuf::from("/mnt/two words\\\tx")));
        assert_eq!(point(b""), None);
    }

    #[test]
    fn what_is_mounted_is_found() {
        let mounts = Mounts::read().unwrap();
        let (root, proc) = (fs::File::open("/").unwrap(), fs::File::open("/proc/self").unwrap());
        assert!(mounts.is_point(root.as_fd(), b"proc").unwrap());
        assert!(!mounts.is_point(root.as_fd(), b"etc").unwrap());
        assert!(mounts.is_any_below(root.as_fd()).unwrap());
        assert!(!mounts.is_any_below(proc.as_fd()).unwrap());
    }
}
