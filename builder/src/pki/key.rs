//! Private keys: made, read from PEM, told apart. No files here; the randomness is rcgen's.

use payload::cluster::Algorithm;
use pkcs8::der::Encode as _;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfoRef};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_RSA_SHA256, PublicKeyData,
    RsaKeySize,
};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use sha2::{Digest as _, Sha256};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;
use zeroize::Zeroizing;

use super::error::KeyFault;
use super::pem;
use crate::secret::Secret;

/// RSA keys below this are refused everywhere (NIST SP 800-131A).
const RSA_BITS: usize = 2048;

/// Object identifiers of public keys and curves (RFC 3279, RFC 5480).
const RSA: &str = "1.2.840.113549.1.1.1";
const EC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const P521: &str = "1.3.132.0.35";

/// What a public key is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyAlgorithm {
    Rsa(usize),
    P256,
    P384,
    P521,
    Other,
}

impl KeyAlgorithm {
    pub(super) fn of(key: &SubjectPublicKeyInfo<'_>) -> Self {
        let parameters = key.algorithm.parameters.as_ref();
        let curve = parameters.and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
        match (key.algorithm.algorithm.to_id_string().as_str(), curve.as_deref(), key.parsed()) {
            (RSA, _, Ok(PublicKey::RSA(rsa))) => Self::Rsa(rsa.key_size()),
            (EC, Some(P256), _) => Self::P256,
            (EC, Some(P384), _) => Self::P384,
            (EC, Some(P521), _) => Self::P521,
            _ => Self::Other,
        }
    }

    /// Whether every etcd since 3.1 (Go 1.8) and every stranger of today accepts signatures by it.
    pub(super) fn is_trusted(self) -> bool {
        match self {
            Self::Rsa(bits) => bits >= RSA_BITS,
            Self::P256 | Self::P384 | Self::P521 => true,
            Self::Other => false,
        }
    }

    /// Whether this is what the cluster file asks for.
    pub(super) fn is(self, algorithm: Algorithm) -> bool {
        self == match algorithm {
            Algorithm::Rsa2048 => Self::Rsa(2048),
            Algorithm::Rsa3072 => Self::Rsa(3072),
            Algorithm::Rsa4096 => Self::Rsa(4096),
            Algorithm::EcdsaP256 => Self::P256,
            Algorithm::EcdsaP384 => Self::P384,
        }
    }
}

pub(super) fn generate(algorithm: Algorithm) -> Result<Zeroizing<KeyPair>, rcgen::Error> {
    let key = match algorithm {
        Algorithm::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        Algorithm::Rsa3072 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072),
        Algorithm::Rsa4096 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096),
        Algorithm::EcdsaP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        Algorithm::EcdsaP384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
    };
    key.map(Zeroizing::new)
}

/// Reads PKCS#8, PKCS#1 and SEC1, as cfssl and openssl write them; other blocks (`EC PARAMETERS`,
/// certificates) may stand beside the key.
pub(super) fn parse(text: &Secret) -> Result<Zeroizing<KeyPair>, KeyFault> {
    let blocks = ::pem::parse_many(text.expose()).map_err(|_| KeyFault::None)?;
    let block = blocks.into_iter().find(|block| block.tag().ends_with("PRIVATE KEY")).ok_or(KeyFault::None)?;
    let encrypted = block.headers().get("Proc-Type").is_some_and(|value| value.contains("ENCRYPTED"));
    let tag = block.tag().to_owned();
    let der = Zeroizing::new(block.into_contents());
    let key = match tag.as_str() {
        pem::ENCRYPTED_KEY => return Err(KeyFault::Encrypted),
        _ if encrypted => return Err(KeyFault::Legacy),
        "PRIVATE KEY" => PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.as_slice())),
        "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der.as_slice())),
        "EC PRIVATE KEY" => PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(der.as_slice())),
        _ => return Err(KeyFault::Unusable),
    };
    KeyPair::try_from(&key).map(Zeroizing::new).map_err(|_| KeyFault::Unusable)
}

/// The key alone, without what else stands in the text.
pub(super) fn alone(text: &Secret) -> Result<Secret, KeyFault> {
    parse(text)?;
    let (tag, der) = block(text)?;
    Ok(Secret::new(pem::block(&tag, der.to_vec())))
}

/// The key as PKCS#8 (RFC 5958), whatever it was written in: rcgen gives back what it was given.
pub(super) fn pkcs8(text: &Secret) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let key = parse(text)?;
    let (tag, der) = block(text)?;
    let curve = [(&PKCS_ECDSA_P256_SHA256, P256), (&PKCS_ECDSA_P384_SHA384, P384), (&PKCS_ECDSA_P521_SHA512, P521)]
        .into_iter()
        .find_map(|(algorithm, curve)| (key.algorithm() == algorithm).then_some(curve));
    let oid = |text: &str| ObjectIdentifier::new(text).map_err(|_| KeyFault::Unusable);
    let curve = curve.map(oid).transpose()?;
    let (id, parameters) = match (tag.as_str(), &curve) {
        ("RSA PRIVATE KEY", None) => (oid(RSA)?, AnyRef::NULL),
        ("EC PRIVATE KEY", Some(curve)) => (oid(EC)?, curve.into()),
        _ => return Ok(der),
    };
    let octets = OctetStringRef::new(&der).map_err(|_| KeyFault::Unusable)?;
    let algorithm = AlgorithmIdentifierRef { oid: id, parameters: Some(parameters) };
    PrivateKeyInfoRef::new(algorithm, octets).to_der().map(Zeroizing::new).map_err(|_| KeyFault::Unusable)
}

fn block(text: &Secret) -> Result<(String, Zeroizing<Vec<u8>>), KeyFault> {
    let blocks = ::pem::parse_many(text.expose()).map_err(|_| KeyFault::None)?;
    let block = blocks.into_iter().find(|block| block.tag().ends_with("PRIVATE KEY")).ok_or(KeyFault::None)?;
    Ok((block.tag().to_owned(), Zeroizing::new(block.into_contents())))
}

/// The subject key identifier: the first 160 bits of the SHA-256 of the public key (RFC 7093, method 1).
pub(super) fn id(key: &impl PublicKeyData) -> Vec<u8> {
    Sha256::digest(key.der_bytes()).iter().take(20).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_pem() {
        for algorithm in [Algorithm::EcdsaP256, Algorithm::EcdsaP384, Algorithm::Rsa2048] {
            let key = generate(algorithm).unwrap();
            let again = parse(&Secret::new(key.serialize_pem())).unwrap();
            assert_eq!(key.public_key_raw(), again.public_key_raw(), "{algorithm:?}");
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        let block = |tag: &str| format!("-----BEGIN {tag}-----\nAAAA\n-----END {tag}-----\n");
        for (text, fault) in [
            (String::new(), KeyFault::None),
            ("-----BEGIN".to_owned(), KeyFault::None),
            (block("CERTIFICATE"), KeyFault::None),
            (block("PRIVATE KEY"), KeyFault::Unusable),
            (block("DSA PRIVATE KEY"), KeyFault::Unusable),
            (block("ENCRYPTED PRIVATE KEY"), KeyFault::Encrypted),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n".to_owned(),
                KeyFault::Legacy,
            ),
        ] {
            assert_eq!(parse(&Secret::new(text.clone())).err(), Some(fault), "{text}");
        }
    }
}
