//! Findings about the file systems that are written to.

use std::time::Duration;

use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::facts::Disks;
use crate::facts::disks::{Disk, Holding, Mount};

/// What etcd's own documents ask of the disk: 99 of 100 synced writes within this time.
const SYNC: Duration = Duration::from_millis(10);

/// Whether each can be written to, and has room.
pub(super) fn room(disks: &Disks) -> Vec<Finding> {
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    let mut findings = Vec::new();
    for room in &disks.room {
        let (path, what) = (&room.path, said(room.what));
        match room.mount {
            Mount::ReadOnly => findings.push(refuse(
                "read-only",
                format!("the file system for {what} (`{path}`) is mounted read-only"),
                format!("mount -o remount,rw $(findmnt -n -o TARGET -T {path})"),
            )),
            Mount::NoExec => findings.push(refuse(
                "no-exec",
                format!("the file system for {what} (`{path}`) is mounted noexec: etcd could not be started from it"),
                format!("mount -o remount,exec $(findmnt -n -o TARGET -T {path})"),
            )),
            Mount::Fit => {}
        }
        if room.free < room.needed {
            let text = format!("`{path}` has {} MiB free, {what} needs {} MiB", mib(room.free), mib(room.needed));
            findings.push(refuse("no-space", text, format!("df -h {path}")));
        }
    }
    findings
}

/// Where the mount itself forbids it, another finding says so.
pub(super) fn no_exec(disks: &Disks) -> Vec<Finding> {
    let by_mount = |dir: &str| disks.room.iter().any(|room| room.path == dir && room.mount == Mount::NoExec);
    let finding = |(dir, said): &(String, String)| {
        let text = format!("the kernel starts no program from `{dir}`: {said}");
        refuse("no-exec", text, format!("findmnt -T {dir}; systemctl status fapolicyd; ausearch -m avc -ts recent"))
    };
    disks.no_exec.iter().filter(|(dir, _)| !by_mount(dir)).map(finding).collect()
}

/// Whether the data directory is on a disk that etcd can rely on.
pub(super) fn data(manifest: &Manifest, disks: &Disks) -> Vec<Finding> {
    let data = &manifest.layout.data;
    let mut findings = Vec::new();
    match disks.data {
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
    if let Some(sync) = disks.sync.filter(|sync| *sync > SYNC) {
        let text = format!(
            "the disk of `{data}` is slow: 99 of 100 small synced writes took up to {:.1} ms, etcd asks for {} ms",
            sync.as_secs_f64() * 1000.0,
            SYNC.as_millis()
        );
        findings.push(warn("slow-disk", text, "iostat -x 1 5"));
    }
    findings
}

fn said(what: Holding) -> &'static str {
    match what {
        Holding::Programs => "etcd's programs",
        Holding::Data => "etcd's data",
        Holding::Installer => "the installer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::disks::Room;
    use crate::facts::tests::manifest;

    fn found(disks: &Disks) -> Vec<Finding> {
        no_exec(disks).into_iter().chain(data(&manifest(), disks)).collect()
    }

    #[test]
    fn each_trouble_has_its_code_and_good_disks_have_none() {
        for (disks, expected) in [
            (Disks::default(), None),
            (Disks { sync: Some(SYNC), ..Disks::default() }, None),
            (Disks { sync: Some(SYNC * 2), ..Disks::default() }, Some(("slow-disk", "iostat"))),
            (
                Disks { no_exec: vec![("/".to_owned(), "EACCES".to_owned())], ..Disks::default() },
                Some(("no-exec", "findmnt -T /")),
            ),
            (Disks { data: Disk::Memory, ..Disks::default() }, Some(("data-in-memory", "findmnt"))),
            (Disks { data: Disk::Network, ..Disks::default() }, Some(("data-on-network", "paths.data"))),
        ] {
            match (found(&disks).as_slice(), expected) {
                ([], None) => {}
                ([one], Some((code, help))) => {
                    assert_eq!(one.code, code);
                    assert!(one.help.contains(help), "{one:?}");
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
        assert_eq!(room(&disks(Mount::NoExec)).len(), 1);
        assert_eq!(found(&disks(Mount::Fit)).len(), 1);
    }
}
