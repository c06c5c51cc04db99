//! Timers of ours: systemd's, whoever keeps etcd running.

use super::calls::{ServiceError, is_active, knows, systemctl};
use crate::host::interrupt::Interrupt;
use crate::transaction::Permit;

/// systemd reads its units again, and the timer begins to count anew.
pub(crate) fn start(_: &Permit, unit: &str, interrupt: &Interrupt) -> Result<(), ServiceError> {
    systemctl(["daemon-reload"], interrupt)?;
    systemctl(["restart", unit], interrupt)
}

/// Before its file goes. What it has started goes on to its end.
pub(crate) fn stop(_: &Permit, unit: &str, interrupt: &Interrupt) -> Result<(), ServiceError> {
    if knows(unit, interrupt)? || is_active(unit, interrupt)? { systemctl(["stop", unit], interrupt) } else { Ok(()) }
}
