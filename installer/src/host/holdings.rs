//! What a running program holds of what a member needs: its ports, its data directory.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc")]

use std::collections::BTreeSet;
use std::fs;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use payload::manifest::Manifest;

use super::Tree;
use super::path_walk::Trust;

/// More open files of one process than this are not looked at: a user can make any number.
const MAX_FILES: usize = 16 << 10;
/// `TCP_LISTEN`, as /proc/net/tcp has it.
const LISTENS: &str = "0A";

/// The sockets that listen at a member's ports, and the places of its data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holdings {
    /// By their numbers.
    sockets: BTreeSet<u64>,
    /// Data and log, without links; those that are there.
    places: Vec<PathBuf>,
}

impl Holdings {
    pub(super) fn of(tree: &Tree, manifest: &Manifest) -> Self {
        let ports: Vec<u16> = manifest.listens().into_iter().map(|url| url.port().get()).collect();
        let table = |name: &str| fs::read_to_string(format!("/proc/self/net/{name}")).unwrap_or_default();
        let sockets = ["tcp", "tcp6"].iter().flat_map(|name| listening(&table(name), &ports)).collect();
        let place = |path| {
            let dir = tree.open_dir(path, Trust::Anyone).ok()?;
            fs::read_link(format!("/proc/self/fd/{}", dir.as_raw_fd())).ok()
        };
        Self { sockets, places: manifest.layout.places().filter_map(place).collect() }
    }

    /// Whether this process has any of it open. A path counts where the process sees the mounts that we see: in a namespace
    /// of its own, a user can mount a directory of his at any place.
    pub(super) fn are_held_by(&self, pid: u32) -> bool {
        let mounts = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
        let sees_ours = mounts("self").is_some_and(|ours| mounts(&pid.to_string()) == Some(ours));
        let places: &[PathBuf] = if sees_ours { &self.places } else { &[] };
        let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        let targets = files.take(MAX_FILES).filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        let mut held = targets.map(|target| {
            target.to_str().and_then(socket).is_some_and(|inode| self.sockets.contains(&inode))
                || places.iter().any(|place| target.starts_with(place))
        });
        held.any(|held| held)
    }
}

/// The number in the target `socket:[N]` of a link in /proc/PID/fd.
fn socket(target: &str) -> Option<u64> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// The numbers of the sockets that listen at one of these ports, from /proc/net/tcp or tcp6 (proc(5)): the second field is
/// `ADDRESS:PORT` in hexadecimal, the fourth the state, the tenth the number.
fn listening(table: &str, ports: &[u16]) -> Vec<u64> {
    let inode = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = u16::from_str_radix(fields.get(1)?.rsplit_once(':')?.1, 16).ok()?;
        (*fields.get(3)? == LISTENS && ports.contains(&port)).then_some(fields.get(9)?.parse().ok()?)
    };
    table.lines().filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_program_holds_the_port_that_it_listens_at_and_the_directory_that_it_has_open() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let table = fs::read_to_string("/proc/self/net/tcp").unwrap();
        let sockets: BTreeSet<u64> = listening(&table, &[port]).into_iter().collect();
        assert_eq!(sockets.len(), 1);
        let (me, parent) = (std::process::id(), std::os::unix::process::parent_id());
        let holds = Holdings { sockets, places: Vec::new() };
        assert!(holds.are_held_by(me) && !holds.are_held_by(parent));
        drop(listener);
        assert!(!holds.are_held_by(me));

        let dir = std::env::temp_dir().join(format!("etcdpack-test-holdings-{me}"));
        fs::create_dir(&dir).unwrap();
        let holds = Holdings { sockets: BTreeSet::new(), places: vec![dir.clone()] };
        assert!(!holds.are_held_by(me));
        let file = fs::File::create(dir.join("x")).unwrap();
        assert!(holds.are_held_by(me) && !holds.are_held_by(parent));
        drop(file);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn only_what_listens_at_a_port_of_ours_counts() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                     \x20  0: 0B005B0A:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998  0 4711 1 0 100 0 0 10 0\n\
                     \x20  1: 0B005B0A:094B 0C005B0A:9C40 01 00000000:00000000 00:00000000 00000000   998  0 4712 1 0 20 4 30 10 -1\n\
                     \x20  2: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0  0 4713 1 0 100 0 0 10 0\n\
                     \x20  3: cut\n";
        assert_eq!(listening(table, &[2379, 2380]), [4711]);
        assert_eq!(socket("socket:[4711]"), Some(4711));
        assert_eq!((socket("/tmp/socket:[4711]"), socket("socket:[x]")), (None, None));
    }
}
