//! `serials.toml`: the cluster's id, and how many bundles each host has had.
//!
//! Pure: text in, value out. A number is spent before the bundle that bears it is there, so none is ever used for two.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use payload::digest::Digest;
use payload::name::HostName;
use payload::provenance::{ClusterId, MAX_SUCCESSIONS, Succession};
use payload::signer::SignerKey;
use serde::{Deserialize, Serialize};

use crate::text;
use crate::toml_error;

/// The layout of the file; raised when an older etcdpack could misread it.
const VERSION: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Serials {
    version: u32,
    pub(super) cluster_id: ClusterId,
    /// Every change of the signing key, oldest first.
    #[serde(default)]
    succession: Vec<Succession>,
    #[serde(default)]
    host: BTreeMap<HostName, Numbered>,
}

/// The newest bundle of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbered {
    serial: NonZeroU64,
    /// The sum of all that makes it another bundle, but for the number.
    content: Digest,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SerialsError {
    /// The parser's words, with the line.
    Toml(String),
    /// Of another etcdpack.
    Version(u32),
    /// Nothing is higher than the last number.
    Spent(HostName),
}

impl SerialsError {
    /// The version that is read and written.
    pub(crate) const KNOWN_VERSION: u32 = VERSION;
}

impl Serials {
    /// Of a cluster that has no bundle yet.
    pub(super) fn new(cluster_id: ClusterId) -> Self {
        Self { version: VERSION, cluster_id, succession: Vec::new(), host: BTreeMap::new() }
    }

    /// Reads the text of the file.
    pub(super) fn parse(text: &str) -> Result<Self, SerialsError> {
        let serials: Self =
            toml::from_str(text).map_err(|error| SerialsError::Toml(toml_error::describe(text, &error)))?;
        if serials.version == VERSION { Ok(serials) } else { Err(SerialsError::Version(serials.version)) }
    }

    /// The text that [`Serials::parse`] reads.
    pub(super) fn render(&self) -> Result<String, SerialsError> {
        let body = toml::to_string(self).map_err(|error| SerialsError::Toml(error.to_string()))?;
        Ok(format!("{}\n{body}", text::pki::SERIALS_HEAD))
    }

    /// The number of the bundle with this content: the one that it has, or the next.
    pub(super) fn number(&mut self, host: &HostName, content: Digest) -> Result<NonZeroU64, SerialsError> {
        let serial = match self.host.get(host) {
            Some(last) if last.content == content => return Ok(last.serial),
            Some(last) => next(last.serial).ok_or_else(|| SerialsError::Spent(host.clone()))?,
            None => NonZeroU64::MIN,
        };
        self.host.insert(host.clone(), Numbered { serial, content });
        Ok(serial)
    }

    /// Whether some host has had an earlier bundle than its newest.
    pub(super) fn has_updates(&self) -> bool {
        self.host.values().any(|numbered| numbered.serial > NonZeroU64::MIN)
    }

    /// How the signing key came to be `signer`, as far as a bundle may tell of it. A change to a key that never took over is
    /// passed over.
    pub(super) fn succession_to(&self, signer: &SignerKey) -> Vec<Succession> {
        let end = self.succession.iter().rposition(|change| change.to == *signer).map_or(0, |at| at + 1);
        let begin = end.saturating_sub(MAX_SUCCESSIONS);
        self.succession.get(begin..end).unwrap_or_default().to_vec()
    }

    /// Adds a change, and forgets what came after its `from` without taking over.
    pub(super) fn succeed(&mut self, change: Succession) {
        self.succession = self.succession_to(&change.from);
        self.succession.push(change);
    }
}

/// TOML's integers end at 2^63 - 1.
fn next(serial: NonZeroU64) -> Option<NonZeroU64> {
    serial.checked_add(1).filter(|next| i64::try_from(next.get()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> HostName {
        name.parse().unwrap()
    }

    #[test]
    fn a_number_is_for_one_content() {
        let mut serials = Serials::new(ClusterId::new([1; 16]));
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let numbers: Vec<u64> =
            [a, a, b, a].iter().map(|content| serials.number(&host("n1"), *content).unwrap().get()).collect();
        assert_eq!(numbers, [1, 1, 2, 3]);
        assert!(serials.has_updates() && !Serials::new(ClusterId::new([1; 16])).has_updates());
        assert_eq!(serials.number(&host("n2"), b).unwrap().get(), 1);
        assert_eq!(Serials::parse(&serials.render().unwrap()), Ok(serials));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let mut serials = Serials::new(ClusterId::new([1; 16]));
        serials.number(&host("n1"), Digest::of(b"a")).unwrap();
        let text = serials.render().unwrap();
        assert_eq!(Serials::parse(&text.replace("version = 1", "version = 2")), Err(SerialsError::Version(2)));
        for bad in [String::new(), text.replace("serial = 1", "serial = 0"), text.replace("cluster-id", "id")] {
            assert!(matches!(Serials::parse(&bad), Err(SerialsError::Toml(_))), "{bad}");
        }
        let last = text.replace("serial = 1", &format!("serial = {}", i64::MAX));
        let spent = Serials::parse(&last).unwrap().number(&host("n1"), Digest::of(b"b"));
        assert_eq!(spent, Err(SerialsError::Spent(host("n1"))));
    }
}
