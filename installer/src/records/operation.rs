//! What a run does, as the header of its journal says. Pure.

use std::num::{NonZeroU32, NonZeroU64};

use payload::digest::Digest;
use serde::{Deserialize, Serialize};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Operation {
    /// What this bundle brings comes to its place.
    Install { bundle: Digest },
    /// Likewise, and the snapshot with this database comes to be the member's data, for the `again`th time, its revision raised.
    Restore {
        bundle: Digest,
        database: Digest,
        again: NonZeroU32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bump: Option<NonZeroU64>,
    },
    /// The key of the host's own is made, for this bundle's member.
    MakeKey { bundle: Digest },
    /// All that is on record goes.
    Uninstall,
    /// The member's data are copied while it is stopped. Nothing that is on record becomes another by it.
    CopyData,
}

impl Operation {
    /// The bundle that it installs.
    pub(crate) fn installs(self) -> Option<Digest> {
        match self {
            Self::Install { bundle } | Self::Restore { bundle, .. } => Some(bundle),
            Self::MakeKey { .. } | Self::Uninstall | Self::CopyData => None,
        }
    }
}
