//! Who makes bundles: ECDSA keys on the curve P-256, and what they sign. What a person compares of a key is its
//! [`Fingerprint`].
//!
//! P-256 with SHA-256, because `openssl dgst -verify` of every distribution since 2012 can check it. No private key comes
//! here, and no file.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{self, VerifyingKey};
use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::fingerprint::{Claim, Fingerprint};

/// The public half of a signing key. Written as base64 of its `SubjectPublicKeyInfo` (RFC 5480), the body of `signing.pub`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignerKey(VerifyingKey);

const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";
const PEM_WIDTH: usize = 64;

/// A text or file that is no such key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a signer is an ECDSA P-256 public key, in base64 of its DER")]
pub struct NotASigner;

impl SignerKey {
    /// The key of these DER bytes, in the one form that openssl writes.
    pub fn from_der(der: &[u8]) -> Result<Self, NotASigner> {
        let key = Self(VerifyingKey::from_public_key_der(der).map_err(|_| NotASigner)?);
        if key.der() == der { Ok(key) } else { Err(NotASigner) }
    }

    /// Its DER; what the fingerprint is made of.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        // A point on the curve always has one.
        self.0.to_public_key_der().map(|document| document.as_bytes().to_vec()).unwrap_or_default()
    }

    /// The key that a file such as `signing.pub` has, in PEM (RFC 7468) and nothing beside it but blanks.
    pub fn from_pem(text: &str) -> Result<Self, NotASigner> {
        let body = text.trim().strip_prefix(PEM_BEGIN).and_then(|rest| rest.strip_suffix(PEM_END)).ok_or(NotASigner)?;
        Self::try_from(body.split_whitespace().collect::<String>())
    }

    /// The file `signing.pub`, with these ends of lines.
    fn to_pem(&self, end: &str) -> String {
        let body = Base64::encode_string(&self.der());
        let lines: Vec<&str> =
            body.as_bytes().chunks(PEM_WIDTH).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        [&[PEM_BEGIN], lines.as_slice(), &[PEM_END, ""]].concat().join(end)
    }

    /// Whether who says this means this key: its fingerprint, or the SHA-256 of the file `signing.pub`, also where a transfer
    /// in text mode has changed the ends of its lines.
    #[must_use]
    pub fn is_meant_by(&self, claim: &Claim) -> bool {
        let of_file = |sum: Digest| ["\n", "\r\n"].iter().any(|end| Digest::of(self.to_pem(end).as_bytes()) == sum);
        claim.is_of(self.fingerprint()) || matches!(claim, Claim::Sum(sum) if of_file(*sum))
    }

    /// The sum that `sha256sum signing.pub` shows.
    #[must_use]
    pub fn file_sum(&self) -> Digest {
        Digest::of(self.to_pem("\n").as_bytes())
    }

    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der())
    }

    /// Whether this key has signed bytes with this sum.
    #[must_use]
    pub fn has_signed(&self, sum: Digest, signature: &Signature) -> bool {
        self.0.verify_prehash(sum.as_bytes(), &signature.0).is_ok()
    }
}

impl From<VerifyingKey> for SignerKey {
    fn from(key: VerifyingKey) -> Self {
        Self(key)
    }
}

impl TryFrom<String> for SignerKey {
    type Error = NotASigner;

    fn try_from(text: String) -> Result<Self, NotASigner> {
        Self::from_der(&Base64::decode_vec(&text).map_err(|_| NotASigner)?)
    }
}

impl From<SignerKey> for String {
    fn from(key: SignerKey) -> Self {
        Base64::encode_string(&key.der())
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.fingerprint(), f)
    }
}

/// A signature over a SHA-256 sum: base64 of its DER, 68 to 72 bytes, which is what `openssl dgst -signature` takes.
///
/// Of the two signatures that are good wherever one is, only the one with the lower `s` counts here (as in RFC 6979's
/// deterministic use by others), so that bytes have one signature by a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature(ecdsa::Signature);

/// A text that is no signature in our form.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a signature is an ECDSA P-256 signature with a low s, in base64 of its DER")]
pub struct NotASignature;

impl From<ecdsa::Signature> for Signature {
    fn from(signature: ecdsa::Signature) -> Self {
        Self(signature.normalize_s())
    }
}

impl TryFrom<String> for Signature {
    type Error = NotASignature;

    fn try_from(text: String) -> Result<Self, NotASignature> {
        let der = Base64::decode_vec(&text).map_err(|_| NotASignature)?;
        let signature = ecdsa::Signature::from_der(&der).map_err(|_| NotASignature)?;
        let signature = Self::from(signature);
        // Encoded again, so that nothing but the one form passes.
        if String::from(signature.clone()) == text { Ok(signature) } else { Err(NotASignature) }
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        Base64::encode_string(signature.0.to_der().as_bytes())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(self.clone()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;

    use super::*;
    use crate::claim::in_text;
    use crate::fingerprint::NotAFingerprint;

    /// A key for tests, the same for the same seed.
    pub(crate) fn key(seed: u8) -> SigningKey {
        SigningKey::from_slice(&[seed; 32]).unwrap()
    }

    pub(crate) fn public(seed: u8) -> SignerKey {
        (*key(seed).verifying_key()).into()
    }

    pub(crate) fn sign(seed: u8, sum: Digest) -> Signature {
        let signature: ecdsa::Signature = key(seed).sign_prehash(sum.as_bytes()).unwrap();
        signature.into()
    }

    #[test]
    fn a_key_is_meant_by_its_words_its_sum_and_its_file() {
        let (one, other) = (public(1), public(2));
        let file = one.to_pem("\n");
        assert_eq!(SignerKey::from_pem(&file), Ok(one.clone()));
        assert!(file.lines().count() == 4 && file.lines().all(|line| line.len() <= 64) && file.ends_with("-----\n"));
        let of_file = Digest::of(file.as_bytes()).to_string();
        assert_eq!(of_file, one.file_sum().to_string());
        let windows = file.replace('\n', "\r\n");
        for said in [
            one.fingerprint().to_string(),
            one.fingerprint().sum().to_string(),
            format!("{of_file}  signing.pub\n"),
            of_file,
            Digest::of(windows.as_bytes()).to_string(),
            file,
            windows,
        ] {
            let claim = in_text(&said).unwrap();
            assert!(one.is_meant_by(&claim) && !other.is_meant_by(&claim), "{said}");
        }
        let private = one.to_pem("\n").replace("PUBLIC", "PRIVATE");
        for said in ["", "signing.pub", &private] {
            assert_eq!(in_text(said), Err(NotAFingerprint::Form), "{said}");
        }
    }

    #[test]
    fn a_key_knows_what_it_has_signed() {
        let (sum, other) = (Digest::of(b"a"), Digest::of(b"b"));
        let signature = sign(1, sum);
        assert!(public(1).has_signed(sum, &signature));
        assert!(!public(1).has_signed(other, &signature));
        assert!(!public(2).has_signed(sum, &signature));
    }

    #[test]
    fn text_and_value_are_one() {
        let key = public(1);
        assert_eq!(SignerKey::try_from(String::from(key.clone())), Ok(key));
        let signature = sign(1, Digest::of(b"a"));
        assert_eq!(Signature::try_from(String::from(signature.clone())), Ok(signature));
    }

    #[test]
    fn a_signature_has_one_form() {
        for n in 0..40_u8 {
            let signature = sign(1, Digest::of(&[n]));
            let (r, s) = signature.0.split_scalars();
            let twin = ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
            let text = Base64::encode_string(twin.to_der().as_bytes());
            assert_eq!(Signature::try_from(text), Err(NotASignature), "the twin of {n}");
            let text = String::from(signature);
            for bad in [format!("{text}="), text[1..].to_owned(), text.to_lowercase(), String::new()] {
                assert_eq!(Signature::try_from(bad), Err(NotASignature));
            }
        }
    }
}
