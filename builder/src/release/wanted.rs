//! Which files a person has to bring where `etcdpack` has no network, and what each is held against. Must not write, and must not ask
//! anybody.

use payload::digest::Digest;
use payload::etcd;

use super::error::ReleaseError;
use super::source::{Location, SUMS, asset};
use super::voucher::{self, Voucher};
use super::{FirstUse, ReleaseRequest, known};
use crate::cache;
use crate::report::Narrator;

/// One release, as files.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The tarball's name.
    pub(crate) file: String,
    /// Where it may be had, the likeliest place first.
    pub(crate) urls: Vec<String>,
    pub(crate) against: Against,
    /// Its size, where it is in the cache with the right sum.
    pub(crate) cached: Option<u64>,
    /// Sums that one source alone lists: they vouch for nothing.
    pub(crate) hints: Vec<Digest>,
}

/// What a tarball is held against.
#[derive(Debug)]
pub(crate) enum Against {
    Voucher(Voucher),
    /// Upstream's list, which has to be brought as well, from one of these places.
    List(Vec<String>),
    /// Nothing: the first bytes are taken.
    FirstUse,
    /// Nothing, and nobody has agreed to that.
    Nobody,
}

/// What is wanted.
pub(crate) fn wanted(request: &ReleaseRequest, narrator: &mut dyn Narrator) -> Result<Wanted, ReleaseError> {
    let known = known(request)?;
    let (voucher, contradictions) = voucher::choose(&known);
    for contradiction in contradictions {
        narrator.warn(&contradiction.to_string());
    }
    let file = asset(request.version, request.arch);
    let cached = voucher.as_ref().and_then(|voucher| cache::held(&request.cache, voucher.digest, &file));
    let against = match (voucher, request.first_use) {
        (Some(voucher), _) => Against::Voucher(voucher),
        (None, _) if etcd::publishes_checksums(request.version) => Against::List(urls(request, SUMS)),
        (None, FirstUse::Trust) => Against::FirstUse,
        (None, FirstUse::Refuse) => Against::Nobody,
    };
    let size = cached.map(|content| content.size);
    Ok(Wanted { urls: urls(request, &file), file, against, cached: size, hints: known.hints })
}

/// Where a browser finds `file`.
fn urls(request: &ReleaseRequest, file: &str) -> Vec<String> {
    let asked = request.sources.iter().filter(|mirror| file != SUMS || mirror.is_asked_for_sums());
    let places = asked.map(|mirror| mirror.locate(request.version, file));
    places.filter(|place| place.local().is_none()).map(|place: Location| place.to_string()).collect()
}
