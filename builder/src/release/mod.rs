//! Getting one etcd release and proving that it is the one.
//!
//! [`obtain`] is the whole of it: what vouches for the release is settled first ([`voucher`]), then the tarball
//! comes from the cache, a local file, a mirror or upstream ([`retrieval`]), is hashed as it lies on the disk
//! ([`fetched`]), and what was accepted is written to `etcdpack.lock` ([`ledger`]). Nothing is ever unpacked here.
//! What of that is known without a network, [`outlook()`] says.

mod brought;
mod download;
mod error;
mod fetched;
mod headers;
mod http;
mod ledger;
mod limits;
mod lock;
mod outlook;
mod partial;
mod redirect;
mod resolver;
mod retrieval;
mod source;
mod sums;
mod unpinned;
mod voucher;
mod wanted;

use std::path::PathBuf;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use time::Date;

pub(crate) use brought::{Brought, ListError};
pub(crate) use error::SourceError;
pub use error::{Hint, Missing, NotATarball, ReleaseError};
pub use fetched::Verified;
pub use limits::Limits;
pub use lock::LockError;
pub(crate) use outlook::{ReleaseOutlook, Sum, Supply, outlook};
pub(crate) use redirect::RedirectError;
pub use source::{Mirror, MirrorError, asset};
pub(crate) use source::{SUMS, published_at, url_of};
pub(crate) use sums::SumsError;
pub(crate) use voucher::Contradiction;
pub use voucher::Origin;
pub(crate) use wanted::{Against, Wanted, wanted};

use crate::cache::Cache;
use crate::report::Narrator;
use crate::text;
use lock::LockedRelease;
use voucher::Known;

/// One release, and on which terms.
#[derive(Debug, Clone)]
pub struct ReleaseRequest {
    pub version: EtcdVersion,
    pub arch: Arch,
    /// The user's word: `release.sha256` of the cluster file.
    pub sha256: Option<Digest>,
    /// Asked in this order; [`Mirror::before_upstream`] makes it.
    pub sources: Vec<Mirror>,
    /// `--release`: this tarball instead of any source.
    pub local: Option<PathBuf>,
    /// The list that came with it; without one, the `SHA256SUMS` beside it.
    pub list: Option<PathBuf>,
    pub first_use: FirstUse,
    /// `--ca-cert`: a PEM file with further authorities.
    pub ca_cert: Option<PathBuf>,
    /// `etcdpack.lock`, beside the cluster file.
    pub lock: PathBuf,
    /// See [`crate::cache::default_root`].
    pub cache: PathBuf,
    pub limits: Limits,
    /// The day, UTC, for the lock file.
    pub today: Date,
}

/// What happens to a release that nobody vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstUse {
    Refuse,
    /// `--trust-on-first-use`: taken as it comes, said so, and locked.
    Trust,
}

/// Gets and verifies `request`. Without a network if a file that is vouched for is in the cache.
pub fn obtain(request: &ReleaseRequest, narrator: &mut dyn Narrator) -> Result<Verified, ReleaseError> {
    let known = known(request)?;
    let (voucher, contradictions) = voucher::choose(&known);
    for contradiction in contradictions {
        narrator.warn(&contradiction.to_string());
    }
    let cache = Cache::open(&request.cache)?;
    narrator.detail(&text::cache::root(&request.cache));
    let retrieval = retrieval::Retrieval::new(request, cache, known.hints.clone(), narrator);
    let verified = match &request.local {
        Some(path) => retrieval.take(path, voucher)?,
        None => retrieval.fetch(voucher)?,
    };
    if let Some(doubt) = voucher::doubt(&known, verified.digest(), verified.origin()) {
        narrator.warn(&doubt);
    }
    accept(request, &verified, narrator)?;
    Ok(verified)
}

/// All that is known of it here.
fn known(request: &ReleaseRequest) -> Result<Known, ReleaseError> {
    let lock = ledger::load(&request.lock)?;
    let locked = lock.find(request.version, request.arch);
    Ok(Known::of(request.version, request.arch, request.sha256, locked))
}

/// Holds all later builds to what has been accepted now.
fn accept(request: &ReleaseRequest, verified: &Verified, narrator: &mut dyn Narrator) -> Result<(), ReleaseError> {
    let ReleaseRequest { version, arch, .. } = *request;
    if let Origin::FirstUse(_) = verified.origin() {
        narrator.warn(&text::release::trusted_on_first_use(version, arch, verified.digest()));
    }
    let entry = LockedRelease {
        version,
        arch,
        sha256: verified.digest(),
        origin: verified.origin().recorded(),
        accepted: request.today,
    };
    ledger::record(&request.lock, entry)
}
