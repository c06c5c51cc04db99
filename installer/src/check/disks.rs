//! Findings about the file systems that are written to.

use std::time::Duration;

use crate::facts::Disks;
use crate::facts::disks::{Disk, Mount, Place, Room};
use crate::finding::{DiskFinding, Finding};

/// What etcd's own documents ask of the disk: 99 of 100 synced writes within this time.
const SYNC: Duration = Duration::from_millis(10);

/// Whether each can be written to, and has room.
pub(crate) fn room(rooms: &[Room]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in rooms {
        let (path, what) = (room.path.clone(), room.what);
        match room.mount {
            Mount::ReadOnly => findings.push(DiskFinding::ReadOnly { path, what }.into()),
            Mount::NoExec => findings.push(DiskFinding::MountedNoExec { path, what }.into()),
            Mount::Fit => {}
        }
        if room.free < room.needed {
            let (path, free, needed) = (room.path.clone(), room.free, room.needed);
            findings.push(DiskFinding::NoSpace { path, what, free, needed }.into());
        }
    }
    findings
}

/// Where the mount itself forbids it, another finding says so.
pub(super) fn no_exec(disks: &Disks) -> Vec<Finding> {
    let by_mount = |dir: &str| disks.room.iter().any(|room| room.path == dir && room.mount == Mount::NoExec);
    let tried = disks.no_exec.iter().filter(|(dir, _)| !by_mount(dir));
    tried.map(|(dir, said)| DiskFinding::NoExec { dir: dir.clone(), said: said.clone() }.into()).collect()
}

/// Whether data and log are on disks that etcd can rely on.
pub(super) fn places(disks: &Disks) -> impl Iterator<Item = Finding> {
    disks.places.iter().flat_map(|Place { path, what, disk, sync }| {
        let (data, what) = (path.clone(), *what);
        let kind = match disk {
            Disk::Local => None,
            Disk::Memory => Some(DiskFinding::DataInMemory { data }),
            Disk::Network => Some(DiskFinding::DataOnNetwork { data, what }),
        };
        let slow = sync.filter(|sync| *sync > SYNC);
        let slow = slow.map(|sync| DiskFinding::Slow { data: path.clone(), sync, most: SYNC });
        kind.into_iter().chain(slow).map(Finding::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::disks::Holding;
    use crate::text;

    fn found(disks: &Disks) -> Vec<Finding> {
        no_exec(disks).into_iter().chain(places(disks)).collect()
    }

    #[test]
    fn each_trouble_has_its_code_and_good_disks_have_none() {
        let on = |what, disk, sync| {
            let path = "/d".parse().unwrap();
            Disks { places: vec![Place { path, what, disk, sync: Some(sync) }], ..Disks::default() }
        };
        for (disks, expected) in [
            (Disks::default(), None),
            (on(Holding::Data, Disk::Local, SYNC), None),
            (on(Holding::Wal, Disk::Local, SYNC * 2), Some(("slow-disk", "iostat"))),
            (
                Disks { no_exec: vec![("/".to_owned(), "EACCES".to_owned())], ..Disks::default() },
                Some(("no-exec", "findmnt -T /")),
            ),
            (on(Holding::Data, Disk::Memory, SYNC), Some(("data-in-memory", "findmnt"))),
            (on(Holding::Data, Disk::Network, SYNC), Some(("data-on-network", "`paths.data`"))),
            (on(Holding::Wal, Disk::Network, SYNC), Some(("data-on-network", "`wal-dir`"))),
        ] {
            match (found(&disks).as_slice(), expected) {
                ([], None) => {}
                ([one], Some((code, help))) => {
                    assert_eq!(one.code().as_str(), code);
                    assert!(text::findings::help(one).to_string().contains(help), "{one:?}");
                }
                (other, _) => panic!("{disks:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_mount_that_forbids_programs_is_said_once() {
        let disks = |mount| Disks {
            no_exec: vec![("/opt".to_owned(), "EACCES".to_owned())],
            room: vec![Room { path: "/opt".to_owned(), what: Holding::Programs, free: 1, needed: 0, mount }],
            ..Disks::default()
        };
        assert_eq!(found(&disks(Mount::NoExec)), []);
        assert_eq!(room(&disks(Mount::NoExec).room).len(), 1);
        assert_eq!(found(&disks(Mount::Fit)).len(), 1);
    }
}
