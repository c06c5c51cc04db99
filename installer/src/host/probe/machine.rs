//! Finding out about the machine and its system: architecture, kernel, clock, limits, SELinux. Changes nothing.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc and /sys")]

use std::path::Path;

use nix::sys::resource::{Resource, getrlimit};
use nix::sys::utsname::uname;
use payload::path::AbsPath;

use super::{PATIENCE, ProbeError};
use crate::facts::Managers;
use crate::facts::machine::{Ceiling, Clock, Kernel, Machine, Namespace, OpenFiles, Selinux, SetPriv, Target};
use crate::facts::managers::Init;
use crate::facts::paths::Seen;
use crate::host::processes::Process;
use crate::host::{self, Exec, Tree, exec};

/// What a running system says of itself. `clock` takes time to ask, and is asked beside others.
pub(super) fn running(
    tree: &Tree,
    managers: &Managers,
    processes: &[Process],
    clock: Clock,
) -> Result<Machine, ProbeError> {
    let uname = uname()?;
    Ok(Machine {
        kernel: Kernel::of(&uname.release().to_string_lossy()),
        namespace: read("/proc/self/uid_map").map_or(Namespace::Initial, |map| Namespace::of(&map)),
        clock,
        open_files: open_files(tree, managers, processes)?,
        selinux: selinux(),
        ..image(tree)?
    })
}

/// What is known of a machine that will run an image: that it is the like of this one.
pub(super) fn image(tree: &Tree) -> Result<Machine, ProbeError> {
    Ok(Machine {
        target: if tree.is_live() { Target::Live } else { Target::Image },
        arch: uname()?.machine().to_string_lossy().into_owned(),
        now: host::clock::now(),
        kernel: Kernel::Fit,
        namespace: Namespace::Initial,
        clock: Clock::Kept,
        open_files: OpenFiles::default(),
        selinux: Selinux::Off,
        setpriv: setpriv(tree)?,
    })
}

/// Where the startup script looks for it.
pub(crate) fn setpriv(tree: &Tree) -> Result<SetPriv, ProbeError> {
    for dir in ["/usr/sbin", "/usr/bin", "/sbin", "/bin"] {
        if tree.look(&dir.parse::<AbsPath>()?.join("setpriv")?)? != Seen::Absent {
            return Ok(SetPriv::There);
        }
    }
    Ok(SetPriv::Missing)
}

/// What etcd will be able to have, under whoever is to start it.
fn open_files(tree: &Tree, managers: &Managers, processes: &[Process]) -> Result<OpenFiles, ProbeError> {
    let hard_limit = |process: &Process| hard_limit(&read(&format!("/proc/{}/limits", process.pid))?);
    let supervisord = processes.iter().find(|process| process.is_systems_own("supervisord", tree));
    // Where no systemd runs, one that is not this host's own is the carried one.
    let starts_etcd = managers.supervisor.is_some() || managers.systemd != Init::Running;
    if let (true, Some(most)) = (starts_etcd, supervisord.and_then(hard_limit)) {
        return Ok(OpenFiles { most, by: Ceiling::Supervisord });
    }
    if managers.systemd == Init::Running
        && let Some(files) = under_init()
    {
        return Ok(files);
    }
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(OpenFiles { most, by: Ceiling::Shell })
}

/// systemd raises a unit's limit to what the kernel has, unless it is in a container that forbids that.
fn under_init() -> Option<OpenFiles> {
    if can_raise(&read("/proc/1/status")?) {
        return Some(OpenFiles { most: read("/proc/sys/fs/nr_open")?.trim().parse().ok()?, by: Ceiling::Kernel });
    }
    Some(OpenFiles { most: hard_limit(&read("/proc/1/limits")?)?, by: Ceiling::Init })
}

/// Whether a process has `CAP_SYS_RESOURCE` (capabilities(7)).
fn can_raise(status: &str) -> bool {
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:")).map(str::trim);
    set.and_then(|set| u64::from_str_radix(set, 16).ok()).is_some_and(|set| set & (1 << 24) != 0)
}

/// The hard one in a line `Max open files  SOFT  HARD  files`.
fn hard_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Those who are known to keep a clock, where they are the system's own: anybody can call a program so. Two of them say
/// whether they can.
pub(super) fn clock(tree: &Tree, processes: &[Process]) -> Clock {
    // The clock of a container is its host's, and kept there (systemd.io/CONTAINER_INTERFACE).
    if Path::new("/run/systemd/container").exists() {
        return Clock::Kept;
    }
    let runs = |name: &str| processes.iter().any(|process| process.is_systems_own(name, tree));
    let others = ["ntpd", "openntpd", "ntpd-rs", "ntp-daemon", "ptp4l", "phc2sys", "timemaster"];
    if others.into_iter().any(runs) {
        return Clock::Kept;
    }
    if runs("chronyd") {
        let said = Exec::named("chronyc")
            .and_then(|exec| exec.args(["-c", "tracking"]).limit(PATIENCE).heeding(tree.interrupt()).run());
        let lost = said.is_ok_and(|said| said.stdout.trim_end().ends_with("Not synchronised"));
        return if lost { Clock::Lost("chronyd") } else { Clock::Kept };
    }
    // Before systemd 239 neither the directory nor the file was there.
    let timesync = Path::new("/run/systemd/timesync");
    match runs("systemd-timesyncd") {
        true if timesync.is_dir() && !timesync.join("synchronized").exists() => Clock::Lost("systemd-timesyncd"),
        true => Clock::Kept,
        false => Clock::Alone,
    }
}

/// selinux(8): the file system is mounted where SELinux is on; `enforce` says how.
fn selinux() -> Selinux {
    match read("/sys/fs/selinux/enforce") {
        Some(text) => Selinux::On { enforcing: text.trim() == "1", restorecon: exec::find("restorecon").is_some() },
        None => Selinux::Off,
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_proc_are_read_as_the_kernel_writes_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             7823                 7823                 processes \n\
                      Max open files            1024                 4096                 files     \n";
        assert_eq!(hard_limit(limits), Some(4096));
        assert_eq!(
            hard_limit(&read("/proc/self/limits").unwrap()),
            Some(getrlimit(Resource::RLIMIT_NOFILE).unwrap().1)
        );
        assert!(can_raise("Name:\tsystemd\nCapEff:\t000001ffffffffff\n"));
        assert!(!can_raise("CapInh:\t0000000001000000\nCapEff:\t00000000fcecafff\n"));
    }
}
