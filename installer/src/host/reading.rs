//! Reading a file that others may write to, or are writing to: up to a number of bytes, and until somebody tells us to stop.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;

use nix::errno::Errno;

use super::interrupt::Interrupt;

/// No file of ours comes near this: etcd's programs have tens of megabytes.
pub(super) const LARGEST: u64 = 512 << 20;
/// Nor one that others than root can write to near this: those are keys.
const LARGEST_OF_OTHERS: u64 = 1 << 20;

/// A regular file, up to a bound.
pub(crate) struct Reading {
    file: File,
    left: u64,
    interrupt: Interrupt,
}

impl Reading {
    /// Of at most `limit` bytes; `None`, unread, where it has more.
    pub(super) fn of(file: File, limit: u64, interrupt: &Interrupt) -> io::Result<Option<Self>> {
        let is_larger = file.metadata()?.len() > limit;
        Ok((!is_larger).then(|| Self { file, left: limit, interrupt: interrupt.clone() }))
    }

    /// Of no more bytes than a file of ours can have; `None`, unread, where it has more.
    pub(super) fn of_ours(file: File, interrupt: &Interrupt) -> io::Result<Option<Self>> {
        let meta = file.metadata()?;
        let by_others = meta.uid() != 0 || meta.mode() & 0o022 != 0;
        Self::of(file, if by_others { LARGEST_OF_OTHERS } else { LARGEST }, interrupt)
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

/// Too much is an error and never an end: it grows while it is read.
impl Read for Reading {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.interrupt.is_raised() {
            return Err(Errno::ECANCELED.into());
        }
        let n = self.file.read(buf)?;
        self.left = self.left.checked_sub(n as u64).ok_or(Errno::EFBIG)?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use nix::sys::memfd::{MFdFlags, memfd_create};

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = File::from(memfd_create("file", MFdFlags::empty()).unwrap());
        file.write_all(bytes).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        file
    }

    #[test]
    fn a_file_is_read_to_its_bound_and_no_further() {
        let quiet = Interrupt::default();
        let mut bytes = Vec::new();
        Reading::of(file(b"12345"), 5, &quiet).unwrap().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"12345");
        assert!(Reading::of(file(b"123456"), 5, &quiet).unwrap().is_none());
        let grown = file(b"12345");
        let mut reading = Reading::of(grown.try_clone().unwrap(), 5, &quiet).unwrap().unwrap();
        let mut end = grown;
        io::Seek::seek(&mut end, io::SeekFrom::End(0)).unwrap();
        end.write_all(b"6").unwrap();
        io::Seek::rewind(&mut end).unwrap();
        assert_eq!(reading.read_to_end(&mut bytes).unwrap_err().raw_os_error(), Some(Errno::EFBIG as i32));
    }

    #[test]
    fn a_sparse_file_of_others_is_not_read_at_all() {
        let sparse = file(b"");
        sparse.set_len(8 << 40).or_else(|_| sparse.set_len(1 << 40)).unwrap();
        assert!(Reading::of_ours(sparse, &Interrupt::default()).unwrap().is_none());
    }

    #[test]
    fn being_told_to_stop_ends_it() {
        let interrupt = Interrupt::default();
        let mut reading = Reading::of(file(b"12345"), 5, &interrupt).unwrap().unwrap();
        interrupt.raise();
        assert_eq!(reading.read(&mut [0; 8]).unwrap_err().raw_os_error(), Some(Errno::ECANCELED as i32));
    }
}
