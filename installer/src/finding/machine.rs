//! Findings about the machine and its system.

use payload::etcd::Arch;
use payload::name::HostName;

use super::{Code, Severity};
use crate::facts::machine::OpenFiles;

/// What the machine lacks, or is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MachineFinding {
    /// `here` is as `uname -m` says it.
    OtherArch { host: HostName, bundle: Arch, here: String },
    /// The release of a kernel that is older than any that etcdpack is made for.
    OldKernel { release: String },
    /// Root of a user namespace with too few ids.
    NarrowNamespace,
    /// No program runs that is known to keep the clock.
    NoTimeService,
    /// This one runs, but has found no source of time.
    NoTimeSource { program: &'static str },
    /// etcd can have fewer open files than it is meant to.
    FewOpenFiles { files: OpenFiles, wanted: u64 },
    /// Likewise, and with so few that this program does not start.
    TooFewOpenFiles { files: OpenFiles, wanted: u64, needs: FilesFor },
    /// SELinux enforces labels, and nothing can set them.
    NoRestorecon,
    /// The startup script cannot keep etcd from gaining rights.
    NoSetpriv,
}

/// A program that ends at once where it can have too few open files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilesFor {
    Etcd,
    CarriedSupervisor,
}

impl FilesFor {
    /// The fewest that it starts with.
    pub(crate) fn least(self) -> u64 {
        match self {
            // `reservedInternalFDNum` in etcd's `embed/etcd.go` is too few, from 3.0 on.
            Self::Etcd => 151,
            // `minfds` of supervisord, by default.
            Self::CarriedSupervisor => 1024,
        }
    }
}

impl MachineFinding {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::OtherArch { .. } => Code::WrongArch,
            Self::OldKernel { .. } => Code::OldKernel,
            Self::NarrowNamespace => Code::UsernsRoot,
            Self::NoTimeService | Self::NoTimeSource { .. } => Code::ClockUnsynchronised,
            Self::FewOpenFiles { .. } | Self::TooFewOpenFiles { .. } => Code::FewOpenFiles,
            Self::NoRestorecon => Code::SelinuxNoRestorecon,
            Self::NoSetpriv => Code::NoSetpriv,
        }
    }

    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::OtherArch { .. } | Self::OldKernel { .. } | Self::NarrowNamespace | Self::TooFewOpenFiles { .. } => {
                Severity::Refuse
            }
            _ => Severity::Warn,
        }
    }
}
