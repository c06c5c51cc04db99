//! What paper is made of: of each bundle its manifest, length and sum, and the certificates in it.

use std::ops::Deref;

use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest, Phase};
use payload::signer::SignerKey;
use time::{Date, Duration};

use crate::pki::Validity;

/// So long before the end of a certificate a calendar speaks of it.
const AHEAD: Duration = Duration::days(60);

/// One bundle.
pub(crate) struct Sheet {
    pub(crate) manifest: Manifest,
    pub(crate) bytes: u64,
    pub(crate) sum: Digest,
    /// The host's own certificate; `None` before a key that the host makes has one.
    pub(crate) certificate: Option<Validity>,
    /// What is in `ca.pem`.
    pub(crate) authorities: Vec<Validity>,
}

/// All bundles of a cluster, in the order of the cluster file; one at least.
pub(crate) struct Sheets {
    first: Manifest,
    pub(crate) hosts: Vec<Sheet>,
    pub(crate) signer: SignerKey,
}

impl Sheets {
    /// `None` of no bundle.
    pub(crate) fn new(mut hosts: Vec<Sheet>, signer: SignerKey) -> Option<Self> {
        let first = hosts.first()?.manifest.clone();
        let place = |sheet: &Sheet| first.members.iter().position(|member| member.host == sheet.manifest.host);
        hosts.sort_by_key(place);
        Some(Self { first, hosts, signer })
    }

    /// Whether the cluster is still to be founded.
    pub(super) fn is_founded_now(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.phase == Phase::Founding)
    }

    /// Each CA once.
    pub(super) fn authorities(&self) -> Vec<Validity> {
        let mut all: Vec<Validity> = Vec::new();
        for authority in self.hosts.iter().flat_map(|sheet| &sheet.authorities) {
            if !all.contains(authority) {
                all.push(*authority);
            }
        }
        all
    }

    /// Each certificate of hosts once, and whose it is.
    pub(super) fn certificates(&self) -> Vec<(Validity, Vec<&Sheet>)> {
        let mut all: Vec<(Validity, Vec<&Sheet>)> = Vec::new();
        for (sheet, certificate) in self.hosts.iter().filter_map(|sheet| Some((sheet, sheet.certificate?))) {
            match all.iter_mut().find(|(known, _)| *known == certificate) {
                Some((_, hosts)) => hosts.push(sheet),
                None => all.push((certificate, vec![sheet])),
            }
        }
        all
    }

    /// Whether any bundle has its key in this way.
    pub(super) fn any_key(&self, from: KeyFrom) -> bool {
        self.hosts.iter().any(|sheet| sheet.manifest.key_from() == from)
    }
}

/// What is the same in all bundles: cluster, members, release.
impl Deref for Sheets {
    type Target = Manifest;

    fn deref(&self) -> &Manifest {
        &self.first
    }
}

impl Sheet {
    /// Whether the host has to make its key first.
    pub(super) fn awaits_key(&self) -> bool {
        self.manifest.key_from() == KeyFrom::Host && !self.manifest.has_certificate()
    }
}

/// The day from which on a certificate is to be renewed: not before it holds.
pub(super) fn renewal(certificate: &Validity) -> Date {
    certificate.not_after.saturating_sub(AHEAD).max(certificate.not_before).date()
}
