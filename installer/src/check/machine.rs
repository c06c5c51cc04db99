//! Findings about the machine and its system. Most only warn: the install would succeed, and the member would suffer.

use payload::manifest::Manifest;

use crate::facts::Machine;
use crate::facts::machine::{Ceiling, Clock, Kernel, Namespace, OpenFiles, Selinux, SetPriv};
use crate::finding::{FilesFor, Finding, MachineFinding};
use crate::supervision::{Origin, Supervision, Supervisor};

/// What the unit and the startup script ask for.
const OPEN_FILES: u64 = 65_536;

/// Programs run on the architecture that they were made for.
pub(super) fn arch(manifest: &Manifest, machine: &Machine) -> Option<Finding> {
    (machine.arch != manifest.arch.uname()).then(|| {
        let (host, bundle, here) = (manifest.host.clone(), manifest.arch, machine.arch.clone());
        MachineFinding::OtherArch { host, bundle, here }.into()
    })
}

/// Whether this is a kernel, and a root, that etcdpack is made for.
pub(super) fn kernel(machine: &Machine) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Kernel::Old(release) = &machine.kernel {
        findings.push(MachineFinding::OldKernel { release: release.clone() }.into());
    }
    if machine.namespace == Namespace::Narrow {
        findings.push(MachineFinding::NarrowNamespace.into());
    }
    findings
}

/// Members whose clocks differ complain of each other.
pub(super) fn clock(clock: Clock) -> Option<Finding> {
    let found = match clock {
        Clock::Kept => return None,
        Clock::Alone => MachineFinding::NoTimeService,
        Clock::Lost(program) => MachineFinding::NoTimeSource { program },
    };
    Some(found.into())
}

/// Whether etcd can have as many open files as it is meant to, and at least as many as it starts with. A carried supervisor that
/// whoever installs starts, and no unit, needs some, too.
pub(crate) fn open_files(files: OpenFiles, supervision: &Supervision) -> Option<Finding> {
    let is_ours_to_start = files.by == Ceiling::Shell
        && matches!(supervision, Supervision::Supervisor(Supervisor { origin: Origin::Bundle, unit: None, .. }));
    let too_few = [FilesFor::CarriedSupervisor, FilesFor::Etcd]
        .into_iter()
        .filter(|needs| is_ours_to_start || *needs == FilesFor::Etcd)
        .find(|needs| files.most < needs.least());
    match too_few {
        Some(needs) => Some(MachineFinding::TooFewOpenFiles { files, wanted: OPEN_FILES, needs }.into()),
        None => (files.most < OPEN_FILES).then(|| MachineFinding::FewOpenFiles { files, wanted: OPEN_FILES }.into()),
    }
}

/// Whether files can be given the labels that an enforcing SELinux asks for.
pub(super) fn selinux(machine: &Machine) -> Option<Finding> {
    let lacks = machine.selinux == Selinux::On { enforcing: true, restorecon: false };
    lacks.then(|| MachineFinding::NoRestorecon.into())
}

/// Whether the startup script can keep etcd from gaining rights; systemd does so by itself.
pub(crate) fn confinement(setpriv: SetPriv, supervision: &Supervision) -> Option<Finding> {
    let lacks = matches!(supervision, Supervision::Supervisor(_)) && setpriv == SetPriv::Missing;
    lacks.then(|| MachineFinding::NoSetpriv.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::finding::Severity::{Refuse, Warn};
    use crate::supervision::tests::supervisor;
    use crate::text;

    fn found(machine: &Machine) -> Vec<Finding> {
        let systemd = Supervision::Systemd { unit: "x.service".to_owned() };
        let files = open_files(machine.open_files, &systemd);
        let alone = [arch(&manifest(), machine), clock(machine.clock), files, selinux(machine)];
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
                    assert_eq!(one.code().as_str(), code);
                    assert!(text::findings::help(one).to_string().contains(help), "{one:?}");
                }
                (other, _) => panic!("{machine:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn so_few_open_files_that_nothing_starts_are_no_warning() {
        let carried = |unit: Option<&str>| match supervisor(Origin::Bundle) {
            Supervision::Supervisor(carried) => {
                Supervision::Supervisor(Supervisor { unit: unit.map(str::to_owned), ..carried })
            }
            Supervision::Systemd { .. } => unreachable!(),
        };
        let (unit, no_unit) = (carried(Some("supervisord.service")), carried(None));
        let (host, systemd) = (supervisor(Origin::Host), Supervision::Systemd { unit: "x.service".to_owned() });
        for (most, by, supervision, expected) in [
            (65_536, Ceiling::Shell, &no_unit, None),
            (1024, Ceiling::Shell, &no_unit, Some((Warn, "meant to have 65536"))),
            (1023, Ceiling::Shell, &no_unit, Some((Refuse, "supervisord does not start with fewer than 1024"))),
            // It runs already.
            (1023, Ceiling::Supervisord, &no_unit, Some((Warn, "meant to have"))),
            (1023, Ceiling::Init, &unit, Some((Warn, "meant to have"))),
            (151, Ceiling::Supervisord, &host, Some((Warn, "meant to have"))),
            (150, Ceiling::Supervisord, &host, Some((Refuse, "etcd does not start with fewer than 151"))),
            (150, Ceiling::Init, &systemd, Some((Refuse, "etcd does not start with fewer than 151"))),
        ] {
            let found = open_files(OpenFiles { most, by }, supervision);
            let said = found.as_ref().map(|found| (found.severity(), text::findings::text(found)));
            match (&said, expected) {
                (None, None) => {}
                (Some((severity, text)), Some((expected, words))) => {
                    assert!(*severity == expected && text.contains(words), "{most}: {text}");
                }
                _ => panic!("{most} {by:?}: {said:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn under_supervisor_setpriv_is_missed() {
        let (systemd, supervisor) = (Supervision::Systemd { unit: "x.service".to_owned() }, supervisor(Origin::Host));
        assert_eq!(confinement(SetPriv::Missing, &systemd), None);
        assert_eq!(confinement(SetPriv::There, &supervisor), None);
        assert_eq!(confinement(SetPriv::Missing, &supervisor), Some(MachineFinding::NoSetpriv.into()));
    }
}
