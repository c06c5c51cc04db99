//! Writing a bundle, front to back in one pass.
//!
//! Same inputs give the same bytes. What several bundles begin with is hashed once: [`Writer::continue_in`]
//! goes on in another file that already holds those bytes.

use std::io::{self, Read, Write};

use super::content::{Content, Measure};
use super::record::{self, Record};
use super::{MAX_ENTRIES, TRAILER_LEN, trailer};
use crate::digest::{Digest, Hasher};
use crate::entry::EntryName;
use crate::mode::Mode;
use crate::signer::Signature;

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("writing the bundle")]
    Io(#[from] io::Error),
    #[error("the bundle is larger than the 4 GiB that its directory can describe")]
    TooLarge,
    #[error("the bundle has more than {MAX_ENTRIES} entries")]
    TooMany,
    #[error("signing the bundle failed")]
    Sign,
    #[error("the bytes for `{0}` are not the ones that were measured: they changed meanwhile")]
    Changed(EntryName),
}

/// A bundle under construction.
pub struct Writer<W> {
    out: W,
    hasher: Hasher,
    offset: u64,
    records: Vec<Record>,
}

impl<W: Write> Writer<W> {
    /// Begins a bundle with the installer's executable.
    pub fn new(out: W, installer: &[u8]) -> Result<Self, WriteError> {
        let mut writer = Self { out, hasher: Hasher::default(), offset: 0, records: Vec::new() };
        writer.put(installer)?;
        Ok(writer)
    }

    /// Goes on in `out`, which must hold, and stand behind, the bytes that this writer has written so far.
    pub fn continue_in<V: Write>(&self, out: V) -> Writer<V> {
        Writer { out, hasher: self.hasher.clone(), offset: self.offset, records: self.records.clone() }
    }

    /// How many bytes have been written.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Appends one entry, whose bytes must be the ones that `content` measured.
    pub fn entry(
        &mut self,
        name: EntryName,
        mode: Mode,
        content: Content,
        mut from: impl Read,
    ) -> Result<(), WriteError> {
        if self.records.len() >= usize::from(MAX_ENTRIES) {
            return Err(WriteError::TooMany);
        }
        let (size, offset) = (fits(content.size)?, fits(self.offset)?);
        let record = Record::new(name, mode, size, content.crc, offset);
        self.put(&record.local())?;
        let mut measure = Measure::default();
        let mut buf = vec![0; 256 * 1024];
        loop {
            let n = from.read(&mut buf)?;
            if n == 0 {
                break;
            }
            let bytes = buf.get(..n).unwrap_or_default();
            measure.update(bytes);
            self.put(bytes)?;
        }
        if measure.finish() != content {
            return Err(WriteError::Changed(record.name));
        }
        self.records.push(record);
        Ok(())
    }

    /// Writes the directory, the end record and the trailer with what `sign` makes of the sum of all before it; returns
    /// the sink and the sum of the whole file.
    pub fn finish(
        mut self,
        sign: impl FnOnce(Digest) -> Result<Signature, WriteError>,
    ) -> Result<(W, Digest), WriteError> {
        let directory: Vec<u8> = self.records.iter().flat_map(Record::central).collect();
        let (offset, size) = (fits(self.offset)?, fits(directory.len() as u64)?);
        let entries = u16::try_from(self.records.len()).map_err(|_| WriteError::TooMany)?;
        self.put(&directory)?;
        self.put(&record::end_record(entries, size, offset, TRAILER_LEN))?;
        let signature = sign(self.hasher.clone().finish())?;
        self.put(&trailer::encode(&signature))?;
        self.out.flush()?;
        Ok((self.out, self.hasher.finish()))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.out.write_all(bytes)?;
        self.hasher.update(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

fn fits(n: u64) -> Result<u32, WriteError> {
    u32::try_from(n).map_err(|_| WriteError::TooLarge)
}
