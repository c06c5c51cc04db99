//! Reading the certificates in the bundle, before anything is changed: do they belong together and here? Pure.
//!
//! Signatures were checked by the builder, and the bundle's seal covers these bytes; what can go wrong between
//! there and here is a wrong host and a wrong clock.

use std::collections::BTreeSet;
use std::net::IpAddr;

use payload::digest::Digest;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

use super::{CredentialError, PemFile, Validity};
use crate::facts::cluster::KeyId;

/// A member's certificate, its key and the CA, as PEM.
pub(crate) struct Pems<'a> {
    pub(crate) ca: &'a [u8],
    pub(crate) certificate: &'a [u8],
    /// Not before it has been opened, where it is sealed.
    pub(crate) key: Option<&'a [u8]>,
}

impl Pems<'_> {
    /// Checks that they belong together and to a host with all of `addresses`.
    pub(crate) fn check(&self, addresses: &[IpAddr]) -> Result<Validity, CredentialError> {
        let certificate = pem(self.certificate, PemFile::Certificate)?;
        let certificate = x509(&certificate, PemFile::Certificate)?;
        let ca = issuer(&certificate, self.ca)?;
        self.key.map_or(Ok(()), |key| belongs(&certificate, key))?;
        let named = named(&certificate);
        if let Some(lacking) = addresses.iter().find(|address| !named.contains(address)) {
            return Err(CredentialError::Address(*lacking));
        }
        let usage = certificate.extended_key_usage().ok().flatten();
        if usage.is_some_and(|usage| !(usage.value.any || usage.value.server_auth && usage.value.client_auth)) {
            return Err(CredentialError::Usage);
        }
        let own = of(&certificate);
        Ok(Validity { from: own.from.max(ca.from), until: own.until.min(ca.until) })
    }
}

/// From when to when the CA is good that has issued `certificate`: one of those in `trusted`, since a site's hosts may
/// have theirs from several. Of two with one name, the one that is good for longer.
fn issuer(certificate: &X509Certificate, trusted: &[u8]) -> Result<Validity, CredentialError> {
    let mut found: Option<Validity> = None;
    for pem in Pem::iter_from_buffer(trusted) {
        let pem = pem.map_err(|_| CredentialError::Unreadable(PemFile::Ca))?;
        let ca = x509(&pem, PemFile::Ca)?;
        if ca.subject() == certificate.issuer() && found.is_none_or(|found| found.until < of(&ca).until) {
            found = Some(of(&ca));
        }
    }
    found.ok_or(CredentialError::Issuer)
}

fn of(certificate: &X509Certificate) -> Validity {
    let validity = certificate.validity();
    Validity { from: validity.not_before.to_datetime(), until: validity.not_after.to_datetime() }
}

/// Whether a key in PEM is that of a certificate in PEM.
pub(crate) fn is_key_of(certificate: &[u8], key: &[u8]) -> Result<(), CredentialError> {
    let pem = pem(certificate, PemFile::Certificate)?;
    belongs(&x509(&pem, PemFile::Certificate)?, key)
}

/// From when to when a certificate in PEM is good.
pub(crate) fn validity(certificate: &[u8]) -> Result<Validity, CredentialError> {
    let pem = pem(certificate, PemFile::Certificate)?;
    Ok(of(&x509(&pem, PemFile::Certificate)?))
}

/// The common name in a certificate in PEM.
pub(crate) fn common_name(certificate: &[u8]) -> Option<String> {
    common_name_of(&pem(certificate, PemFile::Certificate).ok()?.contents)
}

/// The common name in a certificate in DER, whoever it comes from: the last one, as etcd's Go takes it.
pub(crate) fn common_name_of(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    certificate.subject().iter_common_name().last().and_then(|name| name.as_str().ok()).map(str::to_owned)
}

/// A certificate, as an auditor is shown it.
pub(crate) struct Shown {
    /// Its words are anybody's.
    pub(crate) subject: String,
    pub(crate) serial: String,
    pub(crate) validity: Validity,
}

/// The certificates in PEM, one behind the other, up to one that cannot be read.
pub(crate) fn shown(certificates: &[u8]) -> Vec<Shown> {
    let one = |pem: Pem| {
        let certificate = x509(&pem, PemFile::Certificate).ok()?;
        let serial = certificate.raw_serial_as_string();
        Some(Shown { subject: certificate.subject().to_string(), serial, validity: of(&certificate) })
    };
    Pem::iter_from_buffer(certificates).map_while(|pem| one(pem.ok()?)).collect()
}

/// The addresses that a certificate in PEM names.
pub(crate) fn addresses(certificate: &[u8]) -> Option<Vec<IpAddr>> {
    let pem = pem(certificate, PemFile::Certificate).ok()?;
    Some(named(&x509(&pem, PemFile::Certificate).ok()?))
}

/// When a certificate in DER ends, whoever it comes from.
pub(crate) fn end_of(der: &[u8]) -> Option<OffsetDateTime> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate.validity().not_after.to_datetime())
}

/// The key ids by which certificates in DER name whoever issued them, whoever they come from.
pub(crate) fn issuers_of(chain: &[Vec<u8>]) -> BTreeSet<KeyId> {
    let id = |der: &Vec<u8>| {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => Some(id.key_identifier.as_ref()?.0.to_vec()),
            _ => None,
        })
    };
    chain.iter().filter_map(id).collect()
}

/// The certificates in a file of CAs: their sums, and the ids of their keys.
pub(crate) fn cas(pems: &[u8]) -> (BTreeSet<Digest>, BTreeSet<KeyId>) {
    let (mut sums, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for pem in Pem::iter_from_buffer(pems).map_while(Result::ok) {
        sums.insert(Digest::of(&pem.contents));
        let Ok((_, certificate)) = X509Certificate::from_der(&pem.contents) else { continue };
        ids.extend(certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        }));
    }
    (sums, ids)
}

/// The first certificate of a PEM file, in DER.
pub(crate) fn der(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(pem(certificate, PemFile::Certificate).ok()?.contents)
}

fn pem(bytes: &[u8], what: PemFile) -> Result<Pem, CredentialError> {
    Pem::iter_from_buffer(bytes).next().and_then(Result::ok).ok_or(CredentialError::Unreadable(what))
}

fn x509(pem: &Pem, what: PemFile) -> Result<X509Certificate<'_>, CredentialError> {
    X509Certificate::from_der(&pem.contents)
        .map(|(_, certificate)| certificate)
        .map_err(|_| CredentialError::Unreadable(what))
}

/// A private key holds its public half: the modulus of an RSA key, the point of an EC key. Whatever wraps it
/// (PKCS#1, SEC1, PKCS#8), those bytes are there, and in no other key.
fn belongs(certificate: &X509Certificate, key: &[u8]) -> Result<(), CredentialError> {
    let key = Zeroizing::new(pem(key, PemFile::Key)?.contents);
    let public = match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => key.modulus.to_vec(),
        Ok(PublicKey::EC(point)) => point.data().to_vec(),
        _ => return Err(CredentialError::Key),
    };
    let holds = public.len() >= 32 && key.windows(public.len()).any(|window| window == public);
    if holds { Ok(()) } else { Err(CredentialError::Key) }
}

/// The addresses among the names of a certificate.
fn named(certificate: &X509Certificate) -> Vec<IpAddr> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let address = |name: &GeneralName| match name {
        GeneralName::IPAddress(ip) => {
            let v4 = <[u8; 4]>::try_from(*ip).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(*ip).map(IpAddr::from)).ok()
        }
        _ => None,
    };
    names.value.general_names.iter().filter_map(address).collect()
}
