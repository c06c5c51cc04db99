//! What the cluster file says about certificates. No key and no certificate is made here.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::name::HostName;
use crate::say;

/// Whether every host has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeySharing {
    /// One key and certificate a host: each can be replaced by itself.
    #[default]
    PerHost,
    /// The guide's single pair on all hosts.
    Shared,
}

/// How a host comes by its private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// In the bundle, sealed with a passphrase that is asked for on the host.
    #[default]
    Passphrase,
    /// It makes the key itself: none ever travels, and its request and certificate do.
    HostKey,
    /// In the bundle, in the clear.
    Plaintext,
}

/// Kinds of keys. Ed25519 is left out: official etcd up to 3.4.16 cannot read it (Go before 1.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Algorithm {
    /// The guide's choice.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    #[serde(rename = "rsa-4096")]
    Rsa4096,
    /// Small, fast, and read by every etcd.
    #[default]
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    #[serde(rename = "ecdsa-p384")]
    EcdsaP384,
}

/// A time span in whole hours, written as cfssl does, `175200h`, or in days, `3650d`, or years of 365 days, `20y`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Hours(u32);

impl Hours {
    /// Ten years.
    pub const TEN_YEARS: Self = Self(87_600);
    /// Twenty years, the guide's choice.
    pub const TWENTY_YEARS: Self = Self(175_200);
    /// A hundred years, as many guides to cfssl have it.
    const MAX: u32 = 876_000;

    /// How many hours.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}h", self.0)
    }
}

/// A text that is not such a span.
#[derive(Debug, thiserror::Error)]
#[error("{}", say!(en = "a validity is in hours, days or years of 365 days, such as `87600h`, `3650d` or `10y`, from 24h to 100y, not `{}`", zh = "有效期以小时、天或年（365 天）为单位，如 `87600h`、`3650d` 或 `10y`，范围为 24h 至 100y；不能是 `{}`", _0.escape_debug()))]
pub struct NotHours(String);

impl TryFrom<String> for Hours {
    type Error = NotHours;

    fn try_from(text: String) -> Result<Self, NotHours> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = match text.get(digits.len()..).unwrap_or_default().trim() {
            "h" | "hour" | "hours" => Some(1),
            "d" | "day" | "days" => Some(24),
            "y" | "year" | "years" => Some(24 * 365),
            _ => None,
        };
        let number = Some(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        let hours =
            number.and_then(|number| number.parse::<u32>().ok()).zip(unit).and_then(|(n, unit)| n.checked_mul(unit));
        match hours {
            Some(hours @ 24..=Self::MAX) => Ok(Self(hours)),
            _ => Err(NotHours(text)),
        }
    }
}

/// One attribute of a certificate's subject: 1 to 64 printable characters (the bound is X.520's).
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct SubjectText(String);

/// A common name has the same bounds.
pub type CommonName = SubjectText;

impl SubjectText {
    /// The attribute as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The guide's common name.
    pub(super) fn etcd_peer() -> Self {
        Self("etcd-peer".to_owned())
    }
}

/// A subject attribute that a certificate cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum NotASubject {
    #[error("{}", say!(en = "a subject attribute has 1 to 64 characters and no control characters: `{}`", zh = "证书主体的属性为 1 至 64 个字符，且不含控制字符：`{}`", _0.escape_debug()))]
    Text(String),
    #[error("{}", say!(en = "a country is two capital letters (ISO 3166), not `{}`", zh = "国家代码是两个大写字母（ISO 3166），不能是 `{}`", _0.escape_debug()))]
    Country(String),
}

impl TryFrom<String> for SubjectText {
    type Error = NotASubject;

    fn try_from(text: String) -> Result<Self, NotASubject> {
        let fits = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(NotASubject::Text(text)) }
    }
}

/// A country code: two capital letters.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Country(String);

impl Country {
    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Country {
    type Error = NotASubject;

    fn try_from(text: String) -> Result<Self, NotASubject> {
        let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if fits { Ok(Self(text)) } else { Err(NotASubject::Country(text)) }
    }
}

/// The subject of the certificates, besides the common name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    pub country: Option<Country>,
    pub state: Option<SubjectText>,
    pub locality: Option<SubjectText>,
    pub organization: Option<SubjectText>,
    pub organizational_unit: Option<SubjectText>,
}

/// A CA that the site already has. Paths are as written, relative to the cluster file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCa {
    pub certificate: String,
    /// `None`: out of reach; whoever has it signs requests.
    pub key: Option<String>,
}

/// The `[pki]` section, resolved.
#[derive(Debug, Clone)]
pub struct Pki {
    pub sharing: KeySharing,
    pub keys: Keys,
    pub algorithm: Algorithm,
    pub validity: Hours,
    pub ca_validity: Hours,
    pub common_name: CommonName,
    pub subject: Subject,
    /// Addresses that no host has yet: a spare host can take over with the certificate as it is.
    pub spare_addresses: Vec<IpAddr>,
    pub spare_names: Vec<HostName>,
    /// `None`: etcdpack makes a CA of its own.
    pub own_ca: Option<OwnCa>,
}
