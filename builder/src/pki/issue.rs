//! Certificates for all hosts of a cluster: what is kept and fits is used again, the rest is made. Nothing is handed out
//! that has not passed `check`.

use std::thread;

use payload::name::HostName;

use super::ca::{self, Authority, Issuing, KeyPlace};
use super::chain::{self, Link};
use super::check;
use super::error::{CaFault, PkiError};
use super::key;
use super::pair::PairFiles;
use super::site::{LEAST_LEFT, Site};
use super::spec::{self, CertificateSpec, Holder};
use super::store::Store;
use super::stored::{StoredCertificate, look};
use crate::parallel;
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text::pki as text;

/// Whether a pair is from an earlier build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Kept as it was.
    Reused,
    /// Made by this build.
    Made,
}

/// A key with its certificate and request, all in PEM.
#[derive(Debug, Clone)]
pub struct IssuedPair {
    /// Who gets it.
    pub holder: Holder,
    /// `etcd-peer.pem`
    pub certificate_pem: String,
    /// `etcd-peer-key.pem`, PKCS#8
    pub key_pem: Secret,
    /// `etcd-peer.csr`
    pub csr_pem: String,
    /// Old or new.
    pub state: KeyState,
}

/// What the bundles of a cluster carry.
#[derive(Debug)]
pub struct Issued {
    /// `ca.pem`: one certificate, or all that the site's own CA file holds.
    pub ca_pem: String,
    /// One for each host in the order of the cluster file, or a single one for all.
    pub pairs: Vec<IssuedPair>,
}

impl Issued {
    /// The pair that goes to `host`.
    #[must_use]
    pub fn of(&self, host: &HostName) -> Option<&IssuedPair> {
        self.pairs.iter().find(|pair| pair.holder.is(host))
    }
}

/// Certificates for all hosts of a cluster, kept in `pki/` (made with mode 0700 where it is not there). Two calls at
/// once on one directory take turns.
pub fn issue_all(site: &Site<'_>, narrator: &mut dyn Narrator) -> Result<Issued, PkiError> {
    let (all, odd) = spec::all(site.cluster);
    for name in odd {
        narrator.warn(&text::impossible_name(name));
    }
    let store = Store::open(&site.dir(), narrator)?;
    let mut authority = ca::load(site, &store, narrator)?;
    let mut found = look(site, &store, &all, &authority)?;
    if takes(&all, &found, &authority)? == Takes::Passphrase {
        authority = ca::unlock(site, authority, narrator)?;
        found = look(site, &store, &all, &authority)?;
    }
    if authority.trusted.len() > 1 {
        narrator.note(&text::several_are_trusted(authority.trusted.len()));
    }
    for doubt in doubts(site, &all, &found, &authority) {
        narrator.warn(&doubt);
    }
    let unfit = all.iter().zip(&found).filter(|(_, found)| !found.fits());
    let mut made = make_all(site, &store, &unfit.map(|(spec, _)| spec).collect::<Vec<_>>(), &authority)?.into_iter();
    let mut pairs = Vec::with_capacity(all.len());
    let mut trusted: Vec<Link> = Vec::new();
    for (spec, found) in all.into_iter().zip(found) {
        if let StoredCertificate::Unfit(problem) = &found {
            narrator.note(&text::replaced(&spec.holder, problem));
        }
        let (files, state) = match found {
            StoredCertificate::Fits(files, fit) => {
                trusted.extend(fit.path);
                (PairFiles { certificate: fit.certificate, ..files }, KeyState::Reused)
            }
            StoredCertificate::Nothing | StoredCertificate::Unfit(_) => {
                (made.next().map_or_else(|| make(site, &store, &spec, &authority), Ok)?, KeyState::Made)
            }
        };
        let PairFiles { certificate, key, request } = files;
        pairs.push(IssuedPair {
            holder: spec.holder,
            certificate_pem: certificate,
            key_pem: key,
            csr_pem: request,
            state,
        });
    }
    let made: Vec<&Holder> =
        pairs.iter().filter(|pair| pair.state == KeyState::Made).map(|pair| &pair.holder).collect();
    store.settle(&made)?;
    let (made, all) = (made.len(), pairs.len());
    narrator.note(&text::issued(made, all - made));
    Ok(Issued { ca_pem: ca_pem(&authority, trusted), pairs })
}

/// What hosts are to trust, the CA that has signed first: the installer looks for it there.
fn ca_pem(authority: &Authority, paths: Vec<Link>) -> String {
    let mut trusted: Vec<Link> = Vec::new();
    let first = match authority.issuing() {
        Issuing::Here => Vec::new(),
        Issuing::Elsewhere => paths,
    };
    for link in first.into_iter().chain(authority.trusted.iter().cloned()) {
        if !trusted.contains(&link) {
            trusted.push(link);
        }
    }
    chain::pem(&trusted)
}

/// What it takes to make those that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// The CA's key, which is at hand.
    Key,
    /// The same, and the passphrase that it is under.
    Passphrase,
}

/// The same; an error where they cannot be made.
pub(super) fn takes(
    all: &[CertificateSpec],
    found: &[StoredCertificate],
    authority: &Authority,
) -> Result<Takes, PkiError> {
    let mut lacking = all.iter().zip(found).filter(|(_, found)| !found.fits()).map(|(spec, _)| spec).peekable();
    if lacking.peek().is_none() {
        return Ok(Takes::Nothing);
    }
    match authority.key_place() {
        KeyPlace::Elsewhere => Err(awaited(all, found)),
        KeyPlace::Missing => Err(PkiError::Ca { path: authority.file().to_owned(), fault: CaFault::NoKey }),
        // Who in the file signs, and for which names it may, the opened key says.
        KeyPlace::Locked => Ok(Takes::Passphrase),
        KeyPlace::Here => lacking.try_for_each(|spec| authority.permitted(spec).map(drop)).map(|()| Takes::Key),
    }
}

/// What the operator should know of certificates that are used or made.
pub(super) fn doubts(
    site: &Site<'_>,
    all: &[CertificateSpec],
    found: &[StoredCertificate],
    authority: &Authority,
) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Err(fault) = ca::is_short_enough(authority.path()) {
        doubts.push(text::too_deep(authority.file(), fault));
    }
    if let Some(end) = authority.ends_before(site.validity, site.now)
        && !found.iter().all(StoredCertificate::fits)
    {
        doubts.push(text::ends_with_ca(authority.file(), end));
    }
    for (spec, found) in all.iter().zip(found) {
        if let StoredCertificate::Fits(_, fit) = found
            && authority.issuing() == Issuing::Elsewhere
            && fit.end < site.now + LEAST_LEFT
        {
            doubts.push(text::ends_soon(&spec.holder, (fit.end - site.now).whole_days()));
        }
    }
    doubts
}

fn awaited(all: &[CertificateSpec], found: &[StoredCertificate]) -> PkiError {
    let why = all.iter().zip(found).filter_map(|(spec, found)| match found {
        StoredCertificate::Nothing => Some(text::awaited(&spec.holder)),
        StoredCertificate::Unfit(problem) => Some(text::unfit(&spec.holder, problem)),
        StoredCertificate::Fits(..) => None,
    });
    PkiError::Awaited(why.collect())
}

/// New pairs in the order of `all`, by as many threads as there are processors: one is made in milliseconds with ECDSA and
/// in a second with RSA of 4096 bits.
fn make_all(
    site: &Site<'_>,
    store: &Store,
    all: &[&CertificateSpec],
    authority: &Authority,
) -> Result<Vec<PairFiles>, PkiError> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    parallel::map(all, processors, |spec| make(site, store, spec, authority))
}

/// A new key with its certificate and request, checked, and written beside the place where they are to be.
pub(super) fn make(
    site: &Site<'_>,
    store: &Store,
    spec: &CertificateSpec,
    authority: &Authority,
) -> Result<PairFiles, PkiError> {
    let spec = &authority.permitted(spec)?;
    let key = key::generate(spec.algorithm)?;
    let certificate = authority.issue(spec, &*key, site.validity, site.now)?;
    let request = spec.params()?.serialize_request(&*key)?.pem()?;
    let files = PairFiles { certificate, key: Secret::new(key.serialize_pem()), request };
    check::pair(&files, spec, authority, site.now, site.validity)
        .map_err(|problem| PkiError::Unsound { holder: spec.holder.to_string(), why: problem.to_string() })?;
    store.write_pair(&spec.holder, &files)?;
    Ok(files)
}
