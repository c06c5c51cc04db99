//! The CA: made, or read and found fit to vouch for etcd members. No files: text comes in, text goes out.

use std::path::PathBuf;

use payload::cluster::Cluster;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, PublicKeyData};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::parse_x509_certificate;
use zeroize::Zeroizing;

use super::error::{CaFault, PkiError};
use super::key::{self, Kind};
use super::secret::Secret;
use super::sign::{self, Signer};
use super::wanted::Wanted;

/// Clocks of isolated hosts lag; what is made now is to be valid there at once.
const BACKDATED: Duration = Duration::hours(24);

/// Common names have at most 64 characters (X.520); a cluster name may have 63.
const COMMON_NAME: usize = 64;

/// RSA PKCS#1 and ECDSA with SHA-2 (RFC 4055, RFC 5758): what every etcd since 3.1 (Go 1.8) verifies.
const SIGNATURES: [&str; 6] = [
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
];

/// Where a CA's text is from, for messages.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// A CA that certificates can be checked against and, with its key, made by.
pub(super) struct Authority {
    source: Source,
    /// All certificates of the file and nothing else: what hosts are to trust.
    pub(super) pem: String,
    /// How many those are.
    pub(super) trusted: usize,
    /// The one that signs.
    pub(super) anchor: TrustAnchor<'static>,
    subject: Vec<u8>,
    key_id: Option<Vec<u8>>,
    not_before: OffsetDateTime,
    pub(super) not_after: OffsetDateTime,
    key: Option<Zeroizing<KeyPair>>,
}

/// A certificate for a new CA of `cluster`, made by its own `key`.
pub(super) fn self_signed(cluster: &Cluster, key: &KeyPair, now: OffsetDateTime) -> Result<String, PkiError> {
    let mut params = CertificateParams::default();
    let mut name = cluster.name.as_str().to_owned();
    name.truncate(COMMON_NAME - " CA".len());
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("{name} CA"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(sign::serial()?);
    params.not_before = now - BACKDATED;
    params.not_after = now + Duration::hours(cluster.pki.ca_validity.count().into());
    Ok(params.self_signed(key)?.pem())
}

impl Authority {
    /// Reads a CA. Without a key it can still vouch for what it has signed before.
    pub(super) fn read(
        source: Source,
        certificates: &[u8],
        key: Option<&Secret>,
        now: OffsetDateTime,
    ) -> Result<Self, PkiError> {
        let fail = |fault| PkiError::Ca { path: source.certificate.clone(), fault };
        let key = key.map(key::parse).transpose();
        let key = key.map_err(|fault| PkiError::Key { path: source.key.clone(), fault })?;
        let blocks = certificate_blocks(certificates).map_err(fail)?;
        let mut signer = None;
        for block in &blocks {
            let certificate = x509(block.contents()).map_err(fail)?;
            if !certificate.is_ca() {
                return Err(fail(CaFault::NotCa));
            }
            let owns =
                |key: &Zeroizing<KeyPair>| certificate.public_key().subject_public_key.data == key.public_key_raw();
            if signer.is_none() && key.as_ref().is_none_or(owns) {
                signer = Some((block, certificate));
            }
        }
        let Some((block, certificate)) = signer else {
            let Source { certificate, key } = source;
            return Err(PkiError::Mismatch { certificate, key });
        };
        examine(&certificate, now).map_err(fail)?;
        let der = CertificateDer::from(block.contents());
        let anchor = webpki::anchor_from_trusted_cert(&der).map_err(|_| fail(CaFault::Unreadable))?.to_owned();
        Ok(Self {
            pem: pem::encode_many_config(&blocks, pem_style()),
            trusted: blocks.len(),
            anchor,
            subject: certificate.subject().as_raw().to_vec(),
            key_id: key_id(&certificate),
            not_before: certificate.validity().not_before.to_datetime(),
            not_after: certificate.validity().not_after.to_datetime(),
            key,
            source,
        })
    }

    /// Makes a certificate for `key`.
    pub(super) fn issue(
        &self,
        wanted: &Wanted,
        key: &impl PublicKeyData,
        validity: Duration,
        now: OffsetDateTime,
    ) -> Result<String, PkiError> {
        let path = self.source.certificate.clone();
        let Some(ca_key) = &self.key else {
            return Err(PkiError::Ca { path, fault: CaFault::NoKey });
        };
        let mut params = wanted.params()?;
        params.not_before = (now - BACKDATED).max(self.not_before);
        params.not_after = now + validity;
        if params.not_after > self.not_after {
            let hours_left = (self.not_after - now).whole_hours();
            return Err(PkiError::Outlives { path, end: params.not_after, ca_end: self.not_after, hours_left });
        }
        params.serial_number = Some(sign::serial()?);
        params.use_authority_key_identifier_extension = true;
        let signer = Signer { name: &self.subject, key_id: self.key_id.as_deref(), key: ca_key };
        let der = sign::certificate(&params, key, &signer)?;
        Ok(pem::encode_config(&pem::Pem::new("CERTIFICATE", der.to_vec()), pem_style()))
    }
}

/// The certificates of a PEM file. Whatever else it holds, a private key even, goes no further.
pub(super) fn certificate_blocks(text: &[u8]) -> Result<Vec<pem::Pem>, CaFault> {
    let blocks = pem::parse_many(text).map_err(|_| CaFault::Unreadable)?;
    let certificates: Vec<_> = blocks
        .into_iter()
        .filter(|block| matches!(block.tag(), "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"))
        .map(|block| pem::Pem::new("CERTIFICATE", block.into_contents()))
        .collect();
    if certificates.is_empty() { Err(CaFault::Unreadable) } else { Ok(certificates) }
}

/// Line ends as on the hosts, wherever this runs.
pub(super) fn pem_style() -> pem::EncodeConfig {
    pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF)
}

fn x509(der: &[u8]) -> Result<X509Certificate<'_>, CaFault> {
    match parse_x509_certificate(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CaFault::Unreadable),
    }
}

/// Whether an X.509 signature algorithm is one that every etcd verifies.
pub(super) fn is_signature_trusted(certificate: &X509Certificate<'_>) -> Result<(), String> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    if SIGNATURES.contains(&algorithm.as_str()) { Ok(()) } else { Err(algorithm) }
}

fn examine(certificate: &X509Certificate<'_>, now: OffsetDateTime) -> Result<(), CaFault> {
    let usage = certificate.key_usage().map_err(|_| CaFault::Unreadable)?;
    if usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
        return Err(CaFault::MayNotSign);
    }
    let extended = certificate.extended_key_usage().map_err(|_| CaFault::Unreadable)?;
    if extended.is_some_and(|usage| !(usage.value.any || usage.value.server_auth && usage.value.client_auth)) {
        return Err(CaFault::Usage);
    }
    if !Kind::of(certificate.public_key()).is_trusted() {
        return Err(CaFault::Key);
    }
    is_signature_trusted(certificate).map_err(CaFault::Signature)?;
    let (from, to) = (certificate.validity().not_before.to_datetime(), certificate.validity().not_after.to_datetime());
    if now < from {
        return Err(CaFault::NotYet(from, now));
    }
    if now >= to {
        return Err(CaFault::Expired(to));
    }
    Ok(())
}

fn key_id(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    })
}
