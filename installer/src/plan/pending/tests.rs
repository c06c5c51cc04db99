//! What an install does to an etcd that runs, by what it renews.

use super::*;
use crate::change::Before;
use crate::facts::credentials::Here;
use crate::facts::tests::{good, manifest, receipt};
use crate::step::Source;

const CERTIFICATE: &str = "etcd-peer.pem";
const KEY: &str = "etcd-peer-key.pem";
const CA: &str = "ca.pem";
const CERTIFICATES: [&str; 3] = [CERTIFICATE, KEY, CA];
const STARTUP: &str = "/opt/etcd-v3.5.1/etcd-server-startup.sh";
const PROGRAM: &str = "/opt/etcd-v3.5.1/etcd";
const UNIT: &str = "/etc/systemd/system/etcd-server.service";
const ETCDCTL: &str = "/usr/local/bin/etcdctl";

/// A host, and an install there.
#[derive(Clone, Copy)]
struct Case<'a> {
    version: &'a str,
    running: Running,
    /// What of the files is another one in the bundle.
    renewed: &'a [&'a str],
    script: Script,
    waiting: &'a [Part],
    action: Action,
    restart: Restart,
}

const RUNS: Case<'static> = Case {
    version: "3.5.1",
    running: Running::Yes,
    renewed: &[],
    script: Script::SameStart,
    waiting: &[],
    action: Action::Start,
    restart: Restart::IfNeeded,
};

/// What is done to the service, and what waits then.
fn outcome(case: Case) -> (Option<Action>, Vec<Part>) {
    let mut manifest = manifest();
    manifest.release.version = case.version.parse().unwrap();
    let supervision = Supervision::Systemd { unit: "etcd-server.service".to_owned() };
    let [here_sum, brought_sum] = [&b"here"[..], b"brought"].map(Digest::of);
    let mut facts = good();
    facts.etcd.running = case.running;
    facts.etcd.script = case.script;
    facts.etcd.waiting = case.waiting.iter().copied().collect();
    let mut steps = Vec::new();
    let mut set = Set::of(&manifest, None).unwrap();
    let here = set.home.sets.join("0123").unwrap();
    let wrote = |name: &str, sha256| {
        let (path, before) = (here.join(name).unwrap(), Before::Nothing);
        Change::File { path, sha256, before }
    };
    facts.records = receipt().into();
    let recorded = &mut facts.records.receipt.as_mut().unwrap().changes;
    for item in &mut set.items {
        item.sha256 = if case.renewed.contains(&item.name.as_str()) { brought_sum } else { here_sum };
        recorded.push(wrote(&item.name, here_sum));
    }
    let is_new = case.renewed.iter().any(|name| CERTIFICATES.contains(name));
    let target = if is_new { "0123" } else { &set.name }.to_owned();
    facts.paths.found.insert(set.home.current.clone(), PathFact { seen: Seen::Link { target }, digest: None });
    steps.push(Step::Link { path: set.home.current.clone(), target: set.name.clone() });
    facts.credentials.here = Some(Here { dir: here, others: Vec::new() });
    for path in [STARTUP, PROGRAM, UNIT, ETCDCTL] {
        let path: AbsPath = path.parse().unwrap();
        let seen = Seen::File { mode: Mode::PLAIN.bits(), uid: 0, gid: 0, size: 4 };
        facts.paths.found.insert(path.clone(), PathFact { seen, digest: Some(here_sum) });
        let sha256 = if case.renewed.contains(&path.as_str()) { brought_sum } else { here_sum };
        steps.push(Step::File { path, mode: Mode::PLAIN, owner: Owner::Root, sha256, source: Source::Installer });
    }
    steps.push(Step::Service { supervision: supervision.clone(), action: case.action });
    let (supervised, restart) = (Some(&supervision), case.restart);
    let standings = Standings { facts: &facts, manifest: &manifest, supervision: supervised, restart, set: &set };
    let Stood { steps, waits } = standings.of(steps);
    let action = steps.iter().find_map(|planned| match (&planned.step, planned.state) {
        (Step::Service { action, .. }, State::Pending) => Some(*action),
        _ => None,
    });
    (action, waits.into_iter().collect())
}

#[test]
fn etcd_is_restarted_for_what_it_runs_with_and_for_nothing_else() {
    use Part::{Files, Flags, StartupScript, Unit};
    let renewed = |version, renewed, script| Case { version, renewed, script, ..RUNS };
    let waits = |waiting, script| Case { script, waiting, ..RUNS };
    let restart = (Some(Action::Restart), vec![]);
    let nothing = (None, vec![]);
    let other = Script::OtherCommand;
    for (what, case, expected) in [
        ("nothing", RUNS, &nothing),
        ("a renewed pair", renewed("3.5.1", &[CERTIFICATE, KEY], other), &nothing),
        ("the same at the oldest that serves it", renewed("3.2.19", &[CERTIFICATE, KEY], other), &nothing),
        ("before it", renewed("3.2.18", &[CERTIFICATE, KEY], other), &restart),
        ("and in 3.1", renewed("3.1.20", &[CERTIFICATE], Script::SameStart), &restart),
        ("a pair and a CA", renewed("3.5.1", &[CERTIFICATE, KEY, CA], other), &restart),
        ("another list of founders", renewed("3.5.1", &[STARTUP], Script::SameStart), &nothing),
        ("both", renewed("3.5.1", &[STARTUP, CERTIFICATE, KEY], Script::SameStart), &nothing),
        ("confinement", renewed("3.5.1", &[STARTUP], Script::SameCommand), &(None, vec![StartupScript])),
        ("a flag", renewed("3.5.1", &[STARTUP], other), &restart),
        ("a program", renewed("3.5.1", &[PROGRAM], Script::SameStart), &restart),
        ("a unit", renewed("3.5.1", &[UNIT], Script::SameStart), &(Some(Action::Reload), vec![Unit])),
        ("what is not etcd's", renewed("3.5.1", &[ETCDCTL], other), &nothing),
        ("what the manager does otherwise", renewed("3.5.1", &[], other), &nothing),
        ("flags that wait", waits(&[Flags], other), &restart),
        ("flags that have gone back", waits(&[Flags], Script::SameCommand), &nothing),
        ("files that wait", waits(&[Files], Script::SameStart), &restart),
        ("a unit that waits", waits(&[Unit], Script::SameStart), &(None, vec![Unit])),
        ("one for which it is asked", Case { restart: Restart::ForAll, ..waits(&[Unit], other) }, &restart),
        ("nothing, and it is asked", Case { restart: Restart::ForAll, ..RUNS }, &nothing),
    ] {
        assert_eq!(&outcome(case), expected, "{what}");
        let stopped = Case { running: Running::No, ..case };
        assert_eq!(outcome(stopped), (Some(Action::Start), vec![]), "stopped: {what}");
    }
}

#[test]
fn what_is_not_to_be_started_now_waits_by_its_kind() {
    let later = Case { action: Action::Enable, script: Script::OtherCommand, ..RUNS };
    let of = |renewed| outcome(Case { renewed, ..later }).1;
    assert_eq!(of(&[STARTUP, CERTIFICATE, KEY]), [Part::Flags]);
    assert_eq!(of(&[CA, PROGRAM]), [Part::Files]);
    assert_eq!(of(&[CERTIFICATE, KEY]), []);
}
