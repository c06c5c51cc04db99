//! Which CA may have signed which, from a certificate up to the last one that is known. Names and key identifiers
//! alone are compared here; signatures are webpki's.

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::parse_x509_certificate;

use super::error::CaFault;
use super::pem;

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) der: CertificateDer<'static>,
    pub(super) subject: Vec<u8>,
    issuer: Vec<u8>,
    pub(super) key_id: Option<Vec<u8>>,
    issuer_key_id: Option<Vec<u8>>,
    until: OffsetDateTime,
}

impl Link {
    pub(super) fn read(der: &[u8]) -> Result<Self, CaFault> {
        let certificate = x509(der)?;
        Ok(Self {
            der: der.to_vec().into(),
            subject: certificate.subject().as_raw().to_vec(),
            issuer: certificate.issuer().as_raw().to_vec(),
            key_id: key_id(&certificate),
            issuer_key_id: issuer_key_id(&certificate),
            until: certificate.validity().not_after.to_datetime(),
        })
    }

    /// A root: nothing above it.
    pub(super) fn is_root(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether its time is over.
    pub(super) fn has_ended(&self, now: OffsetDateTime) -> bool {
        now >= self.until
    }

    /// Whether it has the name of the one that signed `other`, whatever its key.
    pub(super) fn is_called_as_issuer_of(&self, other: &Self) -> bool {
        self.subject == other.issuer
    }

    pub(super) fn may_have_signed(&self, other: &Self) -> bool {
        let ids = self.key_id.as_ref().zip(other.issuer_key_id.as_ref());
        self.subject == other.issuer && ids.is_none_or(|(mine, named)| mine == named)
    }
}

/// From the one that signed `leaf` upwards, each found in `known`; ends at a root, or where nobody knows more. Of several
/// certificates of one CA, as by two roots, one that is still valid.
pub(super) fn path(leaf: &Link, known: &[&Link], now: OffsetDateTime) -> Vec<Link> {
    let mut path: Vec<Link> = Vec::new();
    let mut top = leaf;
    while !top.is_root() {
        let above = known.iter().filter(|link| link.may_have_signed(top) && !path.contains(link));
        let Some(next) = above.min_by_key(|link| link.has_ended(now)) else { break };
        path.push((*next).clone());
        top = next;
    }
    path
}

/// The certificates in a PEM text, the first being the one that the others are there for.
pub(super) fn links(text: &str) -> Result<Vec<Link>, CaFault> {
    pem::certificate_blocks(text.as_bytes())?.iter().map(|block| Link::read(block.contents())).collect()
}

/// Whether the first certificate in a text is a CA's.
pub(crate) fn begins_with_a_ca(text: &str) -> bool {
    let own = links(text).ok().and_then(|links| links.into_iter().next());
    own.is_some_and(|own| x509(&own.der).is_ok_and(|certificate| certificate.is_ca()))
}

/// Reads one certificate in DER.
pub(super) fn x509(der: &[u8]) -> Result<X509Certificate<'_>, CaFault> {
    match parse_x509_certificate(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CaFault::NoCertificate),
    }
}

fn key_id(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    })
}

fn issuer_key_id(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
        _ => None,
    })
}

/// What a server or client has to show: its certificate, then each CA up to, but without, the root, which whoever
/// trusts it has (RFC 8446, 4.4.2).
pub(super) fn with_chain(leaf: &[u8], path: &[Link]) -> String {
    let above = path.iter().filter(|link| !link.is_root()).map(|link| link.der.as_ref());
    pem::certificates(std::iter::once(leaf).chain(above))
}

/// Links as PEM, in their order.
pub(super) fn pem(links: &[Link]) -> String {
    pem::certificates(links.iter().map(|link| link.der.as_ref()))
}
