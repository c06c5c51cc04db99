//! What is known of a release without a network, and what [`super::obtain`] will go by. Must not write, and must not ask anybody.

use std::path::{Path, PathBuf};

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};

use super::error::{Hint, ReleaseError};
use super::fetched::sum_of;
use super::source::{Mirror, asset};
use super::unpinned::{Unpinned, settle, sums_for, unusable};
use super::voucher::{self, Known, Origin, Voucher};
use super::{FirstUse, ReleaseRequest, known};
use crate::cache;
use crate::report::Narrator;

/// One release.
#[derive(Debug)]
pub(crate) struct ReleaseOutlook {
    pub(crate) version: EtcdVersion,
    pub(crate) arch: Arch,
    /// The tarball's name.
    pub(crate) file: String,
    pub(crate) sum: Sum,
    pub(crate) supply: Supply,
}

/// What the tarball is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sum {
    Known(Digest, Origin),
    /// Upstream's own list, which is downloaded as well.
    Published,
    /// Nothing: the first bytes are taken.
    FirstUse,
}

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Supply {
    /// In the cache, with the right sum.
    Cache,
    /// In the file that was named.
    File(PathBuf),
    /// The places that will be asked, in this order.
    Download(Vec<String>),
}

/// What [`super::obtain`] will go by; its refusals, where it would refuse without asking anybody.
pub(crate) fn outlook(request: &ReleaseRequest, narrator: &mut dyn Narrator) -> Result<ReleaseOutlook, ReleaseError> {
    let known = known(request)?;
    let (voucher, contradictions) = voucher::choose(&known);
    for contradiction in contradictions {
        narrator.warn(&contradiction.to_string());
    }
    let file = asset(request.version, request.arch);
    let (sum, supply) = match (&request.local, voucher) {
        (Some(path), voucher) => {
            let voucher = voucher.or_else(|| sums_for(request, path, &file, narrator));
            (of_file(request, &known, path, voucher)?, Supply::File(path.clone()))
        }
        (None, Some(Voucher { digest, origin })) => {
            let is_there = cache::held(&request.cache, digest, &file).is_some();
            (Sum::Known(digest, origin), if is_there { Supply::Cache } else { places(request) })
        }
        (None, None) => match settle(request)? {
            Unpinned::PublishedList => (Sum::Published, places(request)),
            Unpinned::FirstUse => (Sum::FirstUse, places(request)),
        },
    };
    if let Sum::Known(digest, origin) = &sum
        && let Some(doubt) = voucher::doubt(&known, *digest, origin)
    {
        narrator.warn(&doubt);
    }
    Ok(ReleaseOutlook { version: request.version, arch: request.arch, file, sum, supply })
}

fn of_file(
    request: &ReleaseRequest,
    known: &Known,
    path: &Path,
    voucher: Option<Voucher>,
) -> Result<Sum, ReleaseError> {
    let ReleaseRequest { version, arch, .. } = *request;
    let actual = sum_of(path, request.limits.bytes).map_err(unusable(path))?;
    match (voucher, request.first_use) {
        (Some(Voucher { digest, origin }), _) if digest == actual => Ok(Sum::Known(digest, origin)),
        (Some(Voucher { digest: expected, origin }), _) => {
            Err(ReleaseError::Differs { place: path.display().to_string(), actual, expected, origin })
        }
        (None, FirstUse::Trust) => Ok(Sum::FirstUse),
        (None, FirstUse::Refuse) => {
            let file = Some((path.to_owned(), actual, Hint::of(&known.hints, actual)));
            Err(ReleaseError::Unvouched { version, arch, file })
        }
    }
}

fn places(request: &ReleaseRequest) -> Supply {
    Supply::Download(request.sources.iter().map(Mirror::host).collect())
}
