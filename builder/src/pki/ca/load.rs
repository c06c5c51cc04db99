//! The CA of a site, from where it is: named in the cluster file, kept in `pki/`, or made there; its key opened when
//! something is to be signed.

use std::path::{Path, PathBuf};

use payload::cluster::OwnCa;
use rcgen::KeyPair;
use zeroize::Zeroizing;

use super::authority::{self, Authority, CaFiles};
use super::encrypted::EncryptedKey;
use super::key::CaKey;
use crate::passphrase_source::PassphraseSource;
use crate::pki::error::{CaFault, KeyFault, PkiError};
use crate::pki::site::{NewCa, Site};
use crate::pki::store::Store;
use crate::pki::{file, key, recorded};
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text::pki as text;

/// What there is of a CA.
pub(in crate::pki) enum FoundCa {
    There(Box<Authority>),
    /// One is to be made, with this key where there is one.
    ToMake(CaKey),
}

/// The CA that the cluster file names, or the one in the store. Makes nothing.
pub(in crate::pki) fn find(site: &Site<'_>, store: &Store) -> Result<FoundCa, PkiError> {
    match &site.cluster.pki.own_ca {
        Some(own) => named_authority(own, site).map(|named| FoundCa::There(Box::new(named))),
        None => kept_authority(site, store),
    }
}

/// The same, made where there is none.
pub(in crate::pki) fn load(site: &Site<'_>, store: &Store, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
    match find(site, store)? {
        FoundCa::There(authority) => Ok(*authority),
        FoundCa::ToMake(key) => make(site, store, key, narrator),
    }
}

fn named_authority(own: &OwnCa, site: &Site<'_>) -> Result<Authority, PkiError> {
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
    Authority::read(CaFiles { certificate, key: path }, text.as_bytes(), key, site.now, site.cluster.release.version)
}

pub(super) fn ca_key(path: &Path, text: &Secret) -> Result<CaKey, PkiError> {
    CaKey::read(text).map_err(|fault| PkiError::Key { path: path.to_owned(), fault })
}

/// The CA in the store. Its key may be kept elsewhere while nothing has to be signed.
fn kept_authority(site: &Site<'_>, store: &Store) -> Result<FoundCa, PkiError> {
    let files = CaFiles { certificate: store.ca_certificate(), key: store.ca_key() };
    let key = file::found(file::secret(&files.key))?;
    let key = key.map_or(Ok(CaKey::Missing), |key| ca_key(&files.key, &key))?;
    match file::found(file::text(&files.certificate))? {
        Some(certificate) => {
            Authority::read(files, certificate.as_bytes(), key, site.now, site.cluster.release.version)
                .map(|kept| FoundCa::There(Box::new(kept)))
        }
        None if site.new_ca == NewCa::Refused && has_served(store)? => {
            Err(PkiError::Ca { path: files.certificate, fault: CaFault::Missing })
        }
        None => Ok(FoundCa::ToMake(key)),
    }
}

fn make(site: &Site<'_>, store: &Store, key: CaKey, narrator: &mut dyn Narrator) -> Result<Authority, PkiError> {
    let files = CaFiles { certificate: store.ca_certificate(), key: store.ca_key() };
    // A key alone is what a kill between the two files leaves; it has signed nothing yet.
    let pair = match key {
        CaKey::Open(pair) => pair,
        CaKey::Encrypted(locked) => open(&locked, &files.key, site.passphrase, narrator)?,
        CaKey::Missing | CaKey::Elsewhere => {
            let pair = key::generate(site.cluster.pki.algorithm)?;
            store.write_ca_key(&Secret::new(pair.serialize_pem()))?;
            pair
        }
    };
    let certificate = authority::self_signed(site.cluster, &pair, site.now)?;
    store.write_ca_certificate(&certificate)?;
    narrator.note(&text::ca_made(&files.certificate));
    Authority::read(files, certificate.as_bytes(), CaKey::Open(pair), site.now, site.cluster.release.version)
}

/// Whether hosts may have certificates of a CA from here: another one would not be taken by any of them.
fn has_served(store: &Store) -> Result<bool, PkiError> {
    Ok(store.has_issued()? || recorded::serials(store)?.has_numbers())
}

/// With its key ready to sign.
pub(in crate::pki) fn unlock(
    site: &Site<'_>,
    authority: Authority,
    narrator: &mut dyn Narrator,
) -> Result<Authority, PkiError> {
    let Some(locked) = authority.encrypted_key() else { return Ok(authority) };
    let key = open(locked, &authority.files.key, site.passphrase, narrator)?;
    authority.opened(key, site.now)
}

pub(super) fn open(
    locked: &EncryptedKey,
    path: &Path,
    passphrase: PassphraseSource,
    narrator: &mut dyn Narrator,
) -> Result<Zeroizing<KeyPair>, PkiError> {
    let fail = |fault| PkiError::Key { path: path.to_owned(), fault };
    for _ in 1..passphrase.tries() {
        match locked.open(&passphrase.known(&text::key_at(path))?) {
            Err(KeyFault::Passphrase) => narrator.warn(&text::WRONG_PASSPHRASE),
            opened => return opened.map_err(fail),
        }
    }
    locked.open(&passphrase.known(&text::key_at(path))?).map_err(fail)
}
