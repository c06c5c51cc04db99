//! A CA whose key is out of reach: requests go out to it. What comes back, `accept` takes.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::ca::{self, Authority};
use super::error::PkiError;
use super::key::{self, KeyAlgorithm};
use super::site::{LEAST_LEFT, Site};
use super::spec::{self, CertificateSpec, Holder};
use super::store::Store;
use super::stored::{StoredCertificate, look};
use crate::report::Narrator;
use crate::secret::Secret;

/// A request to be carried to the CA.
#[derive(Debug)]
pub struct Requested {
    pub holder: Holder,
    pub csr_pem: String,
}

/// A request for each host that has no certificate that can be used. The keys stay in `pki/`; asked again, the
/// same key asks again.
pub fn request(site: &Site<'_>, narrator: &mut dyn Narrator) -> Result<Vec<Requested>, PkiError> {
    let (all, _) = spec::all(site.cluster);
    let store = Store::open(&site.dir(), narrator)?;
    let authority = authority(site, &store, narrator)?;
    let mut requests = Vec::new();
    for (spec, found) in all.iter().zip(look(site, &store, &all, &authority)?) {
        match found {
            StoredCertificate::Fits(_, fit) if fit.end >= site.now + LEAST_LEFT => {}
            StoredCertificate::Fits(..) | StoredCertificate::Unfit(_) | StoredCertificate::Nothing => {
                requests.push(one(&store, spec)?);
            }
        }
    }
    Ok(requests)
}

pub(super) fn authority(site: &Site<'_>, store: &Store, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
    if site.cluster.pki.own_ca.as_ref().is_none_or(|own| own.key.is_some()) {
        return Err(PkiError::SignsItself);
    }
    ca::load(site, store, narrator)
}

/// The request that waits, if it still says what is wanted, or another one by the same key.
pub(super) fn one(store: &Store, spec: &CertificateSpec) -> Result<Requested, PkiError> {
    if let Some((key, request)) = store.pending(&spec.holder)?
        && let Some(csr_pem) = again(&key, &request, spec)
    {
        store.write_pending(&spec.holder, &key, &csr_pem)?;
        return Ok(Requested { holder: spec.holder.clone(), csr_pem });
    }
    let pair = key::generate(spec.algorithm)?;
    let csr_pem = spec.params()?.serialize_request(&*pair)?.pem()?;
    let key = Secret::new(pair.serialize_pem());
    store.write_pending(&spec.holder, &key, &csr_pem)?;
    Ok(Requested { holder: spec.holder.clone(), csr_pem })
}

/// The request as it should be by the same key; as it is, byte for byte, where that says the same.
fn again(key: &Secret, request: &str, spec: &CertificateSpec) -> Option<String> {
    let pair = key::parse(key).ok()?;
    let fresh = spec.params().ok()?.serialize_request(&*pair).ok()?;
    let (_, asked) = X509CertificationRequest::from_der(fresh.der()).ok()?;
    if !KeyAlgorithm::of(&asked.certification_request_info.subject_pki).is(spec.algorithm) {
        return None;
    }
    // ECDSA signs differently each time.
    let kept = ::pem::parse(request).ok();
    let kept = kept.as_ref().and_then(|kept| X509CertificationRequest::from_der(kept.contents()).ok());
    if kept.is_some_and(|(_, kept)| kept.certification_request_info.raw == asked.certification_request_info.raw) {
        return Some(request.to_owned());
    }
    fresh.pem().ok()
}
