//! A disk under directories of a host that can lose its power: a kill at a chosen call, a boot from what the disk had by then.
//!
//! Must not leave a mount behind: the disk is taken off before its host goes.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::disk::{FileSystem, Mounted, copy};
use crate::{Lab, run};

/// Sparse, and in memory. A restore asks for 256 MiB of free room beside what is there.
const BYTES: u64 = 2 << 30;

/// The disk of some directories of a host.
pub struct HostDisk<'a> {
    lab: &'a Lab,
    host: &'a str,
    dirs: &'a [&'a str],
    home: TempDir,
    on: Option<On>,
}

/// What is mounted, in the order in which it goes.
struct On {
    _binds: Vec<Bind>,
    disk: Mounted,
}

struct Bind(PathBuf);

impl Drop for Bind {
    fn drop(&mut self) {
        run(Command::new("umount").arg(&self.0));
    }
}

impl<'a> HostDisk<'a> {
    /// What is in the directories moves to the disk; the host boots once more.
    pub fn under(lab: &'a Lab, host: &'a str, dirs: &'a [&'a str]) -> Self {
        let home = TempDir::new_in("/dev/shm").expect("a directory in memory");
        let mut this = Self { lab, host, dirs, home, on: None };
        FileSystem::Ext4.format_of(&this.path("live"), BYTES);
        this.lab.stop(host);
        let disk = FileSystem::Ext4.mount(&this.path("live"), &this.path("mnt"));
        for (n, dir) in dirs.iter().enumerate() {
            let (from, to) = (this.in_host(dir), this.path("mnt").join(n.to_string()));
            run(Command::new("cp").arg("-a").args([from, to])).ok();
        }
        drop(disk);
        this.boot();
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn in_host(&self, dir: &str) -> PathBuf {
        Path::new(&self.lab.root(self.host)).join(dir.trim_start_matches('/'))
    }

    fn boot(&mut self) {
        let disk = FileSystem::Ext4.mount(&self.path("live"), &self.path("mnt"));
        let bind = |(n, dir): (usize, &&str)| {
            let (from, at) = (self.path("mnt").join(n.to_string()), self.in_host(dir));
            run(Command::new("mount").arg("--bind").arg(from).arg(&at)).ok();
            Bind(at)
        };
        let binds = self.dirs.iter().enumerate().map(bind).collect();
        self.on = Some(On { _binds: binds, disk });
        self.lab.boot(self.host);
    }

    /// The power goes now, and comes back.
    pub fn lose_power(&mut self) {
        let on = self.on.take().expect("it is on");
        on.disk.cut(&self.path("cut"));
        self.lab.crash(self.host);
        drop(on);
        copy(&self.path("cut"), &self.path("live"));
        self.boot();
    }
}

impl Drop for HostDisk<'_> {
    fn drop(&mut self) {
        self.lab.crash(self.host);
        self.on = None;
    }
}
