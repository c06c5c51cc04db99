//! Who keeps etcd running on this host, as decided once and recorded.

mod carried;
mod choose;
mod standing;

pub(crate) use carried::{carried, launcher};
pub(crate) use choose::{Grounds, Start, choose};
pub(crate) use standing::{Off, Standing};

use payload::path::{AbsPath, NotAPath};
use serde::{Deserialize, Serialize};

use crate::layout;

/// The supervision of one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Supervision {
    /// A unit of our own.
    Systemd { unit: String },
    /// A program section of a supervisord.
    Supervisor(Supervisor),
}

/// A supervisord and our section in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Supervisor {
    /// `supervisord` and `supervisorctl`.
    pub(crate) daemon: AbsPath,
    pub(crate) ctl: AbsPath,
    pub(crate) conf: AbsPath,
    /// The file of our section.
    pub(crate) section: AbsPath,
    /// The section's name.
    pub(crate) program: String,
    /// The systemd unit that runs supervisord, where there is one.
    pub(crate) unit: Option<String>,
    pub(crate) origin: Origin,
}

impl Supervisor {
    /// Another program of ours in it.
    pub(crate) fn beside(&self, name: &str) -> Result<Self, NotAPath> {
        Ok(Self { section: layout::section_beside(&self.section, name)?, program: name.to_owned(), ..self.clone() })
    }
}

/// Whose supervisord it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// The host's.
    Host,
    /// The one that the bundle brought.
    Bundle,
}

impl Supervision {
    /// The systemd unit that we bring, if this supervision has one.
    pub(crate) fn own_unit(&self) -> Option<&str> {
        match self {
            Self::Systemd { unit } => Some(unit),
            Self::Supervisor(Supervisor { origin: Origin::Bundle, unit, .. }) => unit.as_deref(),
            Self::Supervisor(Supervisor { origin: Origin::Host, .. }) => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A supervisor of this origin, with a program `n1`.
    pub(crate) fn supervisor(origin: Origin) -> Supervision {
        let path = || "/x".parse().unwrap();
        Supervision::Supervisor(Supervisor {
            daemon: path(),
            ctl: path(),
            conf: path(),
            section: path(),
            program: "n1".to_owned(),
            unit: Some("supervisord.service".to_owned()),
            origin,
        })
    }
}
