//! From when until when certificates hold. Pure.

use payload::digest::Digest;
use time::OffsetDateTime;

use super::chain::x509;
use super::error::CaFault;
use super::pem;

/// One certificate, as a calendar sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    /// The SHA-256 of the certificate.
    pub(crate) digest: Digest,
    /// First and last moment.
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
}

/// Of each certificate in a PEM file, in their order.
pub(crate) fn validities(text: &[u8]) -> Result<Vec<Validity>, CaFault> {
    let of = |block: &::pem::Pem| {
        let certificate = x509(block.contents())?;
        let (not_before, not_after) = (certificate.validity().not_before, certificate.validity().not_after);
        Ok(Validity {
            digest: Digest::of(block.contents()),
            not_before: not_before.to_datetime(),
            not_after: not_after.to_datetime(),
        })
    };
    pem::certificate_blocks(text)?.iter().map(of).collect()
}
