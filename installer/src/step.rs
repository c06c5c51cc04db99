//! Steps: the smallest things that one would undo, and the line that a plan shows for each.

use std::num::NonZeroU64;

use payload::bundle::EntryName;
use payload::digest::Digest;
use payload::manifest::{Found, Program};
use payload::mode::{Mode, Owner};
use payload::name::{ClusterToken, UserName};
use payload::path::AbsPath;
use serde::Serialize;

use crate::change::{Change, Holds};
use crate::facts::data::wal::Identity;
use crate::facts::restore::Sum;
use crate::supervision::{Supervision, Supervisor};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "step")]
pub(crate) enum Step {
    Group {
        name: UserName,
    },
    User {
        name: UserName,
        shell: AbsPath,
    },
    Dir {
        path: AbsPath,
        mode: Mode,
        owner: Owner,
        holds: Holds,
    },
    /// The executables of the release, out of the tarball.
    Programs {
        dir: AbsPath,
        entry: EntryName,
        programs: Vec<Program>,
    },
    File {
        path: AbsPath,
        mode: Mode,
        owner: Owner,
        sha256: Digest,
        source: Source,
    },
    Link {
        path: AbsPath,
        target: String,
    },
    /// The carried supervisor, unzipped. Its launchers, for `python`, are files of their own.
    Wheels {
        dir: AbsPath,
        wheels: Vec<EntryName>,
        python: AbsPath,
    },
    /// SELinux labels as the host's policy has them.
    Labels {
        places: Vec<AbsPath>,
        /// With everything below.
        trees: Vec<AbsPath>,
    },
    /// A snapshot comes into the directory for data and, where the log lies apart, into that for it; what is there is called `aside`
    /// from then on.
    Restore {
        data: AbsPath,
        #[serde(skip_serializing_if = "Option::is_none")]
        wal: Option<AbsPath>,
        aside: String,
        /// Etcd's numbers of what comes of it.
        #[serde(flatten)]
        identity: Identity,
        token: ClusterToken,
        revision: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        bump: Option<NonZeroU64>,
        sum: Sum,
    },
    /// What the member knows is copied, so many bytes of it: its data and, where that lies apart, its log.
    CopyData {
        data: AbsPath,
        #[serde(skip_serializing_if = "Option::is_none")]
        wal: Option<AbsPath>,
        bytes: u64,
    },
    Service {
        supervision: Supervision,
        action: Action,
    },
    /// systemd reads its units again, and starts this timer of ours.
    Timer {
        unit: String,
    },
    /// What takes snapshots tells of them here from now on.
    Textfile {
        path: AbsPath,
    },
    /// supervisord starts this program of ours beside etcd.
    Loop {
        supervisor: Supervisor,
    },
    /// What an earlier run has changed, as it was before.
    Undo {
        change: Change,
    },
}

/// Whether what was done before a step can still be taken back after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PointOfNoReturn {
    /// It can.
    No,
    /// Not once the step has been taken. Where it fails, all is taken back.
    Taken,
    /// Not once the step has begun: half of it cannot be taken back either.
    Begun,
}

impl Step {
    /// An etcd that has come up may be part of a cluster from then on, which its data must not leave again by a roll-back
    /// of ours. What is undone is gone: there is nothing to take it back from.
    pub(crate) fn point_of_no_return(&self) -> PointOfNoReturn {
        match self {
            Self::Service { action: Action::Start | Action::Restart | Action::StartAgain, .. } => {
                PointOfNoReturn::Taken
            }
            Self::Service { action: Action::Remove, .. } | Self::Undo { .. } => PointOfNoReturn::Begun,
            Self::Service { action: Action::Enable | Action::Reload | Action::Stop, .. }
            | Self::Group { .. }
            | Self::User { .. }
            | Self::Dir { .. }
            | Self::Programs { .. }
            | Self::File { .. }
            | Self::Link { .. }
            | Self::Wheels { .. }
            | Self::Restore { .. }
            | Self::CopyData { .. }
            | Self::Timer { .. }
            | Self::Loop { .. }
            | Self::Textfile { .. }
            | Self::Labels { .. } => PointOfNoReturn::No,
        }
    }
}

/// Where a file's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Source {
    Entry {
        name: EntryName,
    },
    /// The startup script, with addresses of this host's own in the place of names.
    Settled {
        name: EntryName,
        found: Vec<Found>,
    },
    /// An entry that has to be opened with a passphrase.
    Sealed {
        name: EntryName,
    },
    /// The key that this host has made, where it is now.
    HostKey {
        at: AbsPath,
    },
    /// A sealed key that is on the host already, opened by an earlier install.
    Carried {
        at: AbsPath,
    },
    /// The key that is made for this host now.
    NewKey,
    /// The installer itself, without what it carries.
    Installer,
    /// A script that runs the carried supervisor's program of that name.
    Launcher {
        python: AbsPath,
    },
    /// A unit that has systemd look whether a snapshot is due.
    SnapshotUnit,
    /// The section by which supervisor has it looked.
    SnapshotLoop,
    /// What says that etcd has had data in this directory ([`payload::render::HAS_DATA`]).
    HasData {
        data: AbsPath,
    },
    /// Nothing: etcd may begin anew.
    MayBegin,
    /// What has systemd make the directory for `logs` before supervisord starts; its group is that of `user`.
    LogDir {
        logs: AbsPath,
        user: UserName,
    },
}

/// What the service manager is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    /// Enable at boot, and start now.
    Start,
    /// It runs with old files: restart it once.
    Restart,
    /// It goes on with what it has; systemd reads the unit again, for the next start.
    Reload,
    /// Stop, until another step starts it again.
    Stop,
    /// Start what was stopped by [`Action::Stop`]; whether it is enabled at boot stays as it is.
    StartAgain,
    /// Enable at boot only: `--no-start`, or an image.
    Enable,
    /// Stop, and take it from its manager.
    Remove,
}

/// What is to be done about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Pending,
    /// All there already.
    Done,
    /// To be done together with a restart, which nobody has asked for.
    Waits,
    /// Of what is undone: it stays, because it is not ours alone, or because only a purge removes it.
    Stays,
}

impl Step {
    /// Where it puts a file.
    pub(crate) fn file(&self) -> Option<&AbsPath> {
        match self {
            Self::File { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether something is there no more when it has been taken.
    pub(crate) fn takes_away(&self) -> bool {
        matches!(self, Self::Undo { .. } | Self::Service { action: Action::Remove, .. })
    }
}
