//! Telling the service manager: start, restart, stop, forget. The same verbs for systemd and supervisor.
//!
//! Told to stop, we stop waiting: the manager goes on with what it was told, and whoever called takes it for unfinished. A
//! roll-back is told nothing.

use std::time::Duration;

use super::calls::{ServiceError, WORK, answers, ask, ctl, heed, is_active, knows, systemctl};
use super::standing::{Others, put_back};
use crate::host::exec::ExecError;
use crate::host::interrupt::Interrupt;
use crate::host::{Exec, clock};
use crate::step::Action;
use crate::supervision::{Origin, Standing, Supervision, Supervisor};
use crate::transaction::Permit;

/// How long supervisord may take until it answers.
const ANSWER: Duration = Duration::from_secs(30);
/// Puts etcd under supervision, as the action says.
pub(crate) fn start(
    _: &Permit,
    supervision: &Supervision,
    action: Action,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    match supervision {
        Supervision::Systemd { unit } => {
            systemctl(["daemon-reload"], interrupt)?;
            systemctl(["enable", unit], interrupt)?;
            match action {
                Action::Start => systemctl(["start", unit], interrupt)?,
                Action::Restart => systemctl(["restart", unit], interrupt)?,
                Action::Enable | Action::Reload | Action::Remove => {}
            }
        }
        Supervision::Supervisor(supervisor) => under_supervisor(supervisor, action, interrupt)?,
    }
    Ok(())
}

fn under_supervisor(supervisor: &Supervisor, action: Action, interrupt: &Interrupt) -> Result<(), ServiceError> {
    if let Some(unit) = &supervisor.unit {
        systemctl(["daemon-reload"], interrupt)?;
        systemctl(["enable", unit], interrupt)?;
    }
    if matches!(action, Action::Enable | Action::Reload | Action::Remove) {
        return Ok(());
    }
    let is_up = answers(supervisor, interrupt);
    heed(interrupt)?;
    if !is_up {
        match &supervisor.unit {
            Some(unit) => systemctl(["start", unit], interrupt)?,
            None => {
                Exec::at(supervisor.daemon.as_str()).args(["-c", supervisor.conf.as_str()]).heeding(interrupt).run()?;
            }
        }
        let answer = clock::poll(ANSWER, || (interrupt.is_raised() || answers(supervisor, interrupt)).then_some(()));
        heed(interrupt)?;
        if answer.is_none() {
            return Err(ServiceError::NoAnswer(supervisor.conf.to_string()));
        }
    }
    // A run before this one may have told it to stop etcd and not have waited. A program that stops cannot be started.
    let _ = resting(supervisor, WORK, interrupt);
    // `update` starts what is new and restarts what changed. Other people's pending changes are not ours to apply.
    let before = pid(supervisor, interrupt);
    let rests =
        |state: Option<String>| state.is_some_and(|state| matches!(state.as_str(), "STOPPED" | "EXITED" | "FATAL"));
    let rested = rests(state(supervisor, interrupt));
    heed(interrupt)?;
    ctl(supervisor, &["reread"], interrupt)?;
    ctl(supervisor, &["update", &supervisor.program], interrupt)?;
    // For a section that changed, `update` was a restart.
    let is_the_same = action == Action::Restart && pid(supervisor, interrupt) == before;
    heed(interrupt)?;
    // `restart` and `start` end when the program has run for `startsecs`, which may be hours. They have done their work as
    // soon as supervisord has started it; whether it stays up is seen afterwards.
    // What a signal leaves half-way, the roll-back takes up.
    if is_the_same {
        ctl_until(supervisor, "restart", interrupt, || {
            pid(supervisor, interrupt).is_some_and(|now| Some(now) != before)
        })?;
    }
    // What somebody has stopped, or what gave up, `update` leaves as it is. Whether it comes up is seen afterwards, with its log.
    if rested && rests(state(supervisor, interrupt)) {
        let _ = ctl_until(supervisor, "start", interrupt, || pid(supervisor, interrupt).is_some());
    }
    Ok(())
}

/// Whether the service manager says that etcd runs.
pub(crate) fn is_running(supervision: &Supervision, interrupt: &Interrupt) -> bool {
    match supervision {
        Supervision::Systemd { unit } => {
            let asked = Exec::named("systemctl").map(|exec| exec.args(["is-active", "--quiet", unit]));
            asked.and_then(|exec| exec.heeding(interrupt).output()).is_ok_and(|output| output.ok())
        }
        Supervision::Supervisor(supervisor) => {
            state(supervisor, interrupt).is_some_and(|state| matches!(state.as_str(), "RUNNING" | "STARTING"))
        }
    }
}

/// Whether etcd has ended and its service manager has not started it again yet, or will not.
pub(crate) fn has_ended(supervision: &Supervision, interrupt: &Interrupt) -> bool {
    match supervision {
        Supervision::Systemd { unit } => {
            let asked =
                Exec::named("systemctl").map(|exec| exec.args(["show", "--property", "ActiveState,SubState", unit]));
            let said = asked.and_then(|exec| exec.heeding(interrupt).output());
            said.is_ok_and(|said| {
                let words = ["ActiveState=failed", "ActiveState=inactive", "SubState=auto-restart"];
                said.stdout.lines().any(|line| words.contains(&line))
            })
        }
        Supervision::Supervisor(supervisor) => {
            state(supervisor, interrupt).is_some_and(|state| matches!(state.as_str(), "BACKOFF" | "EXITED" | "FATAL"))
        }
    }
}

/// Whether the service manager has a process of etcd, also one that it is stopping or about to start again.
pub(crate) fn has(supervision: &Supervision, interrupt: &Interrupt) -> bool {
    match supervision {
        Supervision::Systemd { unit } => is_active(unit, interrupt).unwrap_or(false),
        Supervision::Supervisor(supervisor) => state(supervisor, interrupt)
            .is_some_and(|state| matches!(state.as_str(), "RUNNING" | "STARTING" | "STOPPING" | "BACKOFF")),
    }
}

/// What the service manager calls the state that etcd is in.
#[derive(Debug)]
pub(crate) enum StateWord {
    Said(String),
    NotAsked(ExecError),
    /// supervisord does not say.
    NoAnswer,
}

/// That word.
pub(crate) fn state_word(supervision: &Supervision, interrupt: &Interrupt) -> StateWord {
    match supervision {
        Supervision::Systemd { unit } => {
            let asked = Exec::named("systemctl").map(|exec| exec.args(["is-active", unit]));
            let said = asked.and_then(|exec| exec.heeding(interrupt).output());
            said.map_or_else(StateWord::NotAsked, |output| StateWord::Said(output.stdout.trim().to_owned()))
        }
        Supervision::Supervisor(supervisor) => {
            state(supervisor, interrupt).map_or(StateWord::NoAnswer, StateWord::Said)
        }
    }
}

/// Stops etcd and waits until it has stopped.
pub(crate) fn stop(
    _: &Permit,
    supervision: &Supervision,
    seconds: u32,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    let limit = Duration::from_secs(u64::from(seconds) + 30);
    let is_there = match supervision {
        // Also where the unit's file has gone: what runs is still systemd's.
        Supervision::Systemd { unit } => knows(unit, interrupt)? || is_active(unit, interrupt)?,
        // One that stops already is not waited for by `supervisorctl stop`.
        Supervision::Supervisor(supervisor) => resting(supervisor, limit, interrupt).is_some(),
    };
    heed(interrupt)?;
    match supervision {
        Supervision::Systemd { unit } if is_there => {
            Exec::named("systemctl")?.args(["stop", unit]).limit(limit).heeding(interrupt).run()?;
        }
        Supervision::Supervisor(supervisor) if is_there => {
            Exec::at(supervisor.ctl.as_str())
                .args(["-c", supervisor.conf.as_str(), "stop", &supervisor.program])
                .limit(limit)
                .heeding(interrupt)
                .run()?;
        }
        // A run before this one, which was cut off, has taken it away.
        Supervision::Systemd { .. } | Supervision::Supervisor(_) => {}
    }
    Ok(())
}

/// Likewise, and the host's supervisor is as it `was`; it is left alone where that is not on record.
pub(crate) fn stop_and_put_back(
    permit: &Permit,
    supervision: &Supervision,
    was: Option<Standing>,
    others: Others,
    seconds: u32,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    stop(permit, supervision, seconds, interrupt)?;
    match (supervision, was) {
        (Supervision::Supervisor(supervisor), Some(was)) => put_back(supervisor, was, others, interrupt),
        _ => Ok(()),
    }
}

/// Takes etcd out of supervision: before its files go. A supervisor that we brought goes with it.
pub(crate) fn remove(
    permit: &Permit,
    supervision: &Supervision,
    was: Option<Standing>,
    others: Others,
    seconds: u32,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    stop_and_put_back(permit, supervision, was, others, seconds, interrupt)?;
    let is_to_disable = was.is_none_or(|was| !was.enabled);
    match supervision {
        Supervision::Systemd { unit } if is_to_disable && knows(unit, interrupt)? => {
            systemctl(["disable", unit], interrupt)?;
        }
        Supervision::Supervisor(supervisor) if supervisor.origin == Origin::Bundle => match &supervisor.unit {
            Some(unit) if knows(unit, interrupt)? => {
                systemctl(["stop", unit], interrupt)?;
                if is_to_disable {
                    systemctl(["disable", unit], interrupt)?;
                }
            }
            None if answers(supervisor, interrupt) => ctl(supervisor, &["shutdown"], interrupt)?,
            Some(_) | None => heed(interrupt)?,
        },
        Supervision::Systemd { .. } | Supervision::Supervisor(_) => {}
    }
    Ok(())
}

/// After the files of a service have gone: lets its manager see that.
pub(crate) fn forget(_: &Permit, supervision: &Supervision, interrupt: &Interrupt) -> Result<(), ServiceError> {
    match supervision {
        Supervision::Systemd { unit } => forget_unit(unit, interrupt),
        Supervision::Supervisor(supervisor) => match (supervisor.origin, &supervisor.unit) {
            (Origin::Bundle, Some(unit)) => forget_unit(unit, interrupt),
            (Origin::Host, _) if answers(supervisor, interrupt) => {
                // Fails where somebody else's section cannot be read: not ours to mend, and not in the way.
                let _ = ctl(supervisor, &["reread"], interrupt);
                // A program that was never started is not there to be removed.
                let is_known = state(supervisor, interrupt).is_some();
                heed(interrupt)?;
                if is_known { ctl(supervisor, &["remove", &supervisor.program], interrupt) } else { Ok(()) }
            }
            (Origin::Host | Origin::Bundle, _) => heed(interrupt),
        },
    }
}

/// A systemd that cannot read its units again does no harm if it has no memory of this one.
fn forget_unit(unit: &str, interrupt: &Interrupt) -> Result<(), ServiceError> {
    match systemctl(["daemon-reload"], interrupt) {
        Err(_) if !knows(unit, interrupt)? => Ok(()),
        reloaded => reloaded,
    }
}

/// The word that `supervisorctl status` has for our program; `None` if it does not know it or does not answer.
fn state(supervisor: &Supervisor, interrupt: &Interrupt) -> Option<String> {
    let line = ask(supervisor, &["status", &supervisor.program], interrupt)?;
    // `status` exits 3 when a program is not running: the words tell, not the code.
    let mut words = line.split_whitespace();
    (words.next()? == supervisor.program).then(|| words.next().map(str::to_owned))?
}

/// Likewise, but once it is not on its way down any more, or the time is over.
fn resting(supervisor: &Supervisor, limit: Duration, interrupt: &Interrupt) -> Option<String> {
    let rests = || {
        let word = state(supervisor, interrupt);
        (interrupt.is_raised() || word.as_deref() != Some("STOPPING")).then_some(word)
    };
    clock::poll(limit, rests).unwrap_or_else(|| Some("STOPPING".to_owned()))
}

/// The process that supervisord has for our program, if one runs.
fn pid(supervisor: &Supervisor, interrupt: &Interrupt) -> Option<u32> {
    let said = ask(supervisor, &["pid", &supervisor.program], interrupt)?;
    said.trim().parse().ok().filter(|pid| *pid > 0)
}

/// Lets systemd read its units again, of which one of ours is another than it has read.
pub(crate) fn reload(_: &Permit, interrupt: &Interrupt) -> Result<(), ServiceError> {
    systemctl(["daemon-reload"], interrupt)
}

/// Tells our program's supervisord something that takes longer to come back than to be done.
fn ctl_until(
    supervisor: &Supervisor,
    verb: &str,
    interrupt: &Interrupt,
    is_done: impl FnMut() -> bool,
) -> Result<(), ServiceError> {
    Exec::at(supervisor.ctl.as_str())
        .args(["-c", supervisor.conf.as_str(), verb, &supervisor.program])
        .limit(WORK)
        .heeding(interrupt)
        .run_until(is_done)?;
    Ok(())
}
