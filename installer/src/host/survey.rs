//! Looking around on a running host: peers, disk, clock, firewall. Changes nothing; what may take time goes on side by
//! side, and none of it for much longer than a second.
#![expect(clippy::disallowed_methods, reason = "edge: knocks, reads /proc and /sys")]

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::{fstat, major, minor};
use nix::sys::statfs::fstatfs;
use payload::manifest::{Manifest, Member};
use payload::path::AbsPath;
use payload::peer_name::PeerName;

use super::probe::ProbeError;
use super::processes::{self, Process};
use super::{Exec, Tree, addresses, exec, hello, running, trial};
use crate::facts::{Init, Managers};
use crate::firewall;
use crate::surroundings::{
    Answer, Ceiling, Clock, Disk, Firewall, Kernel, Namespace, OpenFiles, Peer, Selinux, Serves, Surroundings,
};

/// How long a peer, or a program that we ask, may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// All that can be found out without changing anything.
pub(crate) fn surroundings(tree: &Tree, manifest: &Manifest, managers: &Managers) -> Result<Surroundings, ProbeError> {
    let layout = &manifest.layout;
    // Before anything goes on beside it: a child of another thread would hold the program open for writing.
    let mut no_exec = Vec::new();
    for dir in [&layout.release_dir, &layout.sbin] {
        let forbidden = running::program().ok().and_then(|mut program| trial::forbidden(tree, &mut program, dir));
        no_exec.extend(forbidden.map(|(dir, error)| (dir, error.to_string())));
    }
    let processes = processes::all();
    let (peers, sync, clock, firewall) = thread::scope(|scope| {
        let peers = Builder::new().spawn_scoped(scope, || peers(manifest))?;
        let sync = Builder::new().spawn_scoped(scope, || trial::sync(tree, &layout.data))?;
        let clock = Builder::new().spawn_scoped(scope, || clock(tree, &processes))?;
        let firewall = firewall(tree, &processes, manifest);
        Ok((joined(peers), joined(sync), joined(clock), firewall))
    })
    .map_err(ProbeError::Thread)?;
    Ok(Surroundings {
        peers,
        sync,
        no_exec,
        data_disk: data_disk(tree, &layout.data)?,
        open_files: open_files(managers, &processes)?,
        clock,
        firewall,
        selinux: selinux(),
        kernel: Kernel::of(&nix::sys::utsname::uname()?.release().to_string_lossy()),
        namespace: read("/proc/self/uid_map").map_or(Namespace::Initial, |map| Namespace::of(&map)),
    })
}

fn joined<T: Default>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_default()
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn peers(manifest: &Manifest) -> Vec<Peer> {
    let others = manifest.members.iter().filter(|member| member.name != manifest.member);
    thread::scope(|scope| {
        let knocks: Vec<_> = others
            .filter_map(|member| Some((member, manifest.peer_url(member)?.socket()?)))
            .map(|(member, at)| {
                (member, at, Builder::new().spawn_scoped(scope, move || knock(at, &manifest.peer_names)))
            })
            .collect();
        let peer = |(member, at, knock): (&Member, SocketAddr, io::Result<ScopedJoinHandle<'_, _>>)| {
            let (answer, serves) = match knock.map(ScopedJoinHandle::join) {
                Ok(Ok(heard)) => heard,
                Ok(Err(_)) => (Answer::Nothing("not asked".to_owned()), Serves::NotAsked),
                Err(error) => (Answer::Nothing(format!("not asked: {error}")), Serves::NotAsked),
            };
            Peer { name: member.name.to_string(), at: at.to_string(), answer, serves }
        };
        knocks.into_iter().map(peer).collect()
    })
}

/// Members that know each other by name are asked for theirs.
fn knock(at: SocketAddr, names: &[PeerName]) -> (Answer, Serves) {
    match TcpStream::connect_timeout(&at, PATIENCE) {
        Ok(stream) if !names.is_empty() => (Answer::Listens, hello::serves(stream)),
        knocked => (answer(knocked), Serves::NotAsked),
    }
}

fn answer(knocked: io::Result<TcpStream>) -> Answer {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, TimedOut};
    match knocked {
        Ok(_) => Answer::Listens,
        Err(error) => match error.kind() {
            ConnectionRefused | ConnectionReset => Answer::Refuses,
            TimedOut => Answer::Nothing(format!("nothing within {} s", PATIENCE.as_secs())),
            _ => Answer::Nothing(error.to_string()),
        },
    }
}

fn data_disk(tree: &Tree, data: &AbsPath) -> Result<Disk, ProbeError> {
    let (_, handle) = tree.nearest_dir(data)?;
    let magic = u32::try_from(fstatfs(&handle)?.filesystem_type().0 & 0xffff_ffff).unwrap_or_default();
    let device = fstat(&handle)?.st_dev;
    let device = format!("{}:{}", major(device), minor(device));
    Ok(Disk::of(magic, kind(&read("/proc/self/mountinfo").unwrap_or_default(), &device)))
}

/// The file system type of the mount with the device `MAJOR:MINOR` (proc(5): it follows a lone dash).
fn kind<'a>(mountinfo: &'a str, device: &str) -> Option<&'a str> {
    let line = mountinfo.lines().find(|line| line.split(' ').nth(2) == Some(device))?;
    line.split_once(" - ")?.1.split(' ').next()
}

/// What etcd will be able to have, under whoever is to start it.
fn open_files(managers: &Managers, processes: &[Process]) -> Result<OpenFiles, ProbeError> {
    let hard_limit = |process: &Process| hard_limit(&read(&format!("/proc/{}/limits", process.pid))?);
    let supervisord = processes.iter().find(|process| process.name == "supervisord").and_then(hard_limit);
    if let (Some(_), Some(most)) = (&managers.supervisor, supervisord) {
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

/// Those who are known to keep a clock. Two of them say whether they can.
fn clock(tree: &Tree, processes: &[Process]) -> Clock {
    // The clock of a container is its host's, and kept there (systemd.io/CONTAINER_INTERFACE).
    if Path::new("/run/systemd/container").exists() {
        return Clock::Kept;
    }
    let runs = |name: &str| processes.iter().any(|process| process.name == name);
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
    match runs("systemd-timesyn") {
        true if timesync.is_dir() && !timesync.join("synchronized").exists() => Clock::Lost("systemd-timesyncd"),
        true => Clock::Kept,
        false => Clock::Alone,
    }
}

/// Ports are asked for where one of the two firewalls that have names for them is at work.
fn firewall(tree: &Tree, processes: &[Process], manifest: &Manifest) -> Firewall {
    let ports = manifest.ports();
    let config = |path: &str| -> Option<String> {
        let bytes = tree.read_if_there(&path.parse().ok()?, 1 << 20).ok()??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    if config("/etc/ufw/ufw.conf").is_some_and(|text| setting(&text, "ENABLED") == Some("yes")) {
        let policy = config("/etc/default/ufw").unwrap_or_default();
        if setting(&policy, "DEFAULT_INPUT_POLICY").is_some_and(|policy| policy.trim_matches('"') == "ACCEPT") {
            return Firewall::Open;
        }
        let is_v6 = manifest.me().is_some_and(|me| me.address.is_ipv6());
        let rules = if is_v6 { "/etc/ufw/user6.rules" } else { "/etc/ufw/user.rules" };
        let shut = firewall::ufw(&config(rules).unwrap_or_default(), &ports);
        return if shut.is_empty() { Firewall::Open } else { Firewall::Ufw { shut } };
    }
    if !processes.iter().any(|process| process.name == "firewalld") {
        return Firewall::None;
    }
    let said = Exec::named("firewall-cmd")
        .and_then(|exec| exec.args(["--list-all-zones"]).limit(PATIENCE).heeding(tree.interrupt()).run());
    let (Ok(said), Some(interface)) = (said, manifest.me().and_then(|me| interface(me.address))) else {
        return Firewall::None;
    };
    let conf = config("/etc/firewalld/firewalld.conf").unwrap_or_default();
    let default = setting(&conf, "DefaultZone").unwrap_or("public");
    match firewall::firewalld(&said.stdout, default, &interface, &ports) {
        Some((zone, shut)) => Firewall::Firewalld { zone, shut },
        None => Firewall::Open,
    }
}

/// The value in a line `KEY=VALUE`.
fn setting<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('=')).map(str::trim)
}

/// The name of the interface that has this address.
fn interface(address: IpAddr) -> Option<String> {
    addresses::all().ok()?.into_iter().find_map(|(interface, has)| (has == address).then_some(interface))
}

/// selinux(8): the file system is mounted where SELinux is on; `enforce` says how.
fn selinux() -> Selinux {
    match read("/sys/fs/selinux/enforce") {
        Some(text) => Selinux::On { enforcing: text.trim() == "1", restorecon: exec::find("restorecon").is_some() },
        None => Selinux::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_proc_are_read_as_the_kernel_writes_them() {
        let mountinfo = "22 28 0:21 / /proc rw,relatime shared:12 - proc proc rw\n\
                         31 28 0:45 / /data rw,nosuid shared:9 master:1 - fuse.sshfs bob@h:/x rw,user_id=0\n\
                         35 28 8:1 / / rw - ext4 /dev/sda1 rw\n";
        assert_eq!(kind(mountinfo, "0:45"), Some("fuse.sshfs"));
        assert_eq!(kind(mountinfo, "8:1"), Some("ext4"));
        assert_eq!(kind(mountinfo, "8:10"), None);
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
        assert_eq!(setting("# ENABLED=no\nENABLED=yes\n", "ENABLED"), Some("yes"));
    }
}
