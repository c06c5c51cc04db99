//! Restoring a snapshot by the program of the installed release that does it: `etcdutl` from 3.5 on, `etcdctl` before.
//!
//! It runs as etcd's user, in etcd's own directory: what it makes is etcd's from its first byte, and no program that reads a
//! stranger's database does so as root. The snapshot is handed over as its standard input, which has no name.

use std::fs::File;
use std::num::NonZeroU64;
use std::time::Duration;

use payload::etcd;
use payload::manifest::{Manifest, Member};
use payload::name::ClusterToken;
use payload::path::{AbsPath, NotAPath};
use payload::render::{RESTORING, WAL};

use super::Exec;
use super::drill::{self, Stage};
use super::etcdctl::in_its_environment;
use super::interrupt::Interrupt;
use super::write::Ids;
use crate::facts::cluster;
use crate::facts::data::Places;
use crate::facts::restore::Sum;

/// More than the slowest disk takes for the largest database.
const LIMIT: Duration = Duration::from_hours(24);

/// A call that restores `snapshot` into directories of these places that must not be there.
pub(crate) fn restore(
    manifest: &Manifest,
    me: &Member,
    (token, bump): (&ClusterToken, Option<NonZeroU64>),
    (snapshot, sum, places): (File, Sum, Places),
    ids: Ids,
    interrupt: &Interrupt,
) -> Result<Exec, NotAPath> {
    let version = manifest.release.version;
    let members: Vec<String> = cluster::members(manifest).iter().map(|(name, url)| format!("{name}={url}")).collect();
    let url = manifest.peer_url(me).map(|url| url.to_string()).unwrap_or_default();
    let call = Exec::at(manifest.layout.release_dir.join(program(manifest))?.as_path()).run_as(ids).heeding(interrupt);
    let call = in_its_environment(call, version, manifest.arch);
    let into = places.data.join(RESTORING)?;
    let call = restoring(call, (snapshot, sum), &into, [me.name.as_str(), &members.join(","), token.as_str(), &url]);
    // Neither goes without the other.
    let raised = bump.map(|bump| ["--bump-revision".to_owned(), bump.to_string(), "--mark-compacted".to_owned()]);
    let log = places.wal.map(|wal| wal.join(&format!("{RESTORING}/{WAL}"))).transpose()?;
    let apart = log.map(|log| ["--wal-dir".to_owned(), log.to_string()]);
    Ok(call.args(raised.into_iter().flatten()).args(apart.into_iter().flatten()))
}

/// The same for a drill, as the only member of a cluster of its own.
pub(crate) fn restore_alone(on: Stage<'_>, snapshot: File, sum: Sum) -> Result<Exec, NotAPath> {
    let call = on.program(program(on.manifest))?;
    Ok(restoring(
        call,
        (snapshot, sum),
        on.data,
        [drill::NAME, &format!("{}={}", drill::NAME, drill::PEER), drill::NAME, drill::PEER],
    ))
}

/// The one that restores.
fn program(manifest: &Manifest) -> &'static str {
    if etcd::ships_etcdutl(manifest.release.version) { "etcdutl" } else { "etcdctl" }
}

fn restoring(call: Exec, (snapshot, sum): (File, Sum), into: &AbsPath, [name, members, token, url]: [&str; 4]) -> Exec {
    call.args(["snapshot", "restore", "/proc/self/fd/0", "--name", name])
        .args(["--initial-cluster", members, "--initial-cluster-token", token])
        .args(["--initial-advertise-peer-urls", url, "--data-dir", into.as_str()])
        .args((sum == Sum::Unproven).then_some("--skip-hash-check"))
        .input(snapshot)
        .limit(LIMIT)
}
