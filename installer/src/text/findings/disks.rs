//! The words of findings about the file systems that are written to.

use std::path::Path;

use payload::path::AbsPath;
use payload::shell::word;

use crate::facts::disks::Holding;
use crate::facts::paths::Barrier;
use crate::finding::DiskFinding;
use crate::help::Help;

pub(super) fn text(found: &DiskFinding) -> String {
    match found {
        DiskFinding::ReadOnly { path, what } => {
            format!("the file system for {} (`{path}`) is mounted read-only", holding(*what))
        }
        DiskFinding::MountedNoExec { path, what } => format!(
            "the file system for {} (`{path}`) is mounted noexec: etcd could not be started from it",
            holding(*what)
        ),
        DiskFinding::NoExec { dir, said } => format!("the kernel starts no program from `{dir}`: {said}"),
        DiskFinding::NoSpace { path, what, free, needed } => {
            format!("`{path}` has {} MiB free, {} needs {} MiB", mib(*free), holding(*what), mib(*needed))
        }
        DiskFinding::Barred { at, barrier, what } => barred(at, barrier, what),
        DiskFinding::DataInMemory { data } => {
            format!("`{data}` is in memory: the member loses its data when the host stops")
        }
        DiskFinding::DataOnNetwork { data } => format!("`{data}` is on a network file system, where etcd loses data"),
        DiskFinding::Slow { data, sync, most } => format!(
            "the disk of `{data}` is slow: 99 of 100 small synced writes took up to {:.1} ms, etcd asks for {} ms",
            sync.as_secs_f64() * 1000.0,
            most.as_millis()
        ),
    }
}

pub(super) fn help(found: &DiskFinding) -> Help {
    match found {
        DiskFinding::ReadOnly { path, .. } => {
            Help::in_tree(format!("mount -o remount,rw $(findmnt -n -o TARGET -T {path})"))
        }
        DiskFinding::MountedNoExec { path, .. } => {
            Help::in_tree(format!("mount -o remount,exec $(findmnt -n -o TARGET -T {path})"))
        }
        DiskFinding::NoExec { dir, .. } => {
            Help::plain(format!("findmnt -T {dir}; systemctl status fapolicyd; ausearch -m avc -ts recent"))
        }
        DiskFinding::NoSpace { path, .. } => Help::in_tree(format!("df -h {path}")),
        DiskFinding::Barred { at, barrier, .. } => past(&word(Path::new(at)), barrier),
        DiskFinding::DataInMemory { data } => Help::plain(format!("findmnt -T {data}")),
        DiskFinding::DataOnNetwork { .. } => {
            Help::plain(format!("set `paths.data` to a local disk and run: {}", super::BUILD))
        }
        DiskFinding::Slow { .. } => Help::plain("iostat -x 1 5"),
    }
}

/// What a place does not let us do, and what for.
fn barred(at: &str, barrier: &Barrier, what: &AbsPath) -> String {
    let purpose = if at == what.as_str() { String::new() } else { format!(": `{what}` belongs there") };
    match barrier {
        Barrier::ReadOnly => format!("`{at}` is on a file system that is mounted read-only{purpose}"),
        Barrier::Immutable => format!("`{at}` is marked immutable, so that root cannot change it{purpose}"),
        Barrier::AppendOnly => format!("`{at}` is marked append-only, so that root can replace nothing{purpose}"),
        Barrier::MountPoint => format!("something is mounted on `{at}`, so that no other file can take its place"),
        Barrier::Full { free, inodes: Some(inodes) } => {
            format!("the file system of `{at}` is full: {free} KiB and {inodes} inodes are free{purpose}")
        }
        Barrier::Full { free, inodes: None } => {
            format!("the file system of `{at}` is full: {free} KiB are free{purpose}")
        }
        Barrier::Forbidden { said } => format!("root cannot write to `{at}`: {said}{purpose}"),
    }
}

/// What is typed about it. `at` is one word for a shell.
fn past(at: &str, barrier: &Barrier) -> Help {
    Help::in_tree(match barrier {
        Barrier::ReadOnly => format!("mount -o remount,rw $(findmnt -n -o TARGET -T {at})"),
        Barrier::Immutable => format!("chattr -i {at}"),
        Barrier::AppendOnly => format!("chattr -a {at}"),
        Barrier::MountPoint => format!("findmnt {at}"),
        Barrier::Full { .. } => format!("df -h {at}; df -i {at}"),
        Barrier::Forbidden { .. } => format!("ls -ldZ {at}; findmnt -T {at}"),
    })
}

fn holding(what: Holding) -> &'static str {
    match what {
        Holding::Programs => "etcd's programs",
        Holding::Data => "etcd's data",
        Holding::Installer => "the installer",
    }
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}
