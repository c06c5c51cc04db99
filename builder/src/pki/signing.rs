//! Signing bundles: the key, the numbers that they bear, and how the key may be changed.
//!
//! ```text
//! pki/signing-key.pem   0600    ECDSA P-256, PKCS#8; made at the first build
//! pki/serials.toml      0644    who founded the cluster, numbers, changes of the key
//! ```

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use p256::SecretKey;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{self, SigningKey};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use payload::digest::Digest;
use payload::founding::{Founder, Phase, State};
use payload::name::HostName;
use payload::provenance::{Provenance, Succession};
use payload::render::Start;
use payload::signer::{Signature, SignerKey};

use super::error::{KeyFault, PkiError};
use super::serials::Serials;
use super::store::Store;
use super::{file, recorded};
use crate::founding::{ClusterRecord, Ledger, Settled};
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text;

const KEY: &str = "signing-key.pem";
const NEXT: &str = "signing-key.next.pem";

/// One builder's turn at signing: nobody else numbers or signs while it is there.
pub struct Signing {
    store: Store,
    key: SigningKey,
    /// As they are on the disk.
    kept: Serials,
    serials: Serials,
    /// What is signed for.
    cluster: ClusterRecord,
}

impl Signing {
    /// Takes the key in `dir`, made where there is none, or the one that is `given`, and the numbers in `dir`, for bundles of
    /// the cluster that was `settled` when the ledger there was `before`.
    pub(crate) fn open(
        dir: &Path,
        given: Option<&Path>,
        (before, settled): (&Ledger, &Settled),
        narrator: &mut dyn Narrator,
    ) -> Result<Self, PkiError> {
        let store = Store::open(dir, narrator)?;
        let kept = recorded::serials(&store)?;
        if kept.ledger() != *before {
            return Err(PkiError::Overtaken(store.path(recorded::SERIALS)));
        }
        let key = if let Some(path) = given { parse(path, &file::secret(path)?)? } else { kept_key(&store, narrator)? };
        let mut serials = kept.clone();
        serials.record(settled.cluster.clone(), settled.replaced.clone());
        Ok(Self { store, key: key.into(), kept, serials, cluster: settled.cluster.clone() })
    }

    /// What a member is told that begins without data.
    #[must_use]
    pub fn start(&self) -> Start<'_> {
        Start { token: &self.cluster.token, phase: self.cluster.phase }
    }

    /// The public half.
    #[must_use]
    pub fn signer(&self) -> SignerKey {
        (*self.key.verifying_key()).into()
    }

    /// The public half as `openssl dgst -verify` takes it.
    pub fn public_pem(&self) -> Result<String, PkiError> {
        self.key
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| PkiError::Key { path: self.store.path(KEY), fault: KeyFault::Unusable })
    }

    /// What the manifest says of a bundle with this number.
    #[must_use]
    pub fn provenance(&self, serial: NonZeroU64) -> Provenance {
        let signer = self.signer();
        let succession = self.serials.succession_to(&signer);
        Provenance { site_id: self.cluster.site_id, serial, signer, succession }
    }

    /// What the manifest says of the cluster, whose members these are: while it is founded, they are its founders.
    #[must_use]
    pub fn state(&self, members: impl Iterator<Item = Founder>) -> State {
        let phase = self.cluster.phase;
        let founders = match phase {
            Phase::Founding => members.collect(),
            Phase::Running => self.cluster.founders.clone(),
        };
        State { phase, founders }
    }

    /// Numbers bundles by what is in them. The numbers are on the disk when this returns.
    pub fn number(&mut self, contents: &[(HostName, Digest)]) -> Result<Vec<NonZeroU64>, PkiError> {
        let path = self.store.path(recorded::SERIALS);
        let numbers: Result<Vec<_>, _> =
            contents.iter().map(|(host, content)| self.serials.number(host, *content)).collect();
        let numbers = numbers.map_err(|error| PkiError::Serials { path, error })?;
        if self.serials != self.kept {
            recorded::keep(&self.store, &self.serials)?;
            self.kept = self.serials.clone();
        }
        Ok(numbers)
    }

    /// Whether some host has had an earlier bundle than the newest that was numbered here.
    #[must_use]
    pub fn has_updates(&self) -> bool {
        self.serials.has_updates()
    }

    /// Signs what has this sum: by RFC 6979, so the same bytes get the same signature.
    pub fn sign(&self, sum: Digest) -> Result<Signature, ecdsa::Error> {
        signature(&self.key, sum)
    }

    /// Puts a new key in the place of the one in the directory, which signs that it may. Hosts that know the old one take
    /// bundles by the new one.
    pub fn rotate(dir: &Path, narrator: &mut dyn Narrator) -> Result<(SignerKey, SignerKey), PkiError> {
        // Looked for first: opening makes the directory where there is none.
        file::secret(&dir.join(KEY))?;
        let store = Store::open(dir, narrator)?;
        let path = store.path(KEY);
        let key = SigningKey::from(parse(&path, &file::secret(&path)?)?);
        let mut serials = recorded::serials(&store)?;
        let next = make(&path)?;
        let (from, to) =
            (SignerKey::from(*key.verifying_key()), SignerKey::from(*SigningKey::from(&next).verifying_key()));
        let statement = Succession::statement(from.fingerprint(), to.fingerprint());
        let signature = signature(&key, Digest::of(statement.as_bytes()));
        let signature = signature.map_err(|_| PkiError::Key { path: path.clone(), fault: KeyFault::Unusable })?;
        // A kill before the last line leaves the old key at work, and a change on record that did not come about.
        store.put_secret(NEXT, &pem(&path, &next)?)?;
        serials.succeed(Succession { from: from.clone(), to: to.clone(), signature });
        recorded::keep(&store, &serials)?;
        store.rename(NEXT, KEY)?;
        Ok((from, to))
    }
}

/// Who signs with the key in the directory, where there is one; makes none.
pub(super) fn kept_signer(store: &Store) -> Result<Option<SignerKey>, PkiError> {
    let path = store.path(KEY);
    let text = file::found(file::secret(&path))?;
    let key = text.map(|text| parse(&path, &text)).transpose()?;
    Ok(key.map(|key| (*SigningKey::from(key).verifying_key()).into()))
}

/// The key in the directory, made where there is none.
fn kept_key(store: &Store, narrator: &mut dyn Narrator) -> Result<SecretKey, PkiError> {
    let path = store.path(KEY);
    if let Some(text) = file::found(file::secret(&path))? {
        return parse(&path, &text);
    }
    let key = make(&path)?;
    store.put_secret(KEY, &pem(&path, &key)?)?;
    narrator.note(&text::pki::signing_key_made(&path));
    Ok(key)
}

/// By RFC 6979.
fn signature(key: &SigningKey, sum: Digest) -> Result<Signature, ecdsa::Error> {
    let signature: ecdsa::Signature = key.sign_prehash(sum.as_bytes())?;
    Ok(signature.into())
}

fn make(path: &Path) -> Result<SecretKey, PkiError> {
    let mut scalar = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(scalar.as_mut())?;
    // All but 2^-32 of the numbers are keys.
    SecretKey::from_slice(scalar.as_ref())
        .map_err(|_| PkiError::Key { path: path.to_owned(), fault: KeyFault::Unusable })
}

fn pem(path: &Path, key: &SecretKey) -> Result<Secret, PkiError> {
    let fault = |_| PkiError::Key { path: path.to_owned(), fault: KeyFault::Unusable };
    let text = key.to_pkcs8_pem(LineEnding::LF).map_err(fault)?;
    Ok(Secret::new(text.as_str().to_owned()))
}

/// PKCS#8 and SEC1, as openssl writes them.
fn parse(path: &Path, text: &Secret) -> Result<SecretKey, PkiError> {
    let fail = |fault| PkiError::Key { path: PathBuf::from(path), fault };
    let blocks = pem::parse_many(text.expose()).map_err(|_| fail(KeyFault::None))?;
    let block = blocks.into_iter().find(|block| block.tag().ends_with("PRIVATE KEY"));
    let block = block.ok_or_else(|| fail(KeyFault::None))?;
    let tag = block.tag().to_owned();
    let der = zeroize::Zeroizing::new(block.into_contents());
    let key = match tag.as_str() {
        "PRIVATE KEY" => SecretKey::from_pkcs8_der(&der).ok(),
        "EC PRIVATE KEY" => SecretKey::from_sec1_der(&der).ok(),
        "ENCRYPTED PRIVATE KEY" => return Err(fail(KeyFault::Encrypted)),
        _ => None,
    };
    key.ok_or_else(|| fail(KeyFault::NotForSigning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_pem() {
        let path = Path::new("k");
        let key = make(path).unwrap();
        assert_eq!(parse(path, &pem(path, &key).unwrap()).unwrap(), key);
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        let rsa = super::super::key::generate(payload::cluster::Algorithm::Rsa2048).unwrap();
        let fault = parse(Path::new("k"), &Secret::new(rsa.serialize_pem())).err();
        assert!(matches!(fault, Some(PkiError::Key { fault: KeyFault::NotForSigning, .. })));
    }
}
