//! A bundle's copy, made in one pass over what was brought, hashing it: all that is used of a bundle comes from here.
//!
//! Whoever can change the file that a bundle came in can change it between two reads. So it is read once, and what is parsed,
//! compared, tried, started or installed is the copy, which the caller makes where nobody else can open it. Must not
//! read the original again, and must not give a byte before all of them are verified.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::read::{Parsed, Verified};
use super::record::Record;
use super::{BundleError, MAX_LEN, TRAILER_LEN, Unverified, trailer};
use crate::digest::{Digest, Hasher};
use crate::entry::MAX_SMALL;
use crate::manifest::{Found, Manifest, ManifestError};
use crate::provenance::Provenance;
use crate::read_ahead::read_ahead;
use crate::render;
use crate::signer::{Signature, SignerKey};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Source(BundleError),
    /// Writing failed: another place may do.
    #[error("{0}")]
    Write(io::Error),
}

/// A copy of something that was brought as a bundle. Nothing of it has been parsed but its last line.
pub struct Copied<S> {
    file: S,
    len: u64,
    sums: Box<Sums>,
    /// `None` where the last line is no signature.
    signature: Option<Signature>,
}

struct Sums {
    /// Of all bytes before the trailer.
    digest: Digest,
    /// Of all bytes.
    file: Digest,
}

impl<S: Read + Write + Seek + Send> Copied<S> {
    /// Copies `source` to its end into `file`, which is empty.
    pub fn make(source: impl Read + Send, mut file: S) -> Result<Self, CopyError> {
        let mut tail = Tail { of: source.take(MAX_LEN + 1), hasher: Hasher::default(), last: Vec::new(), len: 0 };
        read_ahead(&mut tail, |mut bytes| {
            let mut buf = vec![0; 256 * 1024];
            loop {
                let n = bytes.read(&mut buf).map_err(|error| CopyError::Source(error.into()))?;
                if n == 0 {
                    return file.flush().map_err(CopyError::Write);
                }
                file.write_all(buf.get(..n).unwrap_or_default()).map_err(CopyError::Write)?;
            }
        })?;
        let Tail { hasher, last, len, .. } = tail;
        if len > MAX_LEN {
            return Err(CopyError::Source(BundleError::TooLarge));
        }
        let mut all = hasher.clone();
        all.update(&last);
        let sums = Box::new(Sums { digest: hasher.finish(), file: all.finish() });
        Ok(Self { file, len, sums, signature: trailer::decode(&last) })
    }

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.len
    }

    /// The copy, if `signer` has signed it, without looking at anything in it but the last line; else the copy as it was.
    pub fn vouched_for(self, signer: &SignerKey) -> Result<Vouched<S>, Self> {
        match &self.signature {
            Some(signature) if signer.has_signed(self.sums.digest, signature) => Ok(Vouched(self)),
            _ => Err(self),
        }
    }

    /// Reads the structure and compares the sums of all entries. Whose the signature is was found while copying.
    pub fn verify(mut self) -> Result<Bundle<S>, BundleError> {
        let parsed = Parsed::read(&mut self.file, self.len)?;
        let records = parsed.records.clone();
        self.file.seek(SeekFrom::Start(0))?;
        let all = (&mut self.file).take(self.len - TRAILER_LEN as u64);
        read_ahead(all, |bytes| parsed.compare(bytes))?;
        let verified = parsed.verified(self.len, self.sums.digest, self.sums.file)?;
        Ok(Bundle { file: self.file, records, verified, settled: None })
    }
}

/// A copy that a signer whom the caller knows has signed, whatever is in it.
pub struct Vouched<S>(Copied<S>);

impl<S: Read + Write + Seek + Send> Vouched<S> {
    /// What its manifest has that only a newer etcdpack reads; `None` where that is nothing.
    pub fn newer(&mut self) -> Option<ManifestError> {
        match Unverified::open(&mut self.0.file) {
            Err(BundleError::Manifest(error)) if error.is_of_a_newer() => Some(error),
            _ => None,
        }
    }

    /// The copy, to be verified like any other.
    pub fn into_copied(self) -> Copied<S> {
        self.0
    }

    /// All of it: a program, with its bundle behind it.
    pub fn into_program(self) -> S {
        self.0.file
    }
}

/// A source that is hashed as it is read, but for its last bytes, which are kept.
struct Tail<R> {
    of: R,
    hasher: Hasher,
    /// As many as the trailer has, or all that there are.
    last: Vec<u8>,
    len: u64,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.of.read(buf)?;
        let bytes = buf.get(..n).unwrap_or_default();
        self.len += n as u64;
        // Of what was kept, so much is known now not to be the end.
        let before = (self.last.len() + n).saturating_sub(TRAILER_LEN).min(self.last.len());
        self.hasher.update(self.last.get(..before).unwrap_or_default());
        self.last.drain(..before);
        let (inner, end) = bytes.split_at(n.saturating_sub(TRAILER_LEN));
        self.hasher.update(inner);
        self.last.extend_from_slice(end);
        Ok(n)
    }
}

/// A bundle of which every byte has been verified, in a copy: it is what its signer signed, whoever that is.
pub struct Bundle<S> {
    file: S,
    records: Vec<Record>,
    verified: Verified,
    /// The startup script as this host has it, where it says another address than the bundle's.
    settled: Option<Vec<u8>>,
}

impl<S: Read + Seek> Bundle<S> {
    /// Puts this host's own addresses in the place of the names that it was to find them by, in the manifest and in the startup
    /// script. What the bundle is, and whose, stays what was verified.
    pub fn settle(&mut self, found: &[Found]) -> Result<(), BundleError> {
        let script = self.read(&render::startup_entry())?;
        let script = String::from_utf8(script).map_err(|_| BundleError::Damaged("its startup script is no text"))?;
        self.settled = self.verified.manifest.settle(found, &script).map(String::into_bytes);
        Ok(())
    }

    /// What the bundle carries.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        self.verified.manifest()
    }

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.verified.size()
    }

    /// The id that tells this bundle from every other: the sum of all bytes before the trailer.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.verified.digest()
    }

    /// The sum of the whole file, which `sha256sum` shows and `SHA256SUMS` has.
    #[must_use]
    pub fn sum(&self) -> Digest {
        self.verified.sum()
    }

    /// Who signed it, and after which others.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        self.verified.provenance()
    }

    /// The bytes of one entry, as the bundle has them.
    pub fn entry(&mut self, name: &str) -> Result<io::Take<&mut S>, BundleError> {
        let record = self.records.iter().find(|record| record.name.as_str() == name);
        let record = record.ok_or_else(|| BundleError::Missing(name.to_owned()))?;
        self.file.seek(SeekFrom::Start(record.data_offset()))?;
        Ok((&mut self.file).take(u64::from(record.size)))
    }

    /// A small entry, whole; the startup script with what was settled.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, BundleError> {
        if let Some(script) = self.settled.as_ref().filter(|_| name == render::startup_entry()) {
            return Ok(script.clone());
        }
        let mut bytes = Vec::new();
        let mut entry = self.entry(name)?;
        if entry.limit() > MAX_SMALL {
            return Err(BundleError::Damaged("an entry that should be small is not"));
        }
        entry.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The installer in front of the first entry.
    pub fn installer(&mut self) -> Result<io::Take<&mut S>, BundleError> {
        let end = self.records.first().map_or(0, |record| u64::from(record.offset));
        self.file.seek(SeekFrom::Start(0))?;
        Ok((&mut self.file).take(end))
    }
}
