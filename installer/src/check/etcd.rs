//! Findings about etcds that run here, and about what the installed one does not run with yet.

use std::collections::BTreeSet;

use crate::facts::Etcd;
use crate::finding::{EtcdFinding, Finding};
use crate::restart::Part;
use crate::supervision::Supervision;

/// Etcds that etcdpack did not install.
pub(super) fn others(etcd: &Etcd) -> impl Iterator<Item = Finding> {
    etcd.others.iter().map(|process| EtcdFinding::Running { pid: process.pid, exe: process.exe.clone() }.into())
}

/// What is renewed, or waits to be, and etcd does not run with yet.
pub(crate) fn pending(waits: &BTreeSet<Part>, supervision: &Supervision) -> Option<Finding> {
    let (parts, supervision) = (waits.clone(), supervision.clone());
    (!parts.is_empty()).then(|| EtcdFinding::RestartPending { parts, supervision }.into())
}
