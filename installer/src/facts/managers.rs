//! The service managers that could keep etcd running here, and systemd's units. Values only.

pub(crate) mod boot;
pub(crate) mod conf;
pub(crate) mod rpc;

use std::collections::BTreeMap;

use payload::path::AbsPath;

use crate::supervision::Supervisor;
use boot::Starter;

/// What could keep etcd running here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Managers {
    pub(crate) systemd: Init,
    /// The host's own supervisor, with the paths that our section would have.
    pub(crate) supervisor: Option<Supervisor>,
    /// A program of an installed supervisor that users other than root can change. Such a supervisor is passed over.
    pub(crate) unsafe_supervisor: Option<AbsPath>,
    /// A supervisor of this host's that cannot have a program of ours, and why. The carried one would share its socket and its
    /// files.
    pub(crate) unfit_supervisor: Option<UnfitSupervisor>,
    /// The supervisord that has etcd, or is to have it, where it runs and does not do as told.
    pub(crate) silent: Option<Silent>,
    /// Something starts a supervisord when this host boots.
    pub(crate) has_supervisord_at_boot: bool,
    /// What would start another etcd then.
    pub(crate) etcds_at_boot: Vec<Starter>,
    /// Interpreters that may be able to run the carried supervisor, where it may be needed; the likeliest first.
    pub(crate) pythons: Vec<AbsPath>,
    /// The one that has really imported it. Before that is tried, and in an image, where it cannot be: the first.
    pub(crate) python: Option<AbsPath>,
    /// What was wrong with the last one that is not `python`.
    pub(crate) python_trouble: Option<PythonTrouble>,
    /// Files of that supervisor's configuration, other than ours, that have a program of our name.
    pub(crate) namesakes: Vec<String>,
    /// systemd's units by name, as far as an install could need them.
    pub(crate) units: BTreeMap<String, Unit>,
}

/// A supervisor's configuration that has no place for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnfitSupervisor {
    pub(crate) conf: AbsPath,
    pub(crate) why: Unfit,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It has no `[include]`.
    NoInclude,
    /// It has one, and no directory of which all files with one ending are included.
    NarrowInclude,
    /// supervisorctl is not told where supervisord listens.
    NoCtl,
    /// Its supervisord is another user's, who cannot start etcd as etcd's.
    User(String),
    /// This file of it is not UTF-8.
    NotText(String),
    /// Its own code cannot read its configuration as it is now, and says this.
    Unreadable(String),
    /// There is a configuration, and no supervisord where packages put it.
    NoProgram,
    /// There is a supervisord with this unit, and not its configuration.
    NoConf { unit: String },
}

/// A supervisord that runs, and takes no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silent {
    pub(crate) pid: u32,
    pub(crate) why: Silence,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// It was told to end, and waits for its programs.
    Ends,
    /// It was told to pause.
    Suspended,
    /// Nothing comes back from its socket, of which the file may be gone.
    Deaf,
}

/// Why a Python does not run the carried supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PythonTrouble {
    /// Users other than root can change it: root must not run it.
    Unsafe(AbsPath),
    /// It cannot import the supervisor, and this came of it.
    Failed(String),
}

/// systemd on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Init {
    #[default]
    None,
    /// There, but not in charge (an image, or another init).
    Installed,
    Running,
}

/// What systemd would make of a unit beside the file that we bring.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The link to `/dev/null` that `systemctl mask` made.
    pub(crate) masked: Option<AbsPath>,
    /// A unit of the same name that a package, a generator or `systemd-run` brought.
    pub(crate) foreign: Option<AbsPath>,
    /// It runs, and no install is on record that started it.
    pub(crate) runs: bool,
    pub(crate) overrides: Vec<Override>,
}

/// A drop-in that changes what a unit runs, or as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Override {
    pub(crate) file: String,
    pub(crate) key: &'static str,
}
