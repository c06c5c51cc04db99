//! Edge: from bytes that nobody may open to a file that the packer may.
//!
//! [`Fetched`] has no reader and no path to hand out. The only ways on are [`Fetched::verify`], which wants a
//! digest, and [`Fetched::trust_on_first_use`], which says what it does.
#![expect(clippy::disallowed_methods, reason = "edge: hashes what came")]

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use payload::bundle::Content;
use payload::digest::Digest;
use payload::tarball;
use tempfile::NamedTempFile;

use super::download::Continuity;
use super::error::{ReleaseError, SourceError, foreign};
use super::partial::Partial;
use super::voucher::{Origin, Voucher};
use crate::cache::{Cache, DiskAction, DiskError, Entry, measure};
use crate::text;

/// A tarball as it came.
pub(super) struct Fetched {
    held: Held,
    place: String,
}

enum Held {
    Download(Partial, Continuity),
    Copy(NamedTempFile),
}

/// A tarball with the digest that was asked for, in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    path: PathBuf,
    content: Content,
    origin: Origin,
}

/// Why bytes were not accepted.
pub(super) enum Rejected {
    /// They were put together from several answers, and perhaps wrongly.
    Stitched(ReleaseError),
    /// They are others, or the disk would not say.
    Differs(ReleaseError),
}

impl From<DiskError> for Rejected {
    fn from(error: DiskError) -> Self {
        Self::Differs(error.into())
    }
}

impl From<Rejected> for ReleaseError {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Stitched(error) | Rejected::Differs(error) => error,
        }
    }
}

/// The first bytes of a local tarball, and the rest of them: at most one more than `most`.
fn begun(path: &Path, most: u64) -> Result<(Vec<u8>, io::Take<File>), SourceError> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other(text::release::NOT_A_FILE.text()).into());
    }
    let mut from = File::open(path)?.take(most + 1);
    let mut head = Vec::new();
    from.by_ref().take(256).read_to_end(&mut head)?;
    match foreign(&head) {
        Some(what) => Err(SourceError::Foreign(what)),
        None => Ok((head, from)),
    }
}

/// The sum of a local tarball, of which no copy is made.
pub(super) fn sum_of(path: &Path, most: u64) -> Result<Digest, SourceError> {
    let (head, from) = begun(path, most)?;
    let content = Content::read(head.as_slice().chain(from))?;
    if content.size > most { Err(SourceError::TooLarge(most)) } else { Ok(content.digest) }
}

impl Fetched {
    pub(super) fn downloaded(partial: Partial, continuity: Continuity, place: String) -> Self {
        Self { held: Held::Download(partial, continuity), place }
    }

    /// Copies the local file at `path`: what is verified later is the copy, which nobody else can change.
    pub(super) fn copied(path: &Path, cache: &Cache, most: u64) -> Result<Self, SourceError> {
        let (head, mut from) = begun(path, most)?;
        let mut temp = cache.temp().map_err(|error| SourceError::Local(io::Error::other(error)))?;
        temp.write_all(&head)?;
        if io::copy(&mut from, &mut temp)? + head.len() as u64 > most {
            return Err(SourceError::TooLarge(most));
        }
        Ok(Self { held: Held::Copy(temp), place: path.display().to_string() })
    }

    /// Keeps the bytes if they have the digest that was asked for, and throws them away otherwise.
    pub(super) fn verify(mut self, voucher: Voucher, cache: &Cache, name: &str) -> Result<Verified, Rejected> {
        let content = self.measure()?;
        if content.digest == voucher.digest {
            return Ok(self.keep(content, cache, name, voucher.origin)?);
        }
        let Voucher { digest: expected, origin } = voucher;
        let error = ReleaseError::Differs { place: self.place, actual: content.digest, expected, origin };
        let Held::Download(partial, continuity) = &mut self.held else {
            return Err(Rejected::Differs(error));
        };
        partial.restart(None).map_err(DiskError::new(DiskAction::Empty, partial.path()))?;
        match continuity {
            Continuity::Resumed => Err(Rejected::Stitched(error)),
            Continuity::InOneGo => Err(Rejected::Differs(error)),
        }
    }

    /// Keeps the bytes: the user said so, and the lock will hold them to it. Nothing says what they should be, so
    /// what was cut off on its way, or put together wrongly, can be told by the stream itself alone.
    pub(super) fn trust_on_first_use(mut self, cache: &Cache, name: &str) -> Result<Verified, ReleaseError> {
        let file = File::open(self.path()).map_err(DiskError::new(DiskAction::Read, self.path()))?;
        if let Err(error) = tarball::is_whole(file) {
            if let Held::Download(partial, _) = &mut self.held {
                partial.restart(None).map_err(DiskError::new(DiskAction::Empty, partial.path()))?;
            }
            return Err(ReleaseError::Torn { place: self.place, error });
        }
        let content = self.measure()?;
        let origin = Origin::FirstUse(self.place.clone());
        Ok(self.keep(content, cache, name, origin)?)
    }

    /// What it hashes to, whatever that is worth.
    pub(super) fn digest(&self) -> Result<Digest, DiskError> {
        Ok(self.measure()?.digest)
    }

    fn measure(&self) -> Result<Content, DiskError> {
        let path = self.path();
        measure(path).map_err(DiskError::new(DiskAction::Read, path))
    }

    fn path(&self) -> &Path {
        match &self.held {
            Held::Download(partial, _) => partial.path(),
            Held::Copy(temp) => temp.path(),
        }
    }

    fn keep(self, content: Content, cache: &Cache, name: &str, origin: Origin) -> Result<Verified, DiskError> {
        let entry = cache.keep(self.path(), content, name)?;
        match self.held {
            Held::Download(partial, _) => {
                partial.forget().map_err(DiskError::new(DiskAction::RemoveBeside, &entry.path))?;
            }
            // It has another name now; nothing is left to vanish.
            Held::Copy(temp) => drop(temp.into_temp_path().keep()),
        }
        Ok(Verified::known(entry, origin))
    }
}

impl Verified {
    /// What [`Cache::find`] has just hashed.
    pub(super) fn known(entry: Entry, origin: Origin) -> Self {
        Self { path: entry.path, content: entry.content, origin }
    }

    /// The tarball, byte for byte as released. Whoever reads it checks its digest again while reading, as
    /// [`payload::bundle::Writer::entry`] does.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Size and sums.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content
    }

    /// The digest that somebody vouches for.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.content.digest
    }

    /// Who that is.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Whether the file at `path` has just this content. One that cannot be read has not: whoever copies it says why.
pub(super) fn is_copy(path: &Path, content: Content) -> bool {
    let same_size = fs::metadata(path).is_ok_and(|metadata| metadata.len() == content.size);
    same_size && measure(path).is_ok_and(|measured| measured == content)
}
