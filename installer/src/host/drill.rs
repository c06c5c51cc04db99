//! The programs of a drill: the installed etcd on a restored snapshot, alone in a network of its own, and what it says there.
//!
//! They run as etcd's user, and end with us. Without TLS: nobody else is in that network.

use std::time::Duration;

use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};

use super::Exec;
use super::etcdctl::in_its_environment;
use super::exec::Output;
use super::interrupt::Interrupt;
use super::write::Ids;
use crate::facts::cluster::answers;

/// How the member of a drill is called, and its cluster.
pub(super) const NAME: &str = "etcdpack-drill";
pub(super) const PEER: &str = "http://127.0.0.1:2380";
const CLIENT: &str = "http://127.0.0.1:2379";

/// How long etcd may take to read its database.
pub(crate) const LIMIT: Duration = Duration::from_mins(30);

/// What etcd says of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) revision: u64,
    /// Not known where etcd's authentication came with them.
    pub(crate) keys: Option<u64>,
}

/// Where a drill is held, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Stage<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) data: &'a AbsPath,
    pub(crate) ids: Ids,
    pub(crate) interrupt: &'a Interrupt,
}

impl Stage<'_> {
    /// etcd itself, which runs until it is killed.
    pub(crate) fn etcd(self) -> Result<Exec, NotAPath> {
        let call = self.program("etcd")?.limit(LIMIT).args([
            "--name",
            NAME,
            "--data-dir",
            self.data.as_str(),
            "--listen-client-urls",
            CLIENT,
            "--advertise-client-urls",
            CLIENT,
            "--listen-peer-urls",
            PEER,
            "--initial-advertise-peer-urls",
            PEER,
            "--initial-cluster",
            &format!("{NAME}={PEER}"),
            "--initial-cluster-token",
            NAME,
        ]);
        Ok(call)
    }

    /// What it has, as of `revision`; `None` while it does not serve.
    pub(crate) fn counted(self, revision: u64) -> Option<Counted> {
        let status = self.ask(&["endpoint", "status"])?;
        if !status.ok() || answers::status(&status.stdout)?.leader == 0 {
            return None;
        }
        let at = answers::revision(&status.stdout)?;
        // It may be further: a lease ends as soon as etcd is up.
        let (seen, revision) = (at.min(revision), at.min(revision).to_string());
        let counted = self.ask(&["get", "", "--prefix", "--keys-only", "--limit", "1", "--rev", &revision])?;
        let keys = match (counted.ok(), answers::count(&counted.stdout)) {
            (true, Some(keys)) => Some(keys),
            (false, _) if answers::is_refusal(&counted.stderr) => None,
            _ => return None,
        };
        Some(Counted { revision: seen, keys })
    }

    fn ask(self, words: &[&str]) -> Option<Output> {
        let call = self.program("etcdctl").ok()?.limit(Duration::from_mins(1));
        let call = call.args(["--endpoints", CLIENT, "--dial-timeout", "2s", "--command-timeout", "30s"]);
        call.args(words.iter().copied()).args(["-w", "json"]).output().ok()
    }

    /// A program of the installed release.
    pub(super) fn program(self, name: &str) -> Result<Exec, NotAPath> {
        let Manifest { layout, release, arch, .. } = self.manifest;
        let call = Exec::at(layout.release_dir.join(name)?.as_path());
        let call = call.run_as(self.ids).tethered().heeding(self.interrupt);
        Ok(in_its_environment(call, release.version, *arch))
    }
}
