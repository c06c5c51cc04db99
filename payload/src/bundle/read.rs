//! Reading a bundle: first its structure, then every byte, only then its entries.
//!
//! [`Unverified`] can say what a bundle claims to be and nothing else; [`Unverified::verify`] consumes it, and
//! only the [`Bundle`] that comes out hands out bytes. No size that a file declares is allocated unchecked.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::content::Measure;
use super::record::{self, EntryName, Record};
use super::{Content, MANIFEST, MAX_ENTRIES, MAX_SMALL, TRAILER_LEN, trailer};
use crate::ahead::{Ahead, read_ahead};
use crate::digest::{Digest, Hashing};
use crate::etcd::Arch;
use crate::fingerprint::Fingerprint;
use crate::manifest::{Manifest, ManifestError};
use crate::mode::Mode;
use crate::provenance::Provenance;
use crate::signer::Signature;

/// Bounds of what is read into memory before anything has been verified.
const MAX_DIRECTORY: u64 = 32 * 1024;
const MAX_MANIFEST: u64 = 256 * 1024;
/// Twice what the installer has today: a host takes what a later etcdpack has built.
const MAX_INSTALLER: u64 = 4 * 1024 * 1024;

/// Why a file is no bundle, or not the one that was built.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("reading the bundle: {0}")]
    Io(#[from] io::Error),
    /// The installer alone: built so, stripped, or cut off.
    #[error("this installer carries no bundle: the file was cut off, stripped, or is not a bundle at all")]
    NoBundle,
    #[error("the bundle is damaged: {0}")]
    Damaged(&'static str),
    #[error("the bundle's last line is no signature: it was cut off, changed, or never signed")]
    NoSignature,
    /// Damaged, put together from two, or signed by somebody else in the name of this key.
    #[error(
        "the bundle is not what was signed: the signature in its last line is not by its signer {signer} of these bytes"
    )]
    Signature { signer: Fingerprint },
    #[error("the bundle was changed while it was copied")]
    Changed,
    #[error("the bundle is damaged: entry `{0}` is not what the manifest says")]
    Entry(EntryName),
    #[error("the bundle's manifest is not usable: {0}")]
    Manifest(#[from] ManifestError),
    #[error("the bundle has no entry `{0}`")]
    Missing(String),
}

use BundleError::Damaged;

/// A bundle whose structure is sound and whose bytes nobody has looked at.
pub struct Unverified<R> {
    file: R,
    len: u64,
    signature: Signature,
    records: Vec<Record>,
    manifest: Manifest,
    provenance: Provenance,
}

impl<R: Read + Seek + Send> Unverified<R> {
    /// Reads directory and manifest, and looks at what is in front.
    pub fn open(mut file: R) -> Result<Self, BundleError> {
        let len = file.seek(SeekFrom::End(0))?;
        let tail_len = (record::END_FIXED + TRAILER_LEN) as u64;
        let end_offset = len.checked_sub(tail_len).ok_or(BundleError::NoBundle)?;
        let tail = read_at(&mut file, end_offset, tail_len)?;
        let (end, seal) = tail.split_at_checked(record::END_FIXED).ok_or(BundleError::NoBundle)?;
        record::parse_end(end).ok_or(BundleError::NoBundle)?;
        let signature = trailer::decode(seal).ok_or(BundleError::NoSignature)?;
        let records = directory(&mut file, end, end_offset)?;
        let manifest = manifest(&mut file, &records)?;
        front(&mut file, &records, manifest.arch)?;
        let provenance = manifest.provenance.clone().ok_or(ManifestError::NoProvenance)?;
        Ok(Self { file, len, signature, records, manifest, provenance })
    }

    /// What the bundle says of itself. Nothing has been checked yet.
    #[must_use]
    pub fn claims(&self) -> &Manifest {
        &self.manifest
    }

    /// How many bytes [`Self::verify`] will read.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing to read; never so for a bundle that opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads every byte once and compares all sums. `progress` is called with the bytes read so far.
    pub fn verify(mut self, mut progress: impl FnMut(u64)) -> Result<Bundle<R>, BundleError> {
        self.file.seek(SeekFrom::Start(0))?;
        let sealed_len = self.len - TRAILER_LEN as u64;
        let mut all = Hashing::new((&mut self.file).take(sealed_len));
        read_ahead(&mut all, |bytes| {
            let mut pass = Pass { bytes, at: 0, progress: &mut progress };
            for record in &self.records {
                // Up to the entry's bytes: the installer before the first, the local header before each.
                pass.skip_to(record.data_offset())?;
                let found = pass.measure(record.end())?;
                let expected = self.manifest.content_of(&record.name);
                let same = expected.is_none_or(|(digest, size)| digest == found.digest && size == found.size);
                if found.crc != record.crc || !same {
                    return Err(BundleError::Entry(record.name.clone()));
                }
            }
            pass.skip_to(sealed_len)
        })?;
        let (_, found, _) = all.finish();
        if !self.provenance.signer.has_signed(found, &self.signature) {
            return Err(BundleError::Signature { signer: self.provenance.signer.fingerprint() });
        }
        let Self { file, len, signature, records, manifest, provenance } = self;
        Ok(Bundle { file, len, digest: found, signature, records, manifest, provenance })
    }
}

/// One pass over the file, measuring parts of it.
struct Pass<'a, P> {
    bytes: Ahead,
    at: u64,
    progress: &'a mut P,
}

impl<P: FnMut(u64)> Pass<'_, P> {
    fn skip_to(&mut self, end: u64) -> Result<(), BundleError> {
        self.run(end, |_| {})
    }

    fn measure(&mut self, end: u64) -> Result<Content, BundleError> {
        let mut measure = Measure::default();
        self.run(end, |bytes| measure.update(bytes))?;
        Ok(measure.finish())
    }

    fn run(&mut self, end: u64, mut see: impl FnMut(&[u8])) -> Result<(), BundleError> {
        let mut buf = vec![0; 256 * 1024];
        while self.at < end {
            let want = usize::try_from(end - self.at).unwrap_or(usize::MAX).min(buf.len());
            let chunk = buf.get_mut(..want).ok_or(Damaged("an entry ends before it begins"))?;
            let n = self.bytes.read(chunk)?;
            if n == 0 {
                return Err(Damaged("it ends too early"));
            }
            let bytes = chunk.get(..n).unwrap_or_default();
            see(bytes);
            self.at += n as u64;
            (self.progress)(self.at);
        }
        Ok(())
    }
}

/// A bundle of which every byte has been verified: it is what its signer signed, whoever that is.
pub struct Bundle<R> {
    file: R,
    len: u64,
    digest: Digest,
    signature: Signature,
    records: Vec<Record>,
    manifest: Manifest,
    provenance: Provenance,
}

impl<R: Read + Seek + Send> Bundle<R> {
    /// What the bundle carries.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The sum that tells this bundle from every other: of all bytes before the trailer.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Who signed it, and after which others.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Copies the bundle, which must still be what was verified, and goes on with the copy: whoever can change the
    /// file that it came in must not be able to change what is used of it.
    pub fn stage<S: Read + Write + Seek>(mut self, copy: S) -> Result<Bundle<S>, BundleError> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut original = Hashing::new((&mut self.file).take(self.len - TRAILER_LEN as u64));
        let mut copy = io::BufWriter::with_capacity(256 * 1024, copy);
        read_ahead(&mut original, |mut bytes| io::copy(&mut bytes, &mut copy))?;
        let (_, found, _) = original.finish();
        if found != self.digest {
            return Err(BundleError::Changed);
        }
        copy.write_all(&trailer::encode(&self.signature))?;
        let copy = copy.into_inner().map_err(io::IntoInnerError::into_error)?;
        let Self { file: _, len, digest, signature, records, manifest, provenance } = self;
        Ok(Bundle { file: copy, len, digest, signature, records, manifest, provenance })
    }

    /// The bytes of one entry.
    pub fn entry(&mut self, name: &str) -> Result<io::Take<&mut R>, BundleError> {
        let record = find(&self.records, name)?;
        self.file.seek(SeekFrom::Start(record.data_offset()))?;
        Ok((&mut self.file).take(u64::from(record.size)))
    }

    /// A small entry, whole.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, BundleError> {
        let mut bytes = Vec::new();
        let mut entry = self.entry(name)?;
        if entry.limit() > MAX_SMALL {
            return Err(Damaged("an entry that should be small is not"));
        }
        entry.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The installer in front of the first entry.
    pub fn installer(&mut self) -> Result<io::Take<&mut R>, BundleError> {
        let end = self.records.first().map_or(0, |record| u64::from(record.offset));
        self.file.seek(SeekFrom::Start(0))?;
        Ok((&mut self.file).take(end))
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

/// The manifest, if it is the last entry and lists exactly the others, in their order.
fn manifest<R: Read + Seek>(file: &mut R, records: &[Record]) -> Result<Manifest, BundleError> {
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
    Ok(manifest)
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

fn find<'a>(records: &'a [Record], name: &str) -> Result<&'a Record, BundleError> {
    records.iter().find(|record| record.name.as_str() == name).ok_or_else(|| BundleError::Missing(name.to_owned()))
}

/// `len` bytes at `offset`; the caller has bounded `len`.
fn read_at<R: Read + Seek>(file: &mut R, offset: u64, len: u64) -> Result<Vec<u8>, BundleError> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    let read = file.take(len).read_to_end(&mut bytes)?;
    if read as u64 == len { Ok(bytes) } else { Err(Damaged("it ends too early")) }
}
