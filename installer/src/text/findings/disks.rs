//! The words of findings about the file systems that are written to.

use std::path::Path;

use payload::language::Words;
use payload::path::AbsPath;
use payload::shell::word;
use payload::{say, words};

use crate::facts::disks::Holding;
use crate::facts::paths::Barrier;
use crate::finding::DiskFinding;
use crate::help::Help;

pub(super) fn text(found: &DiskFinding) -> String {
    match found {
        DiskFinding::ReadOnly { path, what } => {
            say!(
                en = "the file system for {} (`{path}`) is mounted read-only",
                zh = "存放 {} 的文件系统（`{path}`）以只读方式挂载",
                holding(*what)
            )
        }
        DiskFinding::MountedNoExec { path, what } => say!(
            en = "the file system for {} (`{path}`) is mounted noexec: etcd could not be started from it",
            zh = "存放 {} 的文件系统（`{path}`）以 noexec 方式挂载：无法从中启动 etcd",
            holding(*what)
        ),
        DiskFinding::NoExec { dir, said } => say!(
            en = "the kernel starts no program from `{dir}`: {said}",
            zh = "内核不允许启动 `{dir}` 中的程序：{said}"
        ),
        DiskFinding::NoSpace { path, what, free, needed } => {
            say!(
                en = "`{path}` has {} MiB free, {} needs {} MiB",
                zh = "`{path}` 剩余 {} MiB，{} 需要 {} MiB",
                mib(*free),
                holding(*what),
                mib(*needed)
            )
        }
        DiskFinding::Barred { at, barrier, what } => barred(at, barrier, what),
        DiskFinding::NoInodes { at, free, needed } => say!(
            en = "the file system of `{at}` can hold {free} more files and directories, however small (inodes); {needed} are needed",
            zh = "`{at}` 所在的文件系统只能再容纳 {free} 个文件和目录（inode），不论大小；需要 {needed} 个"
        ),
        DiskFinding::DataInMemory { data } => {
            say!(
                en = "`{data}` is in memory: the member loses its data when the host stops",
                zh = "`{data}` 位于内存中：主机停机后，成员的数据就会丢失"
            )
        }
        DiskFinding::DataOnNetwork { data, .. } => say!(
            en = "`{data}` is on a network file system, where etcd loses data",
            zh = "`{data}` 位于网络文件系统上，etcd 在其上会丢失数据"
        ),
        DiskFinding::Slow { data, sync, most } => say!(
            en = "the disk of `{data}` is slow: 99 of 100 small synced writes took up to {:.1} \
                     ms, etcd asks for {} ms",
            zh = "`{data}` 所在磁盘太慢：100 次小块同步写入中有 99 次耗时不超过 {:.1} ms，etcd \
                     要求 {} ms",
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
            Help::command(format!("findmnt -T {dir}; systemctl status fapolicyd; ausearch -m avc -ts recent"))
        }
        DiskFinding::NoSpace { path, .. } => Help::in_tree(format!("df -h {path}")),
        DiskFinding::Barred { at, barrier, .. } => past(&word(Path::new(at)), barrier),
        DiskFinding::NoInodes { at, .. } => {
            let at = word(Path::new(at));
            Help::in_tree(format!("df -i {at}; du --inodes -x {at} | sort -n | tail"))
        }
        DiskFinding::DataInMemory { data } => Help::command(format!("findmnt -T {data}")),
        DiskFinding::DataOnNetwork { what, .. } => {
            let key = if *what == Holding::Wal { "wal-dir" } else { "paths.data" };
            Help::plain(say!(
                en = "set `{key}` to a local disk and run: {}",
                zh = "把 `{key}` 设到本地磁盘，然后运行：{}",
                super::BUILD
            ))
        }
        DiskFinding::Slow { .. } => Help::command("iostat -x 1 5"),
    }
}

/// What a place does not let us do, and what for.
fn barred(at: &str, barrier: &Barrier, what: &AbsPath) -> String {
    let purpose = if at == what.as_str() {
        String::new()
    } else {
        say!(en = ": `{what}` belongs there", zh = "：`{what}` 要放在那里")
    };
    match barrier {
        Barrier::ReadOnly => say!(
            en = "`{at}` is on a file system that is mounted read-only{purpose}",
            zh = "`{at}` 所在的文件系统以只读方式挂载{purpose}"
        ),
        Barrier::Immutable => say!(
            en = "`{at}` is marked immutable, so that root cannot change it{purpose}",
            zh = "`{at}` 带有 immutable 属性，root 也无法更改{purpose}"
        ),
        Barrier::AppendOnly => say!(
            en = "`{at}` is marked append-only, so that root can replace nothing{purpose}",
            zh = "`{at}` 带有 append-only 属性，root 无法替换其中内容{purpose}"
        ),
        Barrier::MountPoint => say!(
            en = "something is mounted on `{at}`, so that no other file can take its place",
            zh = "`{at}` 是挂载点，无法用其他文件替换"
        ),
        Barrier::Full { free } => {
            say!(
                en = "the file system of `{at}` is full: {free} KiB are free{purpose}",
                zh = "`{at}` 所在的文件系统已满：剩余 {free} KiB{purpose}"
            )
        }
        Barrier::Forbidden { said } => {
            say!(en = "root cannot write to `{at}`: {said}{purpose}", zh = "root 无法写入 `{at}`：{said}{purpose}")
        }
    }
}

/// What is typed about it. `at` is one word for a shell.
fn past(at: &str, barrier: &Barrier) -> Help {
    Help::in_tree(match barrier {
        Barrier::ReadOnly => format!("mount -o remount,rw $(findmnt -n -o TARGET -T {at})"),
        Barrier::Immutable => format!("chattr -i {at}"),
        Barrier::AppendOnly => format!("chattr -a {at}"),
        Barrier::MountPoint => format!("findmnt {at}"),
        Barrier::Full { .. } => format!("df -h {at}"),
        Barrier::Forbidden { .. } => format!("ls -ldZ {at}; findmnt -T {at}"),
    })
}

fn holding(what: Holding) -> Words {
    match what {
        Holding::Programs => words!(en = "etcd's programs", zh = "etcd 程序"),
        Holding::Data => words!(en = "etcd's data", zh = "etcd 数据"),
        Holding::Wal => words!(en = "etcd's write-ahead log", zh = "etcd 预写日志"),
        Holding::Installer => words!(en = "the installer", zh = "安装程序 etcdpack-host"),
    }
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}
