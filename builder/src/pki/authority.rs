//! The CA: made, or read and found fit to vouch for etcd members. No files: text comes in, text goes out.

use std::path::PathBuf;

use payload::cluster::Cluster;
use rcgen::{CertificateParams, DnType, KeyIdMethod, KeyPair, PublicKeyData};
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use zeroize::Zeroizing;

use super::chain::{self, Link, x509};
use super::error::{CaFault, PkiError};
use super::key::{self, CaKey, Kind};
use super::locked::Locked;
use super::profile::Profile;
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

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Issuing {
    /// Etcdpack, so a certificate is exactly what was asked for.
    Here,
    /// Others, who may put more into a certificate than was asked for, and choose its subject and dates.
    Elsewhere,
}

/// A CA that certificates can be checked against and, with its key, made by.
pub(super) struct Authority {
    pub(super) source: Source,
    /// All certificates of the file, the one that signs first and those above it next.
    pub(super) trusted: Vec<Link>,
    /// How many of these are the one that signs and those above it.
    height: usize,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    key: CaKey,
}

/// A certificate for a new CA of `cluster`, made by its own `key`.
pub(super) fn self_signed(cluster: &Cluster, key: &KeyPair, now: OffsetDateTime) -> Result<String, PkiError> {
    let mut params = CertificateParams::default();
    let mut name = cluster.name.as_str().to_owned();
    name.truncate(COMMON_NAME - " CA".len());
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("{name} CA"));
    Profile::Ca.lay_out(&mut params, cluster.pki.algorithm);
    params.use_authority_key_identifier_extension = true;
    params.key_identifier_method = KeyIdMethod::PreSpecified(key::id(key));
    params.serial_number = Some(sign::serial()?);
    params.not_before = now - BACKDATED;
    params.not_after = now + Duration::hours(cluster.pki.ca_validity.count().into());
    Ok(params.self_signed(key)?.pem())
}

impl Authority {
    /// Reads a CA, which may be below another one in the same file. Without a key it can still vouch for what it has
    /// signed before.
    pub(super) fn read(source: Source, certificates: &[u8], key: CaKey, now: OffsetDateTime) -> Result<Self, PkiError> {
        let fail = |fault| PkiError::Ca { path: source.certificate.clone(), fault };
        let mut links = links(certificates).map_err(fail)?;
        let signer = match &key {
            CaKey::Open(key) => links.iter().position(|link| owns(link, key)),
            CaKey::Locked(_) | CaKey::Missing | CaKey::Elsewhere => Some(lowest(&links)),
        };
        let Some(signer) = signer else {
            let Source { certificate, key } = source;
            return Err(PkiError::Mismatch { certificate, key });
        };
        let mut trusted = vec![links.remove(signer)];
        if let Some(signer) = trusted.first() {
            let above = chain::path(signer, &links.iter().collect::<Vec<_>>());
            trusted.extend(above);
        }
        let height = trusted.len();
        let (not_before, not_after) = match &key {
            CaKey::Elsewhere => {
                // Which one has signed, a certificate will say. It is enough here that one of them can.
                let all = trusted.iter().chain(&links);
                let looked_at: Vec<_> = all.map(|link| examine(link, now)).collect();
                match looked_at.iter().find_map(|one| one.as_ref().ok()) {
                    Some(times) => *times,
                    None => {
                        return Err(fail(looked_at.into_iter().find_map(Result::err).unwrap_or(CaFault::Unreadable)));
                    }
                }
            }
            CaKey::Open(_) | CaKey::Locked(_) | CaKey::Missing => times(&trusted, now).map_err(fail)?,
        };
        let rest: Vec<Link> = links.into_iter().filter(|link| !trusted.contains(link)).collect();
        trusted.extend(rest);
        Ok(Self { source, trusted, height, not_before, not_after, key })
    }

    pub(super) fn issuing(&self) -> Issuing {
        match self.key {
            CaKey::Elsewhere => Issuing::Elsewhere,
            CaKey::Open(_) | CaKey::Locked(_) | CaKey::Missing => Issuing::Here,
        }
    }

    /// The one that signs and those above it.
    pub(super) fn path(&self) -> &[Link] {
        self.trusted.get(..self.height).unwrap_or_default()
    }

    /// The key, while it is under its passphrase.
    pub(super) fn locked(&self) -> Option<&Locked> {
        match &self.key {
            CaKey::Locked(locked) => Some(locked),
            CaKey::Open(_) | CaKey::Missing | CaKey::Elsewhere => None,
        }
    }

    /// The same CA with its key opened, which also tells for certain who in the file it is.
    pub(super) fn opened(self, key: Zeroizing<KeyPair>, now: OffsetDateTime) -> Result<Self, PkiError> {
        let pem = pem_of(&self.trusted);
        Self::read(self.source, pem.as_bytes(), CaKey::Open(key), now)
    }

    /// Makes a certificate for `key`, followed by the CAs that a stranger needs besides the root.
    pub(super) fn issue(
        &self,
        wanted: &Wanted,
        key: &impl PublicKeyData,
        validity: Duration,
        now: OffsetDateTime,
    ) -> Result<String, PkiError> {
        let path = self.source.certificate.clone();
        let (CaKey::Open(ca_key), Some(signer)) = (&self.key, self.trusted.first()) else {
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
        params.key_identifier_method = KeyIdMethod::PreSpecified(key::id(key));
        let signer = Signer { name: &signer.subject, key_id: signer.key_id.as_deref(), key: ca_key };
        let der = sign::certificate(&params, key, &signer)?;
        Ok(with_chain(&der, self.path()))
    }
}

/// What a server or client has to show: its certificate, then each CA up to, but without, the root, which whoever
/// trusts it has (RFC 8446, 4.4.2).
pub(super) fn with_chain(leaf: &[u8], path: &[Link]) -> String {
    let above = path.iter().filter(|link| !link.is_root()).map(|link| link.der.as_ref());
    pem_of_der(std::iter::once(leaf).chain(above))
}

/// Links as PEM, in their order.
pub(super) fn pem_of(links: &[Link]) -> String {
    pem_of_der(links.iter().map(|link| link.der.as_ref()))
}

fn pem_of_der<'a>(all: impl Iterator<Item = &'a [u8]>) -> String {
    // One by one: encoded together, they have empty lines between them.
    all.map(|der| pem::encode_config(&pem::Pem::new("CERTIFICATE", der), pem_style())).collect()
}

fn links(certificates: &[u8]) -> Result<Vec<Link>, CaFault> {
    let mut links: Vec<Link> = Vec::new();
    for block in certificate_blocks(certificates)? {
        if !x509(block.contents())?.is_ca() {
            return Err(CaFault::NotCa);
        }
        let link = Link::read(block.contents())?;
        if !links.contains(&link) {
            links.push(link);
        }
    }
    Ok(links)
}

fn owns(link: &Link, key: &KeyPair) -> bool {
    x509(&link.der).is_ok_and(|certificate| certificate.public_key().subject_public_key.data == key.public_key_raw())
}

/// The first that has signed none of the others: without a key, the best guess at who signs.
fn lowest(links: &[Link]) -> usize {
    let signed_none = |link: &Link| !links.iter().any(|other| other != link && link.may_have_signed(other));
    links.iter().position(signed_none).unwrap_or_default()
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

/// Whether an X.509 signature algorithm is one that every etcd verifies.
pub(super) fn is_signature_trusted(certificate: &X509Certificate<'_>) -> Result<(), String> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    if SIGNATURES.contains(&algorithm.as_str()) { Ok(()) } else { Err(algorithm) }
}

/// From when to when all of `path` are valid, if each of them may vouch for etcd members.
pub(super) fn times(path: &[Link], now: OffsetDateTime) -> Result<(OffsetDateTime, OffsetDateTime), CaFault> {
    let mut times = None;
    for (height, link) in path.iter().enumerate() {
        let (from, to) = examine(link, now)?;
        // A root's own signature over itself is looked at by nobody, and old ones have SHA-1 there.
        if height == 0 || !link.is_root() {
            is_signature_trusted(&x509(&link.der)?).map_err(CaFault::Signature)?;
        }
        let (latest, earliest) = times.unwrap_or((from, to));
        times = Some((from.max(latest), to.min(earliest)));
    }
    times.ok_or(CaFault::Unreadable)
}

fn examine(link: &Link, now: OffsetDateTime) -> Result<(OffsetDateTime, OffsetDateTime), CaFault> {
    let certificate = x509(&link.der)?;
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
    let (from, to) = (certificate.validity().not_before.to_datetime(), certificate.validity().not_after.to_datetime());
    if now < from {
        return Err(CaFault::NotYet(from, now));
    }
    if now >= to {
        return Err(CaFault::Expired(to));
    }
    Ok((from, to))
}
