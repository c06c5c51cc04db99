//! A request for a certificate, by a host that keeps its key. Pure: what it says is checked, and none of it but the public
//! key goes into a certificate.

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use payload::fingerprint::Fingerprint;
use rcgen::{PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::key::KeyAlgorithm;
use super::{pem, sign};

/// `AlgorithmIdentifier` of `ecdsa-with-SHA256`, without parameters (RFC 5758, 3.2), in DER.
const SIGNATURE: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// A request that its own key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pem: String,
    name: Option<String>,
    /// The uncompressed point.
    public_key: Vec<u8>,
    fingerprint: Fingerprint,
}

/// Why a text is no request that is signed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not PEM, not PKCS#10, or more than that.
    Form,
    /// Another kind of key.
    Key,
    /// It was changed on its way, or its maker does not have the key.
    Signature,
}

impl Request {
    /// Reads one request in PEM and checks its signature.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        let block = ::pem::parse(text).map_err(|_| RequestError::Form)?;
        if !matches!(block.tag(), "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
            return Err(RequestError::Form);
        }
        let Ok(([], request)) = X509CertificationRequest::from_der(block.contents()) else {
            return Err(RequestError::Form);
        };
        let info = &request.certification_request_info;
        if KeyAlgorithm::of(&info.subject_pki) != KeyAlgorithm::P256 {
            return Err(RequestError::Key);
        }
        let public_key = info.subject_pki.subject_public_key.data.to_vec();
        let key = VerifyingKey::from_sec1_bytes(&public_key).map_err(|_| RequestError::Key)?;
        let signature = Signature::from_der(&request.signature_value.data).map_err(|_| RequestError::Signature)?;
        // Put together again, since no signature covers the two parts behind what was signed.
        let bits = request.signature_value.data.as_ref();
        let bits = yasna::construct_der(|writer| writer.write_bitvec_bytes(bits, bits.len() * 8));
        let whole = sign::sequence([info.raw, SIGNATURE.as_slice(), bits.as_slice()].into_iter());
        if whole != block.contents() || key.verify(info.raw, &signature).is_err() {
            return Err(RequestError::Signature);
        }
        let name = info.subject.iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned);
        let pem = pem::block("CERTIFICATE REQUEST", block.contents());
        Ok(Self { pem, name, public_key, fingerprint: Fingerprint::of(info.subject_pki.raw) })
    }

    /// The common name: the host that made it says so.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its key, as two people compare it; `HOST.run csr` shows the same.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The request as it is kept.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }
}

impl PublicKeyData for Request {
    fn der_bytes(&self) -> &[u8] {
        &self.public_key
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P384_SHA384};

    use super::*;

    fn request(key: &KeyPair) -> String {
        let mut params = CertificateParams::new(vec!["elsewhere.example".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "n1");
        params.serialize_request(key).unwrap().pem().unwrap()
    }

    #[test]
    fn a_request_is_taken_only_with_its_own_signature() {
        let key = KeyPair::generate().unwrap();
        let text = request(&key);
        let parsed = Request::parse(&text).unwrap();
        assert_eq!((parsed.name(), parsed.der_bytes()), (Some("n1"), key.public_key_raw()));
        assert_eq!(parsed.fingerprint(), Fingerprint::of(&key.subject_public_key_info()));
        let block = ::pem::parse(&text).unwrap();
        for at in 0..block.contents().len() {
            let mut der = block.contents().to_vec();
            der[at] ^= 1;
            let spoilt = ::pem::encode(&::pem::Pem::new("CERTIFICATE REQUEST", der));
            assert!(Request::parse(&spoilt).is_err(), "byte {at}");
        }
        let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        assert_eq!(Request::parse(&request(&other)), Err(RequestError::Key));
        for text in ["", "-----BEGIN", &text.replace("CERTIFICATE REQUEST", "CERTIFICATE"), &text[..text.len() / 2]] {
            assert_eq!(Request::parse(text), Err(RequestError::Form));
        }
    }
}
