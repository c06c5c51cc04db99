//! Parts of the manifest whose form stands and which this version does not act on.
//!
//! Its builder writes none of them. Its installer refuses a bundle that has one: to pass over it would be to install
//! something else than the bundle says.

use serde::{Deserialize, Serialize};

use super::{Manifest, ManifestError};
use crate::path::AbsPath;
use crate::url::{Scheme, Url};

/// What the host tells whoever watches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Monitoring {
    /// Where etcd's metrics are served without a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<Url>,
    /// The directory of `node_exporter`'s textfile collector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub textfile: Option<AbsPath>,
}

impl Monitoring {
    /// Of a host that tells of its snapshots in this directory.
    #[must_use]
    pub fn textfile(dir: AbsPath) -> Self {
        Self { listen: None, textfile: Some(dir) }
    }
}

impl Manifest {
    /// Whether this version acts on all that the manifest says.
    pub(super) fn check_known(&self) -> Result<(), ManifestError> {
        let is_https = |url: &Option<Url>| url.as_ref().is_none_or(|url| url.scheme() == Scheme::Https);
        let at_home = |member: &super::Member| {
            let is_told = member.peer_url.as_ref().is_none_or(|url| *url.host() == member.address);
            is_https(&member.peer_url) && is_https(&member.client_url) && is_told
        };
        let later = [
            ("monitoring", self.monitoring.as_ref().is_some_and(|it| it.listen.is_some() || it.textfile.is_none())),
            ("members", !self.members.iter().all(at_home)),
        ];
        later.into_iter().find(|(_, there)| *there).map_or(Ok(()), |(what, _)| Err(ManifestError::Later(what)))
    }
}
