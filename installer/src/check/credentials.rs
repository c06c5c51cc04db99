//! Findings about the bundle's certificate and its key.

use payload::manifest::Manifest;
use time::Duration;

use crate::facts::credentials::CredentialError;
use crate::facts::machine::Target;
use crate::facts::{Credentials, Machine};
use crate::finding::{CredentialFinding, Finding};

/// How long before its end a certificate is spoken of.
const SOON: Duration = Duration::days(30);

/// Whether they can be used on this host, now.
pub(super) fn certificate(manifest: &Manifest, credentials: &Credentials, machine: &Machine) -> Option<Finding> {
    let now = machine.now;
    let found = match &credentials.validity {
        Err(CredentialError::Awaited) => CredentialFinding::Awaited { host: manifest.host.clone() },
        Err(CredentialError::NotHere) => CredentialFinding::NotHere { host: manifest.host.clone() },
        Err(error) => CredentialFinding::Unusable(error.clone()),
        // An image is started at another time than it is made.
        Ok(_) if machine.target == Target::Image => return None,
        Ok(validity) if now < validity.from => CredentialFinding::Early { now, from: validity.from },
        Ok(validity) if now > validity.until => CredentialFinding::Expired { now, until: validity.until },
        Ok(validity) if now > validity.until - SOON => {
            CredentialFinding::EndsSoon { member: manifest.member.clone(), until: validity.until }
        }
        Ok(_) => return None,
    };
    Some(found.into())
}
