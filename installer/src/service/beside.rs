//! A program of ours beside etcd under the same supervisord: the loop that looks whether a snapshot is due.

use std::time::Duration;

use super::calls::{ServiceError, WORK, heed, tell, update};
use super::program::{is_up, seen_at_rest};
use crate::facts::managers::rpc::Call;
use crate::host::interrupt::Interrupt;
use crate::supervision::Supervisor;
use crate::transaction::Permit;

/// How long it may take to end: it does nothing that must come to its end.
const END: Duration = Duration::from_secs(30);

/// supervisord reads its section, and starts it, or has it begin anew where the section is another. One that does not run starts it
/// with etcd.
pub(crate) fn start(_: &Permit, supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
    let seen = seen_at_rest(supervisor, WORK, interrupt);
    let is_up = is_up(supervisor, &seen, interrupt);
    heed(interrupt)?;
    if !is_up {
        return Ok(());
    }
    update(supervisor, seen.state().is_some(), interrupt)
}

/// Before its section goes: supervisord forgets it at once.
pub(crate) fn stop(_: &Permit, supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
    let before = seen_at_rest(supervisor, END, interrupt);
    heed(interrupt)?;
    if before.state().is_none() {
        return Ok(());
    }
    let program = supervisor.program.as_str();
    if !before.rests() {
        tell(supervisor, Call::Stop(program), &["stop", program], WORK, interrupt)?;
    }
    tell(supervisor, Call::Remove(program), &["remove", program], WORK, interrupt)
}
