//! A CA that the site has, taken into `pki/`: read, found fit, written, and never over another one.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::authority::{self, Authority, Source};
use super::error::PkiError;
use super::file;
use super::key::{self, CaKey};
use super::locked;
use super::obtain::{ca_key, open};
use super::secret::Secret;
use super::store::Store;
use crate::narrator::Narrator;
use crate::passphrase::Passphrase;

/// A CA's two files. Other blocks may stand in either, and both may be one.
#[derive(Debug)]
pub struct Brought {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// How the key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Under the passphrase that it has, or under none.
    AsItIs,
    /// Under a passphrase: the one that it has, or a new one.
    Locked,
}

/// Takes a CA into the directory `pki`. The same one again changes nothing.
pub fn import(
    pki: &Path,
    brought: &Brought,
    keeping: Keeping,
    passphrase: Passphrase,
    now: OffsetDateTime,
    narrator: &mut dyn Narrator,
) -> Result<(), PkiError> {
    let (certificate, text) = (file::text(&brought.certificate)?, file::brought(&brought.key)?);
    let sealed = ca_key(&brought.key, &text)?;
    let source = || Source { certificate: brought.certificate.clone(), key: brought.key.clone() };
    let (kept, key) = match sealed {
        CaKey::Locked(sealed) => {
            let key = open(&sealed, &brought.key, passphrase, narrator)?;
            (sealed.pem(), CaKey::Open(key))
        }
        opened => (alone(&brought.key, &text)?, opened),
    };
    let was_locked = kept.expose().contains(locked::TAG);
    let authority = Authority::read(source(), certificate.as_bytes(), key, now)?;
    let pem = authority::pem_of(&authority.trusted);
    let store = Store::open(pki, narrator)?;
    if is_there(&store, &pem)? {
        narrator.note(&format!("`{}` is this CA already", store.ca_certificate().display()));
        // `lock` takes the directory for itself.
        drop(store);
        return if keeping == Keeping::Locked { lock(pki, passphrase, narrator) } else { Ok(()) };
    }
    let kept = match keeping {
        Keeping::Locked if !was_locked => lock_text(&brought.key, &text, &store.ca_key(), passphrase)?,
        Keeping::Locked | Keeping::AsItIs => kept,
    };
    // A key alone would be somebody else's, and in the way of the next run; a certificate alone is gone on with.
    store.write_ca_certificate(&pem)?;
    store.write_ca_key(&kept)?;
    narrator.note(&format!(
        "the CA is in `{}`, its key in `{}`",
        store.ca_certificate().display(),
        store.ca_key().display()
    ));
    Ok(())
}

/// Whether the CA in the store is this one; another one, or a key alone, is in the way.
fn is_there(store: &Store, pem: &str) -> Result<bool, PkiError> {
    let (certificate, key) = (store.ca_certificate(), store.ca_key());
    let has_key = file::found(file::secret(&key))?.is_some();
    match file::found(file::text(&certificate))? {
        Some(there) if there == pem && has_key => Ok(true),
        Some(there) if there == pem => Ok(false),
        Some(_) => Err(PkiError::InTheWay(certificate)),
        None if has_key => Err(PkiError::InTheWay(key)),
        None => Ok(false),
    }
}

/// Puts the key of the CA in the directory `pki` under a passphrase.
pub fn lock(pki: &Path, passphrase: Passphrase, narrator: &mut dyn Narrator) -> Result<(), PkiError> {
    let store = Store::open(pki, narrator)?;
    let path = store.ca_key();
    let text = file::secret(&path)?;
    if let CaKey::Locked(_) = ca_key(&path, &text)? {
        narrator.note(&format!("`{}` is under a passphrase already", path.display()));
        return Ok(());
    }
    store.write_ca_key(&lock_text(&path, &text, &path, passphrase)?)?;
    narrator.note(&format!("`{}` is under the passphrase now: without it, nothing can be signed", path.display()));
    Ok(())
}

fn alone(path: &Path, text: &Secret) -> Result<Secret, PkiError> {
    key::alone(text).map_err(|fault| PkiError::Key { path: path.to_owned(), fault })
}

fn lock_text(path: &Path, text: &Secret, kept: &Path, passphrase: Passphrase) -> Result<Secret, PkiError> {
    let der = key::pkcs8(text).map_err(|fault| PkiError::Key { path: path.to_owned(), fault })?;
    let passphrase = passphrase.fresh(&format!("`{}`", kept.display()))?;
    Ok(locked::lock(&der, &passphrase)?.pem())
}
