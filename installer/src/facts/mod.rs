//! What the installer read of the host, once, before it decided anything. Values only.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use payload::digest::Digest;
use payload::path::AbsPath;
use time::OffsetDateTime;

use crate::accounts::Account;
use crate::credentials::{Misfit, Validity};
use crate::host::Seen;
use crate::logs::Logs;
use crate::records::Records;
use crate::restart::Part;
use crate::supervision::Supervisor;
use crate::surroundings::Surroundings;
use crate::wal::Identity;

/// The host, as far as an install cares.
pub(crate) struct Facts {
    /// Whether this is the running system or an image given by `--root`.
    pub(crate) target: Target,
    /// As `uname -m` says it.
    pub(crate) machine: String,
    pub(crate) hostname: String,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) now: OffsetDateTime,
    pub(crate) account: Option<Account>,
    pub(crate) group: Option<u32>,
    /// Who else is in that group, and who else has the user's id.
    pub(crate) group_members: Vec<String>,
    pub(crate) namesakes: Vec<String>,
    /// A shell that lets nobody in.
    pub(crate) no_login: AbsPath,
    pub(crate) can_add_users: bool,
    /// Every path that a plan for this bundle may touch.
    pub(crate) paths: BTreeMap<AbsPath, Found>,
    /// What stands in the way to them.
    pub(crate) obstacles: BTreeSet<Obstacle>,
    /// Directories for logs that something lies in.
    pub(crate) filled: BTreeSet<AbsPath>,
    /// The directory for etcd's log, and what lies in it.
    pub(crate) logs: Logs,
    pub(crate) data: DataDir,
    /// Where an uninstall kept the data.
    pub(crate) left: DataDir,
    pub(crate) room: Vec<Room>,
    pub(crate) ports: Vec<BusyPort>,
    pub(crate) etcds: Vec<Process>,
    pub(crate) credentials: Result<Validity, Misfit>,
    /// That of the bundle's certificate, if it has one.
    pub(crate) common_name: Option<String>,
    /// The key that this host has made and the bundle's certificate is for.
    pub(crate) own_key: Option<OwnKey>,
    pub(crate) managers: Managers,
    /// What earlier runs have written down here.
    pub(crate) records: Records,
    pub(crate) running: Running,
    /// What the installed startup script starts, beside the bundle's.
    pub(crate) script: Script,
    /// What an earlier install left for a restart that has not come yet.
    pub(crate) waiting: BTreeSet<Part>,
    pub(crate) setpriv: SetPriv,
    /// systemd's units by name, as far as an install could need them.
    pub(crate) units: BTreeMap<String, Unit>,
    /// `None` for an image.
    pub(crate) surroundings: Option<Surroundings>,
}

/// A key of this host's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnKey {
    /// Its place, or where it waits to come there.
    pub(crate) at: AbsPath,
    pub(crate) sha256: Digest,
}

/// What is installed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Live,
    Image,
}

/// One path, with the digest of a regular file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) seen: Seen,
    pub(crate) digest: Option<Digest>,
}

/// Something above a path of ours that nothing may be written through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Obstacle {
    /// Need not be in the grammar of ours: links lead anywhere.
    pub(crate) path: String,
    pub(crate) what: Hindrance,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hindrance {
    /// A directory that others than root can write to.
    Dir { mode: u32, uid: u32 },
    /// A link that others than root made, or could have put there.
    Link { uid: u32, dir_mode: u32, dir_uid: u32 },
    /// A link to what is not there.
    Nowhere,
    /// Neither directory nor link.
    NoDirectory,
}

/// The data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataDir {
    Absent,
    /// Nothing in it but what a file system makes itself.
    Empty,
    Used(Whose),
}

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Etcd(Identity),
    /// It has etcd's shape, but its log cannot be read.
    SomeEtcd,
    Unknown,
}

/// One file system that we write to.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// The nearest directory that is there; may be `/`.
    pub(crate) path: String,
    pub(crate) what: &'static str,
    pub(crate) free: u64,
    pub(crate) needed: u64,
    pub(crate) mount: Mount,
}

/// What a file system allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mount {
    Fit,
    NoExec,
    ReadOnly,
}

/// A port that something listens on already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BusyPort {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
}

/// A running etcd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) exe: String,
}

/// What could keep etcd running here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Managers {
    pub(crate) systemd: Init,
    /// The host's own supervisor, with the paths that our section would have.
    pub(crate) supervisor: Option<Supervisor>,
    /// A program of one that is installed, which users other than root can change: that one is passed over.
    pub(crate) unsafe_supervisor: Option<AbsPath>,
    /// Interpreters that may be able to run the carried supervisor, where it may be needed; the likeliest first.
    pub(crate) pythons: Vec<AbsPath>,
    /// The one that has really imported it. Before that is tried, and in an image, where it cannot be: the first.
    pub(crate) python: Option<AbsPath>,
    /// Why there is no `python`, for the message.
    pub(crate) python_trouble: Option<String>,
    /// Files of that supervisor's configuration, other than ours, that have a program of our name.
    pub(crate) namesakes: Vec<String>,
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

/// Whether the service of an earlier install runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    Yes,
    No,
}

/// The startup script of an earlier install, as it was before this one began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// It starts the etcd that the bundle's starts, with the same flags.
    SameCommand,
    /// It does not, or there is none, or it is none of ours.
    OtherCommand,
}

/// Whether the host has setpriv(1), with which the startup script confines etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetPriv {
    There,
    Missing,
}

impl Facts {
    /// What stands at `path`.
    pub(crate) fn at(&self, path: &AbsPath) -> &Seen {
        self.paths.get(path).map_or(&Seen::Absent, |found| &found.seen)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::num::NonZeroU64;

    use payload::manifest::Manifest;
    use payload::provenance::{ClusterId, Provenance};
    use time::macros::datetime;

    use super::*;
    use crate::records::Receipt;

    /// The receipt among the fixtures.
    pub(crate) fn receipt() -> Receipt {
        serde_json::from_str(include_str!("../fixtures/receipt-1.json")).unwrap()
    }

    /// A bundle's manifest: that of the receipt.
    pub(crate) fn manifest() -> Manifest {
        receipt().manifest
    }

    /// Of a first bundle by the signer number `n`, 1 or 2.
    pub(crate) fn provenance(n: usize) -> Provenance {
        let signers = include_str!("../fixtures/signers.txt");
        let signer = signers.lines().nth(n - 1).unwrap().to_owned().try_into().unwrap();
        Provenance { cluster_id: ClusterId::new([1; 16]), serial: NonZeroU64::MIN, signer, succession: Vec::new() }
    }

    /// A host on which nothing speaks against installing [`manifest`]'s bundle.
    pub(crate) fn good() -> Facts {
        let manifest = manifest();
        Facts {
            target: Target::Live,
            machine: manifest.arch.uname().to_owned(),
            hostname: "n1".to_owned(),
            addresses: vec![manifest.me().unwrap().address],
            now: datetime!(2030-06-01 00:00 UTC),
            account: None,
            group: None,
            group_members: Vec::new(),
            namesakes: Vec::new(),
            no_login: "/usr/sbin/nologin".parse().unwrap(),
            can_add_users: true,
            paths: BTreeMap::new(),
            obstacles: BTreeSet::new(),
            filled: BTreeSet::new(),
            logs: Logs::default(),
            data: DataDir::Absent,
            left: DataDir::Absent,
            room: Vec::new(),
            ports: Vec::new(),
            etcds: Vec::new(),
            credentials: Ok(Validity { from: datetime!(2030-01-01 00:00 UTC), until: datetime!(2031-01-01 00:00 UTC) }),
            common_name: Some("etcd-peer".to_owned()),
            own_key: None,
            managers: Managers { systemd: Init::Running, ..Managers::default() },
            records: Records::default(),
            running: Running::No,
            script: Script::OtherCommand,
            waiting: BTreeSet::new(),
            setpriv: SetPriv::There,
            units: BTreeMap::new(),
            surroundings: Some(Surroundings::default()),
        }
    }
}
