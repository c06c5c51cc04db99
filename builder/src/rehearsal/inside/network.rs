//! The network of the members: a bridge, and for each a cable to it. Each has its own loopback, as hosts have. Nothing of it
//! reaches this machine's own.
#![expect(clippy::disallowed_methods, reason = "edge: sets up a network namespace of its own")]

use std::fs;
use std::net::IpAddr;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use payload::render::PATH;

use super::Cannot;
use crate::text::rehearsal as text;

/// How long a process may take to get a network of its own.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(2);

/// What a member does before etcd begins, with its root, its script and three words an address: it waits for its cable.
pub(super) const PRELUDE: &str = "read -r _ || exit 1\n\
     root=$1 script=$2\n\
     shift 2\n\
     ip link set lo up && ip link set e0 up || exit 1\n\
     while [ $# -gt 0 ]; do\n\
     ip addr add \"$1\" dev e0 $2 && ip $3 route replace default dev e0 || exit 1\n\
     shift 3\n\
     done\n\
     exec chroot \"$root\" \"$script\"\n";

/// The three words: hosts may be of many networks, and here all are neighbours.
pub(super) fn words(address: IpAddr) -> [String; 3] {
    let [length, no_waiting, family] = match address {
        IpAddr::V4(_) => ["32", "", "-4"],
        IpAddr::V6(_) => ["128", "nodad", "-6"],
    };
    [format!("{address}/{length}"), no_waiting.to_owned(), family.to_owned()]
}

/// What all are joined to.
pub(super) fn bridge() -> Result<(), Cannot> {
    ip("link set lo up")?;
    ip("link add b0 type bridge forward_delay 0 mcast_snooping 0")?;
    ip("link set b0 up")
}

/// Gives the process `pid` a cable, once it has a network of its own.
pub(super) fn join(at: usize, pid: u32) -> Result<(), Cannot> {
    let of = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net"));
    let (ours, until) = (of("self")?, Instant::now() + PATIENCE);
    while of(&pid.to_string())? == ours {
        if Instant::now() > until {
            return Err(Cannot(text::NO_NETWORK_OF_ITS_OWN.into()));
        }
        thread::sleep(PAUSE);
    }
    ip(&format!("link add v{at} type veth peer name e0 netns {pid}"))?;
    ip(&format!("link set v{at} master b0 up"))
}

fn ip(words: &str) -> Result<(), Cannot> {
    let words = words.split(' ');
    let done = Command::new("ip").args(words).env_clear().env("PATH", PATH).stdin(Stdio::null()).output();
    let done = done.map_err(|error| Cannot(text::starting("ip", error)))?;
    if done.status.success() {
        return Ok(());
    }
    Err(Cannot(text::said("ip", String::from_utf8_lossy(&done.stderr).lines().next().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_the_only_one_of_its_network() {
        assert_eq!(words([10, 0, 0, 1].into()), ["10.0.0.1/32", "", "-4"]);
        assert_eq!(words("fd00::1".parse().unwrap()), ["fd00::1/128", "nodad", "-6"]);
    }
}
