//! The CA and the hosts' certificates: made once, kept in `pki/` beside the cluster file, and used again as they
//! are for as long as they fit, so that the same cluster file gives the same bundles.
//!
//! `wanted`, `profile`, `key`, `locked`, `sign`, `chain`, `authority`, `check`, `cfssl` and `section` are pure; `store`
//! and `file` alone touch files. Nothing is handed out that has not passed `check`, and no key leaves but inside a
//! [`Secret`].

mod authority;
pub mod cfssl;
mod chain;
mod check;
mod error;
mod file;
mod host_key;
mod import;
mod key;
mod locked;
mod lone;
mod modes;
mod obtain;
mod outside;
mod peer_name;
mod place;
mod profile;
mod request;
mod sealing;
mod secret;
pub mod section;
mod serials;
mod show;
mod sign;
mod signing;
mod store;
mod wanted;
mod whole;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use payload::cluster::{Cluster, Hours};
use payload::name::HostName;
use time::{Duration, OffsetDateTime};

pub use error::{CaFault, KeyFault, PkiError};
pub use host_key::{Certificates, Certified, SignError, certificates, key_until_now};
pub use import::{Brought, Keeping, import, lock};
pub use lone::{Lone, issue_lone};
pub use outside::{Requested, accept, request};
pub(crate) use peer_name::{common_name, namesakes};
pub use profile::Profile;
pub use request::{NotARequest, Request};
pub use sealing::{SealError, SealedKey, Sealing, has_sealed_keys};
pub use secret::Secret;
pub use serials::SerialsError;
pub use show::{Line, What, show, waiting};
pub use signing::Signing;
pub use wanted::Whose;

use authority::{Authority, Issuing};
use chain::Link;
use check::{Files, Fit, Misfit};
use store::{Kept, Store};
use wanted::Wanted;

use crate::narrator::Narrator;
use crate::passphrase::Passphrase;
use crate::threads;

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

/// A cluster and where its certificates are kept.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    cluster: &'a Cluster,
    /// The directory of the cluster file, where paths of an own CA start; `pki/` is in it.
    home: &'a Path,
    now: OffsetDateTime,
    /// Of the CA's key, should it have one.
    passphrase: Passphrase,
    /// How long certificates last.
    validity: Duration,
}

impl<'a> Site<'a> {
    #[must_use]
    pub fn new(cluster: &'a Cluster, home: &'a Path, now: OffsetDateTime, passphrase: Passphrase) -> Self {
        // X.509 has no fractions of seconds.
        let now = now.replace_nanosecond(0).unwrap_or(now);
        Self { cluster, home, now, passphrase, validity: hours(cluster.pki.validity) }
    }

    /// The cluster.
    #[must_use]
    pub fn cluster(&self) -> &'a Cluster {
        self.cluster
    }

    /// Where its certificates are kept.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.home.join("pki")
    }
}

fn hours(hours: Hours) -> Duration {
    Duration::hours(hours.count().into())
}

/// Certificates for all hosts of a cluster, kept in `pki/` (made with mode 0700 where it is not there). Two calls at
/// once on one directory take turns.
pub fn issue_all(site: &Site<'_>, narrator: &mut dyn Narrator) -> Result<Issued, PkiError> {
    let (all, odd) = wanted::all(site.cluster);
    for name in odd {
        narrator.warn(&format!("`{name}` is no DNS name and stands in no certificate"));
    }
    let store = Store::open(&site.dir(), narrator)?;
    let mut authority = obtain::authority(site, &store, narrator)?;
    let mut found = look(site, &store, &all, &authority)?;
    if found.iter().any(|one| !matches!(one, Found::Fits(..))) {
        if authority.issuing() == Issuing::Elsewhere {
            return Err(awaited(&all, &found));
        }
        if authority.locked().is_some() {
            authority = obtain::unlocked(site, authority, narrator)?;
            found = look(site, &store, &all, &authority)?;
        }
    }
    if authority.trusted.len() > 1 {
        narrator.note(&format!("hosts will trust all {} certificates of the CA file", authority.trusted.len()));
    }
    let unfit = all.iter().zip(&found).filter(|(_, found)| !matches!(found, Found::Fits(..)));
    let mut made =
        make_all(site, &store, &unfit.map(|(wanted, _)| wanted).collect::<Vec<_>>(), &authority)?.into_iter();
    let mut pairs = Vec::with_capacity(all.len());
    let mut trusted: Vec<Link> = Vec::new();
    for (wanted, found) in all.into_iter().zip(found) {
        if let Found::Unfit(why) = &found {
            narrator.note(&format!("a new key and certificate for {}: in the kept one, {why}", wanted.whose));
        }
        let (files, state) = match found {
            Found::Fits(files, fit) => {
                ends_soon(&wanted, &fit, &authority, site.now, narrator);
                trusted.extend(fit.path);
                (Files { certificate: fit.certificate, ..files }, State::Reused)
            }
            Found::Nothing | Found::Unfit(_) => {
                (made.next().map_or_else(|| make(site, &store, &wanted, &authority), Ok)?, State::Made)
            }
        };
        let Files { certificate, key, request } = files;
        pairs.push(Pair { whose: wanted.whose, certificate_pem: certificate, key_pem: key, csr_pem: request, state });
    }
    let made: Vec<&Whose> = pairs.iter().filter(|pair| pair.state == State::Made).map(|pair| &pair.whose).collect();
    store.settle(&made)?;
    let (made, all) = (made.len(), pairs.len());
    narrator.note(&format!("certificates: {made} made, {} kept as they were", all - made));
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
    authority::pem_of(&trusted)
}

fn ends_soon(wanted: &Wanted, fit: &Fit, authority: &Authority, now: OffsetDateTime, narrator: &mut dyn Narrator) {
    if authority.issuing() == Issuing::Elsewhere && fit.end < now + LEAST_LEFT {
        let (whose, days) = (&wanted.whose, (fit.end - now).whole_days());
        narrator.warn(&format!("the certificate for {whose} ends in {days} days: have another one signed soon"));
    }
}

/// What an earlier build has left for someone.
enum Found {
    Nothing,
    /// Why it is of no use.
    Unfit(String),
    Fits(Files, Fit),
}

/// Looks at what is kept for each of `all`. A key that is used already is no one else's.
fn look(site: &Site<'_>, store: &Store, all: &[Wanted], authority: &Authority) -> Result<Vec<Found>, PkiError> {
    let mut keys: BTreeMap<Vec<u8>, &Whose> = BTreeMap::new();
    let mut found = Vec::with_capacity(all.len());
    for wanted in all {
        let one = kept(site, store, wanted, authority)?;
        if let Found::Fits(_, fit) = &one {
            if let Some(other) = keys.get(&fit.public_key) {
                found.push(Found::Unfit(Misfit::Shared(other.to_string()).to_string()));
                continue;
            }
            keys.insert(fit.public_key.clone(), &wanted.whose);
        }
        found.push(one);
    }
    Ok(found)
}

fn kept(site: &Site<'_>, store: &Store, wanted: &Wanted, authority: &Authority) -> Result<Found, PkiError> {
    Ok(match store.pair(&wanted.whose)? {
        Kept::Nothing => Found::Nothing,
        Kept::Torn => Found::Unfit("some of its files are missing".to_owned()),
        Kept::Whole(files) => match check::pair(&files, wanted, authority, site.now, least_left(site, authority)) {
            Ok(fit) => Found::Fits(files, fit),
            Err(misfit) => Found::Unfit(misfit.to_string()),
        },
    })
}

/// Others choose for how long they sign; what they have signed is used until its end.
fn least_left(site: &Site<'_>, authority: &Authority) -> Duration {
    match authority.issuing() {
        Issuing::Here => LEAST_LEFT.min(site.validity / 2),
        Issuing::Elsewhere => Duration::ZERO,
    }
}

fn awaited(all: &[Wanted], found: &[Found]) -> PkiError {
    let why = all.iter().zip(found).filter_map(|(wanted, found)| match found {
        Found::Nothing => Some(format!("{}: none yet", wanted.whose)),
        Found::Unfit(why) => Some(format!("{}: {why}", wanted.whose)),
        Found::Fits(..) => None,
    });
    PkiError::Awaited(why.collect())
}

/// New pairs in the order of `all`, by as many threads as there are processors: one is made in milliseconds with ECDSA and
/// in a second with RSA of 4096 bits.
fn make_all(site: &Site<'_>, store: &Store, all: &[&Wanted], authority: &Authority) -> Result<Vec<Files>, PkiError> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    threads::map(all, processors, |wanted| make(site, store, wanted, authority))
}

fn make(site: &Site<'_>, store: &Store, wanted: &Wanted, authority: &Authority) -> Result<Files, PkiError> {
    let key = key::generate(wanted.algorithm)?;
    let certificate = authority.issue(wanted, &*key, site.validity, site.now)?;
    let request = wanted.params()?.serialize_request(&*key)?.pem()?;
    let files = Files { certificate, key: Secret::new(key.serialize_pem()), request };
    check::pair(&files, wanted, authority, site.now, site.validity)
        .map_err(|misfit| PkiError::Unsound { whose: wanted.whose.to_string(), why: misfit.to_string() })?;
    store.write_pair(&wanted.whose, &files)?;
    Ok(files)
}
