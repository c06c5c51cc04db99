//! One call of a service manager at a time: the commands, and what they answer. Must not know what they are for.

use std::time::Duration;

use payload::path::AbsPath;

use super::words;
use crate::host::Exec;
use crate::host::exec::{ExecError, ExecTrouble};
use crate::host::interrupt::Interrupt;
use crate::supervision::Supervisor;

/// How long a service manager may take to do as told, where etcd is not given a time of its own.
pub(super) const WORK: Duration = Duration::from_mins(3);

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

/// `NAME=VALUE`, as systemd has it of any unit, also of one that there is not. (`--value` came with systemd 230; RHEL 7 has 219.)
fn property(unit: &str, name: &str, interrupt: &Interrupt) -> Result<String, ServiceError> {
    let asked = Exec::named("systemctl")?.args(["show", "--property", name, unit]);
    Ok(asked.heeding(interrupt).output()?.stdout.trim().to_owned())
}

/// What `supervisorctl` answers to a question that changes nothing; `None` where it could not be asked.
pub(super) fn ask(supervisor: &Supervisor, words: &[&str], interrupt: &Interrupt) -> Option<String> {
    let asked = Exec::at(supervisor.ctl.as_str()).args(["-c", supervisor.conf.as_str()]).args(words.iter().copied());
    Some(asked.heeding(interrupt).output().ok()?.stdout)
}

/// Whether supervisord answers at all. `pid` is the cheapest question.
pub(super) fn answers(supervisor: &Supervisor, interrupt: &Interrupt) -> bool {
    let said = ask(supervisor, &["pid"], interrupt);
    said.is_some_and(|said| said.trim().parse::<u32>().is_ok_and(|pid| pid > 0))
}

pub(super) fn ctl(supervisor: &Supervisor, words: &[&str], interrupt: &Interrupt) -> Result<(), ServiceError> {
    Exec::at(supervisor.ctl.as_str())
        .args(["-c", supervisor.conf.as_str()])
        .args(words.iter().copied())
        .limit(WORK)
        .heeding(interrupt)
        .run()?;
    Ok(())
}

/// Has supervisord read its configuration, of which only our section is then taken.
pub(super) fn reread(supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
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
