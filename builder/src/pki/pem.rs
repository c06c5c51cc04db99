//! Certificates and keys as PEM, written as on the hosts and read from whatever stands around them. Pure.

use pem::{EncodeConfig, LineEnding, Pem};

use super::error::CaFault;

/// The tag of a key under a passphrase (RFC 7468).
pub(super) const ENCRYPTED_KEY: &str = "ENCRYPTED PRIVATE KEY";

/// One block; line ends as on the hosts, wherever this runs.
pub(super) fn block(tag: &str, contents: impl Into<Vec<u8>>) -> String {
    pem::encode_config(&Pem::new(tag, contents), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// Certificates in DER, in their order.
pub(super) fn certificates<'a>(all: impl Iterator<Item = &'a [u8]>) -> String {
    // One by one: encoded together, they have empty lines between them.
    all.map(|der| block("CERTIFICATE", der)).collect()
}

/// The certificates of a PEM file. Whatever else it holds, a private key even, goes no further.
pub(super) fn certificate_blocks(text: &[u8]) -> Result<Vec<Pem>, CaFault> {
    let blocks = pem::parse_many(text).map_err(|_| CaFault::NoCertificate)?;
    let certificates: Vec<_> = blocks
        .into_iter()
        .filter_map(|block| match block.tag() {
            "CERTIFICATE" | "X509 CERTIFICATE" => Some(block.into_contents()),
            "TRUSTED CERTIFICATE" => Some(without_trust(block.into_contents())),
            _ => None,
        })
        .map(|der| Pem::new("CERTIFICATE", der))
        .collect();
    if certificates.is_empty() { Err(CaFault::NoCertificate) } else { Ok(certificates) }
}

/// openssl puts what a certificate is trusted for behind it (`x509 -trustout`).
fn without_trust(mut der: Vec<u8>) -> Vec<u8> {
    let behind = x509_parser::parse_x509_certificate(&der).map_or(0, |(behind, _)| behind.len());
    der.truncate(der.len() - behind);
    der
}
