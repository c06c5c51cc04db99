//! A CA whose key is out of reach: requests go out to it, certificates come back and are checked like our own.

use std::net::IpAddr;
use std::path::PathBuf;

use payload::name::HostName;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;

use super::authority::{self, Authority};
use super::check::{self, Files, Fit};
use super::error::{Day, PkiError};
use super::key::Kind;
use super::secret::Secret;
use super::store::{self, Kept, Store};
use super::wanted::{self, Wanted, Whose};
use super::{Found, Site, file, key, look};
use crate::narrator::Narrator;

/// A request to be carried to the CA.
#[derive(Debug)]
pub struct Requested {
    pub whose: Whose,
    pub csr_pem: String,
}

/// A request for each host that has no certificate that can be used. The keys stay in `pki/`; asked again, the
/// same key asks again.
pub fn request(site: &Site<'_>, narrator: &mut dyn Narrator) -> Result<Vec<Requested>, PkiError> {
    let (all, _) = wanted::all(site.cluster);
    let store = Store::open(&site.dir(), narrator)?;
    let authority = outside(site, &store, narrator)?;
    let mut requests = Vec::new();
    for (wanted, found) in all.iter().zip(look(site, &store, &all, &authority)?) {
        match found {
            Found::Fits(_, fit) if fit.end >= site.now + super::LEAST_LEFT => {}
            Found::Fits(..) | Found::Unfit(_) | Found::Nothing => requests.push(one(&store, wanted)?),
        }
    }
    Ok(requests)
}

fn outside(site: &Site<'_>, store: &Store, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
    if site.cluster.pki.own_ca.as_ref().is_none_or(|own| own.key.is_some()) {
        return Err(PkiError::SignsItself);
    }
    super::obtain::authority(site, store, narrator)
}

/// The request that waits, if it still says what is wanted, or another one by the same key.
pub(super) fn one(store: &Store, wanted: &Wanted) -> Result<Requested, PkiError> {
    if let Some((key, request)) = store.pending(&wanted.whose)?
        && let Some(csr_pem) = again(&key, &request, wanted)
    {
        store.write_pending(&wanted.whose, &key, &csr_pem)?;
        return Ok(Requested { whose: wanted.whose.clone(), csr_pem });
    }
    let pair = key::generate(wanted.algorithm)?;
    let csr_pem = wanted.params()?.serialize_request(&*pair)?.pem()?;
    let key = Secret::new(pair.serialize_pem());
    store.write_pending(&wanted.whose, &key, &csr_pem)?;
    Ok(Requested { whose: wanted.whose.clone(), csr_pem })
}

/// The request as it should be by the same key; as it is, byte for byte, where that says the same.
fn again(key: &Secret, request: &str, wanted: &Wanted) -> Option<String> {
    let pair = key::parse(key).ok()?;
    let fresh = wanted.params().ok()?.serialize_request(&*pair).ok()?;
    let (_, asked) = X509CertificationRequest::from_der(fresh.der()).ok()?;
    if !Kind::of(&asked.certification_request_info.subject_pki).is(wanted.algorithm) {
        return None;
    }
    // ECDSA signs differently each time.
    let kept = pem::parse(request).ok();
    let kept = kept.as_ref().and_then(|kept| X509CertificationRequest::from_der(kept.contents()).ok());
    if kept.is_some_and(|(_, kept)| kept.certification_request_info.raw == asked.certification_request_info.raw) {
        return Some(request.to_owned());
    }
    fresh.pem().ok()
}

/// A certificate that came back, or was brought in with its key.
struct Candidate {
    path: PathBuf,
    whose: Whose,
    files: Files,
    fit: Fit,
}

/// Takes certificates into `pki/`: all of them, or none. Each belongs to a key that waits or to one that is among the
/// files; the CAs above it may stand in its file. Returns whose certificates they were.
pub fn accept(site: &Site<'_>, paths: &[PathBuf], narrator: &mut dyn Narrator) -> Result<Vec<Whose>, PkiError> {
    let store = Store::open(&site.dir(), narrator)?;
    let authority = outside(site, &store, narrator)?;
    let known = wanted_here(site, &store)?;
    let Read { certificates, keys } = read(paths)?;
    let mut candidates: Vec<Candidate> = Vec::new();
    for (path, text) in certificates {
        let not_taken = |why: String| PkiError::NotTaken { path: path.clone(), why };
        let (wanted, key, request) = owner(&store, &known, &keys, &text).and_then(|owner| {
            owner.ok_or_else(|| not_taken("its key is none of those that wait: see `etcdpack pki csr`".to_owned()))
        })?;
        let files = Files { certificate: text, key, request };
        let fit = check::pair(&files, wanted, &authority, site.now, super::least_left(site, &authority))
            .map_err(|misfit| not_taken(misfit.to_string()))?;
        if let Some(other) = candidates.iter().find(|other| other.fit.public_key == fit.public_key) {
            return Err(not_taken(format!("its key is that of `{}`", other.path.display())));
        }
        let files = Files { certificate: fit.certificate.clone(), ..files };
        candidates.push(Candidate { path, whose: wanted.whose.clone(), files, fit });
    }
    keep(&store, &candidates, narrator)?;
    Ok(candidates.into_iter().map(|candidate| candidate.whose).collect())
}

fn keep(store: &Store, candidates: &[Candidate], narrator: &mut dyn Narrator) -> Result<(), PkiError> {
    for Candidate { whose, files, .. } in candidates {
        // Mends what a kill has left, so that there is room for the new one.
        store.pair(whose)?;
        store.write_pair(whose, files)?;
    }
    store.settle(&candidates.iter().map(|candidate| &candidate.whose).collect::<Vec<_>>())?;
    for Candidate { path, whose, fit, .. } in candidates {
        store.settle_pending(whose)?;
        narrator.note(&format!("{}: taken for {whose}, until {}", path.display(), Day(fit.end)));
    }
    Ok(())
}

/// All certificates that there can be: one for each host, and those of the clients and servers that wait.
fn wanted_here(site: &Site<'_>, store: &Store) -> Result<Vec<Wanted>, PkiError> {
    let (mut all, _) = wanted::all(site.cluster);
    for whose in store::waiting(&site.dir())? {
        if matches!(whose, Whose::Host(_) | Whose::Everyone) {
            continue;
        }
        // Which names it was to have, its request says.
        let asked = store.pending(&whose)?.and_then(|(_, request)| asked_names(&request)).unwrap_or_default();
        let addresses: Vec<IpAddr> = asked.iter().filter_map(|name| name.parse().ok()).collect();
        let names: Vec<HostName> =
            asked.iter().filter(|name| name.parse::<IpAddr>().is_err()).filter_map(|name| name.parse().ok()).collect();
        all.push(wanted::lone(&site.cluster.pki, whose, &names, &addresses));
    }
    Ok(all)
}

fn asked_names(request: &str) -> Option<Vec<String>> {
    let block = pem::parse(request).ok()?;
    let (_, request) = X509CertificationRequest::from_der(block.contents()).ok()?;
    let names = request.requested_extensions()?.find_map(|extension| match extension {
        ParsedExtension::SubjectAlternativeName(names) => Some(names),
        _ => None,
    });
    names.map_or(Some(Vec::new()), |names| names.general_names.iter().map(check::name).collect())
}

/// Whose a certificate is: theirs whose key waits, or is in use already, or the host's that a key beside it was
/// brought in for; with that key and its request.
fn owner<'a>(
    store: &Store,
    known: &'a [Wanted],
    brought: &[Secret],
    text: &str,
) -> Result<Option<(&'a Wanted, Secret, String)>, PkiError> {
    for wanted in known {
        let pending = store.pending(&wanted.whose)?.filter(|(key, _)| check::is_key_of(key, text));
        if let Some((key, request)) = pending {
            return Ok(Some((wanted, key, request)));
        }
    }
    for wanted in known {
        if let Kept::Whole(files) = store.pair(&wanted.whose)?
            && check::is_key_of(&files.key, text)
        {
            return Ok(Some((wanted, files.key, files.request)));
        }
    }
    let Some(key) = brought.iter().find(|key| check::is_key_of(key, text)) else { return Ok(None) };
    let Some(wanted) = most_alike(known, text) else { return Ok(None) };
    let pair = key::parse(key).map_err(|_| PkiError::Locking)?;
    let request = wanted.params()?.serialize_request(&*pair)?.pem()?;
    Ok(Some((wanted, key.clone(), request)))
}

/// The host that a certificate names: all of its names if there is such a host, or else most of them.
fn most_alike<'a>(known: &'a [Wanted], text: &str) -> Option<&'a Wanted> {
    let names = check::names_in(text);
    let hosts = known.iter().filter(|wanted| matches!(wanted.whose, Whose::Host(_) | Whose::Everyone));
    let lacking = |wanted: &Wanted| check::wanted_names(wanted).difference(&names).count();
    hosts.min_by_key(|wanted| lacking(wanted))
}

/// What stands in the files.
#[derive(Default)]
struct Read {
    /// Each with its file and with the certificates behind it.
    certificates: Vec<(PathBuf, String)>,
    keys: Vec<Secret>,
}

fn read(paths: &[PathBuf]) -> Result<Read, PkiError> {
    let mut read = Read::default();
    for path in paths {
        let text = Secret::new(file::text(path)?);
        let holds_key = text.expose().contains("PRIVATE KEY-----");
        if holds_key {
            let key = key::alone(&file::brought(path)?);
            read.keys.push(key.map_err(|fault| PkiError::Key { path: path.clone(), fault })?);
        }
        match authority::certificate_blocks(text.expose().as_bytes()) {
            Ok(blocks) => {
                let text = pem::encode_many_config(&blocks, authority::pem_style());
                read.certificates.push((path.clone(), text));
            }
            Err(_) if holds_key => {}
            Err(fault) => return Err(PkiError::NotTaken { path: path.clone(), why: fault.to_string() }),
        }
    }
    Ok(read)
}
