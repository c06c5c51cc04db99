//! The words of findings about the file systems that are written to.

use crate::facts::disks::Holding;
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
        DiskFinding::DataInMemory { data } => Help::plain(format!("findmnt -T {data}")),
        DiskFinding::DataOnNetwork { .. } => {
            Help::plain(format!("set `paths.data` to a local disk and run: {}", super::BUILD))
        }
        DiskFinding::Slow { .. } => Help::plain("iostat -x 1 5"),
    }
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
