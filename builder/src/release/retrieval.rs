//! Edge: asks one place after the other, and lets nothing through that has not been verified.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use payload::digest::Digest;

use super::download::{download, small};
use super::error::{Hint, Missing, NotATarball, ReleaseError, SourceError};
use super::fetched::{Fetched, Rejected, Verified, is_copy};
use super::http::Http;
use super::partial::{Partial, Waited};
use super::source::{self, Location, SUMS};
use super::unpinned::{Unpinned, settle, sums_for, unusable};
use super::voucher::{Origin, Voucher};
use super::{FirstUse, ReleaseRequest, sums};
use crate::cache::{Cache, DiskError};
use crate::report::Narrator;
use crate::text::release as text;

/// One release on its way.
pub(super) struct Retrieval<'a> {
    request: &'a ReleaseRequest,
    cache: Cache,
    /// The tarball's name.
    name: String,
    /// Made when the first question goes out: with everything in the cache there is none.
    http: OnceCell<Http>,
    /// Sums that one source alone has published.
    hints: Vec<Digest>,
    narrator: &'a mut dyn Narrator,
}

/// What a place has.
enum Got {
    Fetched(Fetched),
    /// Another builder has put it into the cache meanwhile.
    Known(Verified),
}

/// Why one place did not lead to a verified release.
enum NotHere {
    /// On to the next.
    Failed(SourceError),
    /// Wrong bytes, for which the place may not be to blame.
    Stitched(ReleaseError),
    /// The next would not help.
    Fatal(ReleaseError),
}

impl From<SourceError> for NotHere {
    fn from(failure: SourceError) -> Self {
        Self::Failed(failure)
    }
}

impl From<ReleaseError> for NotHere {
    fn from(error: ReleaseError) -> Self {
        Self::Fatal(error)
    }
}

impl From<DiskError> for NotHere {
    fn from(error: DiskError) -> Self {
        Self::Fatal(error.into())
    }
}

impl From<Rejected> for NotHere {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Stitched(error) => Self::Stitched(error),
            Rejected::Differs(error) => Self::Fatal(error),
        }
    }
}

/// What a place did not deliver, worst first.
#[derive(Default)]
struct Failures {
    foreign: Option<(String, NotATarball)>,
    places: Vec<String>,
}

impl<'a> Retrieval<'a> {
    pub(super) fn new(
        request: &'a ReleaseRequest,
        cache: Cache,
        hints: Vec<Digest>,
        narrator: &'a mut dyn Narrator,
    ) -> Self {
        let name = source::asset(request.version, request.arch);
        Self { request, cache, name, http: OnceCell::new(), hints, narrator }
    }

    /// Takes the local tarball at `path`.
    pub(super) fn take(mut self, path: &Path, voucher: Option<Voucher>) -> Result<Verified, ReleaseError> {
        if let Some(voucher) = &voucher
            && let Some(verified) = self.cached(voucher)?
            && is_copy(path, verified.content())
        {
            return Ok(verified);
        }
        let fetched = Fetched::copied(path, &self.cache, self.request.limits.bytes).map_err(unusable(path))?;
        let voucher = voucher.or_else(|| sums_for(self.request, path, &self.name, self.narrator));
        match (voucher, self.request.first_use) {
            (Some(voucher), _) => Ok(fetched.verify(voucher, &self.cache, &self.name)?),
            (None, FirstUse::Trust) => fetched.trust_on_first_use(&self.cache, &self.name),
            (None, FirstUse::Refuse) => {
                let sum = fetched.digest()?;
                Err(self.unvouched(Some((path.to_owned(), sum, Hint::of(&self.hints, sum)))))
            }
        }
    }

    /// Takes the release from the cache or from the first place that has it.
    pub(super) fn fetch(mut self, voucher: Option<Voucher>) -> Result<Verified, ReleaseError> {
        let Some(voucher) = voucher else {
            return self.fetch_unpinned();
        };
        match self.cached(&voucher)? {
            Some(verified) => Ok(verified),
            None => self.fetch_vouched(&voucher),
        }
    }

    fn fetch_unpinned(&mut self) -> Result<Verified, ReleaseError> {
        if settle(self.request)? == Unpinned::PublishedList
            && let Some(voucher) = self.published_sums()?
        {
            return match self.cached(&voucher)? {
                Some(verified) => Ok(verified),
                None => self.fetch_vouched(&voucher),
            };
        }
        match self.request.first_use {
            FirstUse::Refuse => Err(self.unvouched(None)),
            FirstUse::Trust => self.fetch_on_trust(),
        }
    }

    fn fetch_vouched(&mut self, voucher: &Voucher) -> Result<Verified, ReleaseError> {
        let mut failures = Failures::default();
        for mirror in &self.request.sources {
            let location = mirror.locate(self.request.version, &self.name);
            let outcome = match self.get_verified(&location, voucher) {
                // Bytes that were put together in several attempts get one fresh chance.
                Err(NotHere::Stitched(_)) => {
                    self.narrator.warn(&text::STARTS_OVER);
                    self.get_verified(&location, voucher)
                }
                outcome => outcome,
            };
            match outcome {
                Ok(verified) => return Ok(verified),
                Err(NotHere::Failed(failure)) => self.failed(&mut failures, &location, &failure),
                Err(NotHere::Stitched(error) | NotHere::Fatal(error)) => return Err(error),
            }
        }
        let missing = match voucher.origin {
            Origin::Sums(_) => Missing::TarballAndSums,
            _ => Missing::Tarball,
        };
        Err(self.nowhere(failures, missing))
    }

    fn get_verified(&mut self, location: &Location, voucher: &Voucher) -> Result<Verified, NotHere> {
        match self.get(location, Some(voucher))? {
            Got::Known(verified) => Ok(verified),
            Got::Fetched(fetched) => Ok(fetched.verify(voucher.clone(), &self.cache, &self.name)?),
        }
    }

    fn fetch_on_trust(&mut self) -> Result<Verified, ReleaseError> {
        let mut failures = Failures::default();
        for mirror in &self.request.sources {
            let location = mirror.locate(self.request.version, &self.name);
            match self.get(&location, None) {
                Ok(Got::Fetched(fetched)) => {
                    return fetched.trust_on_first_use(&self.cache, &self.name);
                }
                Ok(Got::Known(verified)) => return Ok(verified),
                Err(NotHere::Failed(failure)) => self.failed(&mut failures, &location, &failure),
                Err(NotHere::Stitched(error) | NotHere::Fatal(error)) => return Err(error),
            }
        }
        Err(self.nowhere(failures, Missing::Unvouched))
    }

    fn get(&mut self, location: &Location, voucher: Option<&Voucher>) -> Result<Got, NotHere> {
        if let Some(path) = location.local() {
            return Ok(Got::Fetched(Fetched::copied(&path, &self.cache, self.request.limits.bytes)?));
        }
        let mut partial = Partial::claim(&self.cache, location.url().as_str(), self.narrator)?;
        if partial.waited() == Waited::Yes
            && let Some(voucher) = voucher
            && let Some(verified) = self.cached(voucher)?
        {
            return Ok(Got::Known(verified));
        }
        let continuity = download(http(&self.http, self.request)?, location, &mut partial, self.narrator)?;
        Ok(Got::Fetched(Fetched::downloaded(partial, continuity, location.to_string())))
    }

    fn cached(&mut self, voucher: &Voucher) -> Result<Option<Verified>, ReleaseError> {
        let entry = self.cache.find(voucher.digest, &self.name, self.narrator)?;
        Ok(entry.map(|entry| Verified::known(entry, voucher.origin.clone())))
    }

    /// Upstream's own list, from the first place that has a proper one.
    fn published_sums(&mut self) -> Result<Option<Voucher>, ReleaseError> {
        let (mut answered, mut failures) = (false, Failures::default());
        for mirror in self.request.sources.iter().filter(|mirror| mirror.is_asked_for_sums()) {
            let location = mirror.locate(self.request.version, SUMS);
            let bytes = match location.local() {
                Some(path) => sums::read(&path).map_err(SourceError::from),
                None => small(http(&self.http, self.request)?, &location, sums::MAX_BYTES, self.narrator),
            };
            match bytes.map(|bytes| sums::find(&bytes, &self.name)) {
                Ok(Ok(digest)) => {
                    return Ok(Some(Voucher { digest, origin: Origin::Sums(location.to_string()) }));
                }
                Ok(Err(error)) => {
                    answered = true;
                    self.narrator.warn(&text::at(&location, error));
                }
                Err(failure) => {
                    answered |= matches!(failure, SourceError::Status(_) | SourceError::Local(_));
                    self.failed(&mut failures, &location, &failure);
                }
            }
        }
        // That nothing vouches for the release can be said only where somebody has answered.
        if answered { Ok(None) } else { Err(self.nowhere(failures, Missing::TarballAndSums)) }
    }

    fn failed(&mut self, failures: &mut Failures, location: &Location, failure: &SourceError) {
        self.narrator.warn(&text::at(location, failure));
        if let SourceError::Foreign(what) = failure {
            failures.foreign.get_or_insert((location.to_string(), *what));
        }
        failures.places.push(location.host());
    }

    fn nowhere(&self, failures: Failures, missing: Missing) -> ReleaseError {
        match failures.foreign {
            Some((place, what)) => ReleaseError::Foreign { place, what },
            None => ReleaseError::Unreachable {
                version: self.request.version,
                arch: self.request.arch,
                places: failures.places,
                missing,
            },
        }
    }

    fn unvouched(&self, file: Option<(PathBuf, Digest, Hint)>) -> ReleaseError {
        ReleaseError::Unvouched { version: self.request.version, arch: self.request.arch, file }
    }
}

/// The client, made at the first use.
fn http<'a>(cell: &'a OnceCell<Http>, request: &ReleaseRequest) -> Result<&'a Http, ReleaseError> {
    if let Some(http) = cell.get() {
        return Ok(http);
    }
    let http = Http::new(request.ca_cert.as_deref(), request.limits)?;
    Ok(cell.get_or_init(|| http))
}
