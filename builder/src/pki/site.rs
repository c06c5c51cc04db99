//! A cluster file in its directory, at one moment: what every operation on certificates starts from. Pure: what is in
//! `pki/` is read by others.

use std::path::{Path, PathBuf};

use payload::cluster::{Cluster, Hours};
use time::{Duration, OffsetDateTime};

use crate::passphrase_source::PassphraseSource;

/// A kept certificate with less than this before it is replaced at the next build, or with less than half of
/// `pki.validity` where that is shorter.
pub(super) const LEAST_LEFT: Duration = Duration::days(30);

/// Whether a CA may be made where there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewCa {
    Refused,
    /// `--new-ca`
    Allowed,
}

/// A cluster and where its certificates are kept.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    pub(super) cluster: &'a Cluster,
    /// The directory of the cluster file, where paths of an own CA start; `pki/` is in it.
    pub(super) home: &'a Path,
    pub(super) now: OffsetDateTime,
    /// Of the CA's key, should it have one.
    pub(super) passphrase: PassphraseSource,
    /// How long certificates last.
    pub(super) validity: Duration,
    pub(super) new_ca: NewCa,
}

impl<'a> Site<'a> {
    #[must_use]
    pub fn new(cluster: &'a Cluster, home: &'a Path, now: OffsetDateTime, passphrase: PassphraseSource) -> Self {
        // X.509 has no fractions of seconds.
        let now = now.replace_nanosecond(0).unwrap_or(now);
        Self { cluster, home, now, passphrase, validity: hours(cluster.pki.validity), new_ca: NewCa::Refused }
    }

    /// The same, with the operator's word on a new CA.
    #[must_use]
    pub fn with_new_ca(self, new_ca: NewCa) -> Self {
        Self { new_ca, ..self }
    }

    /// The cluster.
    #[must_use]
    pub fn cluster(&self) -> &'a Cluster {
        self.cluster
    }

    /// Where its certificates are kept.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.home.join("pki")
    }
}

/// As a span of time.
pub(super) fn hours(hours: Hours) -> Duration {
    Duration::hours(hours.count().into())
}
