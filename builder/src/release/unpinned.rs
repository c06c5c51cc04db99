//! Edge: what is gone by where nothing that is compiled in or on record vouches for a release: a list, or the first bytes.

use std::path::Path;

use payload::etcd;

use super::error::{ReleaseError, SourceError};
use super::source::SUMS;
use super::voucher::{Origin, Voucher};
use super::{FirstUse, ReleaseRequest, sums};
use crate::report::Narrator;
use crate::text::release as text;

/// What is gone by where nobody here vouches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unpinned {
    /// Upstream's own list, which has to be downloaded.
    PublishedList,
    FirstUse,
}

/// The same, or why nothing can be.
pub(super) fn settle(request: &ReleaseRequest) -> Result<Unpinned, ReleaseError> {
    let ReleaseRequest { version, arch, .. } = *request;
    if let Some(mirror) = request.sources.iter().find(|mirror| mirror.is_unprotected()) {
        return Err(ReleaseError::Unprotected(mirror.clone(), version, arch));
    }
    match request.first_use {
        _ if etcd::publishes_checksums(version) => Ok(Unpinned::PublishedList),
        FirstUse::Trust => Ok(Unpinned::FirstUse),
        FirstUse::Refuse => Err(ReleaseError::Unvouched { version, arch, file: None }),
    }
}

/// A list that came with a local tarball.
pub(super) fn sums_for(
    request: &ReleaseRequest,
    path: &Path,
    name: &str,
    narrator: &mut dyn Narrator,
) -> Option<Voucher> {
    let list = request.list.clone().unwrap_or_else(|| path.with_file_name(SUMS));
    let bytes = sums::read(&list).ok()?;
    match sums::find(&bytes, name) {
        Ok(digest) => Some(Voucher { digest, origin: Origin::Sums(list.display().to_string()) }),
        Err(error) => {
            narrator.warn(&text::at_file(&list, error));
            None
        }
    }
}

/// Why the file that was named is no tarball.
pub(super) fn unusable(path: &Path) -> impl FnOnce(SourceError) -> ReleaseError {
    move |failure| match failure {
        SourceError::Foreign(what) => ReleaseError::NotARelease { path: path.to_owned(), what },
        failure => ReleaseError::BadFile { flag: "--release", path: path.to_owned(), what: failure.to_string() },
    }
}
