//! An install, a reinstall and an uninstall that die or fail at each call that changes something. Afterwards the old
//! state or the new one stands, and the same command again ends where an undisturbed one ends.

use std::path::Path;

use whole::Said;
use whole::bundles::Bundles;
use whole::form::chosen;
use whole::snapshot::installed;
use whole::strace::{self, Fault};
use whole::survey::violations;
use whole::tree_run::TreeRun;

const KILLED: i32 = -9;

fn operations(bundles: &Bundles) -> [TreeRun; 4] {
    [TreeRun::reinstall(bundles), TreeRun::switch(bundles), TreeRun::uninstall(bundles), TreeRun::install(bundles)]
}

/// What must hold of a tree at any time.
fn sound(operation: &TreeRun, root: &Path) -> Vec<String> {
    violations(&installed(root), &operation.before, &operation.after)
}

/// The same command again must end where an undisturbed run ends.
fn converges(operation: &TreeRun, root: &Path) -> Vec<String> {
    let said = operation.run(root);
    let mut wrong = installed(root).differences(&operation.after);
    if said.code != 0 && !(said.found_nothing() && operation.name == "uninstall") {
        wrong.push(format!("the same command again: {said:?}"));
    }
    wrong
}

#[test]
fn killed_at_any_call_it_converges() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in operations(&bundles) {
        operation.sweep("kill", &chosen(&operation.points, 40), Fault::Kill, |root, said| {
            let mut wrong = sound(&operation, root);
            if said.code != KILLED {
                wrong.push(format!("it was not killed: {said:?}"));
            }
            wrong.extend(converges(&operation, root));
            wrong
        });
    }
}

#[test]
fn with_its_log_on_another_disk_it_converges_too() {
    let bundles = Bundles::apart_in(&whole::workspace().join("target"));
    for operation in [TreeRun::uninstall(&bundles), TreeRun::install(&bundles)] {
        assert!(!operation.points_about("\"wal\"").is_empty(), "nothing is done about the log");
        operation.sweep("kill-wal", &chosen(&operation.points, 12), Fault::Kill, |root, _| {
            [sound(&operation, root), converges(&operation, root)].concat()
        });
        for (kind, errno) in [("ENOSPC-wal", "ENOSPC"), ("EROFS-wal", "EROFS")] {
            let points = chosen(&operation.points, 8);
            operation.sweep(kind, &points, Fault::Errno(errno), |root, said| rolled_back(&operation, root, said));
        }
    }
}

#[test]
fn killed_again_while_it_recovers_it_converges() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in operations(&bundles) {
        // Every point is killed a second and a third time, at points that its name draws: the same in every run.
        let points = &operation.points;
        operation.sweep("kill-thrice", &chosen(points, 15), Fault::Kill, |root, _| {
            let mut wrong = Vec::new();
            let name = root.file_name().expect("the point").to_string_lossy();
            let mut draw = fastrand::Rng::with_seed(
                name.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(131).wrapping_add(byte.into())),
            );
            for _ in 1..=2 {
                let at = &points[draw.usize(..points.len())];
                // A recovery has fewer calls than the whole: where it ends first, it has ended.
                let _ = strace::inject(&operation.command(root), &at.call, at.n.div_ceil(3), Fault::Kill);
                wrong.extend(sound(&operation, root));
            }
            wrong.extend(converges(&operation, root));
            wrong
        });
    }
}

#[test]
fn killed_it_can_be_taken_back_instead() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in [TreeRun::reinstall(&bundles), TreeRun::switch(&bundles), TreeRun::install(&bundles)] {
        operation.sweep("kill-purge", &chosen(&operation.points, 12), Fault::Kill, |root, _| {
            let said = operation.purge(root);
            let mut wrong: Vec<String> = installed(root).iter().map(|(path, _)| format!("left: {path}")).collect();
            if said.code != 0 && !said.found_nothing() {
                wrong.push(format!("{said:?}"));
            }
            wrong
        });
    }
}

#[test]
fn killed_while_it_rolls_back_it_converges() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in [TreeRun::reinstall(&bundles), TreeRun::switch(&bundles), TreeRun::install(&bundles)] {
        // What fails is the receipt, after all else; the roll-back then makes calls that no other run makes.
        // Where it replaces certificates, a second receipt follows once the old ones have gone.
        let after = usize::from(operation.name != "install");
        let mut modes = operation.points.iter().rev().filter(|point| point.call == "fchmod");
        let failing = modes.nth(after).expect("a receipt has a mode").clone();
        let probe = operation.rolled_back_by(&failing);
        operation.sweep_after("kill-rollback", &failing, &chosen(&probe, 12), |root, _| {
            let mut wrong = sound(&operation, root);
            wrong.extend(converges(&operation, root));
            wrong
        });
    }
}

/// A call fails: either nothing has changed, or the run came to its end all the same.
fn rolled_back(operation: &TreeRun, root: &Path, said: &Said) -> Vec<String> {
    // An uninstall goes on after a failure, as far as it can: the link may stay where the programs go.
    let mut wrong = if operation.name == "uninstall" { Vec::new() } else { sound(operation, root) };
    let now = installed(root);
    match said.code {
        0 | 7 => {}
        3..=5 if operation.name != "uninstall" => wrong.extend(now.differences(&operation.before)),
        // What is left of an uninstall stays on record.
        3..=6 if operation.name == "uninstall" => {}
        _ => wrong.push(format!("ended with {said:?}")),
    }
    if said.code != 0 && !said.err.contains("error: ") {
        wrong.push(format!("no error line: {said:?}"));
    }
    wrong.extend(converges(operation, root));
    wrong.iter().map(|text| format!("(exit {}) {text}", said.code)).collect()
}

#[test]
fn a_call_that_fails_leaves_the_old_state() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in operations(&bundles) {
        for errno in ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE", "EACCES"] {
            let chosen = chosen(&operation.points, 12);
            operation.sweep(errno, &chosen, Fault::Errno(errno), |root, said| rolled_back(&operation, root, said));
        }
    }
}

/// A user that stays without its group would be one that no install takes.
#[test]
fn an_account_that_cannot_go_stays_whole() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    let operation = TreeRun::uninstall(&bundles);
    let points: Vec<_> = ["passwd\"", "group\""].iter().flat_map(|file| operation.points_about(file)).collect();
    assert!(!points.is_empty());
    operation.sweep("EIO", &points, Fault::Errno("EIO"), |root, said| rolled_back(&operation, root, said));
}

#[test]
fn a_read_that_fails_leaves_the_old_state() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in operations(&bundles) {
        let points = operation.looks();
        for errno in ["EIO", "ENOMEM"] {
            let chosen = chosen(&points, 15);
            operation.sweep(errno, &chosen, Fault::Errno(errno), |root, said| rolled_back(&operation, root, said));
        }
    }
}

#[test]
fn interrupted_writes_are_gone_on_with() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    let operation = TreeRun::install(&bundles);
    let writes: Vec<_> = operation.points.iter().filter(|point| point.call == "write").cloned().collect();
    operation.sweep("EINTR", &chosen(&writes, 10), Fault::Errno("EINTR"), |root, said| {
        let mut wrong = installed(root).differences(&operation.after);
        if said.code != 0 {
            wrong.push(format!("{said:?}"));
        }
        wrong
    });
}

#[test]
fn told_to_stop_it_finishes_or_undoes() {
    let bundles = Bundles::new_in(&whole::workspace().join("target"));
    for operation in operations(&bundles) {
        for signal in ["TERM", "INT", "HUP"] {
            operation.sweep(signal, &chosen(&operation.points, 8), Fault::Signal(signal), |root, said| {
                let now = installed(root);
                let mut wrong = sound(&operation, root);
                match (said.code, operation.name) {
                    // It had all but ended.
                    (0, _) => wrong.extend(now.differences(&operation.after)),
                    // What is left of an uninstall stays on record.
                    (5, "uninstall") => {}
                    // Before it looks at the host, a signal ends it as it ends any program: nothing was begun.
                    (5 | -15 | -2 | -1, _) => wrong.extend(now.differences(&operation.before)),
                    _ => wrong.push(format!("ended with {said:?}")),
                }
                wrong.extend(converges(&operation, root));
                wrong
            });
        }
    }
}
