//! How a service manager stood before us: whether it, or the service that it has, is started at boot, and whether it runs. What
//! was off is off again afterwards.

use super::calls::{ServiceError, answers, ask, ctl, enabling, heed, is_active, question, systemctl};
use crate::facts::managers::rpc::{Answer, Call};
use crate::host::interrupt::Interrupt;
use crate::host::supervisord::Heard;
use crate::supervision::{Off, Origin, Standing, Supervision, Supervisor};

/// What becomes of other programs of a supervisor that did not run before us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They came to run a moment ago, with it.
    Stop,
    /// Since then a site may count on them: while one runs, its supervisor is left as it is.
    Spare,
}

/// How it stands now.
pub(crate) fn standing(supervision: &Supervision, interrupt: &Interrupt) -> Result<Standing, ServiceError> {
    let (enabled, active) = match unit_of(supervision) {
        Some(unit) => (is_enabled(unit, interrupt)?, is_active(unit, interrupt)?),
        None => (true, false),
    };
    let running =
        active || matches!(supervision, Supervision::Supervisor(supervisor) if answers(supervisor, interrupt));
    // A question that was cut short has no answer.
    heed(interrupt)?;
    Ok(Standing { enabled, running })
}

/// The unit that is not started at boot, etcd's own or that of its supervisor, and why. None where systemd has
/// neither, or does not answer.
pub(crate) fn not_at_boot(supervision: &Supervision, interrupt: &Interrupt) -> Option<(String, Off)> {
    let unit = unit_of(supervision)?;
    let off = Off::of(&enabling(unit, interrupt).ok()?)?;
    Some((unit.clone(), off))
}

fn unit_of(supervision: &Supervision) -> Option<&String> {
    match supervision {
        Supervision::Systemd { unit } => Some(unit),
        Supervision::Supervisor(supervisor) => supervisor.unit.as_ref(),
    }
}

/// Puts the host's supervisor back to how it `was`, once it has nothing of ours.
pub(super) fn put_back(
    supervisor: &Supervisor,
    was: Standing,
    others: Others,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    if supervisor.origin == Origin::Bundle || (was.enabled && was.running) {
        return Ok(());
    }
    let is_needed = others == Others::Spare && !was.running && has_others(supervisor, interrupt);
    heed(interrupt)?;
    if is_needed {
        return Ok(());
    }
    match &supervisor.unit {
        Some(unit) if !was.running => systemctl(["stop", unit], interrupt)?,
        None if !was.running && answers(supervisor, interrupt) => ctl(supervisor, &["shutdown"], interrupt)?,
        Some(_) | None => {}
    }
    match &supervisor.unit {
        Some(unit) if !was.enabled => systemctl(["disable", unit], interrupt),
        Some(_) | None => heed(interrupt),
    }
}

/// What systemd says of a unit whose links are not there, or that it does not know, is that it is not started at boot.
fn is_enabled(unit: &str, interrupt: &Interrupt) -> Result<bool, ServiceError> {
    Ok(Off::of(&enabling(unit, interrupt)?).is_none())
}

/// Whether another program than ours runs under it.
fn has_others(supervisor: &Supervisor, interrupt: &Interrupt) -> bool {
    match question(supervisor, Call::Programs, interrupt) {
        Heard::Answer(Answer::Said(said)) => said.processes().is_none_or(|all| {
            all.iter().any(|one| (one.group != one.name || one.name != supervisor.program) && runs(one.state))
        }),
        Heard::Answer(Answer::Fault(_)) | Heard::Silence => false,
        Heard::Otherwise => {
            ask(supervisor, &["status"], interrupt).is_some_and(|said| runs_others(&said, &supervisor.program))
        }
    }
}

/// Whether a program in this state has a process, or is to have one.
fn runs(state: &str) -> bool {
    ["RUNNING", "STARTING", "STOPPING", "BACKOFF"].contains(&state)
}

fn runs_others(said: &str, ours: &str) -> bool {
    said.lines().any(|line| {
        let mut words = line.split_whitespace();
        let is_other = words.next().is_some_and(|name| name != ours);
        is_other && words.next().is_some_and(runs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_of_others_that_runs_counts() {
        let ours = "n1                               RUNNING   pid 7, uptime 0:00:01\n";
        let line = |state: &str| format!("{ours}web:web_00                       {state}   pid 8, uptime 0:00:01\n");
        assert!(!runs_others(ours, "n1") && runs_others(ours, "n2"));
        assert!(runs_others(&line("RUNNING"), "n1") && runs_others(&line("BACKOFF"), "n1"));
        assert!(!runs_others(&line("STOPPED"), "n1") && !runs_others(&line("FATAL"), "n1"));
        assert!(!runs_others("unix:///run/supervisor.sock no such file\n", "n1"));
    }
}
