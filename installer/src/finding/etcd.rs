//! Findings about etcds that run here.

use std::collections::BTreeSet;

use super::{Code, Severity};
use crate::restart::Part;
use crate::supervision::Supervision;

/// What of etcd runs that should not, or runs with something older than what lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EtcdFinding {
    /// An etcd that etcdpack did not install.
    Running { pid: u32, exe: String },
    /// These parts take effect at the next restart alone.
    RestartPending { parts: BTreeSet<Part>, supervision: Supervision },
}

impl EtcdFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Running { .. } => Code::EtcdRunning,
            Self::RestartPending { .. } => Code::RestartPending,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Running { .. } => Severity::Refuse,
            Self::RestartPending { .. } => Severity::Warn,
        }
    }
}
