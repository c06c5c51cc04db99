//! How a service manager stood before us. Values only.

use serde::{Deserialize, Serialize};

/// The unit that an install enables and starts: that of the host's supervisor, or ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standing {
    /// It is started at boot. Also where that is up to something else than its own links.
    pub(crate) enabled: bool,
    pub(crate) running: bool,
}
