//! Findings about the bundle's certificate and its key.

use payload::manifest::Manifest;
use payload::name::MemberName;
use time::{Duration, OffsetDateTime};

use crate::facts::credentials::{CredentialError, Validity};
use crate::facts::machine::Target;
use crate::facts::{Credentials, Machine};
use crate::finding::{CredentialFinding, Finding};

/// How long before its end a certificate is spoken of.
pub(crate) const SOON: Duration = Duration::days(30);

/// Whether the certificate of `member` is valid now, and for how long still.
pub(crate) fn validity(member: &MemberName, validity: Validity, now: OffsetDateTime) -> Option<Finding> {
    let found = match validity {
        Validity { from, .. } if now < from => CredentialFinding::Early { now, from },
        Validity { until, .. } if now > until => CredentialFinding::Expired { now, until },
        Validity { until, .. } if now > until - SOON => CredentialFinding::EndsSoon { member: member.clone(), until },
        Validity { .. } => return None,
    };
    Some(found.into())
}

/// Whether they can be used on this host, now.
pub(super) fn certificate(manifest: &Manifest, credentials: &Credentials, machine: &Machine) -> Option<Finding> {
    let found = match &credentials.validity {
        Err(CredentialError::Awaited) => CredentialFinding::Awaited { host: manifest.host.clone() },
        Err(CredentialError::NotHere) => CredentialFinding::NotHere { host: manifest.host.clone() },
        Err(error) => CredentialFinding::Unusable(error.clone()),
        // An image is started at another time than it is made.
        Ok(_) if machine.target == Target::Image => return None,
        Ok(validity) => return self::validity(&manifest.member, *validity, machine.now),
    };
    Some(found.into())
}
