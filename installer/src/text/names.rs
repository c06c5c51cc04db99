//! What things are called in the middle of a sentence: changes, service managers, what waits for a restart, why nothing is seen of a member.

use std::collections::BTreeSet;
use std::fmt;

use crate::change::Change;
use crate::facts::cluster::Silence;
use crate::facts::data::wal::Identity;
use crate::restart::Part;
use crate::supervision::{Origin, Supervision, Supervisor};

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name } => write!(f, "group `{name}`"),
            Self::User { name, .. } => write!(f, "user `{name}`"),
            Self::Service { supervision, .. } => write!(f, "service under {supervision}"),
            Self::Adopted { path, .. } => write!(f, "what is in `{path}`"),
            Self::Access { path, .. } => write!(f, "owner and mode of `{path}`"),
            Self::Dir { path, .. }
            | Self::File { path, .. }
            | Self::Link { path, .. }
            | Self::MadeWay { path, .. }
            | Self::Tree { path } => write!(f, "`{path}`"),
        }
    }
}

impl fmt::Display for Supervision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Systemd { unit } => write!(f, "systemd ({unit})"),
            Self::Supervisor(Supervisor { conf, origin: Origin::Host, .. }) => {
                write!(f, "this host's supervisor ({conf})")
            }
            Self::Supervisor(Supervisor { conf, origin: Origin::Bundle, .. }) => {
                write!(f, "the supervisor in the bundle ({conf})")
            }
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "member {:x} of cluster {:x}", self.member, self.cluster)
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not asked"),
            Self::Nothing { seconds } => write!(f, "nothing within {seconds} s"),
            Self::Failed(said) => f.write_str(said),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unit => "unit",
            Self::StartupScript => "startup script",
            Self::Section => "supervisor section",
            Self::Flags => "etcd's flags",
            Self::Files => "etcd's files",
        })
    }
}

/// All that waits for a restart.
pub(crate) fn parts(parts: &BTreeSet<Part>) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
