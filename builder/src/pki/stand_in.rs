//! Pairs for a rehearsal, of hosts whose keys are on these hosts alone: made in memory while the rehearsal is, with the names and
//! the kind of key that the real ones have. Must not be written anywhere, and must not reach who packs.

use payload::name::HostName;
use time::{Duration, OffsetDateTime};

use super::ca::{Authority, KeyPlace};
use super::error::PkiError;
use super::key;
use super::site::Site;
use super::spec::CertificateSpec;
use crate::secret::Secret;

/// Who can make them: a CA whose key is at hand.
pub struct StandIns {
    authority: Authority,
    specs: Vec<CertificateSpec>,
    validity: Duration,
    now: OffsetDateTime,
}

/// One of them.
pub struct StandIn {
    pub certificate_pem: String,
    pub key_pem: Secret,
}

impl StandIns {
    /// `None` where nothing can be signed here now.
    pub(super) fn by(authority: Authority, specs: Vec<CertificateSpec>, site: &Site<'_>) -> Option<Self> {
        let (validity, now) = (site.validity, site.now);
        (authority.key_place() == KeyPlace::Here).then_some(Self { authority, specs, validity, now })
    }

    /// One for `host`, where it is a host of the cluster. Each call makes another.
    pub fn make(&self, host: &HostName) -> Result<Option<StandIn>, PkiError> {
        let Some(spec) = self.specs.iter().find(|spec| spec.holder.is(host)) else { return Ok(None) };
        let spec = self.authority.permitted(spec)?;
        let key = key::generate(spec.algorithm)?;
        let certificate_pem = self.authority.issue(&spec, &*key, self.validity, self.now)?;
        Ok(Some(StandIn { certificate_pem, key_pem: Secret::new(key.serialize_pem()) }))
    }
}
