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

/// Why systemd does not start a unit at boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Off {
    Disabled,
    Masked,
    /// Its file is not there.
    NotFound,
}

impl Off {
    /// By what `systemctl is-enabled` says, which is nothing of a unit without a file before systemd 253; none where the unit is started.
    pub(crate) fn of(said: &str) -> Option<Self> {
        match said {
            "disabled" => Some(Self::Disabled),
            "masked" => Some(Self::Masked),
            "not-found" | "" => Some(Self::NotFound),
            _ => None,
        }
    }

    /// systemd's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Masked => "masked",
            Self::NotFound => "not-found",
        }
    }
}
