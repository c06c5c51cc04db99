//! The words of findings about etcds that run here.

use crate::finding::EtcdFinding;
use crate::help::Help;
use crate::restart;

pub(super) fn text(found: &EtcdFinding) -> String {
    match found {
        EtcdFinding::Running { pid, exe } => {
            format!("an etcd that etcdpack did not install runs here: process {pid} ({exe})")
        }
        EtcdFinding::RestartPending { parts, .. } => {
            format!("etcd is not restarted for what takes effect at its next restart alone: {}", restart::words(parts))
        }
    }
}

pub(super) fn help(found: &EtcdFinding) -> Help {
    match found {
        EtcdFinding::Running { pid, .. } => Help::plain(format!("systemctl status {pid}")),
        EtcdFinding::RestartPending { parts, supervision } => restart::command(supervision, parts),
    }
}
