//! A CA whose key is out of reach: requests go out to it, certificates come back and are checked like our own.

use std::net::IpAddr;
use std::path::PathBuf;

use payload::name::HostName;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;

use super::ca::{self, Authority};
use super::check::{self, Validated};
use super::error::PkiError;
use super::form::Form;
use super::key::{self, KeyAlgorithm};
use super::pair::PairFiles;
use super::site::{LEAST_LEFT, Site};
use super::spec::{self, CertificateSpec, Holder};
use super::store::{Store, StoredPair};
use super::stored::{StoredCertificate, least_left, look};
use super::{chain, file, listing, names, pem};
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text::pki as text;

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

fn authority(site: &Site<'_>, store: &Store, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
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

/// A certificate that came back, or was brought in with its key.
struct Candidate {
    path: PathBuf,
    holder: Holder,
    files: PairFiles,
    fit: Validated,
}

/// Takes certificates into `pki/`: all of them, or none. Each belongs to a key that waits or to one that is among the
/// files; the CAs above it may stand in its file. Returns whose certificates they were.
pub fn accept(site: &Site<'_>, paths: &[PathBuf], narrator: &mut dyn Narrator) -> Result<Vec<Holder>, PkiError> {
    let store = Store::open(&site.dir(), narrator)?;
    let authority = authority(site, &store, narrator)?;
    let known = specs_here(site, &store)?;
    let Read { certificates, keys } = read(paths)?;
    let mut candidates: Vec<Candidate> = Vec::new();
    for (path, text) in certificates {
        let not_taken = |why: String| PkiError::NotTaken { path: path.clone(), why };
        let (spec, key, request) = owner(&store, &known, &keys, &text)
            .and_then(|owner| owner.ok_or_else(|| not_taken(text::NOT_A_WAITING_KEY.into())))?;
        let files = PairFiles { certificate: text, key, request };
        let fit = check::pair(&files, spec, &authority, site.now, least_left(site, &authority))
            .map_err(|problem| not_taken(problem.to_string()))?;
        if let Some(other) = candidates.iter().find(|other| other.fit.public_key == fit.public_key) {
            return Err(not_taken(text::key_of_another(&other.path)));
        }
        let files = PairFiles { certificate: fit.certificate.clone(), ..files };
        candidates.push(Candidate { path, holder: spec.holder.clone(), files, fit });
    }
    keep(&store, &candidates, narrator)?;
    Ok(candidates.into_iter().map(|candidate| candidate.holder).collect())
}

fn keep(store: &Store, candidates: &[Candidate], narrator: &mut dyn Narrator) -> Result<(), PkiError> {
    for Candidate { holder, files, .. } in candidates {
        // Mends what a kill has left, so that there is room for the new one.
        store.pair(holder)?;
        store.write_pair(holder, files)?;
    }
    store.settle(&candidates.iter().map(|candidate| &candidate.holder).collect::<Vec<_>>())?;
    for Candidate { path, holder, fit, .. } in candidates {
        store.settle_pending(holder)?;
        narrator.note(&text::taken(path, holder, fit.end));
    }
    Ok(())
}

/// All certificates that there can be: one for each host, and those of the clients and servers that wait.
fn specs_here(site: &Site<'_>, store: &Store) -> Result<Vec<CertificateSpec>, PkiError> {
    let (mut all, _) = spec::all(site.cluster);
    for holder in listing::waiting(&site.dir())? {
        if matches!(holder, Holder::Host(_) | Holder::Everyone) {
            continue;
        }
        // Which names it was to have, its request says.
        let asked = store.pending(&holder)?.and_then(|(_, request)| asked_names(&request)).unwrap_or_default();
        let addresses: Vec<IpAddr> = asked.iter().filter_map(|name| name.parse().ok()).collect();
        let names: Vec<HostName> =
            asked.iter().filter(|name| name.parse::<IpAddr>().is_err()).filter_map(|name| name.parse().ok()).collect();
        all.push(spec::client_or_server(&site.cluster.pki, holder, &names, &addresses));
    }
    Ok(all)
}

fn asked_names(request: &str) -> Option<Vec<String>> {
    let block = ::pem::parse(request).ok()?;
    let (_, request) = X509CertificationRequest::from_der(block.contents()).ok()?;
    let asked = request.requested_extensions()?.find_map(|extension| match extension {
        ParsedExtension::SubjectAlternativeName(names) => Some(names),
        _ => None,
    });
    asked.map_or(Some(Vec::new()), |asked| asked.general_names.iter().map(names::name).collect())
}

/// Who a certificate belongs to, with the key and its request. The key is looked for in three places: among those that
/// wait for a certificate, among those in use, and among those that were brought in with the certificate.
fn owner<'a>(
    store: &Store,
    known: &'a [CertificateSpec],
    brought: &[Secret],
    text: &str,
) -> Result<Option<(&'a CertificateSpec, Secret, String)>, PkiError> {
    for spec in known {
        let pending = store.pending(&spec.holder)?.filter(|(key, _)| check::is_key_of(key, text));
        if let Some((key, request)) = pending {
            return Ok(Some((spec, key, request)));
        }
    }
    for spec in known {
        if let StoredPair::Whole(files) = store.pair(&spec.holder)?
            && check::is_key_of(&files.key, text)
        {
            return Ok(Some((spec, files.key, files.request)));
        }
    }
    let Some(key) = brought.iter().find(|key| check::is_key_of(key, text)) else { return Ok(None) };
    let Some(spec) = most_alike(known, text) else { return Ok(None) };
    let pair = key::parse(key).map_err(|_| PkiError::Locking)?;
    let request = spec.params()?.serialize_request(&*pair)?.pem()?;
    Ok(Some((spec, key.clone(), request)))
}

/// The host that a certificate names: all of its names if there is such a host, or else most of them.
fn most_alike<'a>(known: &'a [CertificateSpec], text: &str) -> Option<&'a CertificateSpec> {
    let names = names::names_in(text);
    let hosts = known.iter().filter(|spec| matches!(spec.holder, Holder::Host(_) | Holder::Everyone));
    let lacking = |spec: &CertificateSpec| names::spec_names(spec).difference(&names).count();
    hosts.min_by_key(|spec| lacking(spec))
}

/// What stands in the files.
#[derive(Default)]
struct Read {
    /// Each with its file and with the certificates behind it.
    certificates: Vec<(PathBuf, String)>,
    keys: Vec<Secret>,
}

/// Each certificate that is none of a CA's, with those of CAs behind it, in whatever order they came. CAs alone stay as they
/// are: what is wrong with them is said by who looks at them.
fn by_owner(blocks: &[::pem::Pem]) -> Vec<String> {
    let is_ca = |block: &&::pem::Pem| chain::x509(block.contents()).is_ok_and(|certificate| certificate.is_ca());
    let (above, own): (Vec<_>, Vec<_>) = blocks.iter().partition(is_ca);
    if own.is_empty() {
        return vec![pem::certificates(above.into_iter().map(::pem::Pem::contents))];
    }
    let with_path = |own: &::pem::Pem| {
        pem::certificates(std::iter::once(own).chain(above.iter().copied()).map(::pem::Pem::contents))
    };
    own.into_iter().map(with_path).collect()
}

fn read(paths: &[PathBuf]) -> Result<Read, PkiError> {
    let mut read = Read::default();
    for path in paths {
        let text = Secret::new(file::text(path)?);
        let holds_key = text.expose().contains("PRIVATE KEY-----");
        if holds_key {
            let key = key::alone(&file::imported_secret(path)?);
            read.keys.push(key.map_err(|fault| PkiError::Key { path: path.clone(), fault })?);
        }
        match pem::certificate_blocks(text.expose().as_bytes()) {
            Ok(blocks) => {
                for text in by_owner(&blocks) {
                    read.certificates.push((path.clone(), text));
                }
            }
            Err(_) if holds_key => {}
            Err(_) if let Some(form) = Form::of_text(text.expose()) => {
                return Err(PkiError::Form { path: path.clone(), form });
            }
            Err(fault) => return Err(PkiError::NotTaken { path: path.clone(), why: fault.to_string() }),
        }
    }
    Ok(read)
}
