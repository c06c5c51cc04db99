//! What a run does, as the header of its journal says. Pure.

use payload::digest::Digest;
use serde::{Deserialize, Serialize};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Operation {
    /// What this bundle brings comes to its place.
    Install { bundle: Digest },
    /// The key of the host's own is made, for this bundle's member.
    MakeKey { bundle: Digest },
    /// All that is on record goes.
    Uninstall,
}
