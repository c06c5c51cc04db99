//! The CA and the hosts' certificates: made once, kept in `pki/` beside the cluster file, and used again as they
//! are for as long as they fit, so that the same cluster file gives the same bundles.
//!
//! `wanted`, `key`, `sign`, `authority` and `check` are pure; `store` and `file` alone touch files. Nothing is
//! handed out that has not passed `check`, and no key leaves but inside a [`Secret`].

mod authority;
mod check;
mod error;
mod file;
mod host_key;
mod key;
mod request;
mod sealing;
mod secret;
mod serials;
mod show;
mod sign;
mod signing;
mod store;
mod wanted;
mod whole;

use std::path::Path;

use payload::cluster::{Cluster, OwnCa};
use payload::name::HostName;
use time::{Duration, OffsetDateTime};

pub use error::{CaFault, KeyFault, PkiError};
pub use host_key::{Certificates, Certified, SignError, certificates};
pub use request::{NotARequest, Request};
pub use sealing::{SealError, SealedKey, Sealing};
pub use secret::Secret;
pub use serials::SerialsError;
pub use show::{Line, What, show};
pub use signing::Signing;
pub use wanted::Whose;

use authority::{Authority, Source};
use check::Files;
use store::{Kept, Store};
use wanted::Wanted;

use crate::narrator::Narrator;

/// A kept certificate with less than this before it is replaced at the next build, or with less than half of
/// `pki.validity` where that is shorter.
const LEAST_LEFT: Duration = Duration::days(30);

/// How the keys of a cluster travel.
#[derive(Debug)]
pub enum Keys {
    /// As they are.
    Plaintext,
    /// Sealed: one for each host, or a single one for all.
    Sealed(Vec<SealedKey>),
    /// Not at all; these hosts have a certificate for the key that they made.
    OnHost(Vec<Certified>),
}

/// Whether a pair is from an earlier build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Kept as it was.
    Reused,
    /// Made by this build.
    Made,
}

/// A key with its certificate and request, all in PEM.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Who gets it.
    pub whose: Whose,
    /// `etcd-peer.pem`
    pub certificate_pem: String,
    /// `etcd-peer-key.pem`, PKCS#8
    pub key_pem: Secret,
    /// `etcd-peer.csr`
    pub csr_pem: String,
    /// Old or new.
    pub state: State,
}

/// What the bundles of a cluster carry.
#[derive(Debug)]
pub struct Issued {
    /// `ca.pem`: one certificate, or all that the site's own CA file holds.
    pub ca_pem: String,
    /// One for each host in the order of the cluster file, or a single one for all.
    pub pairs: Vec<Pair>,
}

impl Issued {
    /// The pair that goes to `host`.
    #[must_use]
    pub fn of(&self, host: &HostName) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.whose.is(host))
    }
}

/// Certificates for all hosts of `cluster`, kept in `dir` (made with mode 0700 where it is not there). `base` is
/// the directory of the cluster file, where paths of an own CA start. Two calls at once on one `dir` take turns.
pub fn issue_all(
    cluster: &Cluster,
    dir: &Path,
    base: &Path,
    now: OffsetDateTime,
    narrator: &mut dyn Narrator,
) -> Result<Issued, PkiError> {
    // X.509 has no fractions of seconds.
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let (all, odd) = wanted::all(cluster);
    for name in odd {
        narrator.warn(&format!("`{name}` is no DNS name and stands in no certificate"));
    }
    let store = Store::open(dir, narrator)?;
    let authority = match &cluster.pki.own_ca {
        Some(own) => own_authority(own, base, now)?,
        None => our_authority(cluster, &store, now, narrator)?,
    };
    if authority.trusted > 1 {
        narrator.note(&format!("hosts will trust all {} certificates of the CA file", authority.trusted));
    }
    let validity = Duration::hours(cluster.pki.validity.count().into());
    let mut pairs = Vec::with_capacity(all.len());
    for wanted in all {
        let (files, state) = match kept(&store, &wanted, &authority, validity, now, narrator)? {
            Some(files) => (files, State::Reused),
            None => (make(&store, &wanted, &authority, validity, now)?, State::Made),
        };
        let Files { certificate, key, request } = files;
        let whose = wanted.whose;
        pairs.push(Pair { whose, certificate_pem: certificate, key_pem: key, csr_pem: request, state });
    }
    let made: Vec<&Whose> = pairs.iter().filter(|pair| pair.state == State::Made).map(|pair| &pair.whose).collect();
    store.settle(&made)?;
    let (made, all) = (made.len(), pairs.len());
    narrator.note(&format!("certificates: {made} made, {} kept as they were", all - made));
    Ok(Issued { ca_pem: authority.pem, pairs })
}

fn own_authority(own: &OwnCa, base: &Path, now: OffsetDateTime) -> Result<Authority, PkiError> {
    let source = Source { certificate: base.join(&own.certificate), key: base.join(&own.key) };
    let (certificate, key) = (file::text(&source.certificate)?, file::secret(&source.key)?);
    Authority::read(source, certificate.as_bytes(), Some(&key), now)
}

/// The CA in the store, made if there is none. Its key may be kept elsewhere while nothing has to be signed.
fn our_authority(
    cluster: &Cluster,
    store: &Store,
    now: OffsetDateTime,
    narrator: &mut dyn Narrator,
) -> Result<Authority, PkiError> {
    let source = Source { certificate: store.ca_certificate(), key: store.ca_key() };
    let mut key = file::found(file::secret(&source.key))?;
    let certificate = match file::found(file::text(&source.certificate))? {
        Some(certificate) => certificate,
        None if store.has_issued()? => {
            return Err(PkiError::Ca { path: source.certificate, fault: CaFault::Missing });
        }
        None => {
            // A key alone is what a kill between the two files leaves; it has signed nothing yet.
            let pair = match &key {
                Some(key) => key::parse(key).map_err(|fault| PkiError::Key { path: source.key.clone(), fault })?,
                None => key::generate(cluster.pki.algorithm)?,
            };
            if key.is_none() {
                let made = Secret::new(pair.serialize_pem());
                store.write_ca_key(&made)?;
                key = Some(made);
            }
            let certificate = authority::self_signed(cluster, &pair, now)?;
            store.write_ca_certificate(&certificate)?;
            narrator.note(&format!("made a CA, `{}`: keep its key safe", source.certificate.display()));
            certificate
        }
    };
    Authority::read(source, certificate.as_bytes(), key.as_ref(), now)
}

/// The pair of an earlier build, if it still fits; why it does not is said.
fn kept(
    store: &Store,
    wanted: &Wanted,
    authority: &Authority,
    validity: Duration,
    now: OffsetDateTime,
    narrator: &mut dyn Narrator,
) -> Result<Option<Files>, PkiError> {
    let why = match store.pair(&wanted.whose)? {
        Kept::Nothing => return Ok(None),
        Kept::Torn => "some of its files are missing".to_owned(),
        Kept::Whole(files) => match check::pair(&files, wanted, authority, now, LEAST_LEFT.min(validity / 2)) {
            Ok(()) => return Ok(Some(files)),
            Err(misfit) => misfit.to_string(),
        },
    };
    narrator.note(&format!("a new key and certificate for {}: in the kept one, {why}", wanted.whose));
    Ok(None)
}

fn make(
    store: &Store,
    wanted: &Wanted,
    authority: &Authority,
    validity: Duration,
    now: OffsetDateTime,
) -> Result<Files, PkiError> {
    let key = key::generate(wanted.algorithm)?;
    let certificate = authority.issue(wanted, &*key, validity, now)?;
    let request = wanted.params()?.serialize_request(&*key)?.pem()?;
    let files = Files { certificate, key: Secret::new(key.serialize_pem()), request };
    check::pair(&files, wanted, authority, now, validity)
        .map_err(|misfit| PkiError::Unsound { whose: wanted.whose.to_string(), why: misfit.to_string() })?;
    store.write_pair(&wanted.whose, &files)?;
    Ok(files)
}
