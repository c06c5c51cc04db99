//! What a file will hold, together with its digest: one value for the record and for the writer.

use std::fs::File;
use std::io::{self, Read};

use payload::digest::{Digest, Hasher};
use payload::mode::Mode;
use payload::path::AbsPath;

use crate::host::fs_error::Cause;
use crate::host::write::Ids;
use crate::host::{FsError, Tree};

/// Bytes and their digest. A reader that ends with other bytes than the digest is of fails at its end, before the file has
/// its name.
pub(crate) struct Content<'a> {
    sha256: Digest,
    /// The sum so far; `None` once it has been compared, or where it was made of the bytes themselves.
    sum: Option<Hasher>,
    from: Box<dyn Read + 'a>,
}

impl<'a> Content<'a> {
    /// These bytes.
    pub(crate) fn of_bytes(bytes: &'a [u8]) -> Self {
        Self { sha256: Digest::of(bytes), sum: None, from: Box::new(bytes) }
    }

    /// What `from` reads, which must have this digest.
    pub(crate) fn of_reader(sha256: Digest, from: impl Read + 'a) -> Self {
        Self { sha256, sum: Some(Hasher::default()), from: Box::new(from) }
    }

    pub(crate) fn sha256(&self) -> Digest {
        self.sha256
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        if let Some(sum) = &mut self.sum {
            sum.update(buffer.get(..read).unwrap_or_default());
        }
        if read == 0
            && !buffer.is_empty()
            && let Some(sum) = self.sum.take()
            && sum.finish() != self.sha256
        {
            return Err(Cause::OtherBytes.into());
        }
        Ok(read)
    }
}

/// A file that is whole and on the disk but for its name.
pub(crate) struct WholeFile {
    pub(super) path: AbsPath,
    pub(super) sha256: Digest,
    pub(super) file: File,
}

impl WholeFile {
    /// Writes what will be at `path`. It needs no permit: it goes with its handle, and nobody sees it before it has a name.
    /// `None` where the file system has no such files.
    pub(crate) fn write(
        tree: &Tree,
        path: &AbsPath,
        mode: Mode,
        ids: Ids,
        mut content: Content,
    ) -> Result<Option<Self>, FsError> {
        let file = tree.anonymous_file(path, mode, ids, &mut content)?;
        Ok(file.map(|file| Self { path: path.clone(), sha256: content.sha256, file }))
    }

    pub(crate) fn path(&self) -> &AbsPath {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_than_those_on_record_are_an_error_at_their_end() {
        let read = |mut content: Content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map(|_| bytes)
        };
        assert_eq!(read(Content::of_bytes(b"abc")).unwrap(), b"abc");
        assert_eq!(read(Content::of_reader(Digest::of(b"abc"), &b"abc"[..])).unwrap(), b"abc");
        for other in [&b"abd"[..], b"ab", b"abcd", b""] {
            let error = read(Content::of_reader(Digest::of(b"abc"), other)).unwrap_err();
            assert_eq!((error.kind(), error.raw_os_error()), (io::ErrorKind::InvalidData, None));
        }
    }
}
