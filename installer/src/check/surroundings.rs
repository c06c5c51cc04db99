//! Findings about what is around the member. Most only warn: the install would succeed, and the member would suffer.

use std::time::Duration;

use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::facts::{Mount, Room};
use crate::surroundings::{
    Answer, Ceiling, Clock, Disk, Firewall, Kernel, Namespace, OpenFiles, Peer, Selinux, Surroundings,
};

/// What etcd's own documents ask of the disk: 99 of 100 synced writes within this time.
const SYNC: Duration = Duration::from_millis(10);
/// What the unit and the startup script ask for.
const OPEN_FILES: u64 = 65_536;

/// Everything that speaks against these surroundings.
pub(super) fn surroundings(manifest: &Manifest, around: &Surroundings, room: &[Room]) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(kernel(around));
    findings.extend(no_exec(around, room));
    findings.extend(disk(manifest, around));
    findings.extend(around.peers.iter().filter_map(silent));
    findings.extend(clock(around.clock));
    findings.extend(firewall(&around.firewall));
    findings.extend(limits(around.open_files));
    findings.extend(selinux(around));
    findings
}

fn kernel(around: &Surroundings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Kernel::Old(release) = &around.kernel {
        let text = format!("the kernel is {release}; etcdpack is made for 3.10 and newer");
        findings.push(refuse("old-kernel", text, "uname -r"));
    }
    if around.namespace == Namespace::Narrow {
        let text = "this is root of a user namespace with too few ids: etcd's user is out of its reach";
        findings.push(refuse("userns-root", text, "cat /proc/self/uid_map"));
    }
    findings
}

/// Where the mount itself forbids it, another finding says so.
fn no_exec(around: &Surroundings, room: &[Room]) -> Vec<Finding> {
    let by_mount = |dir: &str| room.iter().any(|room| room.path == dir && room.mount == Mount::NoExec);
    let finding = |(dir, said): &(String, String)| {
        let text = format!("the kernel starts no program from `{dir}`: {said}");
        refuse("no-exec", text, format!("findmnt -T {dir}; systemctl status fapolicyd; ausearch -m avc -ts recent"))
    };
    around.no_exec.iter().filter(|(dir, _)| !by_mount(dir)).map(finding).collect()
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
    if let Some(sync) = around.sync.filter(|sync| *sync > SYNC) {
        let text = format!(
            "the disk of `{data}` is slow: 99 of 100 small synced writes took up to {:.1} ms, etcd asks for {} ms",
            sync.as_secs_f64() * 1000.0,
            SYNC.as_millis()
        );
        findings.push(warn("slow-disk", text, "iostat -x 1 5"));
    }
    findings
}

/// A host that refuses is there, and its bundle has not run yet: nothing to speak of.
fn silent(peer: &Peer) -> Option<Finding> {
    let Answer::Nothing(said) = &peer.answer else { return None };
    let Peer { name, at, .. } = peer;
    let text = format!("no answer from member `{name}` at {at} ({said}): off, a cable, or a firewall");
    let host = at.rsplit_once(':').map_or(at.as_str(), |(host, _)| host).trim_matches(['[', ']']);
    Some(warn("peer-unreachable", text, format!("ping -c 3 {host}")))
}

fn clock(clock: Clock) -> Option<Finding> {
    let text = match clock {
        Clock::Kept => return None,
        Clock::Alone => "no program that is known to keeps this host's clock right".to_owned(),
        Clock::Lost(program) => format!("`{program}` runs, but has found no source of time"),
    };
    let text = format!("{text}; members whose clocks differ by 1 s or more complain");
    let help = match clock {
        Clock::Lost("chronyd") => "chronyc sources",
        Clock::Lost(_) => "systemctl status systemd-timesyncd",
        _ => "systemctl status chronyd ntpd systemd-timesyncd",
    };
    Some(warn("clock-unsynchronised", text, help))
}

fn firewall(firewall: &Firewall) -> Option<Finding> {
    let (who, shut, add) = match firewall {
        Firewall::None | Firewall::Open => return None,
        Firewall::Firewalld { zone, shut } => {
            let ports: Vec<String> = ranges(shut, '-').iter().map(|range| format!("--add-port={range}/tcp")).collect();
            let add = format!("firewall-cmd --permanent --zone={zone} {} && firewall-cmd --reload", ports.join(" "));
            (format!("firewalld (zone `{zone}`)"), shut, add)
        }
        Firewall::Ufw { shut } => {
            let allow = ranges(shut, ':').into_iter().map(|range| format!("ufw allow {range}/tcp"));
            ("ufw".to_owned(), shut, allow.collect::<Vec<_>>().join(" && "))
        }
    };
    let ports: Vec<String> = shut.iter().map(ToString::to_string).collect();
    Some(warn("firewall-closed", format!("{who} lets nobody in at {}", ports.join(" and ")), add))
}

/// Neighbours as one range.
fn ranges(ports: &[u16], dash: char) -> Vec<String> {
    match ports {
        [from, to] if from.checked_add(1) == Some(*to) => vec![format!("{from}{dash}{to}")],
        ports => ports.iter().map(ToString::to_string).collect(),
    }
}

fn limits(files: OpenFiles) -> Option<Finding> {
    let OpenFiles { most, by } = files;
    let (what, help) = match by {
        Ceiling::Kernel => ("fs.nr_open", format!("sysctl -w fs.nr_open={}", OPEN_FILES * 16)),
        Ceiling::Supervisord => {
            (
                "this host's supervisord",
                "systemctl edit UNIT   (`supervisor` on Debian, else `supervisord`: LimitNOFILE=65536, from its next start on)".to_owned(),
            )
        }
        Ceiling::Init => ("this container's limit", "cat /proc/1/limits".to_owned()),
        Ceiling::Shell => ("this shell's hard limit", format!("ulimit -n {OPEN_FILES}")),
    };
    (most < OPEN_FILES).then(|| {
        warn(
            "few-open-files",
            format!("etcd can have {most} open files ({what}) and is meant to have {OPEN_FILES}"),
            help,
        )
    })
}

fn selinux(around: &Surroundings) -> Option<Finding> {
    (around.selinux == Selinux::On { enforcing: true, restorecon: false }).then(|| {
        let text = "SELinux is enforcing and there is no `restorecon` to give etcd's files their labels";
        warn("selinux-no-restorecon", text, "install the package `policycoreutils` from the site's own media")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surroundings::Serves;

    fn found(around: &Surroundings, room: &[Room]) -> Vec<Finding> {
        let receipt = include_str!("../../fixtures/receipt-1.json");
        let receipt: crate::records::Receipt = serde_json::from_str(receipt).unwrap();
        surroundings(&receipt.manifest, around, room)
    }

    fn peer(answer: Answer) -> Surroundings {
        let at = "10.0.0.2:2380".to_owned();
        Surroundings {
            peers: vec![Peer { name: "m2".to_owned(), at, answer, serves: Serves::NotAsked }],
            ..Surroundings::default()
        }
    }

    #[test]
    fn each_trouble_has_its_code_and_good_surroundings_have_none() {
        let base = Surroundings::default;
        let firewalld = |shut| Firewall::Firewalld { zone: "public".to_owned(), shut };
        let few = |by| Surroundings { open_files: OpenFiles { most: 4096, by }, ..base() };
        for (around, expected) in [
            (base(), None),
            (peer(Answer::Listens), None),
            (peer(Answer::Refuses), None),
            (peer(Answer::Nothing("no route".to_owned())), Some(("peer-unreachable", "ping -c 3 10.0.0.2"))),
            (Surroundings { sync: Some(SYNC), ..base() }, None),
            (Surroundings { sync: Some(SYNC * 2), ..base() }, Some(("slow-disk", "iostat"))),
            (
                Surroundings { no_exec: vec![("/".to_owned(), "EACCES".to_owned())], ..base() },
                Some(("no-exec", "findmnt -T /")),
            ),
            (Surroundings { data_disk: Disk::Memory, ..base() }, Some(("data-in-memory", "findmnt"))),
            (Surroundings { data_disk: Disk::Network, ..base() }, Some(("data-on-network", "paths.data"))),
            (few(Ceiling::Kernel), Some(("few-open-files", "fs.nr_open"))),
            (few(Ceiling::Init), Some(("few-open-files", "/proc/1/limits"))),
            (few(Ceiling::Supervisord), Some(("few-open-files", "LimitNOFILE"))),
            (few(Ceiling::Shell), Some(("few-open-files", "ulimit"))),
            (Surroundings { clock: Clock::Alone, ..base() }, Some(("clock-unsynchronised", "chronyd"))),
            (
                Surroundings { clock: Clock::Lost("chronyd"), ..base() },
                Some(("clock-unsynchronised", "chronyc sources")),
            ),
            (Surroundings { firewall: Firewall::Open, ..base() }, None),
            (
                Surroundings { firewall: firewalld(vec![2379, 2380]), ..base() },
                Some((
                    "firewall-closed",
                    "--permanent --zone=public --add-port=2379-2380/tcp && firewall-cmd --reload",
                )),
            ),
            (
                Surroundings { firewall: firewalld(vec![2379, 4001]), ..base() },
                Some(("firewall-closed", "--add-port=2379/tcp --add-port=4001/tcp")),
            ),
            (
                Surroundings { firewall: Firewall::Ufw { shut: vec![2379, 2380] }, ..base() },
                Some(("firewall-closed", "ufw allow 2379:2380/tcp")),
            ),
            (Surroundings { selinux: Selinux::On { enforcing: true, restorecon: true }, ..base() }, None),
            (Surroundings { selinux: Selinux::On { enforcing: false, restorecon: false }, ..base() }, None),
            (
                Surroundings { selinux: Selinux::On { enforcing: true, restorecon: false }, ..base() },
                Some(("selinux-no-restorecon", "policycoreutils")),
            ),
            (Surroundings { kernel: Kernel::Old("2.6.32".to_owned()), ..base() }, Some(("old-kernel", "uname"))),
            (Surroundings { namespace: Namespace::Narrow, ..base() }, Some(("userns-root", "uid_map"))),
        ] {
            match (found(&around, &[]).as_slice(), expected) {
                ([], None) => {}
                ([one], Some((code, help))) => {
                    assert_eq!(one.code, code);
                    assert!(one.help.contains(help), "{one:?}");
                }
                (other, _) => panic!("{around:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_mount_that_forbids_programs_is_said_once() {
        let around =
            Surroundings { no_exec: vec![("/opt".to_owned(), "EACCES".to_owned())], ..Surroundings::default() };
        let room = Room { path: "/opt".to_owned(), what: "", free: 1, needed: 0, mount: Mount::NoExec };
        assert_eq!(found(&around, std::slice::from_ref(&room)), []);
        assert_eq!(found(&around, &[Room { mount: Mount::Fit, ..room }]).len(), 1);
    }
}
