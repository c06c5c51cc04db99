//! Reading a bundle: first its structure, then every byte, and only then, from a copy, its entries.
//!
//! [`Unverified`] can say what a bundle claims to be and nothing else. [`Unverified::check`] reads every byte, holds what was
//! parsed against what was hashed, and gives a [`Verified`], which has no bytes. Those come from a
//! [`Copied`](super::Copied) alone. No size that a file declares is allocated unchecked.

use std::io::{Read, Seek, SeekFrom};

use super::BundleError;
use super::pass::Pass;
use super::record::{self, Record};
use super::{Content, MANIFEST, MAX_DIRECTORY, MAX_ENTRIES, MAX_LEN, TRAILER_LEN, trailer};
use crate::digest::{Digest, Hashing};
use crate::etcd::Arch;
use crate::manifest::{Manifest, ManifestError};
use crate::mode::Mode;
use crate::provenance::Provenance;
use crate::read_ahead::read_ahead;
use crate::signer::Signature;

/// The most bytes of the manifest: it is read into memory before anything has been verified.
const MAX_MANIFEST: u64 = 256 * 1024;
/// Twice what the installer has today: a host takes what a later etcdpack has built.
const MAX_INSTALLER: u64 = 4 * 1024 * 1024;

use BundleError::Damaged;

/// A bundle whose structure is sound and whose bytes nobody has looked at.
pub struct Unverified<R> {
    file: R,
    len: u64,
    parsed: Parsed,
}

/// What was read of a bundle to know its structure.
pub(super) struct Parsed {
    pub(super) signature: Signature,
    pub(super) records: Vec<Record>,
    pub(super) manifest: Manifest,
    pub(super) provenance: Provenance,
    /// Of the manifest's own entry.
    text: Content,
    /// The end record.
    end: Vec<u8>,
}

impl<R: Read + Seek + Send> Unverified<R> {
    /// Reads directory and manifest, and looks at what is in front.
    pub fn open(mut file: R) -> Result<Self, BundleError> {
        let len = file.seek(SeekFrom::End(0))?;
        if len > MAX_LEN {
            return Err(BundleError::TooLarge);
        }
        let parsed = Parsed::read(&mut file, len)?;
        Ok(Self { file, len, parsed })
    }

    /// What the bundle says of itself. Nothing has been checked yet.
    #[must_use]
    pub fn claims(&self) -> &Manifest {
        &self.parsed.manifest
    }

    /// Reads every byte once and compares all sums. What was parsed must be among those bytes, so it makes no difference who
    /// can change the file meanwhile.
    pub fn check(mut self) -> Result<Verified, BundleError> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut all = Hashing::new((&mut self.file).take(self.len - TRAILER_LEN as u64));
        read_ahead(&mut all, |bytes| self.parsed.compare(bytes))?;
        let mut sum = all.into_hasher();
        let digest = sum.clone().finish();
        // And one more byte, which must not be there.
        let mut last = Vec::new();
        (&mut self.file).take(TRAILER_LEN as u64 + 1).read_to_end(&mut last)?;
        if last != trailer::encode(&self.parsed.signature) {
            return Err(BundleError::Changed);
        }
        sum.update(&last);
        self.parsed.verified(self.len, digest, sum.finish())
    }
}

impl Parsed {
    /// Of a bundle of `len` bytes.
    pub(super) fn read<R: Read + Seek>(file: &mut R, len: u64) -> Result<Self, BundleError> {
        let tail_len = (record::END_FIXED + TRAILER_LEN) as u64;
        let end_offset = len.checked_sub(tail_len).ok_or(BundleError::NoBundle)?;
        let tail = read_at(file, end_offset, tail_len)?;
        let (end, seal) = tail.split_at_checked(record::END_FIXED).ok_or(BundleError::NoBundle)?;
        record::parse_end(end).ok_or(BundleError::NoBundle)?;
        let signature = trailer::decode(seal).ok_or(BundleError::NoSignature)?;
        let records = directory(file, end, end_offset)?;
        let (manifest, text) = manifest(file, &records)?;
        front(file, &records, manifest.arch)?;
        let provenance = manifest.provenance.clone().ok_or(ManifestError::NoProvenance)?;
        Ok(Self { signature, records, manifest, provenance, text, end: end.to_vec() })
    }

    /// Compares all that was parsed, and the sums of all entries, with every byte before the trailer.
    pub(super) fn compare(&self, bytes: impl Read) -> Result<(), BundleError> {
        let mut pass = Pass::new(bytes);
        let head =
            pass.bytes(self.records.first().map_or(0, |first| u64::from(first.offset)).min(Arch::HEAD as u64))?;
        if !self.manifest.arch.runs(&head) {
            return Err(BundleError::Changed);
        }
        for record in &self.records {
            pass.skip_to(u64::from(record.offset))?;
            pass.expect(&record.local())?;
            let found = pass.measure(record.end())?;
            let (digest, size) = self.manifest.content_of(&record.name).unwrap_or((self.text.digest, self.text.size));
            if found.crc != record.crc || digest != found.digest || size != found.size {
                return Err(BundleError::Entry(record.name.clone()));
            }
        }
        let directory: Vec<u8> = self.records.iter().flat_map(Record::central).collect();
        pass.expect(&directory)?;
        pass.expect(&self.end)?;
        pass.ends()
    }

    /// What is known once all is compared: the signature is by the signer that the manifest names, of bytes with this sum.
    /// The whole file has the sum `sum`.
    pub(super) fn verified(self, len: u64, digest: Digest, sum: Digest) -> Result<Verified, BundleError> {
        let Self { signature, manifest, provenance, .. } = self;
        if !provenance.signer.has_signed(digest, &signature) {
            return Err(BundleError::Signature { signer: provenance.signer.fingerprint() });
        }
        Ok(Verified { len, digest, sum, manifest, provenance })
    }
}

/// What is known of a bundle of which every byte has been compared: it is what its signer signed, whoever that is. It gives
/// no bytes, for those of the file that it was read from may be others by now.
pub struct Verified {
    pub(super) len: u64,
    pub(super) digest: Digest,
    pub(super) sum: Digest,
    pub(super) manifest: Manifest,
    pub(super) provenance: Provenance,
}

impl Verified {
    /// What the bundle carries.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.len
    }

    /// The id that tells this bundle from every other: the sum of all bytes before the trailer.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The sum of the whole file, which `sha256sum` shows and `SHA256SUMS` has.
    #[must_use]
    pub fn sum(&self) -> Digest {
        self.sum
    }

    /// Who signed it, and after which others.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

/// The directory, if it and every local header are exactly what the writer writes.
fn directory<R: Read + Seek>(file: &mut R, end: &[u8], end_offset: u64) -> Result<Vec<Record>, BundleError> {
    let (entries, size, offset) = record::parse_end(end).ok_or(BundleError::NoBundle)?;
    if end != record::end_record(entries, size, offset, TRAILER_LEN) {
        return Err(Damaged("its end record has an unknown form"));
    }
    if entries > MAX_ENTRIES || u64::from(size) > MAX_DIRECTORY {
        return Err(Damaged("its directory is too large"));
    }
    if u64::from(offset) + u64::from(size) != end_offset {
        return Err(Damaged("its directory is not where it should be"));
    }
    let bytes = read_at(file, u64::from(offset), u64::from(size))?;
    let mut rest = bytes.as_slice();
    let mut records: Vec<Record> = Vec::new();
    while !rest.is_empty() {
        let (record, behind) = Record::parse_central(rest).ok_or(Damaged("its directory has an unknown form"))?;
        if rest.get(..rest.len() - behind.len()) != Some(record.central().as_slice()) {
            return Err(Damaged("its directory has an unknown form"));
        }
        if records.last().is_some_and(|last| last.end() != u64::from(record.offset)) {
            return Err(Damaged("its entries overlap or leave a gap"));
        }
        if records.iter().any(|other| collide(other.name.as_str(), record.name.as_str())) {
            return Err(Damaged("two of its entries cannot lie beside each other"));
        }
        let header = record.local();
        if record.end() > u64::from(offset) || read_at(file, u64::from(record.offset), header.len() as u64)? != header {
            return Err(Damaged("an entry and the directory disagree"));
        }
        records.push(record);
        rest = behind;
    }
    let ends = records.last().map(Record::end);
    if records.len() != usize::from(entries) || ends != Some(u64::from(offset)) {
        return Err(Damaged("its directory does not fit its entries"));
    }
    Ok(records)
}

/// Whether unpacking both makes one file of two, on a file system that knows no case, or a directory of a file.
fn collide(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let below = |above: &str, path: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'));
    one == other || below(&one, &other) || below(&other, &one)
}

/// The manifest, if it is the last entry and lists exactly the others, in their order; and what its text must be.
fn manifest<R: Read + Seek>(file: &mut R, records: &[Record]) -> Result<(Manifest, Content), BundleError> {
    let Some((last, others)) = records.split_last().filter(|(last, _)| last.name.as_str() == MANIFEST) else {
        return Err(Damaged("its last entry is not the manifest"));
    };
    if u64::from(last.size) > MAX_MANIFEST {
        return Err(Damaged("its manifest is too large"));
    }
    let bytes = read_at(file, last.data_offset(), u64::from(last.size))?;
    let manifest = Manifest::parse(&bytes)?;
    let listed = manifest.entries.iter().map(|entry| (&entry.name, entry.size));
    if !listed.eq(others.iter().map(|record| (&record.name, u64::from(record.size)))) {
        return Err(Damaged("its manifest lists other entries than it has"));
    }
    let modes = manifest.entries.iter().map(|entry| entry.purpose.mode_inside()).chain([Mode::PLAIN]);
    if !modes.map(Mode::bits).eq(records.iter().map(|record| record.mode)) {
        return Err(Damaged("an entry has another mode than its manifest says"));
    }
    if !manifest.to_bytes().is_ok_and(|written| written == bytes) {
        return Err(Damaged("its manifest has an unknown form"));
    }
    Ok((manifest, Content::of(&bytes)))
}

/// The installer, as far as its header tells.
fn front<R: Read + Seek>(file: &mut R, records: &[Record], arch: Arch) -> Result<(), BundleError> {
    let len = records.first().map_or(0, |record| u64::from(record.offset));
    if len > MAX_INSTALLER {
        return Err(Damaged("what is in front of its entries is too large for an installer"));
    }
    let head = read_at(file, 0, len.min(Arch::HEAD as u64))?;
    if arch.runs(&head) { Ok(()) } else { Err(Damaged("what is in front of its entries is no installer for its host")) }
}

/// `len` bytes at `offset`; the caller has bounded `len`.
fn read_at<R: Read + Seek>(file: &mut R, offset: u64, len: u64) -> Result<Vec<u8>, BundleError> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    let read = file.take(len).read_to_end(&mut bytes)?;
    if read as u64 == len { Ok(bytes) } else { Err(Damaged("it ends too early")) }
}
