//! Whoever can open a file can lock it: nobody but root can keep an etcdpack from its tree.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use whole::SIGNER;

use super::tree::Tree;

/// Holds a lock on a file or directory, in the words of flock(1), until it is killed.
fn hold(words: &[&str], path: &str) -> Child {
    let mut held = Command::new(words[0]).args(&words[1..]).args([path, "sleep", "60"]).spawn().unwrap();
    let is_free = || Command::new("flock").args(["--nonblock", path, "true"]).status().unwrap().success();
    for _ in 0..100 {
        if !is_free() {
            return held;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let _ = held.kill();
    panic!("{words:?} does not lock {path}: {:?}", held.wait());
}

fn end(mut held: Child) {
    held.kill().unwrap();
    held.wait().unwrap();
}

#[test]
fn a_tree_that_somebody_else_has_locked_is_worked_on_and_one_that_root_works_on_is_not() {
    let tree = Tree::new();
    fs::set_permissions(tree.at(""), fs::Permissions::from_mode(0o755)).unwrap();
    let root = tree.at("").canonicalize().unwrap();
    let as_alice =
        ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "flock", "--no-fork", "--exclusive"];
    let theirs = hold(&as_alice, &root.to_string_lossy());
    tree.install();
    end(theirs);

    let stat = fs::metadata(&root).unwrap();
    let lock = format!("/run/etcdpack-image-{:x}-{}.lock", stat.dev(), stat.ino());
    assert!(!fs::exists(&lock).unwrap(), "it stays behind");
    let ours = hold(&["flock", "--no-fork", "--exclusive"], &lock);
    for words in [format!("install --yes {SIGNER}"), "uninstall --yes".to_owned()] {
        tree.run(&tree.bundles.first, &words).refused(3, "another etcdpack is at work");
    }
    end(ours);
    tree.purge().ok();
    assert!(!fs::exists(&lock).unwrap());
}
