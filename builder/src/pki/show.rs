//! The certificates of a `pki` directory at a glance, for `etcdpack pki show`. Reads no key.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use x509_parser::parse_x509_certificate;

use super::error::{CaFault, PkiError};
use super::{authority, check, store};

/// Which certificate a [`Line`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The CA that etcdpack made.
    Ca,
    /// The pair that all hosts share.
    Shared,
    /// One host's own.
    Host,
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// Whose certificate.
    pub what: What,
    /// The host, where it is one host's.
    pub host: Option<String>,
    /// As openssl writes it: `C=CN, O=od, CN=etcd-peer`.
    pub subject: String,
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
}

/// All certificates in `dir`: the CA's, the shared one, then each host's by name. A CA of the site's own is not
/// among them.
pub fn show(dir: &Path, now: OffsetDateTime) -> Result<Vec<Line>, PkiError> {
    let mut lines = Vec::new();
    for (name, path, text) in store::certificates(dir)? {
        let (what, host) = match name.strip_prefix("hosts/") {
            Some(host) => (What::Host, Some(host.to_owned())),
            None if name.is_empty() => (What::Ca, None),
            None => (What::Shared, None),
        };
        let fail = |fault| PkiError::Ca { path: path.clone(), fault };
        for block in authority::certificate_blocks(text.as_bytes()).map_err(fail)? {
            let line = line(what, host.clone(), block.contents(), now);
            lines.push(line.ok_or_else(|| fail(CaFault::Unreadable))?);
        }
    }
    Ok(lines)
}

fn line(what: What, host: Option<String>, der: &[u8], now: OffsetDateTime) -> Option<Line> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    let not_after = certificate.validity().not_after.to_datetime();
    Some(Line {
        what,
        host,
        subject: certificate.subject().to_string(),
        sans: check::names(&certificate)?.into_iter().collect(),
        not_before: certificate.validity().not_before.to_datetime(),
        not_after,
        days_left: (not_after - now).whole_days(),
        sha256: fingerprint(der),
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
