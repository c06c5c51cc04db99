//! The certificates of a `pki` directory at a glance, for `etcdpack pki show`. Reads no key.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::chain::x509;
use super::error::{CaFault, PkiError};
use super::key::KeyAlgorithm;
use super::profile::Profile;
use super::spec::Holder;
use super::{file, listing, names, pem};

/// Whose certificate a [`CertificateRow`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKind {
    /// A CA's: the one in `pki/`, or the site's own.
    Ca,
    /// The pair that all hosts share.
    Shared,
    /// One host's own.
    Host,
    /// A client's.
    Client,
    /// That of a server in front of the members.
    Server,
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CertificateRow {
    /// Whose certificate.
    pub what: CertificateKind,
    /// The host, client or server, where it is one's.
    pub name: Option<String>,
    /// What it may be used for; `None` for something else than etcd.
    pub profile: Option<Profile>,
    /// `ecdsa-p256`, `rsa-2048` and so on; `other` where etcd would not take it.
    pub algorithm: String,
    /// As openssl writes it: `C=CN, O=od, CN=etcd-peer`.
    pub subject: String,
    /// The CA's subject, in the same way.
    pub issuer: String,
    /// Its number, in hexadecimal digits with colons.
    pub serial: String,
    /// DNS names and addresses, sorted as text.
    pub sans: Vec<String>,
    /// First moment of its validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// Last moment of its validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// Whole days until then; negative after it.
    pub days_left: i64,
    /// SHA-256 of the certificate as openssl writes it: pairs of capital hex digits, colons between.
    pub sha256: String,
    /// The file.
    pub path: String,
}

/// All certificates in `dir`, and those of `own_ca` where the site has one: CAs, the shared one, then each host's,
/// client's and server's by name.
pub fn show(dir: &Path, own_ca: Option<&Path>, now: OffsetDateTime) -> Result<Vec<CertificateRow>, PkiError> {
    let mut lines = Vec::new();
    let ca = match own_ca {
        Some(path) => Some((path.to_owned(), file::text(path)?)),
        None => listing::ca(dir)?,
    };
    if let Some((path, text)) = ca {
        add(&mut lines, (CertificateKind::Ca, None), &path, &text, now)?;
    }
    for (holder, path, text) in listing::certificates(dir)? {
        let of = match &holder {
            Holder::Everyone => (CertificateKind::Shared, None),
            Holder::Host(name) => (CertificateKind::Host, Some(name.as_str())),
            Holder::Client(name) => (CertificateKind::Client, Some(name.as_str())),
            Holder::Server(name) => (CertificateKind::Server, Some(name.as_str())),
        };
        add(&mut lines, of, &path, &text, now)?;
    }
    Ok(lines)
}

/// Whose requests wait for their certificates in `dir`.
pub fn waiting(dir: &Path) -> Result<Vec<Holder>, PkiError> {
    listing::waiting(dir)
}

fn add(
    lines: &mut Vec<CertificateRow>,
    (what, name): (CertificateKind, Option<&str>),
    path: &Path,
    text: &str,
    now: OffsetDateTime,
) -> Result<(), PkiError> {
    let fail = |fault| PkiError::Ca { path: path.to_owned(), fault };
    for block in pem::certificate_blocks(text.as_bytes()).map_err(fail)? {
        let line = line(what, name, path, block.contents(), now).ok_or_else(|| fail(CaFault::NoCertificate))?;
        // Behind a certificate stand the CAs above it.
        if line.profile != Some(Profile::Ca) || what == CertificateKind::Ca {
            lines.push(line);
        } else if !lines.iter().any(|known| known.sha256 == line.sha256) {
            lines.push(CertificateRow { what: CertificateKind::Ca, name: None, ..line });
        }
    }
    Ok(())
}

fn line(
    what: CertificateKind,
    name: Option<&str>,
    path: &Path,
    der: &[u8],
    now: OffsetDateTime,
) -> Option<CertificateRow> {
    let certificate = x509(der).ok()?;
    let not_after = certificate.validity().not_after.to_datetime();
    Some(CertificateRow {
        what,
        name: name.map(str::to_owned),
        profile: Profile::of(&certificate),
        algorithm: KeyAlgorithm::of(certificate.public_key()).to_string(),
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: certificate.raw_serial_as_string(),
        sans: names::names(&certificate)?.into_iter().collect(),
        not_before: certificate.validity().not_before.to_datetime(),
        not_after,
        days_left: (not_after - now).whole_days(),
        sha256: fingerprint(der),
        path: path.display().to_string(),
    })
}

fn fingerprint(der: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(der) {
        let colon = if text.is_empty() { "" } else { ":" };
        let _ = write!(text, "{colon}{byte:02X}");
    }
    text
}
