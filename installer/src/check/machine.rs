//! Findings about the machine and its system. Most only warn: the install would succeed, and the member would suffer.

use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::facts::Machine;
use crate::facts::machine::{Ceiling, Clock, Kernel, Namespace, OpenFiles, Selinux, SetPriv};
use crate::supervision::Supervision;

/// What the unit and the startup script ask for.
const OPEN_FILES: u64 = 65_536;

/// Programs run on the architecture that they were made for.
pub(super) fn arch(manifest: &Manifest, machine: &Machine) -> Option<Finding> {
    let wanted = manifest.arch.uname();
    (machine.arch != wanted).then(|| {
        let text = format!("the bundle is for {wanted}, this machine is {}", machine.arch);
        refuse(
            "wrong-arch",
            text,
            format!("set `arch` for host `{}` in cluster.toml and run: etcdpack build", manifest.host),
        )
    })
}

/// Whether this is a kernel, and a root, that etcdpack is made for.
pub(super) fn kernel(machine: &Machine) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Kernel::Old(release) = &machine.kernel {
        let text = format!("the kernel is {release}; etcdpack is made for 3.10 and newer");
        findings.push(refuse("old-kernel", text, "uname -r"));
    }
    if machine.namespace == Namespace::Narrow {
        let text = "this is root of a user namespace with too few ids: etcd's user is out of its reach";
        findings.push(refuse("userns-root", text, "cat /proc/self/uid_map"));
    }
    findings
}

/// Members whose clocks differ complain of each other.
pub(super) fn clock(clock: Clock) -> Option<Finding> {
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

/// Whether etcd can have as many open files as it is meant to.
pub(super) fn open_files(files: OpenFiles) -> Option<Finding> {
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

/// Whether files can be given the labels that an enforcing SELinux asks for.
pub(super) fn selinux(machine: &Machine) -> Option<Finding> {
    (machine.selinux == Selinux::On { enforcing: true, restorecon: false }).then(|| {
        let text = "SELinux is enforcing and there is no `restorecon` to give etcd's files their labels";
        warn("selinux-no-restorecon", text, "install the package `policycoreutils` from the site's own media")
    })
}

/// Whether the startup script can keep etcd from gaining rights; systemd does so by itself.
pub(crate) fn confinement(setpriv: SetPriv, supervision: &Supervision) -> Option<Finding> {
    let lacks = matches!(supervision, Supervision::Supervisor(_)) && setpriv == SetPriv::Missing;
    lacks.then(|| {
        let text = "this host has no `setpriv`: under supervisor, a set-uid program that etcd's user starts gives it more rights";
        warn("no-setpriv", text, "install util-linux from the site's own media; etcd takes it into use at its next restart")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;

    fn found(machine: &Machine) -> Vec<Finding> {
        let alone =
            [arch(&manifest(), machine), clock(machine.clock), open_files(machine.open_files), selinux(machine)];
        alone.into_iter().flatten().chain(kernel(machine)).collect()
    }

    #[test]
    fn each_trouble_has_its_code_and_a_good_machine_has_none() {
        let base = || good().machine;
        let few = |by| Machine { open_files: OpenFiles { most: 4096, by }, ..base() };
        let selinux = |enforcing, restorecon| Machine { selinux: Selinux::On { enforcing, restorecon }, ..base() };
        for (machine, expected) in [
            (base(), None),
            (Machine { arch: "s390x".to_owned(), ..base() }, Some(("wrong-arch", "etcdpack build"))),
            (few(Ceiling::Kernel), Some(("few-open-files", "fs.nr_open"))),
            (few(Ceiling::Init), Some(("few-open-files", "/proc/1/limits"))),
            (few(Ceiling::Supervisord), Some(("few-open-files", "LimitNOFILE"))),
            (few(Ceiling::Shell), Some(("few-open-files", "ulimit"))),
            (Machine { clock: Clock::Alone, ..base() }, Some(("clock-unsynchronised", "chronyd"))),
            (Machine { clock: Clock::Lost("chronyd"), ..base() }, Some(("clock-unsynchronised", "chronyc sources"))),
            (selinux(true, true), None),
            (selinux(false, false), None),
            (selinux(true, false), Some(("selinux-no-restorecon", "policycoreutils"))),
            (Machine { kernel: Kernel::Old("2.6.32".to_owned()), ..base() }, Some(("old-kernel", "uname"))),
            (Machine { namespace: Namespace::Narrow, ..base() }, Some(("userns-root", "uid_map"))),
        ] {
            match (found(&machine).as_slice(), expected) {
                ([], None) => {}
                ([one], Some((code, help))) => {
                    assert_eq!(one.code, code);
                    assert!(one.help.contains(help), "{one:?}");
                }
                (other, _) => panic!("{machine:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn under_supervisor_setpriv_is_missed() {
        let (systemd, supervisor) = (Supervision::Systemd { unit: "x.service".to_owned() }, supervisor(Origin::Host));
        assert_eq!(confinement(SetPriv::Missing, &systemd), None);
        assert_eq!(confinement(SetPriv::There, &supervisor), None);
        assert_eq!(confinement(SetPriv::Missing, &supervisor).map(|found| found.code), Some("no-setpriv"));
    }
}
