//! `serials.toml`: who founded the cluster, and how many bundles each host has had.
//!
//! Pure: text in, value out. A number is spent before the bundle that bears it is there, so none is ever used for two.
//! Version 1, of etcdpack 0.1, had the cluster's id and the numbers alone.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use payload::digest::Digest;
use payload::name::HostName;
use payload::provenance::{MAX_SUCCESSIONS, SiteId, Succession};
use payload::signer::SignerKey;
use serde::{Deserialize, Serialize};

use crate::founding::{ClusterRecord, Ledger};
use crate::text;
use crate::toml_error;

/// The layout of the file; raised when an older etcdpack could misread it.
const VERSION: u32 = 2;

/// The oldest that is read.
const OLDEST: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Serials {
    version: u32,
    /// All that version 1 had of a cluster; it stays until a build has written down the rest.
    #[serde(default, rename = "cluster-id", skip_serializing_if = "Option::is_none")]
    site_id: Option<SiteId>,
    /// What bundles are built for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cluster: Option<ClusterRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaced: Vec<ClusterRecord>,
    /// Every change of the signing key, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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
    /// Numbers of bundles, and not a word of which cluster they are.
    NoCluster,
}

impl SerialsError {
    /// The version that is read and written.
    pub(crate) const KNOWN_VERSION: u32 = VERSION;
}

impl Serials {
    /// Before the first build.
    pub(super) fn new() -> Self {
        Self {
            version: VERSION,
            site_id: None,
            cluster: None,
            replaced: Vec::new(),
            succession: Vec::new(),
            host: BTreeMap::new(),
        }
    }

    /// Reads the text of the file, its version before all else: a later one may have anything in it.
    pub(super) fn parse(text: &str) -> Result<Self, SerialsError> {
        #[derive(Deserialize)]
        struct VersionOnly {
            version: u32,
        }
        let wrong = |error| SerialsError::Toml(toml_error::describe(text, &error));
        let VersionOnly { version } = toml::from_str(text).map_err(wrong)?;
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(SerialsError::Version(version));
        }
        let serials: Self = toml::from_str(text).map_err(wrong)?;
        if serials.has_numbers() && serials.cluster.is_none() && serials.site_id.is_none() {
            return Err(SerialsError::NoCluster);
        }
        Ok(Self { version: VERSION, ..serials })
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

    /// What is on record of clusters.
    pub(super) fn ledger(&self) -> Ledger {
        // A cluster that no bundle was built for is none.
        let unrecorded = self.site_id.filter(|_| self.has_numbers() && self.cluster.is_none());
        Ledger { unrecorded, cluster: self.cluster.clone(), replaced: self.replaced.clone() }
    }

    /// Writes down what bundles are built for from now on.
    pub(super) fn record(&mut self, cluster: ClusterRecord, replaced: Vec<ClusterRecord>) {
        self.site_id = None;
        self.cluster = Some(cluster);
        self.replaced = replaced;
    }

    /// The hosts that bundles were built for, ever.
    pub(super) fn numbered(&self) -> impl Iterator<Item = &HostName> {
        self.host.keys()
    }

    /// Whether any bundle was built.
    pub(super) fn has_numbers(&self) -> bool {
        !self.host.is_empty()
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
    use payload::founding::{Founder, Phase};

    use super::*;
    use crate::founding::BuiltHost;

    fn host(name: &str) -> HostName {
        name.parse().unwrap()
    }

    /// As a build leaves it.
    fn recorded() -> Serials {
        let mut serials = Serials::new();
        let founder = Founder { name: "n1".parse().unwrap(), peer_url: "https://192.0.2.1:2380".parse().unwrap() };
        let built = BuiltHost { name: host("n1"), member: founder.name.clone(), peer_url: founder.peer_url.clone() };
        let cluster = ClusterRecord {
            site_id: SiteId::new([1; 16]),
            phase: Phase::Founding,
            token: "t".parse().unwrap(),
            founders: vec![founder],
            hosts: vec![built],
        };
        let before = ClusterRecord { founders: Vec::new(), hosts: Vec::new(), ..cluster.clone() };
        serials.record(cluster, vec![before]);
        serials
    }

    #[test]
    fn a_number_is_for_one_content() {
        let mut serials = recorded();
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let numbers: Vec<u64> =
            [a, a, b, a].iter().map(|content| serials.number(&host("n1"), *content).unwrap().get()).collect();
        assert_eq!(numbers, [1, 1, 2, 3]);
        assert!(serials.has_updates() && !Serials::new().has_updates());
        assert_eq!(serials.number(&host("n2"), b).unwrap().get(), 1);
        assert_eq!(Serials::parse(&serials.render().unwrap()), Ok(serials));
    }

    #[test]
    fn version_1_is_read_and_kept_as_it_is_until_a_build_takes_it_over() {
        let id = "01".repeat(16);
        let old = format!("version = 1\ncluster-id = \"{id}\"\nsuccession = []\n");
        let numbers = format!("[host.n1]\nserial = 7\ncontent = \"{}\"\n", Digest::of(b"a"));
        // The key was changed before any bundle was built.
        assert_eq!(Serials::parse(&format!("{old}[host]\n")).unwrap().ledger(), Ledger::default());
        let serials = Serials::parse(&format!("{old}{numbers}")).unwrap();
        assert_eq!(serials.ledger().unrecorded, Some(SiteId::new([1; 16])));
        let mut again = Serials::parse(&serials.render().unwrap()).unwrap();
        assert_eq!(again, serials);
        let Ledger { cluster, replaced, .. } = recorded().ledger();
        again.record(cluster.unwrap(), replaced);
        let text = again.render().unwrap();
        assert!(!text.contains("cluster-id") && text.contains("serial = 7"), "{text}");
        assert_eq!(
            Serials::parse(&numbers),
            Err(SerialsError::Toml("line 1, column 1: missing field `version`".to_owned()))
        );
        assert_eq!(Serials::parse(&format!("version = 2\n{numbers}")), Err(SerialsError::NoCluster));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let mut serials = recorded();
        serials.number(&host("n1"), Digest::of(b"a")).unwrap();
        let text = serials.render().unwrap();
        let newer = text.replace("version = 2", "version = 3\nmore = 1");
        assert_eq!(Serials::parse(&newer), Err(SerialsError::Version(3)));
        for bad in [String::new(), text.replace("serial = 1", "serial = 0"), text.replace("site-id", "id")] {
            assert!(matches!(Serials::parse(&bad), Err(SerialsError::Toml(_))), "{bad}");
        }
        let last = text.replace("serial = 1", &format!("serial = {}", i64::MAX));
        let spent = Serials::parse(&last).unwrap().number(&host("n1"), Digest::of(b"b"));
        assert_eq!(spent, Err(SerialsError::Spent(host("n1"))));
    }
}
