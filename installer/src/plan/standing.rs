//! What of a plan stands already.

use payload::digest::Digest;
use payload::mode::{Mode, Owner};
use payload::path::AbsPath;

use super::Planned;
use crate::change::Change;
use crate::facts::{Facts, Found, Running};
use crate::host::Seen;
use crate::journal::Run;
use crate::step::{Action, Source, State, Step};

/// Decides what is there already. A service is restarted once, and only if something it runs with changed.
pub(super) fn with_states(steps: Vec<Step>, facts: &Facts) -> Vec<Planned> {
    let mut pending = cut_before_service(facts);
    let mut planned: Vec<Planned> = Vec::new();
    for mut step in steps {
        if let Step::Service { action, .. } = &mut step {
            let running = facts.running == Running::Yes;
            if running && pending && *action == Action::Start {
                *action = Action::Restart;
            }
            let settled = running || (*action == Action::Enable && facts.receipt.is_some());
            let state = if settled && !pending { State::Done } else { State::Pending };
            planned.push(Planned { step, state });
            continue;
        }
        let labels = matches!(step, Step::Labels { .. });
        // A run that was cut off may have made everything but these.
        let labelled = labels && !pending && facts.unfinished.is_none();
        let state = if labelled || is_done(&step, facts) { State::Done } else { State::Pending };
        let matters = !labels && !matches!(&step, Step::File { source: Source::Installer, .. });
        pending |= state == State::Pending && matters;
        planned.push(Planned { step, state });
    }
    planned
}

/// Whether an install was cut off that may have replaced what the service runs with, and did not come to restart it.
fn cut_before_service(facts: &Facts) -> bool {
    let Some(cut) = facts.unfinished.as_ref().filter(|cut| matches!(cut.of, Run::Install { .. })) else { return false };
    let is_service = |change: &Change| matches!(change, Change::Service { .. });
    cut.open.as_ref().is_some_and(is_service) || cut.changes.last().is_some_and(|last| !is_service(last))
}

fn is_done(step: &Step, facts: &Facts) -> bool {
    match step {
        Step::Group { name } => {
            !half_made(facts, |open| matches!(open, Change::Group { name: of } if of == name))
                && (facts.group.is_some() || facts.account.is_some())
        }
        Step::User { name, .. } => {
            !half_made(facts, |open| matches!(open, Change::User { name: of, .. } if of == name))
                && facts.account.is_some()
        }
        Step::Dir { path, mode, owner, .. } => match *facts.at(path) {
            Seen::Dir { mode: is, uid, gid } => {
                let on_record =
                    *owner != Owner::Service || facts.ours().iter().any(|change| change.path() == Some(path));
                is == mode.bits() && owns(*owner, uid, gid, facts) && on_record
            }
            _ => false,
        },
        Step::Programs { dir, programs, .. } => programs.iter().all(|program| {
            dir.join(&program.name).is_ok_and(|path| is_file(facts, &path, program.sha256, Mode::PROGRAM, Owner::Root))
        }),
        Step::File { path, mode, owner, sha256, .. } => is_file(facts, path, *sha256, *mode, *owner),
        Step::Link { path, target } => *facts.at(path) == Seen::Link { target: target.clone() },
        // The tree appears under its name only when it is whole.
        Step::Wheels { dir, .. } => matches!(facts.at(dir), Seen::Dir { .. }),
        Step::Labels { .. } | Step::Service { .. } => false,
    }
}

/// Whether a killed run may have left this half done, where looking cannot tell.
fn half_made(facts: &Facts, is_this: impl FnOnce(&Change) -> bool) -> bool {
    facts.unfinished.as_ref().and_then(|unfinished| unfinished.open.as_ref()).is_some_and(is_this)
}

/// Whether a file stands at `path` with this content, mode and owner.
pub(crate) fn is_file(facts: &Facts, path: &AbsPath, sha256: Digest, mode: Mode, owner: Owner) -> bool {
    match facts.paths.get(path) {
        Some(Found { seen: Seen::File { mode: is, uid, gid, .. }, digest }) => {
            *is == mode.bits() && owns(owner, *uid, *gid, facts) && *digest == Some(sha256)
        }
        _ => false,
    }
}

fn owns(owner: Owner, uid: u32, gid: u32, facts: &Facts) -> bool {
    match (owner, &facts.account) {
        (Owner::Root, _) => (uid, gid) == (0, 0),
        (Owner::Service, Some(account)) => (uid, gid) == (account.uid, account.gid),
        (Owner::Service, None) => false,
    }
}
