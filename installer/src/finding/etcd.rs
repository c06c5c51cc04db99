//! Findings about etcds that run here.

use std::collections::BTreeSet;

use super::{Code, Severity};
use crate::facts::etcd::Process;
use crate::restart::Part;
use crate::supervision::Supervision;

/// What of etcd runs that should not, or runs with something older than what lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EtcdFinding {
    /// An etcd that etcdpack did not install.
    Running { pid: u32, exe: String },
    /// Such a one at the places that the bundle's would have: a member that was set up by hand.
    ByHand { process: Process },
    /// The installed etcd, before an uninstall: its service manager does not have it, or does not answer.
    Unmanaged { pids: Vec<u32> },
    /// These parts take effect at the next restart alone.
    RestartPending { parts: BTreeSet<Part>, supervision: Supervision },
    /// The peer port shows another certificate than the installed one.
    CertificateNotServed { supervision: Supervision },
}

impl EtcdFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Running { .. } | Self::Unmanaged { .. } => Code::EtcdRunning,
            Self::ByHand { .. } => Code::ByHand,
            Self::RestartPending { .. } => Code::RestartPending,
            Self::CertificateNotServed { .. } => Code::CertificateNotServed,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Running { .. } | Self::ByHand { .. } | Self::Unmanaged { .. } => Severity::Refuse,
            Self::RestartPending { .. } | Self::CertificateNotServed { .. } => Severity::Warn,
        }
    }
}
