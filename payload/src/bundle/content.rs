//! What must be known of an entry's bytes before they are written: how many, their sum and their CRC.

use std::io::{self, Read};

use crate::digest::{Digest, Hasher};

/// Size and sums of one entry's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    pub size: u64,
    pub digest: Digest,
    /// The ZIP directory's checksum; it proves nothing that the digest does not.
    pub crc: u32,
}

impl Content {
    /// Of bytes in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut measure = Measure::default();
        measure.update(bytes);
        measure.finish()
    }

    /// Of a stream, read to its end.
    pub fn read(mut from: impl Read) -> io::Result<Self> {
        let mut measure = Measure::default();
        let mut buf = vec![0; 256 * 1024];
        loop {
            let n = from.read(&mut buf)?;
            if n == 0 {
                return Ok(measure.finish());
            }
            measure.update(buf.get(..n).unwrap_or_default());
        }
    }
}

/// A running [`Content`].
#[derive(Default)]
pub(super) struct Measure {
    size: u64,
    hasher: Hasher,
    crc: crc32fast::Hasher,
}

impl Measure {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hasher.update(bytes);
        self.crc.update(bytes);
    }

    pub(super) fn finish(self) -> Content {
        Content { size: self.size, digest: self.hasher.finish(), crc: self.crc.finalize() }
    }
}
