//! A purge ends, whatever etcd's user has made of its data.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use whole::{Lab, SIGNER, run};

use super::tree::{DATA, Tree};

/// Three thousand directories, one in the other, each with a file and a link in it.
const DEEP: &str = "python3 -c '
import os
for n in range(3000):
    os.mkdir(\"d\")
    open(\"f\", \"w\").close()
    os.symlink(\"/etc\", \"l\")
    os.chdir(\"d\")
'";

#[test]
fn three_thousand_levels_go_and_so_do_names_of_every_kind() {
    let tree = Tree::new();
    tree.install();
    tree.sh(DATA, DEEP);
    tree.sh(
        DATA,
        "mkdir -p member lost+found/x wide; cd wide; seq -f 'd%g' 3000 | xargs mkdir; seq -f 'f%g' 3000 | xargs touch",
    );
    let longest = "n".repeat(255);
    tree.sh(DATA, &format!("mkdir {longest} member/{longest}; touch member/{longest}/{longest}; mkfifo member/p"));
    // Names that a purge gives, taken by whoever guessed them.
    tree.sh(
        DATA,
        "for n in $(seq 9); do mkdir .etcdpack-gone-$n; touch .etcdpack-gone-$n/x; done; touch .etcdpack-gone-10",
    );
    tree.purge().ok();
    tree.is_clean();
}

#[test]
fn what_was_planted_where_a_purge_puts_data_aside_stops_nothing() {
    let tree = Tree::new();
    let outside = tree.at("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "mine").unwrap();
    for plant in ["mkdir -p P/x", "echo > P", "ln -s ../../../outside P", "mkfifo P"] {
        // Data in a directory that was there before.
        fs::create_dir_all(tree.at(DATA)).unwrap();
        tree.install();
        tree.sh(DATA, &format!("mkdir -p member/wal; {}", plant.replace('P', ".member.etcdpack-gone")));
        tree.sh(DATA, &plant.replace('P', ".etcdpack-gone-1"));
        tree.purge().ok();
        assert_eq!(fs::read_dir(tree.at(DATA)).unwrap().count(), 0, "{plant}");
        // Data in one of ours.
        fs::remove_dir(tree.at(DATA)).unwrap();
        tree.install();
        tree.sh(DATA, &format!("mkdir -p member; cd ..; {}", plant.replace('P', ".etcd-server.etcdpack-gone")));
        tree.purge().ok();
        assert!(!tree.at(DATA).exists(), "{plant}");
        assert!(!tree.at("data/etcd/.etcd-server.etcdpack-gone").exists(), "{plant}");
    }
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine");
}

#[test]
fn a_purge_that_is_told_to_stop_ends_at_once_and_the_next_one_goes_on() {
    let tree = Tree::new();
    tree.install();
    tree.sh(DATA, "mkdir -p member/wal; cd member/wal; seq 5000 | xargs touch");
    let left = || {
        let line = "find data/etcd -name '[0-9]*' 2>/dev/null | wc -l";
        run(Command::new("sh").args(["-c", line]).current_dir(tree.at(""))).ok().parse::<usize>().unwrap()
    };
    for signal in ["INT", "TERM", "HUP"] {
        let at_first = left();
        // 5,000 times 10 ms.
        let line = tree.line(&tree.bundles.first, "uninstall --purge --yes");
        let line = format!(
            "exec env --default-signal=INT,TERM,HUP strace -f -qq -o /dev/null -e trace=unlinkat -e inject=unlinkat:delay_enter=10000 {line}"
        );
        let mut tracer = Command::new("sh").args(["-c", &line]).stderr(Stdio::piped()).spawn().unwrap();
        let end = Instant::now() + Duration::from_mins(1);
        // What an earlier signal has left lies aside already: it is under way when files go.
        while left() + 20 > at_first {
            assert!(Instant::now() < end, "no purge within a minute");
            thread::sleep(Duration::from_millis(20));
        }
        let when_told = left();
        run(Command::new("pkill").args([&format!("-{signal}"), "-P", &tracer.id().to_string()])).ok();
        let status = tracer.wait().unwrap();
        let said = std::io::read_to_string(tracer.stderr.take().unwrap()).unwrap();
        // Two seconds are 200 files at most, however slow the machine is.
        assert!(left() + 200 > when_told, "{} of {when_told}: {said}", left());
        assert_eq!(status.code(), Some(5), "{said}");
        assert!(said.contains("told to stop; what is left is still on record"), "{said}");
        assert!(!tree.at(DATA).exists(), "half of it under its own name");
    }
    tree.purge().ok();
    tree.is_clean();
}

#[test]
fn what_the_kernel_lets_nobody_remove_is_named_and_goes_when_it_is_unlocked() {
    let tree = Tree::new();
    tree.install();
    tree.sh(DATA, "mkdir -p member/a/b; echo > member/a/b/held; echo > member/free; chattr +a member/a/b/held");
    let said = tree.purge();
    tree.sh("data/etcd", "chattr -R -a .etcd-server.etcdpack-gone");
    assert!(
        said.err.contains("`held`") && said.err.contains("lsattr -aR /data/etcd/.etcd-server.etcdpack-gone"),
        "{said:?}"
    );
    assert_eq!(said.code, 6, "{said:?}");
    tree.purge().ok();
    tree.is_clean();
}

/// The whole of it on a host, by etcd's user itself, under a supervisor that runs.
#[test]
fn a_member_whose_data_resists_is_purged_under_a_running_supervisor() {
    let lab = Lab::with_two_bundles("tpurge", "python", "10.84.0.11");
    lab.sh("n1", &format!("/root/first.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let data = "/data/etcd/etcd-server";
    fs::write(std::env::temp_dir().join("etcdpack-deep.sh"), format!("cd {data} && {DEEP}\n")).unwrap();
    lab.put(&std::env::temp_dir().join("etcdpack-deep.sh"), "n1");
    fs::remove_file(std::env::temp_dir().join("etcdpack-deep.sh")).unwrap();
    let as_etcd = "setpriv --reuid etcd --regid etcd --clear-groups sh";
    lab.sh("n1", &format!("{as_etcd} < /root/etcdpack-deep.sh")).ok();
    lab.sh(
        "n1",
        &format!("cd {data} && echo 'mkdir -p .member.etcdpack-gone/x; mkdir lost+found; ln -s /etc e' | {as_etcd}"),
    )
    .ok();
    lab.sh("n1", "ulimit -n 256; timeout -s KILL 60 /usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet")
        .ok();
    assert_eq!(lab.sh("n1", "ls -d /data /var/lib/etcdpack /opt/* 2>/dev/null; pgrep -x etcd").out, "");
    lab.sh("n1", "test -e /etc/passwd").ok();
}

/// What etcd's user starts in a group of its own, supervisord does not stop with etcd.
#[test]
fn what_outlives_the_service_is_ended_before_data_and_account_go() {
    let lab = Lab::with_two_bundles("tstray", "supervisor", "10.84.1.11");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("/root/first.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let as_etcd = |words: &str| {
        let user = "setsid setpriv --reuid etcd --regid etcd --clear-groups";
        sh(&format!("cd /data/etcd/etcd-server && {user} {words} >/dev/null 2>&1 </dev/null &")).ok();
    };
    // Makes directories again, others of its kind, and a namespace in which it is another process and another user.
    let loops = "trap \"\" TERM INT HUP QUIT; while :; do mkdir -p member/wal x/y /data/etcd/etcd-server/z; (sleep 9) & sleep 0.05; done";
    as_etcd(&format!("sh -c '{loops}'"));
    as_etcd("unshare --user --map-root-user --pid --fork sh -c 'trap \"\" TERM INT HUP; while :; do sleep 1; done'");
    sh("sleep 1; test $(pgrep -c -u etcd -x sh) -ge 2 && pgrep -u etcd -x unshare").ok();
    // Another user's, whatever it is called.
    sh("cp /bin/sleep /tmp/etcd && setpriv --reuid 1000 --regid 1000 --clear-groups /tmp/etcd 300 >/dev/null 2>&1 </dev/null &").ok();
    let uid = sh("id -u etcd").ok();
    let said = sh("timeout -s KILL 60 /usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        sh(&format!("ls -d /data /var/lib/etcdpack /opt/* 2>/dev/null; pgrep -u {uid}; getent passwd etcd")).out,
        ""
    );

    // An account that was here before is not ours: what runs as it is named, and goes on.
    sh("groupadd --system etcd && useradd --system --gid etcd --home-dir / --shell /usr/sbin/nologin etcd").ok();
    sh(&format!("/root/first.run install --yes --quiet {SIGNER} --wait 60")).ok();
    as_etcd("sleep 299");
    let pid = sh("sleep 0.5; pgrep -u etcd -x sleep").ok();
    let said = sh("timeout -s KILL 60 /usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet");
    assert!(said.code == 0 && said.err.contains(&format!("not ours to end: process {pid}")), "{said:?}");
    sh("pgrep -u etcd -x sleep && test ! -e /data").ok();
}

#[test]
fn a_link_at_the_place_of_the_data_is_not_followed() {
    let tree = Tree::new();
    tree.install();
    let outside = tree.at("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "mine").unwrap();
    fs::remove_dir(tree.at(DATA)).unwrap();
    symlink(&outside, tree.at(DATA)).unwrap();
    tree.purge().ok();
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine");
}
