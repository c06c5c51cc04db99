//! The shapes of cfssl 1.x: `config.Config` (`ca-config.json`) and `csr.CertificateRequest` (`etcd-peer-csr.json`,
//! `ca-csr.json`), as far as they are of use here. Pure.

use std::collections::BTreeMap;

use payload::cluster::{Algorithm, CommonName, Country, Hours, SubjectText};
use serde::Deserialize;

use crate::text::cfssl;

/// One file.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) signing: Option<Signing>,
    #[serde(rename = "CN")]
    pub(super) common_name: Option<Filled<CommonName>>,
    pub(super) hosts: Option<Vec<String>>,
    pub(super) key: Option<Key>,
    pub(super) names: Option<Vec<Name>>,
    pub(super) ca: Option<Ca>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Signing {
    pub(super) default: Option<Profile>,
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Profile {
    pub(super) expiry: Option<Span>,
    #[serde(default)]
    pub(super) usages: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Ca {
    pub(super) expiry: Option<Span>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Name {
    #[serde(rename = "C", default)]
    pub(super) country: Filled<Country>,
    #[serde(rename = "ST", default)]
    pub(super) state: Filled<SubjectText>,
    #[serde(rename = "L", default)]
    pub(super) locality: Filled<SubjectText>,
    #[serde(rename = "O", default)]
    pub(super) organization: Filled<SubjectText>,
    #[serde(rename = "OU", default)]
    pub(super) organizational_unit: Filled<SubjectText>,
}

/// Something that cfssl lets stand empty.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String", bound(deserialize = "T: TryFrom<String, Error: std::fmt::Display>"))]
pub(super) struct Filled<T>(pub(super) Option<T>);

impl<T> Default for Filled<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: TryFrom<String>> TryFrom<String> for Filled<T> {
    type Error = T::Error;

    fn try_from(text: String) -> Result<Self, T::Error> {
        if text.is_empty() { Ok(Self(None)) } else { T::try_from(text).map(|value| Self(Some(value))) }
    }
}

/// A Go duration (`time.ParseDuration`) of whole hours: `8760h`, `8760h0m0s`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Span(pub(super) Hours);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hours = text.strip_suffix("0s").unwrap_or(&text);
        let hours = hours.strip_suffix("0m").unwrap_or(hours);
        Hours::try_from(hours.to_owned()).map(Self).map_err(|_| cfssl::odd_expiry(text.escape_debug()))
    }
}

/// cfssl's `key`: `{"algo": "ecdsa", "size": 256}`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "WrittenKey")]
pub(super) struct Key(pub(super) Algorithm);

#[derive(Deserialize)]
struct WrittenKey {
    algo: String,
    size: u32,
}

impl TryFrom<WrittenKey> for Key {
    type Error = String;

    fn try_from(WrittenKey { algo, size }: WrittenKey) -> Result<Self, String> {
        match (algo.as_str(), size) {
            ("rsa", 2048) => Ok(Self(Algorithm::Rsa2048)),
            ("rsa", 3072) => Ok(Self(Algorithm::Rsa3072)),
            ("rsa", 4096) => Ok(Self(Algorithm::Rsa4096)),
            ("ecdsa", 256) => Ok(Self(Algorithm::EcdsaP256)),
            ("ecdsa", 384) => Ok(Self(Algorithm::EcdsaP384)),
            _ => Err(cfssl::odd_key(algo.escape_debug(), size)),
        }
    }
}
