//! What still runs as the service's user once its service has stopped: ended before its files and its account go.
//!
//! A process is known by its user alone; a name is what it calls itself. Whoever has one can make others and ignore what asks
//! it to end, so all are held before they are killed, and nothing here goes on for ever. Must not touch what a container
//! runs under the same number.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc, sends signals")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

use payload::name::UserName;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::accounts::AccountError;
use super::fs_error::FileOp;
use super::interrupt::Interrupt;
use super::processes::{self, Ids};
use super::{FsError, Tree, clock};
use crate::transaction::Permit;

/// How long they get to end by themselves, and then to be gone.
const GRACE: Duration = Duration::from_secs(1);
/// How often all are held and killed; each time, how often we look for new ones while we hold them.
const PASSES: usize = 5;
const LOOKS: usize = 10;

/// Whether a process of the user's is this host's to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It runs here, or in a user namespace of the user's own.
    Host,
    /// A container's: the same number there is another user.
    Container,
}

/// Processes of the service's user, by their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Strays {
    here: Vec<u32>,
    in_containers: Vec<u32>,
}

impl Tree {
    /// What runs as this user, containers included, in words; `None` where nothing does, and in an image.
    pub(crate) fn strays(&self, name: &UserName) -> Result<Option<String>, AccountError> {
        let Strays { mut here, in_containers } = self.stray_uid(name)?.map(strays).unwrap_or_default();
        here.extend(in_containers);
        Ok((!here.is_empty()).then(|| processes::list(&here)))
    }

    /// Ends what runs here as this user, whom we have made and who has no other name. What does not end is an error.
    pub(crate) fn end_strays(&self, _: &Permit, name: &UserName) -> Result<(), AccountError> {
        let Some(uid) = self.stray_uid(name)? else { return Ok(()) };
        if !self.namesakes(name, uid)?.is_empty() {
            return Ok(());
        }
        let pids = end(uid, self.interrupt());
        if pids.is_empty() {
            return Ok(());
        }
        if self.interrupt().is_raised() {
            let stopped = nix::errno::Errno::ECANCELED.into();
            return Err(FsError::of_path(FileOp::EndProcesses, name.as_str(), stopped).into());
        }
        Err(AccountError::StillRuns { name: name.clone(), pids: processes::list(&pids) })
    }

    fn stray_uid(&self, name: &UserName) -> Result<Option<u32>, AccountError> {
        let account = if self.is_live() { self.user(name)? } else { None };
        Ok(account.map(|account| account.uid).filter(|uid| *uid != 0))
    }
}

/// Returns those that are left.
fn end(uid: u32, interrupt: &Interrupt) -> Vec<u32> {
    let mut left = strays(uid).here;
    if left.is_empty() {
        return left;
    }
    send_all(&left, uid, Signal::TERM);
    for _ in 0..PASSES {
        left = rest(uid, interrupt);
        if left.is_empty() || interrupt.is_raised() {
            return left;
        }
        let mut held: Vec<u32> = Vec::new();
        for _ in 0..LOOKS {
            let new: Vec<u32> = strays(uid).here.into_iter().filter(|pid| !held.contains(pid)).collect();
            send_all(&new, uid, Signal::STOP);
            held.extend(&new);
            if new.is_empty() || interrupt.is_raised() {
                break;
            }
        }
        send_all(&held, uid, Signal::KILL);
    }
    rest(uid, interrupt)
}

/// What has not gone after a while.
fn rest(uid: u32, interrupt: &Interrupt) -> Vec<u32> {
    let mut left = Vec::new();
    clock::poll(GRACE, || {
        left = strays(uid).here;
        (left.is_empty() || interrupt.is_raised()).then_some(())
    });
    left
}

fn strays(uid: u32) -> Strays {
    let mut strays = Strays::default();
    for pid in processes::pids() {
        match place(pid, uid) {
            Some(Place::Host) => strays.here.push(pid),
            Some(Place::Container) => strays.in_containers.push(pid),
            None => {}
        }
    }
    strays
}

fn send_all(pids: &[u32], uid: u32, signal: Signal) {
    for pid in pids {
        send(*pid, uid, signal);
    }
}

/// A signal to that process, if it is still one of the user's. Where the kernel has handles for processes (5.3 on), to no later
/// one that got its number meanwhile.
fn send(number: u32, uid: u32, signal: Signal) {
    let Some(pid) = i32::try_from(number).ok().and_then(Pid::from_raw) else { return };
    let handle = pidfd_open(pid, PidfdFlags::empty());
    // Looked at after it was opened: what the handle means cannot change any more.
    if place(number, uid) != Some(Place::Host) {
        return;
    }
    // One that has gone meanwhile, or that the kernel keeps from us, is seen afterwards.
    let _ = match handle {
        Ok(handle) => pidfd_send_signal(&handle, signal),
        Err(Errno::NOSYS | Errno::PERM) => kill_process(pid, signal),
        Err(_) => Ok(()),
    };
}

/// `None` if it is not the user's, or has ended.
fn place(pid: u32, uid: u32) -> Option<Place> {
    let ids = Ids::of(pid)?;
    if ids.real != uid || ids.has_ended {
        return None;
    }
    let namespace = |pid: &str, kind: &str| fs::read_link(format!("/proc/{pid}/ns/{kind}")).ok();
    let is_same = |kind: &str| namespace(&pid.to_string(), kind) == namespace("self", kind);
    if !is_same("user") {
        let map = fs::read_to_string(format!("/proc/{pid}/uid_map"));
        let is_own = map.is_ok_and(|map| is_own_namespace(&map, uid));
        return Some(if is_own { Place::Host } else { Place::Container });
    }
    // Only root gives a process of our own user namespace another root directory.
    let root = |pid: &str| {
        let stat = fs::metadata(PathBuf::from(format!("/proc/{pid}/root"))).ok()?;
        Some((stat.dev(), stat.ino()))
    };
    Some(if is_same("pid") && root(&pid.to_string()) == root("self") { Place::Host } else { Place::Container })
}

/// Whether the text of a `uid_map` is one that this user can have written without being root: it maps the user alone in one of
/// its lines, or nothing yet (`user_namespaces(7)`).
fn is_own_namespace(map: &str, uid: u32) -> bool {
    let mut lines = map.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let (uid, is_empty) = (uid.to_string(), map.trim().is_empty());
    is_empty || lines.any(|fields| fields.get(1..) == Some(&[uid.as_str(), "1"]))
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    /// A shell of a user that nobody is, which ignores what asks it to end and starts others all the time.
    fn stray(uid: u32, script: &str) -> Child {
        let user = uid.to_string();
        let args = ["--reuid", &user, "--regid", &user, "--clear-groups", "setsid", "sh", "-c", script];
        Command::new("setpriv").args(args).spawn().expect("setpriv; help: run the tests as root")
    }

    #[test]
    fn what_ignores_and_multiplies_is_ended_and_nobody_else() {
        let (uid, other) = (59_901, 59_902);
        let script = "trap '' TERM INT HUP; while :; do setsid sh -c 'trap \"\" TERM; sleep 30' & sleep 0.05; done";
        let (mut stray, mut other) = (stray(uid, script), stray(other, "exec sleep 60"));
        std::thread::sleep(Duration::from_millis(500));
        let before = strays(uid);
        assert!(before.here.len() > 2 && before.in_containers.is_empty(), "{before:?}");
        // Told to stop, it leaves off at once.
        let told = Interrupt::default();
        told.raise();
        let began = std::time::Instant::now();
        assert!(!end(uid, &told).is_empty() && began.elapsed() < Duration::from_secs(1));
        assert_eq!(end(uid, &Interrupt::default()), [0_u32; 0]);
        stray.wait().unwrap();
        assert!(other.try_wait().unwrap().is_none(), "another user's");
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn a_user_namespace_is_the_users_where_it_could_have_made_it() {
        for (map, is_own) in [
            ("", true),
            ("         0        998          1\n", true),
            ("         0        998          1\n         1     100000      65536\n", true),
            ("         0          0 4294967295\n", false),
            ("         0     100000      65536\n", false),
            ("         0        100       1000\n", false),
        ] {
            assert_eq!(is_own_namespace(map, 998), is_own, "{map:?}");
        }
    }
}
