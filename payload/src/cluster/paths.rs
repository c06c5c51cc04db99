//! Where things go on a host, and which places exclude each other; the same for a cluster file and for a manifest.

use crate::etcd::EtcdVersion;
use crate::path::{AbsPath, NotAPath};
use crate::say;

/// Directories of the system, and the one where etcdpack keeps its records.
const SYSTEM: [&str; 14] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/tmp",
    "/usr",
    "/var/lib/etcdpack",
    "/var/run",
];

/// What a cluster file calls the place of the write-ahead log.
const WAL_DIR: &str = "wal-dir";

/// The directory beside the releases that the sets of certificates lie in, which they share.
pub const CERTIFICATES: &str = "etcd-certs";

/// Where things go on the host.
#[derive(Debug, Clone)]
pub struct Paths {
    /// Holds `etcd-vX.Y.Z/`, `etcd-certs/` and the link `etcd`.
    pub opt: AbsPath,
    pub data: AbsPath,
    pub logs: AbsPath,
    /// On every user's `PATH`: the `etcdctl` wrapper.
    pub bin: AbsPath,
    /// On root's `PATH`: `etcdpack-host`.
    pub sbin: AbsPath,
}

/// Two places that exclude each other; `key` is the one to change.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PathFault {
    #[error("{}", say!(en = "`{key}` cannot lie in `{dir}`", zh = "`{key}` 不能位于 `{dir}` 中"))]
    Within { key: &'static str, dir: String },
    #[error("{}", say!(en = "`{key}`, which is `{path}`, and the data directory `{data}` cannot share a tree", zh = "`{key}`（即 `{path}`）与数据目录 `{data}` 不能互相包含"))]
    Data { key: &'static str, path: AbsPath, data: AbsPath },
    #[error("{}", say!(en = "`wal-dir` and `{key}`, which is `{path}`, cannot share a tree", zh = "`wal-dir` 与 `{key}`（即 `{path}`）不能互相包含"))]
    Wal { key: &'static str, path: AbsPath },
}

impl PathFault {
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Within { key, .. } | Self::Data { key, .. } => key,
            Self::Wal { .. } => WAL_DIR,
        }
    }

    /// The key that it clashes with.
    pub(super) fn other(&self) -> &'static str {
        match self {
            Self::Within { .. } => "opt",
            Self::Data { .. } => "data",
            Self::Wal { key, .. } => key,
        }
    }
}

impl Paths {
    /// The directory of one release.
    pub fn release_dir(&self, version: EtcdVersion) -> Result<AbsPath, NotAPath> {
        self.opt.join(&format!("etcd-{}", version.tag()))
    }

    /// The link to the release in use.
    pub fn link(&self) -> Result<AbsPath, NotAPath> {
        self.opt.join("etcd")
    }

    /// The directory of the supervisor that is carried.
    pub fn supervisor_dir(&self) -> Result<AbsPath, NotAPath> {
        self.opt.join(&format!("supervisor-{}", crate::wheel::SUPERVISOR_VERSION))
    }

    /// All that is wrong with them.
    pub(crate) fn faults(&self) -> Vec<PathFault> {
        let Self { opt, data, logs, bin, sbin } = self;
        let all = [("opt", opt), ("data", data), ("logs", logs), ("bin", bin), ("sbin", sbin)];
        let mut faults = Vec::new();
        for system in SYSTEM {
            for (key, path) in all.into_iter().take(3) {
                if path.as_path().starts_with(system) {
                    faults.push(PathFault::Within { key, dir: system.to_owned() });
                }
            }
        }
        for (key, path) in all.into_iter().filter(|(key, _)| *key != "data") {
            if path.is_within(data) || (key == "logs" && data.is_within(path)) {
                faults.push(PathFault::Data { key, path: path.clone(), data: data.clone() });
            }
        }
        for (key, path) in all.into_iter().skip(1) {
            if let Some(dir) = self.kept_in_opt(path) {
                faults.push(PathFault::Within { key, dir });
            }
        }
        faults
    }

    /// All that is wrong with `wal` as the place of the write-ahead log beside them.
    pub(crate) fn wal_faults(&self, wal: &AbsPath) -> Vec<PathFault> {
        let Self { opt, data, logs, bin, sbin } = self;
        let system = SYSTEM.into_iter().filter(|system| wal.as_path().starts_with(system)).map(str::to_owned);
        let dirs = system.chain(self.kept_in_opt(wal));
        let within = dirs.map(|dir| PathFault::Within { key: WAL_DIR, dir });
        let shared = [("opt", opt), ("data", data), ("logs", logs), ("bin", bin), ("sbin", sbin)]
            .into_iter()
            .filter(|(key, path)| path.is_within(wal) || (["data", "logs"].contains(key) && wal.is_within(path)));
        let shared = shared.map(|(key, path)| PathFault::Wal { key, path: path.clone() });
        within.chain(shared).collect()
    }

    /// What keeps snapshots from lying in `dir`: a directory of the system's, of etcd's, or of its programs. `wals` are where hosts have the
    /// write-ahead log.
    pub(crate) fn bars_snapshots<'a>(
        &'a self,
        dir: &AbsPath,
        wals: impl IntoIterator<Item = &'a AbsPath>,
    ) -> Option<String> {
        let Self { opt, data, logs, bin, sbin } = self;
        let system = SYSTEM.into_iter().find(|system| dir.as_path().starts_with(system)).map(str::to_owned);
        let of_etcd = [data, logs].into_iter().chain(wals).find(|own| dir.is_within(own) || own.is_within(dir));
        let of_programs = [opt, bin, sbin].into_iter().find(|own| own.is_within(dir));
        system.or_else(|| of_etcd.or(of_programs).map(ToString::to_string)).or_else(|| self.kept_in_opt(dir))
    }

    /// The directory or link of ours in `opt` that `path` is or lies in, whatever the version.
    fn kept_in_opt(&self, path: &AbsPath) -> Option<String> {
        let mut below = path.components().skip(self.opt.components().count());
        let name = below.next().filter(|_| path.is_within(&self.opt))?;
        let ours =
            ["etcd", CERTIFICATES].contains(&name) || name.starts_with("etcd-v") || name.starts_with("supervisor-");
        ours.then(|| format!("{}/{name}", self.opt))
    }
}
