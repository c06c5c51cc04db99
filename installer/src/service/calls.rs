//! One call of a service manager at a time: the commands, and what they answer. Must not know what they are for.

use std::time::Duration;

use crate::host::Exec;
use crate::host::exec::ExecError;
use crate::host::interrupt::Interrupt;
use crate::supervision::Supervisor;

/// How long a service manager may take to do as told, where etcd is not given a time of its own.
pub(super) const WORK: Duration = Duration::from_mins(3);

/// Why a service manager did not do as told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    Exec(#[from] ExecError),
    NoAnswer(String),
    /// Between two calls of a service manager.
    Interrupted,
}

impl ServiceError {
    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        match self {
            Self::Exec(error) => error.is_interrupt(),
            Self::NoAnswer(_) => false,
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

pub(super) fn systemctl<const N: usize>(words: [&str; N], interrupt: &Interrupt) -> Result<(), ServiceError> {
    Exec::named("systemctl")?.args(words).limit(WORK).heeding(interrupt).run()?;
    Ok(())
}
