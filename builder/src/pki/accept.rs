//! What a CA whose key is out of reach sends back, or what was made elsewhere with its key: checked like our own, and taken whole
//! or not at all.

use std::net::IpAddr;
use std::path::PathBuf;

use payload::name::HostName;
use time::OffsetDateTime;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;

use super::ca::Authority;
use super::chain::Link;
use super::check::{self, Validated};
use super::error::PkiError;
use super::external_ca::authority;
use super::form::Form;
use super::key;
use super::not_taken::{IssuerKnown, NotTaken};
use super::pair::PairFiles;
use super::problem::CertificateProblem;
use super::site::Site;
use super::spec::{self, CertificateSpec, Holder};
use super::store::{Store, StoredPair};
use super::stored::least_left;
use super::{chain, file, listing, names, pem};
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text::pki as text;

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
        let not_taken = |why: NotTaken| why.of(&path);
        let owner = owner(&store, &known, &keys, &text)?;
        let (spec, key, request) = owner.ok_or_else(|| not_taken(not_ours(&text)))?;
        let files = PairFiles { certificate: text, key, request };
        let fit = check::pair(&files, spec, &authority, site.now, least_left(site, &authority))
            .map_err(|problem| not_taken(unfit(problem, spec, &files.certificate, &authority, site.now)))?;
        if let Some(other) = candidates.iter().find(|other| other.fit.public_key == fit.public_key) {
            return Err(not_taken(NotTaken::KeyOfAnother(other.path.clone())));
        }
        let files = PairFiles { certificate: fit.certificate.clone(), ..files };
        candidates.push(Candidate { path, holder: spec.holder.clone(), files, fit });
    }
    keep(&store, &candidates, narrator)?;
    Ok(candidates.into_iter().map(|candidate| candidate.holder).collect())
}

/// Why nobody here has the key of a certificate.
fn not_ours(text: &str) -> NotTaken {
    let own = chain::links(text).ok().and_then(|links| links.into_iter().next());
    match own.as_ref().map(|own| chain::x509(&own.der)) {
        Some(Ok(certificate)) if certificate.is_ca() => NotTaken::Ca,
        Some(Ok(_)) => NotTaken::KeyUnknown { names: names::names_in(text).into_iter().collect() },
        Some(Err(_)) | None => NotTaken::Unreadable,
    }
}

/// What is wrong with a certificate of ours, with what its CA is called where that is the matter.
fn unfit(
    problem: CertificateProblem,
    spec: &CertificateSpec,
    text: &str,
    authority: &Authority,
    now: OffsetDateTime,
) -> NotTaken {
    let trusted = authority.file().strip_prefix(".").unwrap_or(authority.file()).to_owned();
    match problem {
        CertificateProblem::UnknownIssuer => {
            let (issuer, known) = issuer(text, authority, now).unwrap_or_default();
            NotTaken::UnknownIssuer { trusted, issuer, known }
        }
        CertificateProblem::Ends(end) if end <= now => NotTaken::Expired(end, spec.holder.clone()),
        problem => NotTaken::Unfit { problem, holder: spec.holder.clone(), trusted },
    }
}

/// Who has signed the last of those that are found above a certificate, and what of that is known here.
fn issuer(text: &str, authority: &Authority, now: OffsetDateTime) -> Option<(String, IssuerKnown)> {
    let links = chain::links(text).ok()?;
    let (own, brought) = links.split_first()?;
    let path = chain::path(own, &authority.trusted.iter().chain(brought).collect::<Vec<_>>(), now);
    let top = path.last().unwrap_or(own);
    let name = chain::x509(&top.der).ok()?.issuer().to_string();
    let is_called_so = |ca: &Link| chain::x509(&ca.der).is_ok_and(|ca| ca.subject().to_string() == name);
    let known = if authority.trusted.iter().any(|ca| ca.is_called_as_issuer_of(top)) {
        IssuerKnown::ByNameAlone
    } else if top.is_root() {
        IssuerKnown::Brought
    } else if authority.trusted.iter().any(is_called_so) {
        IssuerKnown::InOtherBytes
    } else {
        IssuerKnown::No
    };
    Some((name, known))
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
            Err(_) if Form::of_text(text.expose()) == Some(Form::Request) => {
                return Err(NotTaken::Request.of(path));
            }
            Err(_) if let Some(form) = Form::of_text(text.expose()) => {
                return Err(PkiError::Form { path: path.clone(), form });
            }
            Err(_) => return Err(NotTaken::Unreadable.of(path)),
        }
    }
    match paths.first() {
        Some(path) if read.certificates.is_empty() => Err(NotTaken::KeyAlone.of(path)),
        _ => Ok(read),
    }
}
