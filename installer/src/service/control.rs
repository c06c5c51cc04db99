//! Telling the service manager: start, restart, stop, forget. The same verbs for systemd and supervisor.
//!
//! Told to stop, we stop waiting: the manager goes on with what it was told, and whoever called takes it for unfinished. A
//! roll-back is told nothing.

use std::time::Duration;

use super::calls::{ServiceError, WORK, answers, ctl, heed, is_active, knows, systemctl, tell};
use super::program::{self, Seen, is_up, seen, seen_at_rest};
use super::standing::{Others, put_back};
use crate::facts::health::Rest;
use crate::facts::managers::rpc::Call;
use crate::host::Exec;
use crate::host::exec::ExecError;
use crate::host::interrupt::Interrupt;
use crate::step::Action;
use crate::supervision::{Origin, Standing, Supervision};
use crate::transaction::Permit;

/// Puts etcd under supervision, as the action says.
pub(crate) fn start(
    _: &Permit,
    supervision: &Supervision,
    action: Action,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    match supervision {
        Supervision::Systemd { unit } if action == Action::StartAgain => systemctl(["start", unit], interrupt)?,
        Supervision::Supervisor(supervisor) if action == Action::StartAgain => {
            program::start_again(supervisor, interrupt)?;
        }
        Supervision::Systemd { unit } => {
            systemctl(["daemon-reload"], interrupt)?;
            systemctl(["enable", unit], interrupt)?;
            match action {
                Action::Start => systemctl(["start", unit], interrupt)?,
                Action::Restart => systemctl(["restart", unit], interrupt)?,
                Action::Enable | Action::Reload | Action::Stop | Action::StartAgain | Action::Remove => {}
            }
        }
        Supervision::Supervisor(supervisor) => program::start(supervisor, action, interrupt)?,
    }
    Ok(())
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
            matches!(seen(supervisor, interrupt).state(), Some("BACKOFF" | "EXITED" | "FATAL"))
        }
    }
}

/// Whether the service manager has a process of etcd, also one that it is stopping or about to start again.
pub(crate) fn has(supervision: &Supervision, interrupt: &Interrupt) -> bool {
    match supervision {
        Supervision::Systemd { unit } => is_active(unit, interrupt).unwrap_or(false),
        Supervision::Supervisor(supervisor) => {
            matches!(seen(supervisor, interrupt).state(), Some("RUNNING" | "STARTING" | "STOPPING" | "BACKOFF"))
        }
    }
}

/// What the service manager calls the state that etcd is in.
#[derive(Debug)]
pub(crate) enum StateWord {
    Said(String),
    NotAsked(ExecError),
    /// supervisord answers, and has no such program.
    Unknown,
    /// supervisord does not say.
    NoAnswer,
}

impl StateWord {
    /// Whether it says that etcd runs.
    pub(crate) fn runs(&self) -> bool {
        match self {
            Self::Said(word) => matches!(word.as_str(), "active" | "reloading" | "RUNNING" | "STARTING"),
            Self::NotAsked(_) | Self::Unknown | Self::NoAnswer => false,
        }
    }

    /// Whether it leaves etcd as it is until somebody tells it otherwise.
    pub(crate) fn rest(&self) -> Rest {
        match self {
            Self::Said(word) => match word.as_str() {
                "inactive" | "STOPPED" => Rest::Stopped,
                "failed" | "EXITED" | "FATAL" => Rest::Ended,
                _ => Rest::None,
            },
            Self::Unknown => Rest::Unknown,
            Self::NoAnswer => Rest::NoManager,
            Self::NotAsked(_) => Rest::None,
        }
    }
}

/// Whether the service manager says that etcd runs.
pub(crate) fn is_running(supervision: &Supervision, interrupt: &Interrupt) -> bool {
    state_word(supervision, interrupt).runs()
}

/// That word.
pub(crate) fn state_word(supervision: &Supervision, interrupt: &Interrupt) -> StateWord {
    match supervision {
        Supervision::Systemd { unit } => {
            let asked = Exec::named("systemctl").map(|exec| exec.args(["is-active", unit]));
            let said = asked.and_then(|exec| exec.heeding(interrupt).output());
            said.map_or_else(StateWord::NotAsked, |output| StateWord::Said(output.stdout.trim().to_owned()))
        }
        Supervision::Supervisor(supervisor) => match seen(supervisor, interrupt) {
            Seen::State(word) => StateWord::Said(word),
            Seen::Unknown => StateWord::Unknown,
            Seen::NoAnswer => StateWord::NoAnswer,
        },
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
        // One that stops already is not waited for by `stop`.
        Supervision::Supervisor(supervisor) => seen_at_rest(supervisor, limit, interrupt).state().is_some(),
    };
    heed(interrupt)?;
    match supervision {
        Supervision::Systemd { unit } if is_there => {
            Exec::named("systemctl")?.args(["stop", unit]).limit(limit).heeding(interrupt).run()?;
        }
        Supervision::Supervisor(supervisor) if is_there => {
            tell(supervisor, Call::Stop(&supervisor.program), &["stop", &supervisor.program], limit, interrupt)?;
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
            (Origin::Host, unit) => {
                forget_drop_in(unit.as_ref(), interrupt);
                let seen = seen(supervisor, interrupt);
                if is_up(supervisor, &seen, interrupt) {
                    // Fails where somebody else's section cannot be read: not ours to mend, and not in the way.
                    let _ = tell(supervisor, Call::Reload, &["reread"], WORK, interrupt);
                }
                heed(interrupt)?;
                // A program that was never started is not there to be removed.
                match seen {
                    Seen::State(_) => {
                        let program = supervisor.program.as_str();
                        tell(supervisor, Call::Remove(program), &["remove", program], WORK, interrupt)
                    }
                    Seen::Unknown | Seen::NoAnswer => Ok(()),
                }
            }
            (Origin::Bundle, None) => heed(interrupt),
        },
    }
}

/// A systemd that cannot read its units again makes a directory for logs at the next start of supervisord, and no more.
fn forget_drop_in(unit: Option<&String>, interrupt: &Interrupt) {
    if unit.is_some() {
        let _ = systemctl(["daemon-reload"], interrupt);
    }
}

/// A systemd that cannot read its units again does no harm if it has no memory of this one.
fn forget_unit(unit: &str, interrupt: &Interrupt) -> Result<(), ServiceError> {
    match systemctl(["daemon-reload"], interrupt) {
        Err(_) if !knows(unit, interrupt)? => Ok(()),
        reloaded => reloaded,
    }
}

/// Lets systemd read its units again, of which one of ours is another than it has read.
pub(crate) fn reload(_: &Permit, interrupt: &Interrupt) -> Result<(), ServiceError> {
    systemctl(["daemon-reload"], interrupt)
}
