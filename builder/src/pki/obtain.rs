//! The CA of a site, from where it is: named in the cluster file, kept in `pki/`, or made there; its key opened when
//! something is to be signed.

use std::path::{Path, PathBuf};

use payload::cluster::OwnCa;
use rcgen::KeyPair;
use zeroize::Zeroizing;

use super::authority::{self, Authority, Source};
use super::error::{CaFault, KeyFault, PkiError};
use super::key::{self, CaKey};
use super::locked::Locked;
use super::secret::Secret;
use super::store::Store;
use super::{Site, file};
use crate::narrator::Narrator;
use crate::passphrase::Passphrase;

/// The CA that the cluster file names, or the one in the store.
pub(super) fn authority(site: &Site<'_>, store: &Store, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
    match &site.cluster.pki.own_ca {
        Some(own) => own_authority(own, site),
        None => our_authority(site, store, narrator),
    }
}

fn own_authority(own: &OwnCa, site: &Site<'_>) -> Result<Authority, PkiError> {
    let certificate = site.home.join(&own.certificate);
    let text = file::trusted(&certificate)?;
    let (path, key) = match &own.key {
        Some(key) => {
            let path = site.home.join(key);
            let key = ca_key(&path, &file::secret(&path)?)?;
            (path, key)
        }
        None => (PathBuf::new(), CaKey::Elsewhere),
    };
    Authority::read(Source { certificate, key: path }, text.as_bytes(), key, site.now)
}

pub(super) fn ca_key(path: &Path, text: &Secret) -> Result<CaKey, PkiError> {
    CaKey::read(text).map_err(|fault| PkiError::Key { path: path.to_owned(), fault })
}

/// The CA in the store, made if there is none. Its key may be kept elsewhere while nothing has to be signed.
fn our_authority(site: &Site<'_>, store: &Store, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
    let source = Source { certificate: store.ca_certificate(), key: store.ca_key() };
    let key = file::found(file::secret(&source.key))?;
    let mut key = key.map_or(Ok(CaKey::Missing), |key| ca_key(&source.key, &key))?;
    let certificate = match file::found(file::text(&source.certificate))? {
        Some(certificate) => certificate,
        None if store.has_issued()? => {
            return Err(PkiError::Ca { path: source.certificate, fault: CaFault::Missing });
        }
        None => {
            // A key alone is what a kill between the two files leaves; it has signed nothing yet.
            let pair = match key {
                CaKey::Open(pair) => pair,
                CaKey::Locked(locked) => open(&locked, &source.key, site.passphrase, narrator)?,
                CaKey::Missing | CaKey::Elsewhere => {
                    let pair = key::generate(site.cluster.pki.algorithm)?;
                    store.write_ca_key(&Secret::new(pair.serialize_pem()))?;
                    pair
                }
            };
            let certificate = authority::self_signed(site.cluster, &pair, site.now)?;
            store.write_ca_certificate(&certificate)?;
            narrator.note(&format!("made a CA, `{}`: keep its key safe", source.certificate.display()));
            key = CaKey::Open(pair);
            certificate
        }
    };
    Authority::read(source, certificate.as_bytes(), key, site.now)
}

/// With its key ready to sign.
pub(super) fn unlocked(
    site: &Site<'_>,
    authority: Authority,
    narrator: &mut dyn Narrator,
) -> Result<Authority, PkiError> {
    let Some(locked) = authority.locked() else { return Ok(authority) };
    let key = open(locked, &authority.source.key, site.passphrase, narrator)?;
    authority.opened(key, site.now)
}

pub(super) fn open(
    locked: &Locked,
    path: &Path,
    passphrase: Passphrase,
    narrator: &mut dyn Narrator,
) -> Result<Zeroizing<KeyPair>, PkiError> {
    let fail = |fault| PkiError::Key { path: path.to_owned(), fault };
    for _ in 1..passphrase.tries() {
        match locked.open(&passphrase.known(&format!("`{}`", path.display()))?) {
            Err(KeyFault::Passphrase) => narrator.warn("this passphrase does not open it"),
            opened => return opened.map_err(fail),
        }
    }
    locked.open(&passphrase.known(&format!("`{}`", path.display()))?).map_err(fail)
}
