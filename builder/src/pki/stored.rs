//! What earlier builds have left in `pki/`, held against what is wanted now. Must not issue anything.

use std::collections::BTreeMap;

use time::Duration;

use super::ca::{Authority, Issuing};
use super::check::{self, Validated};
use super::error::PkiError;
use super::pair::PairFiles;
use super::problem::CertificateProblem;
use super::site::{LEAST_LEFT, Site};
use super::spec::{CertificateSpec, Holder};
use super::store::{Store, StoredPair};

/// What an earlier build has left for someone.
pub(super) enum StoredCertificate {
    Nothing,
    /// Why it is of no use.
    Unfit(CertificateProblem),
    Fits(PairFiles, Validated),
}

impl StoredCertificate {
    /// Whether it is used as it is.
    pub(super) fn fits(&self) -> bool {
        matches!(self, Self::Fits(..))
    }
}

/// Looks at what is kept for each of `all`. A key that is used already is no one else's.
pub(super) fn look(
    site: &Site<'_>,
    store: &Store,
    all: &[CertificateSpec],
    authority: &Authority,
) -> Result<Vec<StoredCertificate>, PkiError> {
    let mut keys: BTreeMap<Vec<u8>, &Holder> = BTreeMap::new();
    let mut found = Vec::with_capacity(all.len());
    for spec in all {
        let one = kept(site, store, spec, authority)?;
        if let StoredCertificate::Fits(_, fit) = &one {
            if let Some(other) = keys.get(&fit.public_key) {
                found.push(StoredCertificate::Unfit(CertificateProblem::Shared((*other).clone())));
                continue;
            }
            keys.insert(fit.public_key.clone(), &spec.holder);
        }
        found.push(one);
    }
    Ok(found)
}

pub(super) fn kept(
    site: &Site<'_>,
    store: &Store,
    spec: &CertificateSpec,
    authority: &Authority,
) -> Result<StoredCertificate, PkiError> {
    Ok(match store.pair(&spec.holder)? {
        StoredPair::Nothing => StoredCertificate::Nothing,
        StoredPair::Torn => StoredCertificate::Unfit(CertificateProblem::Incomplete),
        StoredPair::Whole(files) => match check::pair(&files, spec, authority, site.now, least_left(site, authority)) {
            Ok(fit) => StoredCertificate::Fits(files, fit),
            Err(problem) => StoredCertificate::Unfit(problem),
        },
    })
}

/// Others choose for how long they sign; what they have signed is used until its end.
pub(super) fn least_left(site: &Site<'_>, authority: &Authority) -> Duration {
    match authority.issuing() {
        Issuing::Here => LEAST_LEFT.min(site.validity / 2),
        Issuing::Elsewhere => Duration::ZERO,
    }
}
