//! How a member does: what it says of itself, and what is made of that. Asks through `host::etcdctl` alone.

use std::time::Duration;

use payload::manifest::{Manifest, Member};
use serde::Serialize;

use crate::endpoint_status::EndpointStatus;
use crate::facts::logs::LOG;
use crate::host::etcdctl;
use crate::host::interrupt::Interrupt;
use crate::host::{Exec, Tree, clock};
use crate::report::Report;
use crate::service::{self, StateWord};
use crate::supervision::Supervision;
use crate::text::progress;

/// How long a member that was started may take until it listens for its peers.
const UP: Duration = Duration::from_secs(30);
/// etcd listens, or has died of a bad flag, well within this time.
const SETTLE: Duration = Duration::from_secs(2);

/// How much of the end of etcd's log is read, in bytes.
const LAST_WORDS: u64 = 16 * 1024;

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
    fn has_leader(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.has_leader)
    }
}

/// Why an etcd that was started does not listen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotUp {
    Interrupted,
    /// What its service manager calls its state, and what it logged last, if anything.
    Ended {
        state: StateWord,
        log: Option<String>,
    },
}

/// Waits until this host's etcd listens for its peers; an error says what it logged instead.
pub(crate) fn wait_until_up(
    tree: &Tree,
    manifest: &Manifest,
    supervision: &Supervision,
    interrupt: &Interrupt,
    report: &Report,
) -> Result<(), NotUp> {
    let Some(me) = manifest.me() else { return Ok(()) };
    report.note(progress::WAITING_FOR_ETCD);
    let is_up = || etcdctl::is_reachable(manifest, me) && service::is_running(supervision, interrupt);
    let up = clock::poll(UP, || (interrupt.is_raised() || is_up()).then_some(()));
    if interrupt.is_raised() {
        return Err(NotUp::Interrupted);
    }
    let stays = up.is_some() && {
        clock::poll(SETTLE, || interrupt.is_raised().then_some(()));
        etcdctl::is_reachable(manifest, me)
    };
    if interrupt.is_raised() {
        return Err(NotUp::Interrupted);
    }
    if stays {
        return Ok(());
    }
    let log = last_words(tree, manifest, supervision, interrupt);
    Err(NotUp::Ended { state: service::control::state_word(supervision, interrupt), log })
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

/// Every member as seen from here.
pub(crate) fn members(manifest: &Manifest) -> Vec<MemberHealth> {
    let never = Interrupt::default();
    manifest.members.iter().map(|other| member(manifest, other, &never)).collect()
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

/// The end of etcd's log, in one line; `None` where it is empty. Under supervisor it is read by name: only where root alone can make names.
fn last_words(tree: &Tree, manifest: &Manifest, supervision: &Supervision, interrupt: &Interrupt) -> Option<String> {
    let log = match supervision {
        Supervision::Systemd { unit } => Exec::named("journalctl")
            .and_then(|exec| exec.args(["--no-pager", "-o", "cat", "-n", "5", "-u", unit]).heeding(interrupt).output())
            .map(|output| output.stdout)
            .unwrap_or_default(),
        Supervision::Supervisor(_) => {
            let path = manifest.layout.logs.join(LOG).ok();
            let end = path.and_then(|path| tree.end_of_log(&path, LAST_WORDS)).unwrap_or_default();
            last_lines(&String::from_utf8_lossy(&end), 5)
        }
    };
    let log = log.trim();
    (!log.is_empty()).then(|| log.replace('\n', " | "))
}

/// The last lines of a text that may begin anywhere.
fn last_lines(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(most)).copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_the_last() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
        assert_eq!(last_lines("", 2), "");
    }
}
