//! Findings about etcds that run here, and about what the installed one does not run with yet.

use std::collections::BTreeSet;

use super::{Finding, refuse, warn};
use crate::facts::Etcd;
use crate::restart::{self, Part};
use crate::supervision::Supervision;

/// The code of the finding that a restart waits.
pub(crate) const RESTART_PENDING: &str = "restart-pending";

/// Etcds that etcdpack did not install.
pub(super) fn others(etcd: &Etcd) -> impl Iterator<Item = Finding> {
    etcd.others.iter().map(|process| {
        let text =
            format!("an etcd that etcdpack did not install runs here: process {} ({})", process.pid, process.exe);
        refuse("etcd-running", text, format!("systemctl status {}", process.pid))
    })
}

/// What is renewed, or waits to be, and etcd does not run with yet.
pub(crate) fn pending(waits: &BTreeSet<Part>, supervision: &Supervision) -> Option<Finding> {
    if waits.is_empty() {
        return None;
    }
    let parts = restart::words(waits);
    let text = format!("etcd is not restarted for what takes effect at its next restart alone: {parts}");
    Some(warn(RESTART_PENDING, text, restart::command(supervision, waits)))
}
