//! Findings about the bundle's certificate and its key.

use payload::manifest::Manifest;
use payload::name::MemberName;
use time::{Duration, OffsetDateTime};

use crate::facts::credentials::{CredentialError, Validity};
use crate::facts::machine::Target;
use crate::facts::{Credentials, Machine};
use crate::finding::{CredentialFinding, Finding, HealthFinding};

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

/// Of those in use here, one that etcd cannot use, and that this install would not put right: `stays` says that none of theirs is.
pub(crate) fn stays_broken(credentials: &Credentials, stays: bool) -> Option<Finding> {
    let broken = credentials.broken.clone().filter(|_| stays)?;
    Some(HealthFinding::Certificate(Box::new(broken)).into())
}

#[cfg(test)]
mod tests {
    use payload::manifest::KeyFrom;

    use super::*;
    use crate::facts::credentials::{Broken, Flaw, PemFile};
    use crate::facts::tests::{good, manifest};
    use crate::finding::Severity;
    use crate::text::findings::help;

    #[test]
    fn a_changed_file_that_etcd_cannot_use_is_not_kept_in_silence() {
        let broken = Broken {
            file: PemFile::Certificate,
            path: "/opt/etcd/certs/etcd-peer.pem".parse().unwrap(),
            flaw: Flaw::Empty,
            key_from: KeyFrom::Bundle,
            host: manifest().host,
        };
        let credentials = Credentials { broken: Some(broken), ..good().credentials };
        assert_eq!(stays_broken(&credentials, false), None, "the install puts it right");
        assert_eq!(stays_broken(&good().credentials, true), None);
        let found = stays_broken(&credentials, true).unwrap();
        assert_eq!((found.code().as_str(), found.severity()), ("bad-certificate", Severity::Refuse));
        let typed = help(&found).to_string();
        assert!(
            typed.starts_with("mv /opt/etcd/certs/etcd-peer.pem /opt/etcd/certs/etcd-peer.pem.broken && "),
            "{typed}"
        );
    }
}
