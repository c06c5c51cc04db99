//! Nothing that etcd's user can write keeps root waiting, or sends it elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use whole::{Lab, SIGNER, run};

use super::tree::{DATA, Tree};

/// Etcd's key, which is its own.
fn key(tree: &Tree) -> PathBuf {
    let found = run(Command::new("find").arg(tree.at("")).args(["-user", "etcd", "-type", "f"])).out;
    let by_id = || run(Command::new("find").arg(tree.at("opt")).args(["-name", "*key.pem", "-type", "f"])).ok();
    let line = if found.trim().is_empty() { by_id() } else { found };
    PathBuf::from(line.lines().next().expect("a key"))
}

#[test]
fn a_key_without_an_end_is_changed_and_unread() {
    let tree = Tree::new();
    tree.install();
    let key = key(&tree);
    let had = fs::read(&key).unwrap();
    for size in ["1T", "2M"] {
        run(Command::new("truncate").args(["-s", size]).arg(&key)).ok();
        let began = Instant::now();
        let said = tree.run(&tree.bundles.first, &format!("plan {SIGNER}"));
        assert!(said.code != 137 && began.elapsed() < Duration::from_secs(100), "{said:?}");
        assert!(said.err.contains("[changed-file]") || said.out.contains("[changed-file]"), "{said:?}");
        said.ok();
    }
    // Kept, as every file is that somebody changed, and named.
    let said = tree.run(&tree.bundles.first, "uninstall --yes");
    assert!(said.err.contains("kept") && said.err.contains("key.pem"), "{said:?}");
    said.ok();
    fs::write(&key, had).unwrap();
}

#[test]
fn what_stands_in_a_keys_place_is_not_waited_for() {
    let tree = Tree::new();
    tree.install();
    let key = key(&tree);
    let had = fs::read(&key).unwrap();
    for plant in ["mkfifo", "mkdir", "ln -s /dev/zero", "ln -s /proc/kmsg"] {
        let _ = fs::remove_file(&key);
        tree.sh("opt", &format!("{plant} '{}'", key.display()));
        let said = tree.run(&tree.bundles.first, &format!("plan {SIGNER}"));
        assert!(said.code == 3 || said.code == 0, "{plant}: {said:?}");
        if plant == "mkdir" {
            fs::remove_dir(&key).unwrap();
        }
    }
    let _ = fs::remove_file(&key);
    fs::write(&key, had).unwrap();
    tree.purge().ok();
}

#[test]
fn a_log_that_lies_behind_a_link_of_etcds_is_nobodys() {
    let tree = Tree::new();
    let elsewhere = tree.at("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let log = include_bytes!("../../../installer/fixtures/wal-3.5.1.bin");
    fs::write(elsewhere.join("0000000000000000-0000000000000000.wal"), log).unwrap();
    fs::create_dir_all(tree.at(DATA).join("member")).unwrap();
    std::os::unix::fs::chown(tree.at(DATA).join("member"), Some(77), Some(77)).unwrap();
    symlink("/elsewhere", tree.at(DATA).join("member/wal")).unwrap();
    let said = tree.run(&tree.bundles.first, &format!("plan {SIGNER}"));
    said.refused(3, "its log cannot be read");
}

#[test]
fn a_log_directory_of_any_width_is_given_up() {
    let tree = Tree::new();
    fs::create_dir_all(tree.at(DATA).join("member/wal")).unwrap();
    tree.sh(&format!("{DATA}/member/wal"), "seq -f '%020g.wal' 60000 | xargs touch");
    let began = Instant::now();
    let said = tree.run(&tree.bundles.first, &format!("plan {SIGNER}"));
    assert!(began.elapsed() < Duration::from_secs(100), "{said:?}");
    said.refused(3, "its log cannot be read");
}

/// By etcd's user itself, on a host that runs.
#[test]
fn a_key_that_etcd_made_endless_keeps_no_command_waiting() {
    let lab = Lab::with_two_bundles("tbounds", "bare", "10.85.0.11");
    lab.sh("n1", &format!("/root/first.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let key = lab.sh("n1", "find /opt -user etcd -type f").ok();
    assert_eq!(key.lines().count(), 1, "{key}");
    let as_etcd = "setpriv --reuid etcd --regid etcd --clear-groups";
    lab.sh("n1", &format!("{as_etcd} truncate -s 8T {key} || {as_etcd} truncate -s 1T {key}")).ok();
    for command in ["/root/first.run plan", "/root/first.run install --yes", "/usr/local/sbin/etcdpack-host status"] {
        let said = lab.sh("n1", &format!("timeout -s KILL 40 {command}"));
        assert_ne!(said.code, 137, "{command}: {said:?}");
    }
    let said = lab.sh("n1", "timeout -s KILL 60 /usr/local/sbin/etcdpack-host uninstall --yes");
    assert!(said.code == 0 && said.err.contains(&key), "{said:?}");
}
