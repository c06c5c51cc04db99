//! A certificate whose issuer is the CA's subject byte for byte. No files, no policy.
//!
//! rcgen writes names anew and keeps one attribute of a kind, so that a CA under `DC=bank, DC=example` or with
//! a name in an odd string type would get certificates that chain to nothing: etcd (Go) compares names as bytes.
//! Hence rcgen lays out the certificate, and the issuer is put in and the whole signed here.

use rcgen::{
    CertificateParams, Error, Issuer, KeyIdMethod, KeyPair, PublicKeyData, SerialNumber, SignatureAlgorithm, SigningKey,
};
use rustls_pki_types::CertificateDer;
use x509_parser::parse_x509_certificate;

/// Who signs.
pub(super) struct Signer<'a> {
    /// The CA's subject as it stands in its certificate (DER).
    pub(super) name: &'a [u8],
    /// The CA's subject key identifier, if it has one.
    pub(super) key_id: Option<&'a [u8]>,
    pub(super) key: &'a KeyPair,
}

/// Lays out only: the signature comes when the issuer is in its place.
struct Layout<'a>(&'a KeyPair);

impl PublicKeyData for Layout<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl SigningKey for Layout<'_> {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }
}

/// Random, positive, and always 20 bytes long: the most that RFC 5280 (4.1.2.2) allows.
pub(super) fn serial() -> Result<SerialNumber, getrandom::Error> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes)?;
    let [first, ..] = &mut bytes;
    *first = (*first & 0x7f) | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

/// The position of `signature` and `issuer` in a `TBSCertificate` of version 3 (RFC 5280, 4.1).
const SIGNATURE: usize = 2;
const ISSUER: usize = 3;

pub(super) fn certificate(
    params: &CertificateParams,
    public: &impl PublicKeyData,
    signer: &Signer<'_>,
) -> Result<CertificateDer<'static>, Error> {
    let mut issuer = CertificateParams::default();
    if let Some(id) = signer.key_id {
        issuer.key_identifier_method = KeyIdMethod::PreSpecified(id.to_vec());
    }
    let layout = params.signed_by(public, &Issuer::new(issuer, Layout(signer.key)))?;
    let (_, parsed) = parse_x509_certificate(layout.der()).map_err(|_| Error::CouldNotParseCertificate)?;
    let mut fields = yasna::parse_der(parsed.tbs_certificate.as_ref(), |reader| {
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method's lifetime is too narrow")]
        reader.collect_sequence_of(|field| field.read_der())
    })
    .map_err(|_| Error::CouldNotParseCertificate)?;
    *fields.get_mut(ISSUER).ok_or(Error::CouldNotParseCertificate)? = signer.name.to_vec();
    let algorithm = fields.get(SIGNATURE).ok_or(Error::CouldNotParseCertificate)?;
    let body = sequence(fields.iter().map(Vec::as_slice));
    let signature = signer.key.sign(&body)?;
    let signature = yasna::construct_der(|writer| writer.write_bitvec_bytes(&signature, signature.len() * 8));
    Ok(sequence([body.as_slice(), algorithm, &signature].into_iter()).into())
}

/// DER of a SEQUENCE of these.
pub(super) fn sequence<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            for part in parts {
                writer.next().write_der(part);
            }
        });
    })
}
