//! Telling the service manager: start, restart, stop, forget. The same verbs for systemd and supervisor.

use std::time::Duration;

use crate::host::exec::ExecError;
use crate::host::{Exec, clock};
use crate::journal::Permit;
use crate::step::Action;
use crate::supervision::{Origin, Supervision, Supervisor};

/// How long supervisord may take until it answers.
const ANSWER: Duration = Duration::from_secs(30);

/// Why a service manager did not do as told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    #[error(transparent)]
    Exec(#[from] ExecError),
    #[error("supervisord ({0}) does not answer")]
    NoAnswer(String),
}

/// Puts etcd under supervision, as the action says.
pub(crate) fn start(_: &Permit, supervision: &Supervision, action: Action) -> Result<(), ServiceError> {
    match supervision {
        Supervision::Systemd { unit } => {
            systemctl(["daemon-reload"])?;
            systemctl(["enable", unit])?;
            match action {
                Action::Start => systemctl(["start", unit])?,
                Action::Restart => systemctl(["restart", unit])?,
                Action::Enable | Action::Reload => {}
            }
        }
        Supervision::Supervisor(supervisor) => under_supervisor(supervisor, action)?,
    }
    Ok(())
}

fn under_supervisor(supervisor: &Supervisor, action: Action) -> Result<(), ServiceError> {
    if let Some(unit) = &supervisor.unit {
        systemctl(["daemon-reload"])?;
        systemctl(["enable", unit])?;
    }
    if matches!(action, Action::Enable | Action::Reload) {
        return Ok(());
    }
    if !answers(supervisor) {
        match &supervisor.unit {
            Some(unit) => systemctl(["start", unit])?,
            None => {
                Exec::at(supervisor.daemon.as_str()).args(["-c", supervisor.conf.as_str()]).run()?;
            }
        }
        if clock::poll(ANSWER, || answers(supervisor).then_some(())).is_none() {
            return Err(ServiceError::NoAnswer(supervisor.conf.to_string()));
        }
    }
    // `update` starts what is new and restarts what changed. Other people's pending changes are not ours to apply.
    let before = pid(supervisor);
    ctl(supervisor, &["reread"])?;
    ctl(supervisor, &["update", &supervisor.program])?;
    // For a section that changed, `update` was a restart.
    if action == Action::Restart && pid(supervisor) == before {
        ctl(supervisor, &["restart", &supervisor.program])?;
    }
    Ok(())
}

/// Whether the service manager says that etcd runs.
pub(crate) fn is_running(supervision: &Supervision) -> bool {
    match supervision {
        Supervision::Systemd { unit } => {
            let said = Exec::named("systemctl").and_then(|exec| exec.args(["is-active", "--quiet", unit]).output());
            said.is_ok_and(|output| output.ok())
        }
        Supervision::Supervisor(supervisor) => {
            state(supervisor).is_some_and(|state| matches!(state.as_str(), "RUNNING" | "STARTING"))
        }
    }
}

/// What the service manager calls the state etcd is in.
pub(crate) fn state_word(supervision: &Supervision) -> String {
    match supervision {
        Supervision::Systemd { unit } => {
            let said = Exec::named("systemctl").and_then(|exec| exec.args(["is-active", unit]).output());
            said.map_or_else(|error| error.to_string(), |output| output.stdout.trim().to_owned())
        }
        Supervision::Supervisor(supervisor) => {
            state(supervisor).unwrap_or_else(|| "supervisord does not answer".to_owned())
        }
    }
}

/// Stops etcd and waits until it has stopped.
pub(crate) fn stop(_: &Permit, supervision: &Supervision, seconds: u32) -> Result<(), ServiceError> {
    let limit = Duration::from_secs(u64::from(seconds) + 30);
    match supervision {
        // Also where the unit's file has gone: what runs is still systemd's.
        Supervision::Systemd { unit } if knows(unit)? || is_active(unit)? => {
            Exec::named("systemctl")?.args(["stop", unit]).limit(limit).run()?;
        }
        Supervision::Supervisor(supervisor) if state(supervisor).is_some() => {
            Exec::at(supervisor.ctl.as_str())
                .args(["-c", supervisor.conf.as_str(), "stop", &supervisor.program])
                .limit(limit)
                .run()?;
        }
        // A run before this one, which was cut off, has taken it away.
        Supervision::Systemd { .. } | Supervision::Supervisor(_) => {}
    }
    Ok(())
}

/// Takes etcd out of supervision: before its files go. A supervisor that we brought goes with it.
pub(crate) fn remove(permit: &Permit, supervision: &Supervision, seconds: u32) -> Result<(), ServiceError> {
    stop(permit, supervision, seconds)?;
    match supervision {
        Supervision::Systemd { unit } if knows(unit)? => systemctl(["disable", unit])?,
        Supervision::Supervisor(supervisor) if supervisor.origin == Origin::Bundle => match &supervisor.unit {
            Some(unit) if knows(unit)? => {
                systemctl(["stop", unit])?;
                systemctl(["disable", unit])?;
            }
            None if answers(supervisor) => ctl(supervisor, &["shutdown"])?,
            Some(_) | None => {}
        },
        Supervision::Systemd { .. } | Supervision::Supervisor(_) => {}
    }
    Ok(())
}

/// After the files of a service have gone: lets its manager see that.
pub(crate) fn forget(_: &Permit, supervision: &Supervision) -> Result<(), ServiceError> {
    match supervision {
        Supervision::Systemd { unit } => forget_unit(unit),
        Supervision::Supervisor(supervisor) => match (supervisor.origin, &supervisor.unit) {
            (Origin::Bundle, Some(unit)) => forget_unit(unit),
            (Origin::Host, _) if answers(supervisor) => {
                // Fails where somebody else's section cannot be read: not ours to mend, and not in the way.
                let _ = ctl(supervisor, &["reread"]);
                // A program that was never started is not there to be removed.
                if state(supervisor).is_some() { ctl(supervisor, &["remove", &supervisor.program]) } else { Ok(()) }
            }
            (Origin::Host | Origin::Bundle, _) => Ok(()),
        },
    }
}

/// A systemd that cannot read its units again does no harm if it has no memory of this one.
fn forget_unit(unit: &str) -> Result<(), ServiceError> {
    match systemctl(["daemon-reload"]) {
        Err(_) if !knows(unit)? => Ok(()),
        reloaded => reloaded,
    }
}

/// Whether anything of the unit runs.
fn is_active(unit: &str) -> Result<bool, ServiceError> {
    let said = Exec::named("systemctl")?.args(["show", "--property", "ActiveState", unit]).output()?;
    Ok(!matches!(said.stdout.trim(), "ActiveState=inactive" | "ActiveState=failed"))
}

/// The word that `supervisorctl status` has for our program; `None` if it does not know it or does not answer.
fn state(supervisor: &Supervisor) -> Option<String> {
    let line = Exec::at(supervisor.ctl.as_str())
        .args(["-c", supervisor.conf.as_str(), "status", &supervisor.program])
        .output()
        .ok()?
        .stdout;
    // `status` exits 3 when a program is not running: the words tell, not the code.
    let mut words = line.split_whitespace();
    (words.next()? == supervisor.program).then(|| words.next().map(str::to_owned))?
}

/// The process that supervisord has for our program, if one runs.
fn pid(supervisor: &Supervisor) -> Option<u32> {
    let said =
        Exec::at(supervisor.ctl.as_str()).args(["-c", supervisor.conf.as_str(), "pid", &supervisor.program]).output();
    said.ok()?.stdout.trim().parse().ok().filter(|pid| *pid > 0)
}

/// Lets systemd read its units again, of which one of ours is another than it has read.
pub(crate) fn reload(_: &Permit) -> Result<(), ServiceError> {
    systemctl(["daemon-reload"])
}

/// Whether supervisord answers at all. `pid` is the cheapest question.
fn answers(supervisor: &Supervisor) -> bool {
    let said = Exec::at(supervisor.ctl.as_str()).args(["-c", supervisor.conf.as_str(), "pid"]).output();
    said.is_ok_and(|output| output.stdout.trim().parse::<u32>().is_ok_and(|pid| pid > 0))
}

fn ctl(supervisor: &Supervisor, words: &[&str]) -> Result<(), ServiceError> {
    Exec::at(supervisor.ctl.as_str())
        .args(["-c", supervisor.conf.as_str()])
        .args(words.iter().copied())
        .limit(Duration::from_mins(3))
        .run()?;
    Ok(())
}

/// Whether systemd has the unit's file. (`--value` came with systemd 230; RHEL 7 has 219.)
fn knows(unit: &str) -> Result<bool, ServiceError> {
    let said = Exec::named("systemctl")?.args(["show", "--property", "LoadState", unit]).output()?;
    Ok(said.stdout.trim() != "LoadState=not-found")
}

fn systemctl<const N: usize>(words: [&str; N]) -> Result<(), ServiceError> {
    Exec::named("systemctl")?.args(words).limit(Duration::from_mins(3)).run()?;
    Ok(())
}
