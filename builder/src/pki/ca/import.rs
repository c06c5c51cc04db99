//! A CA that the site has, taken into `pki/`: read, found fit, written, and never over another one.

use std::path::{Path, PathBuf};

use payload::etcd::EtcdVersion;
use time::OffsetDateTime;

use super::authority::{Authority, CaFiles};
use super::encrypted::encrypt;
use super::key::CaKey;
use super::load::{ca_key, open};
use crate::passphrase_source::PassphraseSource;
use crate::pki::error::PkiError;
use crate::pki::store::Store;
use crate::pki::{chain, file, key, pem};
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text::pki as text;

/// A CA's two files. Other blocks may stand in either, and both may be one.
#[derive(Debug)]
pub struct ImportedCa {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// The version that is to use what the CA signs.
    pub etcd: EtcdVersion,
}

/// How the key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProtection {
    /// Under the passphrase that it has, or under none.
    AsItIs,
    /// Under a passphrase: the one that it has, or a new one.
    Encrypted,
}

/// Takes a CA into the directory `pki`. The same one again changes nothing.
pub fn import(
    pki: &Path,
    brought: &ImportedCa,
    keeping: KeyProtection,
    passphrase: PassphraseSource,
    now: OffsetDateTime,
    narrator: &mut dyn Narrator,
) -> Result<(), PkiError> {
    let (certificate, text) = (file::text(&brought.certificate)?, file::imported_secret(&brought.key)?);
    let sealed = ca_key(&brought.key, &text)?;
    let files = || CaFiles { certificate: brought.certificate.clone(), key: brought.key.clone() };
    let (kept, key) = match sealed {
        CaKey::Encrypted(sealed) => {
            let key = open(&sealed, &brought.key, passphrase, narrator)?;
            (sealed.pem(), CaKey::Open(key))
        }
        opened => (alone(&brought.key, &text)?, opened),
    };
    let was_encrypted = kept.expose().contains(pem::ENCRYPTED_KEY);
    let authority = Authority::read(files(), certificate.as_bytes(), key, now, brought.etcd)?;
    let pem = chain::pem(&authority.trusted);
    let store = Store::open(pki, narrator)?;
    if is_there(&store, &pem)? {
        narrator.note(&text::ca_is_there(&store.ca_certificate()));
        // `encrypt_key` takes the directory for itself.
        drop(store);
        return if keeping == KeyProtection::Encrypted { encrypt_key(pki, passphrase, narrator) } else { Ok(()) };
    }
    let kept = match keeping {
        KeyProtection::Encrypted if !was_encrypted => encrypted_text(&brought.key, &text, &store.ca_key(), passphrase)?,
        KeyProtection::Encrypted | KeyProtection::AsItIs => kept,
    };
    // A key alone would be somebody else's, and in the way of the next run; a certificate alone is gone on with.
    store.write_ca_certificate(&pem)?;
    store.write_ca_key(&kept)?;
    narrator.note(&text::ca_imported(&store.ca_certificate(), &store.ca_key()));
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
pub fn encrypt_key(pki: &Path, passphrase: PassphraseSource, narrator: &mut dyn Narrator) -> Result<(), PkiError> {
    let store = Store::open(pki, narrator)?;
    let path = store.ca_key();
    let text = file::secret(&path)?;
    if let CaKey::Encrypted(_) = ca_key(&path, &text)? {
        narrator.note(&text::encrypted_already(&path));
        return Ok(());
    }
    store.write_ca_key(&encrypted_text(&path, &text, &path, passphrase)?)?;
    narrator.note(&text::encrypted(&path));
    Ok(())
}

fn alone(path: &Path, text: &Secret) -> Result<Secret, PkiError> {
    key::alone(text).map_err(|fault| PkiError::Key { path: path.to_owned(), fault })
}

fn encrypted_text(path: &Path, text: &Secret, kept: &Path, passphrase: PassphraseSource) -> Result<Secret, PkiError> {
    let der = key::pkcs8(text).map_err(|fault| PkiError::Key { path: path.to_owned(), fault })?;
    let passphrase = passphrase.fresh(&text::key_at(kept))?;
    Ok(encrypt(&der, &passphrase)?.pem())
}
