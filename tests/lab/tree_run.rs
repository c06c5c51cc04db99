//! One run of a bundle on a tree, as something that can be repeated: from the same beginning, with or without harm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::bundles::Bundles;
use crate::form::{Form, figures, form};
use crate::old_layout;
use crate::snapshot::{Snapshot, installed};
use crate::strace::{self, Fault, Point};
use crate::{SIGNER, Said, run};

/// A command of a bundle on a tree that looks like `before`.
pub struct TreeRun {
    pub name: &'static str,
    bundle: PathBuf,
    args: &'static [&'static str],
    home: TempDir,
    pub before: Snapshot,
    pub after: Snapshot,
    /// What changes something when all goes well.
    pub points: Vec<Point>,
}

const INSTALL: &[&str] = &["install", "--yes", "--quiet", SIGNER];
const PURGE: &[&str] = &["uninstall", "--purge", "--yes", "--quiet"];

impl TreeRun {
    /// On an empty tree.
    pub fn install(bundles: &Bundles) -> Self {
        Self::new("install", &bundles.first, INSTALL, |_| {})
    }

    /// Over an earlier install.
    pub fn reinstall(bundles: &Bundles) -> Self {
        let first = bundles.first.clone();
        Self::new("reinstall", &bundles.second, INSTALL, move |root| drop(at(&first, INSTALL, root).output()))
    }

    /// The same, over one whose certificates lie where they lay before 0.2.0.
    pub fn switch(bundles: &Bundles) -> Self {
        let first = bundles.first.clone();
        Self::new("switch", &bundles.second, INSTALL, move |root| {
            drop(at(&first, INSTALL, root).output());
            old_layout::age(root);
        })
    }

    pub fn uninstall(bundles: &Bundles) -> Self {
        let first = bundles.first.clone();
        Self::new("uninstall", &bundles.first, PURGE, move |root| drop(at(&first, INSTALL, root).output()))
    }

    fn new(name: &'static str, bundle: &Path, args: &'static [&'static str], prepare: impl FnOnce(&Path)) -> Self {
        // In memory: what dies here is a process, not the power.
        let home = TempDir::new_in("/dev/shm").expect("a directory in memory");
        let (start, end) = (home.path().join("start"), home.path().join("end"));
        fs::create_dir(&start).expect("a tree");
        prepare(&start);
        let before = installed(&start);
        let mut this = Self {
            name,
            bundle: bundle.to_owned(),
            args,
            home,
            before,
            after: Snapshot::default(),
            points: Vec::new(),
        };
        this.copy_to(&end);
        this.points = strace::points(&this.command(&end)).into_iter().map(|seen| seen.point).collect();
        this.after = installed(&end);
        this
    }

    /// The command on a tree.
    pub fn command(&self, root: &Path) -> Command {
        at(&self.bundle, self.args, root)
    }

    /// Runs the command without harm.
    pub fn run(&self, root: &Path) -> Said {
        run(&mut self.command(root))
    }

    /// Takes the member off the tree, with all that it has.
    pub fn purge(&self, root: &Path) -> Said {
        run(&mut at(&self.bundle, PURGE, root))
    }

    /// What changes something after the call at `failing` has failed.
    pub fn rolled_back_by(&self, failing: &Point) -> Vec<Point> {
        let root = self.home.path().join("rolled-back");
        self.copy_to(&root);
        let seen = strace::points_after(&self.command(&root), failing);
        fs::remove_dir_all(&root).expect("the tree goes");
        seen
    }

    /// Calls that only look, when all goes well.
    pub fn looks(&self) -> Vec<Point> {
        let root = self.home.path().join("looks");
        self.copy_to(&root);
        strace::looks(&self.command(&root)).into_iter().map(|seen| seen.point).collect()
    }

    /// What changes a file or directory of this name, when all goes well.
    pub fn points_about(&self, name: &str) -> Vec<Point> {
        let root = self.home.path().join("about");
        self.copy_to(&root);
        let seen = strace::points(&self.command(&root));
        fs::remove_dir_all(&root).expect("the tree goes");
        seen.into_iter().filter(|seen| seen.line.contains(name)).map(|seen| seen.point).collect()
    }

    fn copy_to(&self, root: &Path) {
        let start = self.home.path().join("start");
        run(Command::new("cp").arg("-a").arg(start).arg(root)).ok();
    }

    /// Tries every one of `points` on a fresh tree, on all processors; `check` says what is wrong. Prints a line of
    /// figures, and fails with all that was found, or with the first of it where that is enough.
    #[track_caller]
    pub fn sweep(
        &self,
        kind: &str,
        points: &[Point],
        fault: Fault,
        check: impl Fn(&Path, &Said) -> Vec<String> + Sync,
    ) {
        self.each(kind, points, |command, point| strace::inject(command, &point.call, point.n, fault), check);
    }

    /// Likewise, killed at each of `points` after the call at `failing` has failed.
    #[track_caller]
    pub fn sweep_after(
        &self,
        kind: &str,
        failing: &Point,
        points: &[Point],
        check: impl Fn(&Path, &Said) -> Vec<String> + Sync,
    ) {
        self.each(kind, points, |command, point| strace::kill_after(command, failing, point), check);
    }

    #[track_caller]
    fn each(
        &self,
        kind: &str,
        points: &[Point],
        harm: impl Fn(&Command, &Point) -> Result<Said, String> + Sync,
        check: impl Fn(&Path, &Said) -> Vec<String> + Sync,
    ) {
        let began = Instant::now();
        let (failures, next) = (Mutex::new(Vec::new()), Mutex::new(points.iter()));
        let work = || {
            loop {
                if form() == Form::UntilFound && !failures.lock().expect("no other thread has failed").is_empty() {
                    return;
                }
                let Some(point) = next.lock().expect("no other thread has failed").next() else { return };
                let root = self.home.path().join(point.to_string());
                self.copy_to(&root);
                let wrong = match harm(&self.command(&root), point) {
                    Ok(said) => check(&root, &said),
                    Err(missed) => vec![missed],
                };
                let wrong = wrong.into_iter().map(|text| format!("{} {kind} at {point}: {text}", self.name));
                failures.lock().expect("no other thread has failed").extend(wrong);
                fs::remove_dir_all(&root).expect("the tree goes");
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
        let failures = failures.into_inner().expect("no thread has failed");
        figures(kind, self.name, points.len(), failures.len(), began);
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

fn at(bundle: &Path, args: &[&str], root: &Path) -> Command {
    let mut command = Command::new(bundle);
    command.args(args).arg("--root").arg(root);
    command
}
