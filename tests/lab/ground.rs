//! What a row of a table of cases is tried on: who keeps etcd, and which etcd it is.
//!
//! Must not know what is tried.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Instant;

use crate::form::{Form, figures, form};
use crate::{Lab, release};

/// Names one ground, to try a row on that alone: `supervisor/3.3.25`.
const ONE: &str = "ETCDPACK_GROUND";

/// Hosts of one kind with one etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    pub keeper: Keeper,
    /// A version that `tests/releases/repack` makes.
    pub version: &'static str,
}

/// Who keeps etcd on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    Systemd,
    /// The host's own.
    Supervisor,
}

impl Ground {
    const ALL: [Self; 8] = [
        Self::of(Keeper::Systemd, "3.3.25"),
        Self::of(Keeper::Systemd, "3.4.23"),
        Self::of(Keeper::Systemd, "3.5.1"),
        Self::of(Keeper::Systemd, "3.5.33"),
        Self::of(Keeper::Supervisor, "3.3.25"),
        Self::of(Keeper::Supervisor, "3.4.23"),
        Self::of(Keeper::Supervisor, "3.5.1"),
        Self::of(Keeper::Supervisor, "3.5.33"),
    ];

    /// By name alone: what `repack` builds from source takes minutes.
    const BUILT: [Self; 4] = [
        Self::of(Keeper::Systemd, "3.6.16"),
        Self::of(Keeper::Systemd, "3.7.3"),
        Self::of(Keeper::Supervisor, "3.6.16"),
        Self::of(Keeper::Supervisor, "3.7.3"),
    ];

    pub const fn of(keeper: Keeper, version: &'static str) -> Self {
        Self { keeper, version }
    }

    pub fn tarball(self) -> PathBuf {
        release(self.version, "amd64")
    }

    /// The versions that come after this one, of those that can be had, each of the next minor.
    pub fn later(self) -> &'static [&'static str] {
        match self.version {
            "3.3.25" => &["3.4.23"],
            "3.4.23" => &["3.5.1"],
            _ => &["3.6.16", "3.7.3"],
        }
    }

    /// Hosts of it, each written `NAME=IP`.
    pub fn up(self, name: &str, hosts: &[&str]) -> Lab {
        Lab::up(name, self.variant(), hosts)
    }

    fn variant(self) -> &'static str {
        match self.keeper {
            Keeper::Systemd => "bare",
            Keeper::Supervisor => "supervisor",
        }
    }

    /// The line by which a person stops etcd on the host of `member`, and `start`s it.
    pub fn stop(self, member: &str) -> String {
        match self.keeper {
            Keeper::Systemd => "systemctl stop etcd-server".to_owned(),
            Keeper::Supervisor => format!("supervisorctl stop {member}"),
        }
    }

    /// Not waited for: without a quorum, systemd's would not come to an end. A test starts a unit more often in ten seconds
    /// than systemd lets anyone, unless it forgets the starts before.
    pub fn start(self, member: &str) -> String {
        match self.keeper {
            Keeper::Systemd => "systemctl reset-failed etcd-server; systemctl --no-block start etcd-server".to_owned(),
            Keeper::Supervisor => format!("supervisorctl start {member}"),
        }
    }

    fn name(self) -> String {
        format!("{}/{}", self.variant(), self.version)
    }
}

/// Tries the row `what` on the ground that is its own; in the long form on every one, each of which is tried whatever came of
/// the others.
#[track_caller]
pub fn each(what: &str, own: Ground, row: impl Fn(Ground)) {
    let named = std::env::var(ONE).ok();
    let grounds: Vec<Ground> = match &named {
        Some(name) => Ground::ALL.into_iter().chain(Ground::BUILT).filter(|ground| ground.name() == *name).collect(),
        None if form() == Form::Long => Ground::ALL.to_vec(),
        None => vec![own],
    };
    assert!(!grounds.is_empty(), "{ONE} is {named:?}: no ground is called that");
    let mut failed = Vec::new();
    for ground in grounds {
        let began = Instant::now();
        let is_failed = catch_unwind(AssertUnwindSafe(|| row(ground))).is_err();
        if form() == Form::Long {
            figures("row", &format!("{what} on {}", ground.name()), 1, usize::from(is_failed), began);
        }
        if is_failed {
            failed.push(ground.name());
        }
    }
    assert!(failed.is_empty(), "{what}: failed on {}", failed.join(", "));
}
