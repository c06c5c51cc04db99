//! How a member does: what it says of itself, and what is made of that. Asks through `host::etcdctl` alone.

use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::Duration;

use payload::etcd::last_words::{self, Known};
use payload::manifest::{Manifest, Member};
use payload::render;
use serde::Serialize;

use crate::endpoint_status::EndpointStatus;
use crate::facts::cluster::answers::Alarm;
use crate::facts::health::{Company, Down, Heard, Rest};
use crate::host::etcdctl;
use crate::host::interrupt::Interrupt;
use crate::host::{Tree, clock, probe};
use crate::report::Report;
use crate::service;
use crate::supervision::{Off, Supervision};
use crate::text::progress;

/// How long a member that was started may take until it listens for its peers.
const UP: Duration = Duration::from_secs(30);

/// How long it may read its data then, before it serves: several gigabytes on a slow disk.
const READS_ITS_DATA: Duration = Duration::from_mins(10);

/// How long it must have served before it counts as up, where it opens a port after that.
const SETTLE: Duration = Duration::from_millis(600);

/// How often the service manager is asked meanwhile whether etcd has ended: of supervisord that takes as long as etcd's start.
const ASKED: Duration = Duration::from_millis(500);

/// How often etcd may be seen ended before it counts as given up: five seconds, in which a service manager starts it again.
const GIVEN_UP: u32 = 10;

/// What is known of one member.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MemberHealth {
    pub(crate) name: String,
    pub(crate) address: String,
    /// Something listens on its peer port.
    pub(crate) reachable: bool,
    /// What it said of itself, if it answered.
    pub(crate) status: Option<EndpointStatus>,
}

impl MemberHealth {
    /// Whether it answers and knows a leader. It may believe in one that has just died: see [`is_healthy`].
    pub(crate) fn has_leader(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.has_leader)
    }
}

/// Why an etcd that was started does not listen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotUp {
    Interrupted,
    Ended(Box<Down>),
}

/// Waits until this host's etcd has begun its log and answers its peers; an error says what it logged instead. One that has ended for a cause
/// that another start does not mend is not waited for.
pub(crate) fn wait_until_up(
    tree: &Tree,
    manifest: &Manifest,
    supervision: &Supervision,
    interrupt: &Interrupt,
    report: &Report,
) -> Result<(), NotUp> {
    let Some(me) = manifest.me() else { return Ok(()) };
    report.note(&progress::WAITING_FOR_ETCD);
    let down = || down(tree, manifest, supervision, interrupt);
    let ended_so = || NotUp::Ended(Box::new(down()));
    let runs = || service::is_running(supervision, interrupt);
    // Or another process does: that this is etcd is seen once it serves.
    let listens = || etcdctl::is_reachable(manifest, me);
    // It listens before it has looked at its data, and may still end of what it finds. Its log is what tells a lost disk from
    // a first start later on: nothing is up, nor on record, before there is one.
    let has_begun = || probe::data::is_begun(tree, (&manifest.layout).into());
    let serves = || etcdctl::answers_peers(manifest, me, interrupt) && has_begun() && runs();
    let mut ended = 0;
    let mut pace = clock::Pace::new(ASKED);
    let mut wait = |limit, is_up: &dyn Fn() -> bool| {
        let seen = clock::poll(limit, || {
            if interrupt.is_raised() {
                return Some(Err(NotUp::Interrupted));
            }
            if is_up() {
                return Some(Ok(()));
            }
            let is_over = pace.is_due() && service::has_ended(supervision, interrupt);
            ended += u32::from(is_over);
            let lasts = || down().words.cause.and_then(|cause| cause.known).is_some_and(Known::lasts);
            (is_over && (ended >= GIVEN_UP || lasts())).then(|| Err(ended_so()))
        });
        seen.unwrap_or_else(|| Err(ended_so()))
    };
    let unless_interrupted = |seen| if interrupt.is_raised() { Err(NotUp::Interrupted) } else { seen };
    unless_interrupted(wait(UP, &listens))?;
    unless_interrupted(wait(READS_ITS_DATA, &serves))?;
    if opens_another_port(tree, manifest) {
        clock::poll(SETTLE, || interrupt.is_raised().then_some(()));
    }
    unless_interrupted(if serves() { Ok(()) } else { Err(ended_so()) })
}

/// Whether etcd has a port of its own for metrics. That is opened last, after the peers' is served, and ends etcd where it cannot
/// be (`embed.StartEtcd`, 3.3 to 3.7). Nothing shows that this is over: whoever has the port answers there, too.
fn opens_another_port(tree: &Tree, manifest: &Manifest) -> bool {
    let script = manifest.layout.release_dir.join(render::STARTUP).ok();
    let script = script.and_then(|path| tree.read_if_there(&path, render::MAX_STARTUP).ok().flatten());
    // What cannot be read may have it.
    script.is_none_or(|script| String::from_utf8_lossy(&script).contains("--listen-metrics-urls"))
}

/// Why this host's etcd does not listen, by its service manager and its log.
pub(crate) fn down(tree: &Tree, manifest: &Manifest, supervision: &Supervision, interrupt: &Interrupt) -> Down {
    // Before its log is read: what runs by then may have begun to log.
    let state = service::control::state_word(supervision, interrupt);
    let (log, text) = probe::health::log(tree, manifest, supervision, interrupt);
    let words = last_words::read(&text);
    let rest = match (state.rest(), supervision) {
        // That is what it ended of, and no person's work.
        (Rest::Stopped, _) if words.cause.as_ref().and_then(|cause| cause.known).is_some_and(Known::ends_quietly) => {
            Rest::Ended
        }
        (Rest::Stopped, Supervision::Systemd { .. }) => match service::not_at_boot(supervision, interrupt) {
            Some((_, Off::Masked)) => Rest::Masked,
            Some((_, Off::NotFound)) => Rest::Unknown,
            Some((_, Off::Disabled)) | None => Rest::Stopped,
        },
        (Rest::NoManager, Supervision::Supervisor(supervisor)) => {
            probe::managers::silent(tree, supervisor, &[]).map_or(Rest::NoManager, Rest::Silent)
        }
        (rest, _) => rest,
    };
    Down {
        etcd: manifest.release.version,
        state: state.to_string(),
        runs: state.runs(),
        supervision: supervision.clone(),
        rest,
        words,
        link: manifest.layout.link.clone(),
        user: manifest.user.clone(),
        data: manifest.layout.data.clone(),
        wal: manifest.layout.wal.clone(),
        company: if manifest.members.len() > 1 { Company::Others } else { Company::Alone },
        log,
        heard: if text.trim().is_empty() { Heard::Nothing } else { Heard::Something },
        overridden: match supervision {
            Supervision::Systemd { unit } => {
                probe::managers::overrides(tree, unit).unwrap_or_default().into_iter().next()
            }
            Supervision::Supervisor(_) => None,
        },
    }
}

/// Polls until this host's member is healthy, or the time is up.
pub(crate) fn wait_until_healthy(manifest: &Manifest, limit: Duration, interrupt: &Interrupt) -> bool {
    let Some(me) = manifest.me() else { return false };
    let is_healthy = || is_healthy(manifest, &member(manifest, me, interrupt), interrupt);
    clock::poll(limit, || if interrupt.is_raised() { Some(false) } else { is_healthy().then_some(true) })
        .unwrap_or(false)
}

/// Whether a member serves: it knows a leader, and a read goes through a majority.
pub(crate) fn is_healthy(manifest: &Manifest, health: &MemberHealth, interrupt: &Interrupt) -> bool {
    let member = manifest.members.iter().find(|member| member.name.as_str() == health.name);
    health.has_leader() && member.is_some_and(|member| etcdctl::reads_through(manifest, member, interrupt))
}

/// Every member as seen from here, all asked at once: who is down takes its time.
pub(crate) fn members(manifest: &Manifest) -> Vec<MemberHealth> {
    let never = Interrupt::default();
    thread::scope(|scope| {
        let never = &never;
        let ask = |other| Builder::new().spawn_scoped(scope, move || member(manifest, other, never));
        let asked: Vec<_> = manifest.members.iter().map(|other| (other, ask(other))).collect();
        let answer = |(other, thread): (_, std::io::Result<ScopedJoinHandle<'_, MemberHealth>>)| {
            thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| member(manifest, other, never))
        };
        asked.into_iter().map(answer).collect()
    })
}

/// The alarms that the members name beside their status.
pub(crate) fn alarms_said(members: &[MemberHealth]) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = Vec::new();
    for alarm in members.iter().filter_map(|member| member.status.as_ref()).flat_map(|status| &status.alarms) {
        if !alarms.contains(alarm) {
            alarms.push(alarm.clone());
        }
    }
    alarms
}

fn member(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> MemberHealth {
    let reachable = etcdctl::is_reachable(manifest, member);
    MemberHealth {
        name: member.name.to_string(),
        address: member.address.to_string(),
        reachable,
        status: if reachable { etcdctl::status(manifest, member, interrupt) } else { None },
    }
}
