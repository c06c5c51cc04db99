//! A key that this host makes for itself, and the request for its certificate. Pure: randomness comes in, texts come out.
//!
//! DER (X.690) of two fixed forms, put together here: a crate for it would make every bundle larger by a tenth.

use base64ct::{Base64, Encoding as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use payload::fingerprint::Fingerprint;
use zeroize::Zeroizing;

/// Bytes of a private key on P-256.
pub(crate) const SECRET: usize = 32;

/// `AlgorithmIdentifier` of an ECDSA key on P-256 (RFC 5480, 2.1.1).
const ALGORITHM: &[u8] = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// `ecdsa-with-SHA256` (RFC 5758, 3.2).
const SIGNATURE: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
/// The attribute type `commonName` (X.520).
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
const VERSION_0: &[u8] = b"\x02\x01\x00";
const VERSION_1: &[u8] = b"\x02\x01\x01";

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTET_STRING: u8 = 0x04;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
const UTF8_STRING: u8 = 0x0c;
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_1: u8 = 0xa1;

/// X.520's bound on a common name.
const COMMON_NAME_MAX: usize = 64;

/// A private key on P-256, with its public half.
pub(crate) struct HostKey(SigningKey);

impl HostKey {
    /// The key that these random bytes are; `None` for the few that are none.
    pub(crate) fn of(secret: &[u8; SECRET]) -> Option<Self> {
        SigningKey::from_slice(secret).ok().map(Self)
    }

    /// Reads what [`Self::to_pem`] wrote.
    pub(crate) fn from_pem(pem: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(pem).ok()?;
        let body = text.strip_prefix("-----BEGIN PRIVATE KEY-----\n")?.strip_suffix("-----END PRIVATE KEY-----\n")?;
        let base64: Zeroizing<String> = Zeroizing::new(body.chars().filter(|c| *c != '\n').collect());
        let der = Zeroizing::new(Base64::decode_vec(&base64).ok()?);
        // The secret has one place: behind three headers, the version and the algorithm.
        let secret = der.get(SECRET_AT..SECRET_AT + SECRET)?;
        let key = Self::of(secret.try_into().ok()?)?;
        (*key.der() == *der).then_some(key)
    }

    /// PKCS#8 (RFC 5958) in PEM.
    pub(crate) fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem("PRIVATE KEY", &self.der()))
    }

    fn der(&self) -> Zeroizing<Vec<u8>> {
        let secret = Zeroizing::new(self.0.to_bytes());
        let public = element(CONTEXT_1, &[&bits(&self.point())]);
        let scalar = Zeroizing::new(element(OCTET_STRING, &[&secret]));
        let key = Zeroizing::new(element(SEQUENCE, &[VERSION_1, &scalar, &public]));
        Zeroizing::new(element(SEQUENCE, &[VERSION_0, ALGORITHM, &Zeroizing::new(element(OCTET_STRING, &[&key]))]))
    }

    /// The public key as an uncompressed point (SEC 1, 2.3.3).
    fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    /// The public key as two people compare it.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.public_der())
    }

    /// `SubjectPublicKeyInfo` (RFC 5480).
    fn public_der(&self) -> Vec<u8> {
        element(SEQUENCE, &[ALGORITHM, &bits(&self.point())])
    }

    /// A request (PKCS#10, RFC 2986) in PEM that names the host, and nothing that would go into the certificate. The same
    /// key gives the same bytes (RFC 6979).
    pub(crate) fn request(&self, host: &str) -> String {
        let subject = if host.len() <= COMMON_NAME_MAX {
            let name = element(SEQUENCE, &[COMMON_NAME, &element(UTF8_STRING, &[host.as_bytes()])]);
            element(SEQUENCE, &[&element(SET, &[&name])])
        } else {
            element(SEQUENCE, &[])
        };
        let public = self.public_der();
        let info = element(SEQUENCE, &[VERSION_0, &subject, &public, &element(CONTEXT_0, &[])]);
        let signature: Signature = self.0.sign(&info);
        let (r, s) = signature.split_bytes();
        let signature = element(SEQUENCE, &[&integer(&r), &integer(&s)]);
        pem("CERTIFICATE REQUEST", &element(SEQUENCE, &[&info, SIGNATURE, &bits(&signature)]))
    }
}

/// Where the secret stands in the DER of [`HostKey::der`].
const SECRET_AT: usize = 3 + VERSION_0.len() + ALGORITHM.len() + 2 + 2 + VERSION_1.len() + 2;

/// Tag, length and content.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    let mut bytes = Vec::with_capacity(4 + length);
    bytes.push(tag);
    match length {
        0..=0x7f => bytes.push(low),
        0x80..=0xff => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// A bit string of whole bytes.
fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes])
}

/// A positive number: as short as can be, and with a zero in front where its first bit would be a sign.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    let bytes = bytes.get(start..).unwrap_or_default();
    let sign: &[u8] = if bytes.first().is_some_and(|byte| *byte >= 0x80) { &[0] } else { &[] };
    element(INTEGER, &[sign, bytes])
}

/// RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let text = Zeroizing::new(Base64::encode_string(der));
    // Of the right size at once: a text that grows leaves copies of a key behind.
    let mut pem = String::with_capacity(text.len() + text.len() / 64 + 2 * label.len() + 40);
    for part in ["-----BEGIN ", label, "-----\n"] {
        pem.push_str(part);
    }
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    for part in ["-----END ", label, "-----\n"] {
        pem.push_str(part);
    }
    pem
}

#[cfg(test)]
mod tests {
    use x509_parser::certification_request::X509CertificationRequest;
    use x509_parser::prelude::FromDer;

    use super::*;

    fn key(first: u8) -> HostKey {
        let mut secret = [7; SECRET];
        secret[0] = first;
        HostKey::of(&secret).unwrap()
    }

    #[test]
    fn a_key_survives_its_pem_and_no_other_text_is_one() {
        let pem = key(1).to_pem();
        assert!(pem.lines().all(|line| line.len() <= 64));
        let again = HostKey::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(*again.to_pem(), *pem);
        assert_ne!(*key(2).to_pem(), *pem);
        for at in 0..pem.len() {
            let mut spoilt = pem.as_bytes().to_vec();
            spoilt[at] ^= 1;
            assert!(HostKey::from_pem(&spoilt).is_none_or(|other| *other.to_pem() != *pem), "byte {at}");
        }
        assert!(HostKey::of(&[0; SECRET]).is_none() && HostKey::of(&[0xff; SECRET]).is_none());
    }

    #[test]
    fn a_request_names_the_host_and_holds_the_public_key() {
        for (host, names) in [("n1.example", true), (&"a".repeat(64), true), (&"a".repeat(65), false)] {
            let request = key(1).request(host);
            assert_eq!(request, key(1).request(host), "the same once more");
            let (_, pem) = x509_parser::pem::parse_x509_pem(request.as_bytes()).unwrap();
            let (rest, parsed) = X509CertificationRequest::from_der(&pem.contents).unwrap();
            assert!(rest.is_empty());
            let info = &parsed.certification_request_info;
            let name = info.subject.iter_common_name().next().map(|name| name.as_str().unwrap().to_owned());
            assert_eq!(name.as_deref(), names.then_some(host));
            assert_eq!(info.subject_pki.subject_public_key.data.as_ref(), key(1).point());
        }
    }

    #[test]
    fn numbers_have_der_s_one_form() {
        assert_eq!(integer(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(element(SEQUENCE, &[&[1; 0x80]])[..3], [0x30, 0x81, 0x80]);
        assert_eq!(element(SEQUENCE, &[&[1; 0x100]])[..4], [0x30, 0x82, 1, 0]);
    }
}
