//! Whether a CA may vouch for etcd members, and until when. Pure.

use payload::etcd::EtcdVersion;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;

use crate::pki::chain::{Link, x509};
use crate::pki::error::CaFault;
use crate::pki::key::KeyAlgorithm;
use crate::pki::readable;

/// RSA PKCS#1 and ECDSA with SHA-2 (RFC 4055, RFC 5758): what every etcd since 3.1 (Go 1.8) verifies.
const SIGNATURES: [&str; 6] = [
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
];

/// Whether an X.509 signature algorithm is one that every etcd verifies.
pub(in crate::pki) fn is_signature_trusted(certificate: &X509Certificate<'_>) -> Result<(), String> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    if SIGNATURES.contains(&algorithm.as_str()) { Ok(()) } else { Err(algorithm) }
}

/// From when to when all of `path` are valid, if each of them may vouch for etcd members.
pub(in crate::pki) fn times(
    path: &[Link],
    now: OffsetDateTime,
    etcd: EtcdVersion,
) -> Result<(OffsetDateTime, OffsetDateTime), CaFault> {
    let mut times = None;
    for link in path {
        let (from, to) = examine(link, now, etcd)?;
        // A root's own signature over itself is looked at by nobody, and old ones have SHA-1 or RSA-PSS there.
        if !link.is_root() {
            is_signature_trusted(&x509(&link.der)?).map_err(CaFault::Signature)?;
        }
        let (latest, earliest) = times.unwrap_or((from, to));
        times = Some((from.max(latest), to.min(earliest)));
    }
    times.ok_or(CaFault::NoCertificate)
}

/// Whether each CA of a path, the one that signs first, lets as many CAs stand below itself as do. Go holds the top of a path to that,
/// too (`Certificate.isValid`), and webpki does not.
pub(in crate::pki) fn is_short_enough(path: &[Link]) -> Result<(), CaFault> {
    for (below, link) in path.iter().enumerate() {
        let certificate = x509(&link.der)?;
        let constraints = certificate.basic_constraints().map_err(|_| CaFault::NoCertificate)?;
        let most = constraints.and_then(|constraints| constraints.value.path_len_constraint);
        if let Some(most) = most.filter(|most| usize::try_from(*most).is_ok_and(|most| most < below)) {
            return Err(CaFault::PathLength(most));
        }
    }
    Ok(())
}

/// From when to when one of them is valid, if it may sign certificates for servers and clients.
pub(super) fn examine(
    link: &Link,
    now: OffsetDateTime,
    etcd: EtcdVersion,
) -> Result<(OffsetDateTime, OffsetDateTime), CaFault> {
    let certificate = x509(&link.der)?;
    readable::check(&certificate, etcd).map_err(|why| CaFault::Unreadable(why, etcd))?;
    let usage = certificate.key_usage().map_err(|_| CaFault::NoCertificate)?;
    if usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
        return Err(CaFault::MayNotSign);
    }
    let extended = certificate.extended_key_usage().map_err(|_| CaFault::NoCertificate)?;
    if extended.is_some_and(|usage| !(usage.value.any || usage.value.server_auth && usage.value.client_auth)) {
        return Err(CaFault::Usage);
    }
    if !KeyAlgorithm::of(certificate.public_key()).is_trusted() {
        return Err(CaFault::Key);
    }
    let (from, to) = (certificate.validity().not_before.to_datetime(), certificate.validity().not_after.to_datetime());
    if now < from {
        return Err(CaFault::NotYet(from, now));
    }
    if now >= to {
        return Err(CaFault::Expired(to));
    }
    Ok((from, to))
}
