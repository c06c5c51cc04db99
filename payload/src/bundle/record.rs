//! The ZIP records of a bundle, in the one form that is written and read.
//!
//! General-purpose ZIP libraries accept far more than one reading of a file: a second directory in the comment,
//! local names that differ from the central ones, short entry counts. A bundle knows only this profile — stored
//! entries, no extra fields, no descriptors, no ZIP64, one directory — and the reader encodes what it has read
//! again and compares the bytes, so there is nothing to disagree about. Field order: APPNOTE.TXT 6.3.10.

use crate::entry::EntryName;
use crate::mode::Mode;

/// 1980-01-01, the earliest date that the format knows: bundles carry no clock.
const DOS_DATE: u16 = 0x21;
/// Made on Unix (so that the upper half of the attributes is a mode), by version 2.0 of the format.
const MADE_BY: u16 = 0x0314;
/// Stored entries need version 1.0.
const NEEDED: u16 = 10;
const S_IFREG: u32 = 0o100_000;

const CENTRAL_FIXED: usize = 46;
const LOCAL_FIXED: usize = 30;
/// What an end record begins with.
const END: &[u8] = b"PK\x05\x06";
/// End record without its comment.
pub(super) const END_FIXED: usize = 22;

/// One entry as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) name: EntryName,
    pub(super) mode: u32,
    pub(super) size: u32,
    pub(super) crc: u32,
    /// Of the local header, from the beginning of the file.
    pub(super) offset: u32,
}

impl Record {
    pub(super) fn new(name: EntryName, mode: Mode, size: u32, crc: u32, offset: u32) -> Self {
        Self { name, mode: mode.bits(), size, crc, offset }
    }

    /// Offset of the entry's first byte.
    pub(super) fn data_offset(&self) -> u64 {
        u64::from(self.offset) + (LOCAL_FIXED + self.name.as_str().len()) as u64
    }

    /// Offset of the byte after the entry.
    pub(super) fn end(&self) -> u64 {
        self.data_offset() + u64::from(self.size)
    }

    /// The header in front of the entry's bytes.
    pub(super) fn local(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        self.shared_fields(&mut out);
        out.extend_from_slice(self.name.as_str().as_bytes());
        out
    }

    /// The entry's line in the directory.
    pub(super) fn central(&self) -> Vec<u8> {
        let mut out = b"PK\x01\x02".to_vec();
        out.extend(MADE_BY.to_le_bytes());
        self.shared_fields(&mut out);
        // Comment length, disk number, internal attributes.
        out.extend([0; 6]);
        out.extend(((S_IFREG | self.mode) << 16).to_le_bytes());
        out.extend(self.offset.to_le_bytes());
        out.extend_from_slice(self.name.as_str().as_bytes());
        out
    }

    /// From `version needed` to `extra field length`: the same in both headers.
    fn shared_fields(&self, out: &mut Vec<u8>) {
        // The grammar of names keeps them far below 65,536 bytes.
        let name_len = u16::try_from(self.name.as_str().len()).unwrap_or(u16::MAX);
        for field in [NEEDED, 0, 0, 0, DOS_DATE] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.size, self.size] {
            out.extend(field.to_le_bytes());
        }
        out.extend(name_len.to_le_bytes());
        out.extend(0u16.to_le_bytes());
    }

    /// Reads one directory line and returns what follows it. Only the variable fields are looked at: the caller
    /// encodes the record again and compares.
    pub(super) fn parse_central(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let name_len = usize::from(u16_at(bytes, 28)?);
        let name = bytes.get(CENTRAL_FIXED..CENTRAL_FIXED + name_len)?;
        let name = EntryName::try_from(String::from_utf8(name.to_vec()).ok()?).ok()?;
        let attributes = u32_at(bytes, 38)?;
        let record = Self {
            name,
            mode: (attributes >> 16) & 0o777,
            size: u32_at(bytes, 24)?,
            crc: u32_at(bytes, 16)?,
            offset: u32_at(bytes, 42)?,
        };
        Some((record, bytes.get(CENTRAL_FIXED + name_len..)?))
    }
}

/// The end record, without its comment.
pub(super) fn end_record(entries: u16, directory_size: u32, directory_offset: u32, comment: usize) -> Vec<u8> {
    // Our one comment is the trailer, 128 bytes.
    let comment = u16::try_from(comment).unwrap_or(u16::MAX);
    let mut out = END.to_vec();
    for field in [0, 0, entries, entries] {
        out.extend(field.to_le_bytes());
    }
    out.extend(directory_size.to_le_bytes());
    out.extend(directory_offset.to_le_bytes());
    out.extend(comment.to_le_bytes());
    out
}

/// Entry count, size and offset of the directory, as an end record gives them; `None` for what is no end record at all.
pub(super) fn parse_end(bytes: &[u8]) -> Option<(u16, u32, u32)> {
    bytes.starts_with(END).then_some(())?;
    Some((u16_at(bytes, 10)?, u32_at(bytes, 12)?, u32_at(bytes, 16)?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let name = EntryName::try_from("certs/ca.pem".to_owned()).unwrap();
        let record = Record::new(name, Mode::PLAIN, 7, 0xdead_beef, 4096);
        let mut bytes = record.central();
        bytes.push(b'x');
        assert_eq!(Record::parse_central(&bytes), Some((record.clone(), &b"x"[..])));
        assert_eq!(record.local().len() as u64, record.data_offset() - 4096);
    }
}
