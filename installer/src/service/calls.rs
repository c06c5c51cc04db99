//! One call of a service manager at a time: the commands, and what they answer. Must not know what they are for.
//!
//! A supervisord is spoken to over its socket where it has one. Where it cannot be, or does not do as told, `supervisorctl`
//! is called, which has the words for why.

use std::time::Duration;

use payload::path::AbsPath;

use super::words;
use crate::facts::managers::rpc::{Answer, Call};
use crate::host::Exec;
use crate::host::exec::{ExecError, ExecTrouble};
use crate::host::interrupt::Interrupt;
use crate::host::supervisord::{self, Heard};
use crate::supervision::Supervisor;

/// How long a service manager may take to do as told, where etcd is not given a time of its own.
pub(super) const WORK: Duration = Duration::from_mins(3);

/// How long supervisord may take to answer a question.
const ANSWER: Duration = Duration::from_mins(1);

/// Why a service manager did not do as told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    Exec(#[from] ExecError),
    /// A supervisord that nobody can talk to. What it says of that, where it says anything: the line with the cause.
    NoAnswer {
        conf: AbsPath,
        unit: Option<String>,
        said: Option<String>,
    },
    /// A supervisord that runs and cannot read its configuration, with its words.
    CannotReread {
        ctl: AbsPath,
        conf: AbsPath,
        said: String,
    },
    /// Between two calls of a service manager.
    Interrupted,
}

impl ServiceError {
    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        match self {
            Self::Exec(error) => error.is_interrupt(),
            Self::NoAnswer { .. } | Self::CannotReread { .. } => false,
            Self::Interrupted => true,
        }
    }
}

/// After a question, before what it decides: one that was cut short has no answer.
pub(super) fn heed(interrupt: &Interrupt) -> Result<(), ServiceError> {
    if interrupt.is_raised() { Err(ServiceError::Interrupted) } else { Ok(()) }
}

/// Whether anything of the unit runs.
pub(super) fn is_active(unit: &str, interrupt: &Interrupt) -> Result<bool, ServiceError> {
    Ok(!matches!(property(unit, "ActiveState", interrupt)?.as_str(), "ActiveState=inactive" | "ActiveState=failed"))
}

/// Whether the unit has ended; systemd may be about to start it once more.
pub(super) fn is_down(unit: &str, interrupt: &Interrupt) -> Result<bool, ServiceError> {
    Ok(!is_active(unit, interrupt)? || property(unit, "SubState", interrupt)? == "SubState=auto-restart")
}

/// Whether systemd has the unit's file.
pub(super) fn knows(unit: &str, interrupt: &Interrupt) -> Result<bool, ServiceError> {
    Ok(property(unit, "LoadState", interrupt)? != "LoadState=not-found")
}

/// Has a unit started at boot. One that is enabled stays as it is: where a script of an init before systemd has the same name, as
/// Debian's supervisor has, enabling it anew makes systemd read all its units twice.
pub(super) fn enable(unit: &str, interrupt: &Interrupt) -> Result<(), ServiceError> {
    let said = enabling(unit, interrupt)?;
    if said == "enabled" { Ok(()) } else { systemctl(["enable", unit], interrupt) }
}

/// What `systemctl is-enabled` says.
pub(super) fn enabling(unit: &str, interrupt: &Interrupt) -> Result<String, ServiceError> {
    let said = Exec::named("systemctl")?.args(["is-enabled", unit]).heeding(interrupt).output()?;
    Ok(said.stdout.trim().to_owned())
}

/// `NAME=VALUE`, as systemd has it of any unit, also of one that there is not. (`--value` came with systemd 230; RHEL 7 has 219.)
fn property(unit: &str, name: &str, interrupt: &Interrupt) -> Result<String, ServiceError> {
    let asked = Exec::named("systemctl")?.args(["show", "--property", name, unit]);
    Ok(asked.heeding(interrupt).output()?.stdout.trim().to_owned())
}

/// What supervisord answers over its socket to a question that changes nothing.
pub(super) fn question(supervisor: &Supervisor, call: Call<'_>, interrupt: &Interrupt) -> Heard {
    supervisord::call(&supervisor.conf, call, ANSWER, interrupt)
}

/// Likewise, to what it is told.
pub(super) fn order(supervisor: &Supervisor, call: Call<'_>, interrupt: &Interrupt) -> Heard {
    supervisord::call(&supervisor.conf, call, WORK, interrupt)
}

/// What `supervisorctl` answers to a question that changes nothing; `None` where it could not be asked.
pub(super) fn ask(supervisor: &Supervisor, words: &[&str], interrupt: &Interrupt) -> Option<String> {
    let asked = Exec::at(supervisor.ctl.as_str()).args(["-c", supervisor.conf.as_str()]).args(words.iter().copied());
    Some(asked.heeding(interrupt).output().ok()?.stdout)
}

/// Whether supervisord answers at all. `pid` is the cheapest question.
pub(super) fn answers(supervisor: &Supervisor, interrupt: &Interrupt) -> bool {
    match question(supervisor, Call::Pid, interrupt) {
        Heard::Answer(answer) => matches!(answer, Answer::Said(_)),
        Heard::Silence => false,
        Heard::Otherwise => {
            let said = ask(supervisor, &["pid"], interrupt);
            said.is_some_and(|said| said.trim().parse::<u32>().is_ok_and(|pid| pid > 0))
        }
    }
}

pub(super) fn ctl(supervisor: &Supervisor, words: &[&str], interrupt: &Interrupt) -> Result<(), ServiceError> {
    ctl_within(supervisor, words, WORK, interrupt)
}

fn ctl_within(
    supervisor: &Supervisor,
    words: &[&str],
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    Exec::at(supervisor.ctl.as_str())
        .args(["-c", supervisor.conf.as_str()])
        .args(words.iter().copied())
        .limit(limit)
        .heeding(interrupt)
        .run()?;
    Ok(())
}

/// Tells supervisord something: over its socket, else by `supervisorctl` in these words.
pub(super) fn tell(
    supervisor: &Supervisor,
    call: Call<'_>,
    words: &[&str],
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<(), ServiceError> {
    match supervisord::call(&supervisor.conf, call, limit, interrupt) {
        Heard::Answer(answer) if call.is_done_by(&answer) => Ok(()),
        Heard::Silence => {
            heed(interrupt)?;
            Err(no_answer(supervisor, interrupt))
        }
        Heard::Answer(_) | Heard::Otherwise => ctl_within(supervisor, words, limit, interrupt),
    }
}

/// Has supervisord read its configuration, and takes of that our section alone: what is new is started, what is another than
/// before is started anew. Other people's pending changes are not ours to apply.
///
/// `is_known`: it had our program before.
pub(super) fn update(supervisor: &Supervisor, is_known: bool, interrupt: &Interrupt) -> Result<(), ServiceError> {
    let program = supervisor.program.as_str();
    let words = ["update", program];
    if let Heard::Answer(Answer::Said(said)) = order(supervisor, Call::Reload, interrupt)
        && let Some(reloaded) = said.reloaded()
    {
        let is_other = reloaded.changed.contains(&program) || reloaded.removed.contains(&program);
        if reloaded.added.contains(&program) && !is_other {
            return tell(supervisor, Call::Add(program), &words, WORK, interrupt);
        }
        if is_known && !is_other {
            return Ok(());
        }
    } else {
        heed(interrupt)?;
        reread(supervisor, interrupt)?;
    }
    ctl(supervisor, &words, interrupt)
}

/// Has supervisord read its configuration; what it cannot read is said.
fn reread(supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
    let told = ctl(supervisor, &["reread"], interrupt);
    let said = match &told {
        Err(ServiceError::Exec(ExecError { why: ExecTrouble::Failed { tail, .. }, .. })) => words::of_reread(tail),
        _ => None,
    };
    match said {
        Some(said) => {
            let (ctl, conf) = (supervisor.ctl.clone(), supervisor.conf.clone());
            Err(ServiceError::CannotReread { ctl, conf, said })
        }
        None => told,
    }
}

/// Of a supervisord that does not answer, why.
pub(super) fn no_answer(supervisor: &Supervisor, interrupt: &Interrupt) -> ServiceError {
    let (conf, unit) = (supervisor.conf.clone(), supervisor.unit.clone());
    let journal = |unit: &String| {
        let asked = Exec::named("journalctl").ok()?.args(["--no-pager", "-o", "cat", "-n", "100", "-u", unit]);
        Some(asked.heeding(interrupt).output().ok()?.stdout)
    };
    let at_start = unit.as_ref().and_then(journal).and_then(|journal| words::of_start(&journal));
    let asked = || words::first(&ask(supervisor, &["pid"], interrupt)?);
    let said = at_start.or_else(asked);
    ServiceError::NoAnswer { conf, unit, said }
}

pub(super) fn systemctl<const N: usize>(words: [&str; N], interrupt: &Interrupt) -> Result<(), ServiceError> {
    Exec::named("systemctl")?.args(words).limit(WORK).heeding(interrupt).run()?;
    Ok(())
}
