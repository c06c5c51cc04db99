//! A CA's key: at hand, under a passphrase, or with somebody else. Pure.

use rcgen::KeyPair;
use zeroize::Zeroizing;

use super::encrypted::EncryptedKey;
use crate::pki::error::KeyFault;
use crate::pki::{key, pem};
use crate::secret::Secret;

/// A CA's key, as far as it is at hand.
pub(in crate::pki) enum CaKey {
    Open(Zeroizing<KeyPair>),
    /// Under a passphrase that nobody has been asked for yet.
    Encrypted(EncryptedKey),
    /// Ours, but not in its place now.
    Missing,
    /// With whoever runs the CA.
    Elsewhere,
}

impl CaKey {
    /// Whether nobody has opened it yet.
    pub(in crate::pki) fn is_locked(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }

    pub(super) fn read(text: &Secret) -> Result<Self, KeyFault> {
        let blocks = ::pem::parse_many(text.expose()).map_err(|_| KeyFault::None)?;
        match blocks.into_iter().find(|block| block.tag() == pem::ENCRYPTED_KEY) {
            Some(block) => EncryptedKey::new(block.into_contents()).map(Self::Encrypted),
            None => key::parse(text).map(Self::Open),
        }
    }
}
