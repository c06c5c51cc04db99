//! Findings about etcds that run here, and about what the installed one does not run with yet.

use std::collections::BTreeSet;

use payload::manifest::Manifest;
use payload::path::AbsPath;

use crate::facts::Etcd;
use crate::facts::etcd::{Process, Shown};
use crate::finding::{Code, EtcdFinding, Finding};
use crate::restart::Part;
use crate::supervision::Supervision;

/// Etcds that etcdpack did not install.
pub(super) fn others(etcd: &Etcd) -> impl Iterator<Item = Finding> {
    etcd.others.iter().map(|process| EtcdFinding::Running { pid: process.pid, exe: process.exe.clone() }.into())
}

/// A member that was set up by hand at the bundle's places, in the place of all that follows from it: one cause is one finding.
pub(crate) fn by_hand(manifest: &Manifest, etcd: &Etcd, findings: Vec<Finding>) -> Vec<Finding> {
    let layout = &manifest.layout;
    let is_at_ours = |process: &&Process| {
        let below = |dir: &AbsPath| process.exe.starts_with(&format!("{dir}/"));
        let log = process.log.as_deref().and_then(|log| log.parse::<AbsPath>().ok());
        let has_log = layout.wal.as_ref().zip(log).is_some_and(|(wal, log)| log.is_within(wal));
        process.data.as_deref() == Some(layout.data.as_str())
            || has_log
            || below(&layout.release_dir)
            || below(&layout.link)
    };
    let Some(process) = etcd.others.iter().find(is_at_ours) else { return findings };
    let mut left: Vec<Finding> = vec![EtcdFinding::ByHand { process: process.clone() }.into()];
    left.extend(findings.into_iter().filter(|found| !follows(found.code())));
    left
}

/// Whether it is no more than what an etcd brings with it that was set up by the same guide.
pub(super) fn follows(code: Code) -> bool {
    matches!(
        code,
        Code::EtcdRunning
            | Code::EtcdAtBoot
            | Code::PortTaken
            | Code::UnsafeDirectory
            | Code::DataInPlace
            | Code::PathTaken
            | Code::UserUnfit
            | Code::CaDiffers
            | Code::ClusterDiffers
            | Code::NotAsked
            | Code::PeerName
            | Code::PeerNameUnseen
    )
}

/// What is renewed, or waits to be, and etcd does not run with yet.
pub(crate) fn pending(waits: &BTreeSet<Part>, supervision: &Supervision) -> Option<Finding> {
    let (parts, supervision) = (waits.clone(), supervision.clone());
    (!parts.is_empty()).then(|| EtcdFinding::RestartPending { parts, supervision }.into())
}

/// A certificate that etcd has not taken up by itself.
pub(crate) fn shown(shown: Shown, supervision: &Supervision) -> Option<Finding> {
    let supervision = supervision.clone();
    (shown == Shown::Another).then(|| EtcdFinding::CertificateNotServed { supervision }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::data::DataOwner;
    use crate::facts::managers::boot::Starter;
    use crate::facts::tests::{good, manifest};
    use crate::finding::{DataFinding, ManagerFinding, NetworkFinding};
    use crate::text;

    #[test]
    fn a_member_set_up_by_hand_is_one_finding_and_nobody_is_told_to_move_anything() {
        let manifest = manifest();
        let process = |exe: &str, data: &str| Process {
            pid: 7,
            exe: exe.to_owned(),
            under: "supervisord".to_owned(),
            name: Some("n1".to_owned()),
            data: Some(data.to_owned()),
            log: None,
            identity: None,
        };
        let findings = || -> Vec<Finding> {
            let (path, owner) = (manifest.layout.data.clone(), DataOwner::SomeEtcd);
            let (member, cluster) = (manifest.member.clone(), manifest.cluster.clone());
            let starter = Starter::Unit { name: "etcd.service".to_owned() };
            vec![
                ManagerFinding::EtcdAtBoot { starter, installed: false }.into(),
                EtcdFinding::Running { pid: 7, exe: "etcd".to_owned() }.into(),
                NetworkFinding::PortTaken { address: "10.0.0.1".parse().unwrap(), port: 2379 }.into(),
                DataFinding::Foreign { path, owner, kept: None, member, cluster }.into(),
            ]
        };
        let data = manifest.layout.data.as_str();
        for (exe, data, is_one) in [
            ("/usr/bin/etcd", data, true),
            ("/opt/etcd-v3.5.1/etcd", "/srv", true),
            ("/opt/etcd/etcd", "/srv", true),
            ("/usr/bin/etcd", "/srv", false),
        ] {
            let mut etcd = good().etcd;
            etcd.others = vec![process(exe, data)];
            let found = by_hand(&manifest, &etcd, findings());
            let codes: Vec<_> = found.iter().map(|found| found.code().as_str()).collect();
            assert_eq!(codes == ["by-hand"], is_one, "{exe} {data}: {codes:?}");
            assert!(found.iter().all(|found| !text::findings::help(found).to_string().contains("mv ")), "{found:?}");
        }
    }
}
