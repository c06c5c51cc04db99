//! The words of findings about etcds that run here.

use crate::finding::EtcdFinding;
use crate::help::Help;
use crate::restart;
use crate::text::names;
use crate::text::pids::pids as typed;
use crate::transaction::undo::Contents;

pub(super) fn text(found: &EtcdFinding) -> String {
    match found {
        EtcdFinding::Running { pid, exe } => {
            format!("an etcd that etcdpack did not install runs here: process {pid} ({exe})")
        }
        EtcdFinding::Unmanaged { pids, .. } => {
            format!("etcd still runs (process {}), and not under its service manager", typed(pids))
        }
        EtcdFinding::RestartPending { parts, .. } => {
            format!("etcd is not restarted for what takes effect at its next restart alone: {}", names::parts(parts))
        }
    }
}

pub(super) fn help(found: &EtcdFinding) -> Help {
    match found {
        EtcdFinding::Running { pid, .. } => Help::plain(format!("systemctl status {pid}")),
        EtcdFinding::Unmanaged { pids, contents } => {
            let purge = if *contents == Contents::Remove { " --purge" } else { "" };
            Help::plain(format!("kill {}; ", typed(pids))).and(Help::host("uninstall")).and(Help::plain(purge))
        }
        EtcdFinding::RestartPending { parts, supervision } => restart::command(supervision, parts),
    }
}
