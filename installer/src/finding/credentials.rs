//! Findings about the bundle's certificate and its key.

use payload::name::{HostName, MemberName};
use time::OffsetDateTime;

use super::{Code, Severity};
use crate::facts::credentials::CredentialError;

/// Why they cannot be used here, or not for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CredentialFinding {
    /// The bundle's host makes its own key, and has no certificate yet.
    Awaited {
        host: HostName,
    },
    /// The key that the certificate is for is not on this host.
    NotHere {
        host: HostName,
    },
    /// They do not belong together, or not here.
    Unusable(CredentialError),
    /// The clock is before the certificate begins.
    Early {
        now: OffsetDateTime,
        from: OffsetDateTime,
    },
    Expired {
        now: OffsetDateTime,
        until: OffsetDateTime,
    },
    EndsSoon {
        member: MemberName,
        until: OffsetDateTime,
    },
}

impl CredentialFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Awaited { .. } => Code::NoCertificate,
            Self::NotHere { .. } => Code::NoHostKey,
            Self::Unusable(_) => Code::BadCertificate,
            Self::Early { .. } => Code::ClockEarly,
            Self::Expired { .. } => Code::CertificateExpired,
            Self::EndsSoon { .. } => Code::CertificateEndsSoon,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::EndsSoon { .. } => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}
