//! Findings about service managers, their units and their programs.

use payload::cluster::Manager;
use payload::name::HostName;
use payload::path::AbsPath;

use super::{Code, Severity};
use crate::facts::managers::boot::Starter;
use crate::facts::managers::{PythonTrouble, Silent, UnfitSupervisor};
use crate::supervision::{Supervision, Supervisor};

/// What keeps a service manager from running etcd, or could make it run something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ManagerFinding {
    /// Another file of supervisor's has a program of our name.
    ProgramTaken { file: String, program: String },
    /// `mask` leads to `/dev/null`.
    Masked { unit: String, mask: AbsPath },
    /// A unit of the same name that is not ours.
    UnitTaken { unit: AbsPath, way: OtherName },
    /// A service of the same name runs that etcdpack did not start.
    UnitRuns { unit: String },
    /// A drop-in sets `key` for our unit.
    Overridden { file: String, key: &'static str, unit: String, bundle: HostName },
    /// etcd runs under this one, and another was asked for.
    OtherManager { chosen: Supervision },
    /// The bundle has nothing for the manager that was asked for.
    NotPacked { wanted: Manager, chosen: Choice },
    /// systemd was asked for, and does not run.
    NoSystemd { supervisor: Packed },
    /// An image without any; it gets a systemd unit.
    NoneInImage,
    /// Nothing here can keep etcd running.
    None { python: NoPython, unsafe_supervisor: Option<AbsPath>, systemd: Systemd },
    /// etcd runs under this host's supervisor, of which others can change this program.
    UnsafeInUse { program: AbsPath },
    /// Likewise, and that supervisor is not used.
    UnsafePassedOver { program: AbsPath },
    /// This host's supervisor cannot have a program of ours, and no other manager was asked for or is there.
    Unfit { supervisor: UnfitSupervisor },
    /// Likewise, and systemd takes its place.
    UnfitPassedOver { supervisor: UnfitSupervisor },
    /// Another etcd would start when this host boots. `installed`: beside a member of ours.
    EtcdAtBoot { starter: Starter, installed: bool },
    /// Nothing starts this supervisord at boot.
    NoStartAtBoot { supervisor: Supervisor },
    /// Snapshots are asked for, and no systemd looks whether one is due.
    NoTimer,
    /// This supervisord runs, and does not do as told, which the plan needs it to.
    Silent { silent: Silent, supervisor: Supervisor },
    /// Nobody has said whose the bundle is, so that nothing of it was tried.
    Untried,
}

/// How our unit comes by another name, or another manager takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherName {
    /// By another service name.
    Service,
    /// By systemd itself in place of the carried supervisor.
    Systemd,
    /// By a bundle that carries no supervisor.
    CarryNothing,
}

/// Whether an earlier run has chosen a manager here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Made,
    Open,
}

/// Whether the bundle has what supervisor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packed {
    Yes,
    No,
}

/// What systemd could do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Systemd {
    DoesNotRun,
    NotPacked,
    /// It runs, and the bundle has a unit.
    Could,
}

/// Why no Python runs a carried supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPython {
    NotCarried,
    /// What was wrong with the last one.
    Unfit(PythonTrouble),
    NotThere,
}

impl ManagerFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::ProgramTaken { .. } | Self::UnitTaken { .. } | Self::UnitRuns { .. } => Code::PathTaken,
            Self::Masked { .. } => Code::UnitMasked,
            Self::Overridden { .. } => Code::UnitOverridden,
            Self::OtherManager { .. } => Code::OtherManager,
            Self::NotPacked { .. } => Code::ManagerNotPacked,
            Self::NoSystemd { .. } | Self::NoneInImage | Self::None { .. } => Code::NoServiceManager,
            Self::UnsafeInUse { .. } | Self::UnsafePassedOver { .. } => Code::SupervisorUnsafe,
            Self::Unfit { .. } | Self::UnfitPassedOver { .. } => Code::SupervisorUnfit,
            Self::EtcdAtBoot { .. } => Code::EtcdAtBoot,
            Self::NoStartAtBoot { .. } => Code::NoStartAtBoot,
            Self::NoTimer => Code::NoTimer,
            Self::Silent { .. } => Code::SupervisorSilent,
            Self::Untried => Code::SupervisorUntried,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Overridden { .. }
            | Self::NoneInImage
            | Self::UnsafePassedOver { .. }
            | Self::UnfitPassedOver { .. }
            | Self::EtcdAtBoot { installed: true, .. }
            | Self::NoStartAtBoot { .. }
            | Self::NoTimer
            | Self::Untried => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}
