//! Finding out what of etcd runs here, and with what.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::net::SocketAddr;

use payload::manifest::Manifest;
use payload::render::{self, Call};

use super::{PATIENCE, ProbeError, data};
use crate::change::{Before, Change};
use crate::facts::credentials::{LARGEST_CERTIFICATES, x509};
use crate::facts::data::Places;
use crate::facts::etcd::{Etcd, Process, Running, Script, Shown, flag};
use crate::facts::health::Runs;
use crate::facts::paths::Seen;
use crate::host::accounts::AccountError;
use crate::host::hello::{self, Hello};
use crate::host::holdings::Holdings;
use crate::host::interrupt::Interrupt;
use crate::host::processes::Runner;
use crate::host::write::Ids;
use crate::host::{Tree, names, processes};
use crate::records::Records;
use crate::restart::Instance;
use crate::service;

/// `brought` is the bundle's startup script; `others` are etcds that are in the way, where that is of interest.
pub(super) fn etcd(
    tree: &Tree,
    manifest: &Manifest,
    brought: &[u8],
    records: &Records,
    others: Vec<Process>,
) -> Result<Etcd, ProbeError> {
    let running = match &records.receipt {
        Some(receipt) if tree.is_live() && service::is_running(&receipt.supervision, tree.interrupt()) => Running::Yes,
        _ => Running::No,
    };
    let waiting = match records.receipt.as_ref().and_then(|receipt| receipt.waiting.as_ref()) {
        Some(waiting) if tree.is_live() => waiting.parts_while(&instances(tree, manifest)?),
        _ => BTreeSet::new(),
    };
    let script = script(tree, manifest, brought, records.unfinished.iter().flat_map(|cut| &cut.changes))?;
    Ok(Etcd { others, running, script, waiting })
}

/// What the bundle's startup script changes for the etcd that runs: that is told by how the etcd was called, whatever has become
/// of the script that called it. What it is kept from is told by the script here; where a run that was cut off has replaced it,
/// by the one before.
fn script<'a>(
    tree: &Tree,
    manifest: &Manifest,
    brought: &[u8],
    cut: impl IntoIterator<Item = &'a Change>,
) -> Result<Script, ProbeError> {
    let brought = String::from_utf8_lossy(brought);
    let running = if tree.is_live() { command_lines(tree, manifest)? } else { Vec::new() };
    let Some(call) = Call::of_script(&brought) else { return Ok(Script::OtherCommand) };
    if running.is_empty() || !running.into_iter().all(|words| Call::of_process(words).is_same_member(&call)) {
        return Ok(Script::OtherCommand);
    }
    let path = manifest.layout.release_dir.join(render::STARTUP)?;
    let of_path = |change: &Change| match change {
        Change::File { path: of, before, .. } if *of == path => Some(before.clone()),
        _ => None,
    };
    let at = match cut.into_iter().find_map(of_path) {
        Some(Before::Ours { backup }) => backup,
        Some(Before::Nothing) => return Ok(Script::SameCommand),
        // What was there before us has the same bytes.
        Some(Before::Theirs { .. }) | None => path.clone(),
    };
    let Ok(Some(here)) = tree.read_if_there(&at, render::MAX_STARTUP) else { return Ok(Script::SameCommand) };
    let is_alike = render::confine_alike(&String::from_utf8_lossy(&here), &brought);
    Ok(if is_alike { Script::SameStart } else { Script::SameCommand })
}

/// How the etcd that is installed here was called, each run of it.
fn command_lines(tree: &Tree, manifest: &Manifest) -> Result<Vec<Vec<String>>, ProbeError> {
    let path = manifest.layout.release_dir.join("etcd")?;
    Ok(processes::command_lines(path.as_str(), &runners(tree, manifest)?))
}

/// The certificate that the installed etcd shows at its peer port.
pub(crate) fn shown(tree: &Tree, manifest: &Manifest) -> Shown {
    let installed = || {
        let path = manifest.layout.link.join("certs").ok()?.join(render::CERTIFICATE).ok()?;
        tree.read_if_there(&path, LARGEST_CERTIFICATES).ok()?
    };
    let at = manifest.me().and_then(|me| manifest.reach_peer(me)).and_then(|url| names::socket(&url).ok());
    match (at, installed()) {
        (Some(at), Some(installed)) => shown_at(at, &installed, tree.interrupt()),
        _ => Shown::Unseen,
    }
}

fn shown_at(at: SocketAddr, installed: &[u8], interrupt: &Interrupt) -> Shown {
    let answer = hello::ask(at, PATIENCE, interrupt);
    match (answer, x509::der(installed)) {
        (Ok(Hello::Chain(chain)), Some(installed)) => match chain.first() {
            Some(leaf) if *leaf == installed => Shown::Installed,
            Some(_) => Shown::Another,
            None => Shown::Unseen,
        },
        _ => Shown::Unseen,
    }
}

/// The runs of the etcd that is installed here.
pub(crate) fn instances(tree: &Tree, manifest: &Manifest) -> Result<Vec<Instance>, AccountError> {
    Ok(processes::instances(manifest.layout.release_dir.join("etcd")?.as_str(), &runners(tree, manifest)?))
}

/// How the runs of the installed etcd stand.
pub(crate) fn runs(tree: &Tree, manifest: &Manifest) -> Runs {
    let instances = instances(tree, manifest).unwrap_or_default();
    let pids: Vec<u32> = instances.iter().map(|instance| instance.pid).collect();
    Runs { suspended: processes::suspended(&pids), pids }
}

/// Who runs the etcd that is installed here: root, or whoever has its data, also where the account has gone since, or a
/// directory service does not answer.
fn runners(tree: &Tree, manifest: &Manifest) -> Result<Vec<u32>, AccountError> {
    let service = match tree.look(&manifest.layout.data)? {
        Seen::Dir { uid, .. } => Some(uid),
        _ => tree.user(&manifest.user)?.map(|account| account.uid),
    };
    Ok(service.into_iter().chain([Ids::ROOT.uid]).collect())
}

/// The processes of the etcd that is installed here, whatever name led them there, or that ran it before it was replaced.
pub(crate) fn running(tree: &Tree, manifest: &Manifest) -> Result<Vec<u32>, AccountError> {
    let (path, runners) = (manifest.layout.release_dir.join("etcd")?, runners(tree, manifest)?);
    let is_it = |process: &processes::Process| process.is_of(&runners) && process.runs(path.as_str());
    let mut pids: Vec<u32> =
        processes::all().iter().filter(|process| is_it(process)).map(|process| process.pid).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// Other etcds that are in the way, and whose members they are. A name alone proves nothing: root's, or the system's own,
/// counts by it; anybody else's only while it has a port of the member's, or its data.
pub(super) fn others(tree: &Tree, manifest: &Manifest) -> Vec<Process> {
    let held = LazyCell::new(|| Holdings::of(tree, manifest));
    let is_in_the_way = |process: &processes::Process| match process.runner() {
        Some(Runner::Root) => true,
        Some(_) => process.is_systems_own("etcd", tree) || held.are_held_by(process.pid),
        None => false,
    };
    let process = |process: processes::Process| {
        let line = process.command_line();
        let place = |name| flag(&line, name).map(str::to_owned);
        let (data, log) = (place("data-dir"), place("wal-dir"));
        // By a person's word root opens nothing: the place may lie in a file system of his that never answers.
        let may_say = matches!(process.runner(), Some(Runner::Root | Runner::System));
        let identity = || match (&data, &log) {
            (_, Some(log)) => data::identity_by_log(tree, &log.parse().ok()?),
            (Some(data), None) => data::identity(tree, Places { data: &data.parse().ok()?, wal: None }),
            (None, None) => None,
        };
        let identity = if may_say { identity() } else { None };
        Some(Process {
            pid: process.pid,
            exe: process.exe()?,
            under: process.parent().unwrap_or_default(),
            name: flag(&line, "name").map(str::to_owned),
            data,
            log,
            identity,
        })
    };
    let etcds = processes::all().into_iter().filter(|process| process.is_called("etcd") && is_in_the_way(process));
    let mut found: Vec<Process> = etcds.filter_map(process).collect();
    found.sort_by_key(|process| process.pid);
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test: starts a server")]

    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    /// OpenSSL in `dir`, with these words.
    fn openssl(dir: &std::path::Path, words: &str) -> Command {
        let mut command = Command::new("openssl");
        command
            .current_dir(dir)
            .args(words.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    #[test]
    fn what_a_real_port_shows_is_held_against_what_is_installed() {
        let dir = std::env::temp_dir().join(format!("etcdpack-shown-{}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        for name in ["one", "two"] {
            let words = format!(
                "req -x509 -nodes -days 2 -subj /CN=x -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout {name}.key -out {name}"
            );
            assert!(openssl(&dir, &words).status().unwrap().success());
        }
        let [one, two] = ["one", "two"].map(|name| std::fs::read(dir.join(name)).unwrap());
        let never = Interrupt::default();
        let mut at = None;
        for (more, beside, expected) in [
            ("", &one, Shown::Installed),
            ("", &two, Shown::Another),
            ("", &b"no certificate".to_vec(), Shown::Unseen),
            (" -tls1_3", &one, Shown::Unseen),
        ] {
            let words = format!("s_server -accept 127.0.0.1:0 -cert one -key one.key{more}");
            let mut server = openssl(&dir, &words).spawn().unwrap();
            let said = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
            at = said.into_iter().find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok());
            let shown = shown_at(at.unwrap(), beside, &never);
            server.kill().unwrap();
            server.wait().unwrap();
            assert_eq!(shown, expected, "{words}");
        }
        assert_eq!(shown_at(at.unwrap(), &one, &never), Shown::Unseen, "nobody listens");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
