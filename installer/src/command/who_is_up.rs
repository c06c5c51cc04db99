//! What is said after an install: who is up, by the member list of the cluster that this member is in, and never by open ports.

use std::time::Duration;

use payload::exit::ExitStatus;
use payload::manifest::Manifest;

use crate::facts::Cluster;
use crate::facts::cluster::{Asked, Other, Seen};
use crate::facts::data::wal::Identity;
use crate::help::Help;
use crate::host::Tree;
use crate::host::clock;
use crate::host::interrupt::Interrupt;
use crate::host::probe::{cluster, data};
use crate::report::Report;
use crate::text::{members, progress};

/// How long a member that was just started is waited for, where enough others are there for a quorum.
const JOINS: Duration = Duration::from_secs(5);

/// Says it; by what was `seen` already, where nothing was done since. A member of another cluster than its neighbours is not what was
/// wanted, however well it runs.
pub(super) fn say(
    tree: &Tree,
    manifest: &Manifest,
    seen: Option<&Cluster>,
    interrupt: &Interrupt,
    report: &Report,
) -> ExitStatus {
    let own = || data::identity(tree, (&manifest.layout).into());
    let look = || (cluster::everybody(manifest, interrupt), own());
    let is_settled = |seen: &Cluster| !is_about_to_join(manifest, seen);
    let (seen, own) = match seen.filter(|seen| is_settled(seen) && !matches!(seen.asked, Asked::No(_))) {
        Some(seen) => (seen.clone(), own()),
        None => report.while_waiting(&progress::ASKING, || {
            let seen = clock::poll(JOINS, || {
                let (seen, own) = look();
                (interrupt.is_raised() || is_settled(&seen)).then_some((seen, own))
            });
            seen.unwrap_or_else(look)
        }),
    };
    if interrupt.is_raised() {
        return ExitStatus::Done;
    }
    let foreign = own.and_then(|own| in_another(&seen, own));
    for line in members::lines(manifest, &seen, own) {
        report.note(&line);
    }
    let Some((other, there)) = foreign else { return ExitStatus::Done };
    report.error(&members::foreign(other, there, own), Some(&Help::host("status")));
    ExitStatus::NotHealthy
}

fn in_another(seen: &Cluster, own: Identity) -> Option<(&Other, u64)> {
    seen.all().find_map(|other| Some((other, other.said()?.cluster().filter(|there| *there != own.cluster)?)))
}

/// Whether a majority listens, and this member does not serve clients yet.
fn is_about_to_join(manifest: &Manifest, seen: &Cluster) -> bool {
    let listens = |other: &&Other| matches!(other.seen, Seen::Listens { .. } | Seen::Serves { .. });
    let serves = seen.me.as_ref().is_some_and(|me| matches!(me.seen, Seen::Serves { .. }));
    !serves && seen.all().filter(listens).count() > manifest.members.len() / 2
}
