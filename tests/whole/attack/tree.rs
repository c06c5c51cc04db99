//! A member in a tree, and the bundles that came there. Must not hold a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use whole::bundles::Bundles;
use whole::{SIGNER, Said, run, workspace};

/// Where the data lies, below the tree.
pub(super) const DATA: &str = "data/etcd/etcd-server";

pub(super) struct Tree {
    pub(super) bundles: Bundles,
    dir: TempDir,
}

impl Tree {
    /// An empty one.
    pub(super) fn new() -> Self {
        let target = workspace().join("target");
        Self { bundles: Bundles::new_in(&target), dir: TempDir::new_in(target).unwrap() }
    }

    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// A line of the shell, run in the directory `path` of the tree.
    pub(super) fn sh(&self, path: &str, line: &str) {
        run(Command::new("sh").args(["-c", line]).current_dir(self.at(path))).ok();
    }

    /// A command of this bundle's, as a shell line.
    pub(super) fn line(&self, bundle: &Path, words: &str) -> String {
        format!("'{}' {words} --root '{}'", bundle.display(), self.dir.path().display())
    }

    /// The same, run; it gets two minutes.
    pub(super) fn run(&self, bundle: &Path, words: &str) -> Said {
        run(Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -n 256; exec timeout -s KILL 120 {}", self.line(bundle, words))))
    }

    pub(super) fn install(&self) {
        self.run(&self.bundles.first, &format!("install --yes --quiet {SIGNER}")).ok();
    }

    pub(super) fn purge(&self) -> Said {
        self.run(&self.bundles.first, "uninstall --purge --yes")
    }

    /// Nothing is left of the member, but for directories that were there before it.
    #[track_caller]
    pub(super) fn is_clean(&self) {
        let left =
            run(Command::new("find").arg(self.dir.path()).args(["(", "-type", "f", "-o", "-path", "*etcd*", ")"]));
        let left: Vec<_> =
            left.out.lines().filter(|path| !path.ends_with(DATA) && !path.ends_with("/data/etcd")).collect();
        assert_eq!(left, [""; 0]);
        assert!(fs::read_dir(self.at(DATA)).map_or(0, Iterator::count) == 0);
    }
}
