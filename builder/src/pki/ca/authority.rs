//! The CA: made, or read and found fit to vouch for etcd members. No files: text comes in, text goes out.

use std::path::{Path, PathBuf};

use payload::cluster::Cluster;
use payload::etcd::EtcdVersion;
use rcgen::{CertificateParams, DnType, KeyIdMethod, KeyPair, PublicKeyData};
use time::{Duration, OffsetDateTime};
use x509_parser::x509::X509Version;
use zeroize::Zeroizing;

use super::encrypted::EncryptedKey;
use super::fitness::{examine, times};
use super::key::CaKey;
use crate::pki::chain::{self, Link, x509};
use crate::pki::error::{CaFault, PkiError};
use crate::pki::profile::Profile;
use crate::pki::readable::Unreadable;
use crate::pki::sign::{self, Signer};
use crate::pki::spec::CertificateSpec;
use crate::pki::{constraints, key, names, pem};

/// Clocks of isolated hosts lag; what is made now is to be valid there at once.
const BACKDATED: Duration = Duration::hours(24);

/// Common names have at most 64 characters (X.520); a cluster name may have 63.
const COMMON_NAME: usize = 64;

/// Where a CA's text is from, for messages.
#[derive(Debug, Clone)]
pub(super) struct CaFiles {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pki) enum Issuing {
    /// Etcdpack, so a certificate is exactly what was asked for.
    Here,
    /// Others, who may put more into a certificate than was asked for, and choose its subject and dates.
    Elsewhere,
}

/// Where the key is that signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    Here,
    /// Here, under a passphrase.
    Locked,
    /// Ours, and not in its place.
    Missing,
    /// With whoever runs the CA.
    Elsewhere,
}

/// A CA that certificates can be checked against and, with its key, made by.
pub(in crate::pki) struct Authority {
    pub(super) files: CaFiles,
    /// All certificates of the file, the one that signs first and those above it next.
    pub(in crate::pki) trusted: Vec<Link>,
    /// How many of these are the one that signs and those above it.
    height: usize,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    key: CaKey,
    /// The version that is to use what it signs.
    etcd: EtcdVersion,
}

/// When a CA ends that is made now.
pub(in crate::pki) fn end_of_new(cluster: &Cluster, now: OffsetDateTime) -> OffsetDateTime {
    now + Duration::hours(cluster.pki.ca_validity.count().into())
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
    params.not_after = end_of_new(cluster, now);
    Ok(params.self_signed(key)?.pem())
}

impl Authority {
    /// Reads a CA, which may be below another one in the same file. Without a key it can still vouch for what it has
    /// signed before.
    pub(super) fn read(
        files: CaFiles,
        certificates: &[u8],
        key: CaKey,
        now: OffsetDateTime,
        etcd: EtcdVersion,
    ) -> Result<Self, PkiError> {
        let fail = |fault| PkiError::Ca { path: files.certificate.clone(), fault };
        let mut links = links(certificates, etcd).map_err(fail)?;
        let signer = match &key {
            CaKey::Open(key) => first(&links, now, |link| owns(link, key)),
            CaKey::Encrypted(_) | CaKey::Missing | CaKey::Elsewhere => Some(lowest(&links, now)),
        };
        let Some(signer) = signer else {
            let CaFiles { certificate, key } = files;
            return Err(PkiError::Mismatch { certificate, key });
        };
        let mut trusted = vec![links.remove(signer)];
        if let Some(signer) = trusted.first() {
            let above = chain::path(signer, &links.iter().collect::<Vec<_>>(), now);
            // Hosts trust the one that signs, so its end alone counts to them: a root that is over stands in nobody's way.
            trusted.extend(above.into_iter().take_while(|link| !link.has_ended(now)));
        }
        let height = trusted.len();
        let (not_before, not_after) = match &key {
            CaKey::Elsewhere => {
                // Which one has signed, a certificate will say. It is enough here that one of them can.
                let all = trusted.iter().chain(&links);
                let looked_at: Vec<_> = all.map(|link| examine(link, now, etcd)).collect();
                match looked_at.iter().find_map(|one| one.as_ref().ok()) {
                    Some(times) => *times,
                    None => {
                        return Err(fail(
                            looked_at.into_iter().find_map(Result::err).unwrap_or(CaFault::NoCertificate),
                        ));
                    }
                }
            }
            CaKey::Open(_) | CaKey::Encrypted(_) | CaKey::Missing => times(&trusted, now, etcd).map_err(fail)?,
        };
        let rest: Vec<Link> = links.into_iter().filter(|link| !trusted.contains(link)).collect();
        trusted.extend(rest);
        Ok(Self { files, trusted, height, not_before, not_after, key, etcd })
    }

    pub(in crate::pki) fn issuing(&self) -> Issuing {
        match self.key {
            CaKey::Elsewhere => Issuing::Elsewhere,
            CaKey::Open(_) | CaKey::Encrypted(_) | CaKey::Missing => Issuing::Here,
        }
    }

    /// The one that signs and those above it.
    pub(in crate::pki) fn path(&self) -> &[Link] {
        self.trusted.get(..self.height).unwrap_or_default()
    }

    /// The key, while it is under its passphrase.
    pub(super) fn encrypted_key(&self) -> Option<&EncryptedKey> {
        match &self.key {
            CaKey::Encrypted(locked) => Some(locked),
            CaKey::Open(_) | CaKey::Missing | CaKey::Elsewhere => None,
        }
    }

    /// The same CA with its key opened, which also tells for certain who in the file it is.
    pub(super) fn opened(self, key: Zeroizing<KeyPair>, now: OffsetDateTime) -> Result<Self, PkiError> {
        let pem = chain::pem(&self.trusted);
        Self::read(self.files, pem.as_bytes(), CaKey::Open(key), now, self.etcd)
    }

    pub(in crate::pki) fn key_place(&self) -> KeyPlace {
        match self.key {
            CaKey::Open(_) => KeyPlace::Here,
            CaKey::Encrypted(_) => KeyPlace::Locked,
            CaKey::Missing => KeyPlace::Missing,
            CaKey::Elsewhere => KeyPlace::Elsewhere,
        }
    }

    /// When it ends.
    pub(in crate::pki) fn end(&self) -> OffsetDateTime {
        self.not_after
    }

    /// When a certificate of this `validity` ends that it makes now.
    pub(in crate::pki) fn end_of(&self, validity: Duration, now: OffsetDateTime) -> OffsetDateTime {
        (now + validity).min(self.not_after)
    }

    /// Where the CA's certificate lies.
    pub(in crate::pki) fn file(&self) -> &Path {
        &self.files.certificate
    }

    /// The version of etcd that is to use what it signs.
    pub(in crate::pki) fn etcd(&self) -> EtcdVersion {
        self.etcd
    }

    /// When the CA ends, if that is before certificates of this `validity` would.
    pub(in crate::pki) fn ends_before(&self, validity: Duration, now: OffsetDateTime) -> Option<OffsetDateTime> {
        Some(self.not_after).filter(|end| *end < now + validity)
    }

    /// `spec` without the names that it may lack and the CA may not sign for.
    pub(in crate::pki) fn permitted(&self, spec: &CertificateSpec) -> Result<CertificateSpec, PkiError> {
        let all = names::spec_names(spec);
        let forbidden = constraints::forbidden(self.path(), all.iter().map(String::as_str));
        let (optional, needed): (Vec<&str>, Vec<&str>) = forbidden.into_iter().partition(|name| spec.may_lack(name));
        if needed.is_empty() {
            return Ok(spec.without(&optional));
        }
        let names = needed.into_iter().map(str::to_owned).collect();
        Err(PkiError::Forbidden { path: self.files.certificate.clone(), holder: spec.holder.to_string(), names })
    }

    /// Makes a certificate for `key`, followed by the CAs that a stranger needs besides the root.
    pub(in crate::pki) fn issue(
        &self,
        spec: &CertificateSpec,
        key: &impl PublicKeyData,
        validity: Duration,
        now: OffsetDateTime,
    ) -> Result<String, PkiError> {
        let path = self.files.certificate.clone();
        let (CaKey::Open(ca_key), Some(signer)) = (&self.key, self.trusted.first()) else {
            return Err(PkiError::Ca { path, fault: CaFault::NoKey });
        };
        let mut params = spec.params()?;
        params.not_before = (now - BACKDATED).max(self.not_before);
        params.not_after = self.end_of(validity, now);
        params.serial_number = Some(sign::serial()?);
        params.use_authority_key_identifier_extension = true;
        params.key_identifier_method = KeyIdMethod::PreSpecified(key::id(key));
        let signer = Signer { name: &signer.subject, key_id: signer.key_id.as_deref(), key: ca_key };
        let der = sign::certificate(&params, key, &signer)?;
        Ok(chain::with_chain(&der, self.path()))
    }
}

fn links(certificates: &[u8], etcd: EtcdVersion) -> Result<Vec<Link>, CaFault> {
    let mut links: Vec<Link> = Vec::new();
    for block in pem::certificate_blocks(certificates)? {
        let certificate = x509(block.contents())?;
        if !certificate.is_ca() {
            let old = certificate.version() != X509Version::V3;
            return Err(if old { CaFault::Unreadable(Unreadable::Version1, etcd) } else { CaFault::NotCa });
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
fn lowest(links: &[Link], now: OffsetDateTime) -> usize {
    let signed_none = |link: &Link| !links.iter().any(|other| other != link && link.may_have_signed(other));
    first(links, now, signed_none).unwrap_or_default()
}

/// The first that is so; rather one that is still valid.
fn first(links: &[Link], now: OffsetDateTime, is: impl Fn(&Link) -> bool) -> Option<usize> {
    let all = links.iter().enumerate().filter(|(_, link)| is(link));
    all.min_by_key(|(_, link)| link.has_ended(now)).map(|(at, _)| at)
}
