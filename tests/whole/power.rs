//! The power is cut at every call of the installer that changes something, and the disk is what it was at that
//! instant. Whatever is left must be whole, and the same command once more must lead to where it leads uninterrupted.
//!
//! By default ext4 alone and a part of the points. `ETCDPACK_TORTURE=1` takes every point on every file system and
//! shows the figures; `ETCDPACK_POWER="ext4 install fsync:17"` repeats one point, `"ext4 install"` takes all of them.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::Command;
use std::time::Instant;

use whole::disk::{self, FileSystem};
use whole::form::{Form, form};
use whole::outage::{Bench, Operation};
use whole::strace::{self, Fault};

/// How many points the short form takes of an operation.
const SHORT: usize = 120;

/// What is wrong, and the points at which it is.
type Failures = BTreeMap<Vec<String>, Vec<String>>;

/// How an operation on a file system is called, here and in `ETCDPACK_POWER`.
fn of(fs: FileSystem, operation: Operation) -> String {
    format!("{} {}", fs.name(), operation.name())
}

/// One operation on every file system that is asked for.
fn sweep(test: &str, operation: Operation) {
    let one = env::var("ETCDPACK_POWER").ok();
    if let Some(one) = &one {
        let all = FileSystem::ALL.into_iter().flat_map(|fs| Operation::ALL.map(|operation| of(fs, operation)));
        assert!(all.into_iter().any(|name| one.starts_with(&name)), "ETCDPACK_POWER: there is no `{one}`");
    }
    let form = form();
    let torture = form == Form::Long;
    disk::alone(test, "torture: ", |dir| {
        let bench = Bench::new(dir);
        let mut failures = Failures::new();
        for fs in FileSystem::ALL {
            let name = of(fs, operation);
            let began = Instant::now();
            let chosen = one.as_ref().map(|one| one.strip_prefix(&name).map(str::trim));
            if chosen == Some(None) || chosen.is_none() && !torture && fs != FileSystem::Ext4 {
                continue;
            }
            let way = bench.prepare(fs, operation);
            let points = match chosen.flatten() {
                Some("") => bench.points(fs, operation, usize::MAX),
                Some("end") => vec![None],
                Some(point) => vec![Some(point.parse().unwrap())],
                None => bench.points(fs, operation, if torture { usize::MAX } else { SHORT }),
            };
            let mut failed = 0;
            // From the end: what was reported done shows at once what a cut may take.
            for point in points.iter().rev() {
                if form == Form::UntilFound && failed > 0 {
                    break;
                }
                let wrong = bench.survives(fs, operation, &way, point.as_ref());
                if !wrong.is_empty() {
                    failed += 1;
                    let at = point.as_ref().map_or("end".to_owned(), ToString::to_string);
                    failures.entry(wrong).or_default().push(format!("{name} {at}"));
                }
            }
            let (kind, seconds) = (if torture { "torture: " } else { "" }, began.elapsed().as_secs());
            println!("{kind}power {name} points={} failures={failed} seconds={seconds}", points.len());
        }
        assert!(failures.is_empty(), "{}", told(&failures, test));
    });
}

/// Each thing that is wrong once, with the first point to repeat it at.
fn told(failures: &Failures, test: &str) -> String {
    let block = |(wrong, points): (&Vec<String>, &Vec<String>)| {
        let again = format!("ETCDPACK_POWER='{}' cargo test --release -p whole {test}", points[0]);
        format!("{}\n  at {}\n  help: {again}", wrong.join("\n"), points.join(", "))
    };
    failures.iter().map(block).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_install_survives_a_cut() {
    sweep("power::an_install_survives_a_cut", Operation::Install);
}

#[test]
fn an_uninstall_survives_a_cut() {
    sweep("power::an_uninstall_survives_a_cut", Operation::Uninstall);
}

#[test]
fn a_reinstall_survives_a_cut() {
    sweep("power::a_reinstall_survives_a_cut", Operation::Reinstall);
}

/// The test of the tests: what is not synced is seen to be lost, and what is, is not.
#[test]
fn a_cut_loses_what_was_not_synced() {
    disk::alone("power::a_cut_loses_what_was_not_synced", "torture: ", |dir| {
        let bench = Bench::new(dir);
        for fs in FileSystem::ALL {
            let way = bench.prepare(fs, Operation::Install);
            let script = "dd if=/dev/zero of=kept bs=5000 count=1 conv=fsync status=none; \
                          dd if=/dev/zero of=lost bs=5000 count=2 status=none";
            let mut write = Command::new("sh");
            write.args(["-c", script]).current_dir(dir);
            let disk = bench.cut(fs, || {
                write.current_dir(bench.root());
                strace::inject(&write, "write", 2, Fault::Kill).unwrap();
                assert_eq!(fs::metadata(bench.root().join("lost")).unwrap().len(), 5000);
            });
            assert_eq!(fs::read(bench.root().join("kept")).unwrap(), [0; 5000], "{fs:?}");
            assert!(!bench.root().join("lost").exists(), "{fs:?}");
            drop(disk);
            // An installer whose fsync does nothing reports success, and loses what it installed.
            let disk = bench.cut(fs, || {
                let said = strace::inject(&bench.command(Operation::Install), "fsync", 1, Fault::Lie).unwrap();
                assert_eq!((said.code, bench.tree().differences(&way.after)), (0, Vec::new()), "{said:?}");
            });
            let lost = bench.tree().differences(&way.after);
            assert!(lost.iter().any(|line| line.contains("receipt.json")), "{fs:?}: {lost:?}");
            drop(disk);
        }
    });
}
