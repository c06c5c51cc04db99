//! Disks on which etcdpack is cut off while it installs, installs again or uninstalls.
//!
//! Must not decide where: a point is the caller's choice. What it finds wrong it says in words.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bundles::Bundles;
use crate::disk::{self, FileSystem, Mounted};
use crate::snapshot::{Snapshot, installed};
use crate::strace::{self, Fault, Point};
use crate::survey::violations;
use crate::{SIGNER, Said, run};

const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Install,
    Uninstall,
    /// The same member with a new certificate and another flag.
    Reinstall,
}

impl Operation {
    pub const ALL: [Self; 3] = [Self::Install, Self::Uninstall, Self::Reinstall];

    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Uninstall => "uninstall",
            Self::Reinstall => "reinstall",
        }
    }
}

/// What an uninterrupted operation makes of a disk.
pub struct Way {
    pub before: Snapshot,
    pub after: Snapshot,
    /// After an uninstall of everything.
    pub emptied: Snapshot,
}

/// Two bundles of one member, and a directory for disks.
pub struct Bench<'a> {
    dir: &'a Path,
    bundles: Bundles,
}

impl<'a> Bench<'a> {
    pub fn new(dir: &'a Path) -> Self {
        Self { dir, bundles: Bundles::new_in(dir) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A root file system that lives on the disk beside what a file system puts there itself.
    pub fn root(&self) -> PathBuf {
        self.path("mnt/root")
    }

    fn mount(&self, fs: FileSystem, image: &str) -> Mounted {
        fs.mount(&self.path(image), &self.path("mnt"))
    }

    fn install(&self, bundle: &Path) -> Command {
        let mut command = Command::new(bundle);
        command.args(["install", "--yes", "--quiet", SIGNER, "--service", "systemd", "--root"]).arg(self.root());
        command
    }

    fn uninstall(&self, bundle: &Path) -> Command {
        let mut command = Command::new(bundle);
        command.args(["uninstall", "--purge", "--yes", "--quiet", "--root"]).arg(self.root());
        command
    }

    pub fn command(&self, operation: Operation) -> Command {
        match operation {
            Operation::Install => self.install(&self.bundles.first),
            Operation::Uninstall => self.uninstall(&self.bundles.first),
            Operation::Reinstall => self.install(&self.bundles.second),
        }
    }

    /// The tree on the disk that is in use, but for when it was installed.
    pub fn tree(&self) -> Snapshot {
        installed(&self.root())
    }

    /// Makes the disk `before` that an operation begins with, and shows where it leads.
    pub fn prepare(&self, fs: FileSystem, operation: Operation) -> Way {
        fs.format(&self.path("before"));
        let disk = self.mount(fs, "before");
        fs::create_dir_all(self.root().join("etc")).unwrap();
        fs::write(self.root().join("etc/passwd"), PASSWD).unwrap();
        fs::write(self.root().join("etc/group"), "root:x:0:\n").unwrap();
        let bare = self.tree();
        if operation != Operation::Install {
            run(&mut self.install(&self.bundles.first)).ok();
        }
        let before = self.tree();
        drop(disk);
        disk::copy(&self.path("before"), &self.path("live"));
        let _disk = self.mount(fs, "live");
        run(&mut self.command(operation)).ok();
        let after = self.tree();
        assert_ne!(before.differences(&after), [""; 0], "{operation:?} did nothing");
        if operation != Operation::Uninstall {
            run(&mut self.uninstall(&self.bundles.second)).ok();
        }
        let emptied = self.tree();
        assert_eq!(emptied.differences(&bare), [""; 0], "an uninterrupted uninstall");
        Way { before, after, emptied }
    }

    /// Where to cut: at most so many points, evenly spread, and after the end.
    pub fn points(&self, fs: FileSystem, operation: Operation, most: usize) -> Vec<Option<Point>> {
        disk::copy(&self.path("before"), &self.path("live"));
        let _disk = self.mount(fs, "live");
        let seen = strace::points(&self.command(operation));
        let step = seen.len().div_ceil(most);
        seen.into_iter().step_by(step).map(|seen| Some(seen.point)).chain([None]).collect()
    }

    /// Runs an operation on a copy of `before`; the disk as it was when it ended or died is `cut`, and in use.
    pub fn cut(&self, fs: FileSystem, run: impl FnOnce()) -> Mounted {
        disk::copy(&self.path("before"), &self.path("live"));
        let disk = self.mount(fs, "live");
        run();
        disk.cut(&self.path("cut"));
        drop(disk);
        self.mount(fs, "cut")
    }

    /// Cuts the power at a point, or right after the end of the command; what is wrong then, in words.
    pub fn survives(&self, fs: FileSystem, operation: Operation, way: &Way, point: Option<&Point>) -> Vec<String> {
        let mut wrong = Vec::new();
        let _disk = self.cut(fs, || match point {
            Some(Point { call, n }) => {
                wrong.extend(strace::inject(&self.command(operation), call, *n, Fault::Kill).err());
            }
            None => drop(run(&mut self.command(operation)).ok()),
        });
        let here = self.tree();
        wrong.extend(violations(&here, &way.before, &way.after));
        if point.is_none() {
            wrong.extend(here.differences(&way.after).iter().map(|line| format!("lost though reported done: {line}")));
        }
        let mut next = |what: &str, said: &Said, wanted: &Snapshot| {
            if said.code != 0 && !(said.found_nothing() && what.contains("uninstall")) {
                wrong.push(format!("{what}: exit {}: {}", said.code, said.err));
            }
            wrong.extend(self.tree().differences(wanted).iter().map(|line| format!("{what}: {line}")));
        };
        if operation == Operation::Uninstall {
            next("after the second uninstall", &run(&mut self.command(operation)), &way.after);
        } else {
            next("after the second install", &run(&mut self.command(operation)), &way.after);
            next("after the uninstall", &run(&mut self.uninstall(&self.bundles.second)), &way.emptied);
        }
        wrong
    }
}
