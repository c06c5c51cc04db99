//! The running programs, as /proc has them.
//!
//! Anybody can give a program of his any name. What only the kernel sets says whose it is: its user, and the file that it runs.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc")]

use std::fs::{DirEntry, Metadata};
use std::io::{self, Read as _};
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt as _;
use std::sync::mpsc;
use std::thread::Builder;
use std::time::Duration;

use super::Tree;
use super::restored::DRILL;
use crate::restart::Instance;

/// More runs of etcd than this are not remembered: a host has one.
const MAX_INSTANCES: usize = 16;
/// No command line of an etcd comes near this.
const MAX_LINE: u64 = 256 << 10;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// The number of the first person: `UID_MIN` of every distribution's login.defs(5).
const FIRST_PERSON: u32 = 1000;
/// Users that systemd makes for one service while that runs (`DynamicUser=`, systemd.exec(5)).
const OF_SERVICES: RangeInclusive<u32> = 61184..=65519;
/// How many of its units of time the kernel shows a second (`USER_HZ`, on all that we run on).
const TICKS: u64 = 100;
/// Behind the path of a file that has no name any more (proc(5)).
const DELETED: &str = " (deleted)";

/// What kind of user has started a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    Root,
    /// An account of a service.
    System,
    Person,
}

impl Runner {
    fn of(uid: u32) -> Self {
        match uid {
            0 => Self::Root,
            uid if uid < FIRST_PERSON || OF_SERVICES.contains(&uid) => Self::System,
            _ => Self::Person,
        }
    }
}

/// A running program.
pub(super) struct Process {
    pub(super) pid: u32,
    /// As `comm` has it: cut after 15 letters.
    pub(super) name: String,
}

impl Process {
    /// The file that it runs, where the kernel says so.
    pub(super) fn exe(&self) -> Option<String> {
        let exe = std::fs::read_link(format!("/proc/{}/exe", self.pid)).ok()?;
        Some(exe.to_string_lossy().into_owned())
    }

    /// The words that it was started with, by what it says itself; none where that cannot be read whole. The kernel reads them
    /// from its memory, which may lie in a file system of its own making that never answers: it is not waited for.
    pub(super) fn command_line(&self) -> Vec<String> {
        let (pid, (say, said)) = (self.pid, mpsc::channel());
        let read = move || {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(format!("/proc/{pid}/cmdline"));
            let read = file.and_then(|file| file.take(MAX_LINE + 1).read_to_end(&mut bytes));
            let _ = say.send(read.ok().filter(|len| *len as u64 <= MAX_LINE).map(|_| bytes));
        };
        let line = Builder::new().spawn(read).ok().and_then(|_| said.recv_timeout(PATIENCE).ok().flatten());
        let line = line.unwrap_or_default();
        // Each word ends with a zero (proc(5)).
        let words = line.split_inclusive(|byte| *byte == 0);
        words.map(|word| String::from_utf8_lossy(word).trim_end_matches('\0').to_owned()).collect()
    }

    /// What the process that started it, or took it over, is called.
    pub(super) fn parent(&self) -> Option<String> {
        let name = std::fs::read_to_string(format!("/proc/{}/comm", parent(self.pid)?)).ok()?;
        Some(name.trim_end().to_owned())
    }

    /// How long it has run.
    pub(super) fn age(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let uptime: f64 = uptime.split(' ').next()?.parse().ok()?;
        let up = Duration::try_from_secs_f64(uptime).ok()?;
        Some(up.saturating_sub(Duration::from_millis(started(&stat)?.checked_mul(1000 / TICKS)?)))
    }

    /// Whether it was started by one of these users. Anybody can run a program that all may run, and can have a root directory in
    /// which another one is called so (user and mount namespaces): neither is the service's. It cannot become root, or
    /// etcd's user. The owner of `/proc/PID` would not do: a process that hides itself is root's there.
    pub(super) fn is_of(&self, users: &[u32]) -> bool {
        Ids::of(self.pid).is_some_and(|ids| users.contains(&ids.real))
    }

    /// Whether it runs the file at `path`, or one that was there before.
    pub(super) fn runs(&self, path: &str) -> bool {
        let same_file = || -> io::Result<bool> {
            let (here, there) = (std::fs::metadata(format!("/proc/{}/exe", self.pid))?, std::fs::metadata(path)?);
            Ok((here.dev(), here.ino()) == (there.dev(), there.ino()))
        };
        let by_name = || self.exe().is_some_and(|exe| exe.strip_suffix(DELETED).unwrap_or(&exe) == path);
        same_file().unwrap_or(false) || by_name()
    }

    /// Whether it calls itself `name`: anybody's can.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name.get(..15).unwrap_or(name)
    }

    /// `None` once it has ended.
    pub(super) fn runner(&self) -> Option<Runner> {
        Ids::of(self.pid).filter(|ids| !ids.has_ended).map(|ids| Runner::of(ids.real))
    }

    /// Whether it is the system's own `name`: started by root or by a service's account, from a program that root alone can
    /// change. Root's may be a script; a service's account could call a script of its own so, and has to run a file of that name.
    pub(super) fn is_systems_own(&self, name: &str, tree: &Tree) -> bool {
        if !self.is_called(name) {
            return false;
        }
        match self.runner() {
            Some(Runner::Root) => self.runs_a_file_of_roots(tree),
            Some(Runner::System) => self.runs_a_file_called(name) && self.runs_a_file_of_roots(tree),
            Some(Runner::Person) | None => false,
        }
    }

    fn runs_a_file_called(&self, name: &str) -> bool {
        self.exe().is_some_and(|exe| exe.strip_suffix(DELETED).unwrap_or(&exe).rsplit('/').next() == Some(name))
    }

    /// Whether root alone can change the file that it runs. Its path is one of its own mounts: here the same file has to be there.
    /// A file that is nowhere any more, as after an update of its package, can get no other bytes.
    fn runs_a_file_of_roots(&self, tree: &Tree) -> bool {
        let look = || -> Option<bool> {
            let file = std::fs::metadata(format!("/proc/{}/exe", self.pid)).ok()?;
            if file.uid() != 0 || file.mode() & 0o022 != 0 {
                return Some(false);
            }
            if file.nlink() == 0 {
                return Some(true);
            }
            let exe = self.exe()?;
            let is_same = |there: &Metadata| (there.dev(), there.ino()) == (file.dev(), file.ino());
            Some(
                tree.is_roots_alone(&exe.parse().ok()?).ok()?
                    && std::fs::symlink_metadata(exe).is_ok_and(|at| is_same(&at)),
            )
        };
        look().unwrap_or(false)
    }
}

/// The runs of the program at `path` by these users. None of those whose beginning the kernel does not tell any more.
pub(super) fn instances(path: &str, users: &[u32]) -> Vec<Instance> {
    let Ok(boot) = std::fs::read_to_string("/proc/sys/kernel/random/boot_id") else { return Vec::new() };
    let instance = |process: Process| {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.pid)).ok()?;
        Some(Instance { boot: boot.trim_end().to_owned(), pid: process.pid, started: started(&stat)? })
    };
    let is_it = |process: &Process| process.is_of(users) && process.runs(path) && !is_drill(&process.command_line());
    let running = all().into_iter().filter(is_it);
    running.filter_map(instance).take(MAX_INSTANCES).collect()
}

/// The command lines of the runs of the program at `path` by these users.
pub(super) fn command_lines(path: &str, users: &[u32]) -> Vec<Vec<String>> {
    let running = all().into_iter().filter(|process| process.is_of(users) && process.runs(path));
    let lines = running.take(MAX_INSTANCES).map(|process| process.command_line());
    lines.filter(|line| !is_drill(line)).collect()
}

/// Whether an etcd was started for a drill, which has data of its own: it is no run of the host's member.
fn is_drill(line: &[String]) -> bool {
    line.iter().any(|word| word.rsplit('/').next() == Some(DRILL))
}

/// Whose a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ids {
    /// Who started it.
    pub(super) real: u32,
    /// Whether only its number is left, until its parent has heard of its end.
    pub(super) has_ended: bool,
    /// Whether it was told to pause (SIGSTOP), or is traced, and does nothing meanwhile.
    pub(super) is_suspended: bool,
}

impl Ids {
    /// `None` if there is none with this number.
    pub(super) fn of(pid: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }

    /// The first of the four users in `/proc/PID/status`, and the state; the name in a line before them has its line ends escaped
    /// (proc(5)).
    fn parse(status: &str) -> Option<Self> {
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()
        };
        let state = field("State:");
        Some(Self {
            real: field("Uid:")?.parse().ok()?,
            has_ended: matches!(state, Some("Z" | "X")),
            is_suspended: matches!(state, Some("T" | "t")),
        })
    }
}

/// Who started this process, or took it over.
pub(super) fn parent(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// The 22nd field of `/proc/PID/stat`; the second is a name in brackets, which may hold anything (proc(5)).
fn started(stat: &str) -> Option<u64> {
    stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()
}

/// Those of `pids` that do nothing until they are told to go on.
pub(super) fn suspended(pids: &[u32]) -> Vec<u32> {
    pids.iter().copied().filter(|pid| Ids::of(*pid).is_some_and(|ids| ids.is_suspended)).collect()
}

/// Numbers in words, for whoever is to type them.
pub(super) fn list(pids: &[u32]) -> String {
    pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The numbers of all that there are at this moment.
pub(super) fn pids() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries.filter_map(|entry: io::Result<DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// All of them; those that end meanwhile are left out.
pub(super) fn all() -> Vec<Process> {
    let process = |pid: u32| {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        Some(Process { pid, name: name.trim_end().to_owned() })
    };
    pids().into_iter().filter_map(process).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_stat_line_cannot_shift_its_fields() {
        let line = "7 (a) S 1 2) S 1 7 7 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 9 0 4711 1 2 3\n";
        assert_eq!(started(line), Some(4711));
        assert_eq!(started("7 (a) S 1"), None);
        let own = std::env::current_exe().unwrap();
        let me = nix::unistd::getuid().as_raw();
        let runs = instances(own.to_str().unwrap(), &[me]);
        assert!(runs.iter().any(|run| run.pid == std::process::id() && run.started > 0), "{runs:?}");
        let pid = std::process::id();
        let age = |pid: u32| Process { pid, name: String::new() }.age().unwrap();
        assert!(age(pid) < age(parent(pid).unwrap()) + Duration::from_secs(1) && age(1) > age(pid));
        assert!(instances(own.to_str().unwrap(), &[me + 1]).is_empty(), "another user's");
    }

    #[test]
    fn a_name_is_worth_as_much_as_who_could_give_it() {
        let sleep = std::fs::canonicalize("/usr/bin/sleep").unwrap();
        let dir = std::env::temp_dir().join(format!("etcdpack-test-names-{}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        // In a directory that all can write to.
        let (copy, script) = (dir.join("sleep"), dir.join("chronyd"));
        std::fs::copy(&sleep, &copy).unwrap();
        std::fs::write(&script, "#!/bin/sh\nkill -STOP $$\n").unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let tree = Tree::open(std::path::Path::new("/")).unwrap();
        let is_own = |program: &std::path::Path, name: &str, uid: u32| {
            let uid = uid.to_string();
            let mut setpriv = std::process::Command::new("setpriv");
            setpriv.args(["--reuid", &uid, "--regid", &uid, "--clear-groups"]).arg(program).arg("60");
            let mut child = setpriv.spawn().expect("setpriv; help: run the tests as root");
            let started = || all().into_iter().find(|process| process.pid == child.id() && process.is_called(name));
            let process = std::iter::repeat_with(started).take(1_000_000).find_map(|found| found).unwrap();
            let own = process.is_systems_own(name, &tree);
            assert!(!process.is_systems_own("etcd", &tree));
            child.kill().unwrap();
            child.wait().unwrap();
            own
        };
        for (program, name, uid, wanted) in [
            (&sleep, "sleep", 0, true),
            (&sleep, "sleep", 101, true),
            (&sleep, "sleep", 61_200, true),
            (&sleep, "sleep", 1000, false),
            (&copy, "sleep", 0, false),
            (&copy, "sleep", 101, false),
            (&script, "chronyd", 0, true),
            (&script, "chronyd", 101, false),
        ] {
            assert_eq!(is_own(program, name, uid), wanted, "{} of {uid}", program.display());
        }
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(Process { pid: 0, name: "systemd-timesyn".to_owned() }.is_called("systemd-timesyncd"));
    }

    #[test]
    fn a_command_line_is_read_whole_or_not_at_all() {
        let own: Vec<String> = std::env::args().collect();
        let me = std::env::current_exe().unwrap();
        let users = [nix::unistd::getuid().as_raw()];
        assert!(command_lines(me.to_str().unwrap(), &users).contains(&own));
        let line = |pid| Process { pid, name: String::new() }.command_line();
        assert_eq!(line(u32::MAX), Vec::<String>::new());
        // One argument may have 128 KiB.
        let word = "a".repeat(100 << 10);
        for (words, is_read) in [(2, true), (3, false)] {
            let mut child = std::process::Command::new("sh")
                .args(["-c", "echo; read line"])
                .args(vec![&word; words])
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            // A program that has not begun has no words yet.
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            let line = line(child.id());
            drop(child.stdin.take());
            child.wait().unwrap();
            let given = [vec!["sh", "-c", "echo; read line"], vec![&word; words]].concat();
            assert_eq!(line, if is_read { given } else { Vec::new() }, "{words}");
        }
    }

    #[test]
    fn a_process_is_of_whoever_started_it() {
        let status = "Name:\tUid:\\n0\nState:\tZ (zombie)\nPid:\t7\nUid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\n";
        assert_eq!(Ids::parse(status), Some(Ids { real: 1000, has_ended: true, is_suspended: false }));
        assert_eq!(
            Ids::parse("State:\tR\nUid:\t0\t0\t0\t0\n"),
            Some(Ids { real: 0, has_ended: false, is_suspended: false })
        );
        assert!(Ids::parse("State:\tT (stopped)\nUid:\t0\t0\t0\t0\n").is_some_and(|ids| ids.is_suspended));
        assert_eq!((Ids::parse("Uid:\t\n"), Ids::parse("")), (None, None));
    }
}
