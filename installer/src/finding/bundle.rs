//! Findings about the bundle itself: its copy, its number, and what of it could not be tried.

use std::num::NonZeroU64;

use payload::digest::Digest;
use payload::fingerprint::Fingerprint;
use payload::name::ClusterToken;
use payload::path::AbsPath;

use super::{Code, Severity};

/// What speaks against the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BundleFinding {
    /// There is no room for its copy; what was tried, in words, and where it was to be.
    NoCopy { tried: Vec<String>, dir: AbsPath },
    /// Another one with this number was installed here, of this digest.
    SameNumber { serial: NonZeroU64, newest: Digest },
    /// One with a higher number was installed here.
    Older { serial: NonZeroU64, newest: NonZeroU64 },
    /// Likewise, and the operator said that it may be taken.
    OlderAllowed { serial: NonZeroU64, newest: NonZeroU64 },
    /// It would found a cluster that ran when an earlier one with this token was installed here.
    FoundsAgain { token: ClusterToken },
    /// Another signer would take the place of the one whose bundles were taken before an uninstall. Which one is not part of it:
    /// its words are asked for.
    OtherSigner { kept: Fingerprint },
}

impl BundleFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::NoCopy { .. } => Code::NoCopy,
            Self::SameNumber { .. } => Code::SameNumber,
            Self::Older { .. } | Self::FoundsAgain { .. } | Self::OlderAllowed { .. } => Code::OlderBundle,
            Self::OtherSigner { .. } => Code::SignerChanged,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            // Whether it may is asked before, and not by these findings.
            Self::OlderAllowed { .. } | Self::OtherSigner { .. } => Severity::Warn,
            Self::NoCopy { .. } | Self::SameNumber { .. } | Self::Older { .. } | Self::FoundsAgain { .. } => {
                Severity::Refuse
            }
        }
    }
}
