//! The CA's key under a passphrase: PKCS#8 with PBES2 (RFC 5958, RFC 8018), which openssl reads since 1.0.0. No files,
//! no asking.

use pkcs8::pkcs5::pbes2::Parameters;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use rcgen::KeyPair;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::pki::error::{KeyFault, PkiError};
use crate::pki::pem;
use crate::secret::Secret;

/// A key that nobody has opened yet. What is in it is no secret without the passphrase.
pub(in crate::pki) struct EncryptedKey(Vec<u8>);

impl EncryptedKey {
    pub(super) fn new(der: Vec<u8>) -> Result<Self, KeyFault> {
        EncryptedPrivateKeyInfoRef::try_from(der.as_slice()).map_err(|_| KeyFault::Cipher)?;
        Ok(Self(der))
    }

    pub(super) fn open(&self, passphrase: &Secret) -> Result<Zeroizing<KeyPair>, KeyFault> {
        let sealed = EncryptedPrivateKeyInfoRef::try_from(self.0.as_slice()).map_err(|_| KeyFault::Cipher)?;
        let der = sealed.decrypt(passphrase.expose()).map_err(|_| KeyFault::Passphrase)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.as_bytes()));
        KeyPair::try_from(&key).map(Zeroizing::new).map_err(|_| KeyFault::Unusable)
    }

    pub(super) fn pem(&self) -> Secret {
        Secret::new(pem::block(pem::ENCRYPTED_KEY, self.0.clone()))
    }
}

/// PBKDF2 with HMAC-SHA-256, 600,000 rounds, and AES-256: the most that every openssl since 1.0 reads.
pub(super) fn encrypt(pkcs8: &[u8], passphrase: &Secret) -> Result<EncryptedKey, PkiError> {
    let info = PrivateKeyInfoRef::try_from(pkcs8).map_err(|_| PkiError::Locking)?;
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt)?;
    getrandom::fill(&mut iv)?;
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &salt, iv).map_err(|_| PkiError::Locking)?;
    let sealed = info.encrypt_with_params(parameters, passphrase.expose()).map_err(|_| PkiError::Locking)?;
    Ok(EncryptedKey(sealed.as_bytes().to_vec()))
}

/// OWASP's number for PBKDF2 with SHA-256.
const ROUNDS: u32 = 600_000;

#[cfg(test)]
mod tests {
    use payload::cluster::Algorithm;

    use super::*;
    use crate::pki::key;

    #[test]
    fn only_the_passphrase_opens_it() {
        let key = key::generate(Algorithm::EcdsaP256).unwrap();
        let locked = encrypt(key.serialized_der(), &Secret::new("open, sesame".to_owned())).unwrap();
        let opened = locked.open(&Secret::new("open, sesame".to_owned())).unwrap();
        assert_eq!(opened.public_key_raw(), key.public_key_raw());
        assert_eq!(locked.open(&Secret::new("open".to_owned())).err(), Some(KeyFault::Passphrase));
        assert_eq!(EncryptedKey::new(vec![0x30, 0]).err(), Some(KeyFault::Cipher));
    }
}
