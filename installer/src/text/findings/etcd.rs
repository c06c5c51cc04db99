//! The words of findings about etcds that run here.

use std::collections::BTreeSet;

use payload::line::DisplayLine;

use crate::facts::etcd::Process;
use crate::finding::EtcdFinding;
use crate::help::Help;
use crate::restart;
use crate::text::names;
use crate::text::pids::pids as typed;
use crate::transaction::undo::Contents;

const ONE_AT_A_TIME: &str = "one host at a time, while the other members are up";

pub(super) fn text(found: &EtcdFinding) -> String {
    match found {
        EtcdFinding::Running { pid, exe } => {
            format!("an etcd that etcdpack did not install runs here: process {pid} ({exe})")
        }
        EtcdFinding::ByHand { process } => by_hand(process),
        EtcdFinding::Unmanaged { pids, .. } => {
            format!("etcd still runs (process {}), and not under its service manager", typed(pids))
        }
        EtcdFinding::RestartPending { parts, .. } => {
            format!("etcd was not restarted; these take effect only at its next restart: {}", names::parts(parts))
        }
        EtcdFinding::CertificateNotServed { .. } => {
            "etcd's peer port still shows another certificate than the installed one: etcd takes the new one only at a restart".to_owned()
        }
    }
}

fn by_hand(process: &Process) -> String {
    let Process { pid, exe, under, name, data, identity } = process;
    let plain = |text: &Option<String>| text.as_deref().map(|text| DisplayLine::of(text).to_string());
    let name = plain(name).map(|name| format!(" as `{name}`")).unwrap_or_default();
    let data = plain(data).map(|data| format!(", with its data in `{data}`")).unwrap_or_default();
    let whose = identity.map(|identity| format!(", which are those of {identity}")).unwrap_or_default();
    format!(
        "an etcd that was set up by hand runs here at this bundle's places{name}: process {pid} ({exe}) under {}{data}{whose}. \
         etcdpack cannot take it over yet, and changes nothing; it may go on running, and nothing of it is to be moved or removed",
        DisplayLine::of(under)
    )
}

pub(super) fn help(found: &EtcdFinding) -> Help {
    match found {
        EtcdFinding::ByHand { process } => Help::plain(format!("systemctl status {}", process.pid))
            .remark("looks only; leave it as it runs, until a version of etcdpack can take it over"),
        EtcdFinding::Running { pid, .. } => Help::plain(format!("systemctl status {pid}")),
        EtcdFinding::Unmanaged { pids, contents } => {
            let purge = if *contents == Contents::Remove { " --purge" } else { "" };
            Help::plain(format!("kill {}; ", typed(pids))).and(Help::host("uninstall")).and(Help::plain(purge))
        }
        // By hand nobody else is asked whether the cluster goes on meanwhile.
        EtcdFinding::RestartPending { parts, supervision } => {
            restart::command(supervision, parts).remark(ONE_AT_A_TIME)
        }
        EtcdFinding::CertificateNotServed { supervision } => {
            restart::command(supervision, &BTreeSet::new()).remark(ONE_AT_A_TIME)
        }
    }
}
