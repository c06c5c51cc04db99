//! Findings about what is around the member. Most only warn: the install would succeed, and the member would suffer.

use std::time::Duration;

use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::surroundings::{Answer, Clock, Disk, Firewall, Kernel, Namespace, Selinux, Surroundings};

/// What etcd's own documents ask of the disk: 99 of 100 synced writes within this time.
const SYNC: Duration = Duration::from_millis(10);
/// What etcd and the units here are given.
const OPEN_FILES: u64 = 65_536;

/// Everything that speaks against these surroundings.
pub(super) fn surroundings(manifest: &Manifest, around: &Surroundings) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(kernel(around));
    findings.extend(no_exec(around));
    findings.extend(disk(manifest, around));
    findings.extend(peers(around));
    findings.extend(clock(around));
    findings.extend(firewall(around));
    findings.extend(limits(around));
    findings.extend(selinux(around));
    findings.extend(around.drop_ins.iter().map(|file| {
        let text = format!("`{file}` changes etcd's unit: what runs may not be what this bundle says");
        warn("unit-overridden", text, format!("systemctl cat {}.service", manifest.service.name))
    }));
    findings
}

fn kernel(around: &Surroundings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Kernel::Old(release) = &around.kernel {
        let text = format!("the kernel is {release}; etcdpack is made for 3.10 and newer");
        findings.push(refuse("old-kernel", text, "uname -r"));
    }
    if around.namespace == Namespace::User {
        let text = "this is root of a user namespace, not of the host: accounts and services are out of its reach";
        findings.push(refuse(
            "user-namespace",
            text,
            "cat /proc/self/uid_map; then as the host's root: ./HOST.run install",
        ));
    }
    findings
}

/// A mount option is only one of the things that can forbid it: fapolicyd, IMA and SELinux do, too.
fn no_exec(around: &Surroundings) -> Vec<Finding> {
    let finding = |(dir, said): &(_, String)| {
        let text = format!("no program can be started from `{dir}`: {said}");
        refuse("no-exec", text, format!("findmnt -T {dir}; fapolicyd-cli --list; ausearch -m avc -ts recent"))
    };
    around.no_exec.iter().map(finding).collect()
}

fn disk(manifest: &Manifest, around: &Surroundings) -> Vec<Finding> {
    let data = &manifest.layout.data;
    let mut findings = Vec::new();
    match around.data_disk {
        Disk::Local => {}
        Disk::Memory => {
            let text = format!("`{data}` is in memory: the member loses its data when the host stops");
            findings.push(warn("data-in-memory", text, format!("findmnt -T {data}")));
        }
        Disk::Network => {
            let text = format!("`{data}` is on a network file system, where etcd loses data");
            findings.push(refuse("data-on-network", text, "set `paths.data` to a local disk and run: etcdpack build"));
        }
    }
    if let Some(slowest) = around.slowest_sync.filter(|slowest| *slowest > SYNC) {
        let text = format!(
            "a small synced write to the disk of `{data}` took up to {} ms; etcd wants them within {} ms",
            slowest.as_millis(),
            SYNC.as_millis()
        );
        findings.push(warn("slow-disk", text, "iostat -x 1 5; give `paths.data` a disk of its own"));
    }
    findings
}

/// A host that refuses is there; one that says nothing is off, or behind a cable or firewall that lets nothing through.
fn peers(around: &Surroundings) -> Vec<Finding> {
    let silent = around.peers.iter().filter(|peer| peer.answer == Answer::Nothing);
    let finding = |peer: &crate::surroundings::Peer| {
        let text =
            format!("member `{}` does not answer at {}: no host there, or something in between", peer.name, peer.at);
        let host = peer.at.rsplit_once(':').map_or(peer.at.as_str(), |(host, _)| host).trim_matches(['[', ']']);
        warn("peer-unreachable", text, format!("ping -c 3 {host}"))
    };
    silent.map(finding).collect()
}

fn clock(around: &Surroundings) -> Option<Finding> {
    (around.clock == Clock::Alone).then(|| {
        let text = "nothing keeps this host's clock right: members whose clocks differ by more than 1 s complain";
        warn("clock-unkept", text, "systemctl status chronyd ntpd systemd-timesyncd")
    })
}

fn firewall(around: &Surroundings) -> Option<Finding> {
    let Firewall::Closed(ports) = &around.firewall else { return None };
    let list: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let add: Vec<String> = ports.iter().map(|port| format!("--add-port={port}/tcp")).collect();
    let text = format!("firewalld lets nobody in at port {}", list.join(" and "));
    Some(warn("firewall-closed", text, format!("firewall-cmd --permanent {} && firewall-cmd --reload", add.join(" "))))
}

fn limits(around: &Surroundings) -> Option<Finding> {
    (around.open_files < OPEN_FILES).then(|| {
        let text =
            format!("a process may have {} open files here, etcd is meant to have {OPEN_FILES}", around.open_files);
        warn("few-open-files", text, "ulimit -H -n; sysctl fs.nr_open")
    })
}

fn selinux(around: &Surroundings) -> Option<Finding> {
    (around.selinux == Selinux::On { enforcing: true, restorecon: false }).then(|| {
        let text = "SELinux is enforcing and there is no `restorecon` to give etcd's files their labels";
        warn("no-restorecon", text, "install the package `policycoreutils` from the site's own media")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surroundings::Peer;

    fn good() -> Surroundings {
        Surroundings { open_files: OPEN_FILES, clock: Clock::Kept, ..Surroundings::default() }
    }

    fn codes(around: &Surroundings) -> Vec<&'static str> {
        let receipt = include_str!("../../fixtures/receipt-1.json");
        let receipt: crate::receipt::Receipt = serde_json::from_str(receipt).unwrap();
        surroundings(&receipt.manifest, around).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn each_trouble_has_its_code_and_good_surroundings_have_none() {
        let peer = |answer| Peer { name: "m2".to_owned(), at: "10.0.0.2:2380".to_owned(), answer };
        let path = || "/opt".parse().unwrap();
        for (around, expected) in [
            (good(), None),
            (Surroundings { peers: vec![peer(Answer::Listens), peer(Answer::Refuses)], ..good() }, None),
            (Surroundings { peers: vec![peer(Answer::Nothing)], ..good() }, Some("peer-unreachable")),
            (Surroundings { slowest_sync: Some(SYNC), ..good() }, None),
            (Surroundings { slowest_sync: Some(SYNC * 2), ..good() }, Some("slow-disk")),
            (Surroundings { no_exec: vec![(path(), "EACCES".to_owned())], ..good() }, Some("no-exec")),
            (Surroundings { data_disk: Disk::Memory, ..good() }, Some("data-in-memory")),
            (Surroundings { data_disk: Disk::Network, ..good() }, Some("data-on-network")),
            (Surroundings { open_files: 1024, ..good() }, Some("few-open-files")),
            (Surroundings { clock: Clock::Alone, ..good() }, Some("clock-unkept")),
            (Surroundings { firewall: Firewall::Open, ..good() }, None),
            (Surroundings { firewall: Firewall::Closed(vec![2380]), ..good() }, Some("firewall-closed")),
            (Surroundings { selinux: Selinux::On { enforcing: true, restorecon: true }, ..good() }, None),
            (
                Surroundings { selinux: Selinux::On { enforcing: true, restorecon: false }, ..good() },
                Some("no-restorecon"),
            ),
            (Surroundings { drop_ins: vec![path()], ..good() }, Some("unit-overridden")),
            (Surroundings { kernel: Kernel::Old("2.6.32".to_owned()), ..good() }, Some("old-kernel")),
            (Surroundings { namespace: Namespace::User, ..good() }, Some("user-namespace")),
        ] {
            assert_eq!(codes(&around), expected.into_iter().collect::<Vec<_>>(), "{around:?}");
        }
    }
}
