//! Hosts whose parts do not do as they are told: service managers that refuse or have lost sight of etcd, programs that do
//! not end, disks and streams that are full. What is said then must be true, and the way on must lead somewhere.

use std::path::Path;

use whole::{Lab, signer, workspace};

const INSTALL: &str = concat!("/root/first.run install --yes --quiet ", signer!());
const REINSTALL: &str = concat!("/root/second.run install --yes --quiet ", signer!());
const BY_SYSTEMD: &str = concat!("/root/first.run install --yes --quiet --service systemd ", signer!());
const PURGE: &str = "/root/first.run uninstall --purge --yes --quiet";

/// Puts a shell script in the place of a program; `exec REAL "$@"` of it goes on as the program.
fn wrap(program: &str, script: &str) -> String {
    format!(
        "mv {program} {program}.aside && printf '%s\\n' '#!/bin/sh' {} >{program} && chmod 755 {program}",
        payload::shell::word(Path::new(&script.replace("REAL", &format!("{program}.aside"))))
    )
}

fn unwrap(program: &str) -> String {
    format!("mv {program}.aside {program}")
}

#[test]
fn systemd_that_refuses_costs_nobody_a_running_etcd() {
    let lab = Lab::with_two_bundles("tstubsys", "bare", "10.95.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    let bare = lab.disk("n1");
    let refuses = "case \"$*\" in daemon-reload|restart*) echo no bus >&2; exit 1;; esac; exec REAL \"$@\"";
    sh(&wrap("/usr/bin/systemctl", refuses)).ok();
    let said = sh(INSTALL);
    assert_eq!(said.code, 5, "{said:?}");
    sh(&unwrap("/usr/bin/systemctl")).ok();
    assert_eq!(sh("ls -A /opt /data /var/lib/etcdpack 2>/dev/null").out.matches("etcd").count(), 0);

    sh(INSTALL).ok();
    let pid = sh("pgrep -x etcd").ok();
    sh(&wrap("/usr/bin/systemctl", refuses)).ok();
    let said = sh(REINSTALL);
    assert!(said.code == 6 && said.err.contains("no bus"), "{said:?}");
    assert_eq!(sh("pgrep -x etcd").ok(), pid, "it was taken down");
    sh(&unwrap("/usr/bin/systemctl")).ok();
    sh(REINSTALL).ok();
    assert_eq!(lab.etcds("n1").len(), 1);
    sh(PURGE).ok();

    let useradd = "REAL \"$@\"; (sleep 300 & exec >/dev/null 2>&1; true)";
    sh(&wrap("/usr/sbin/useradd", useradd)).ok();
    let began = std::time::Instant::now();
    sh(INSTALL).ok();
    assert!(began.elapsed().as_secs() < 60, "a grandchild with its pipes in hand was waited for");
    sh(&unwrap("/usr/sbin/useradd")).ok();
    sh("pkill -x sleep; true").ok();

    // A lock that a power cut left empty, and one from before this boot.
    sh(PURGE).ok();
    sh(": >/etc/group.lock; echo 1 >/etc/passwd.lock; touch -d 2001-01-01 /etc/passwd.lock").ok();
    sh(INSTALL).ok();
    assert_ne!(sh("ls /etc/group.lock /etc/passwd.lock").code, 0);
    sh(PURGE).ok();
    let left: Vec<String> = lab.disk("n1").into_iter().filter(|line| !bare.contains(line)).collect();
    let known = |line: &String| {
        ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"].iter().any(|file| line.contains(file))
    };
    assert!(left.iter().all(known), "{left:?}");
}

#[test]
fn an_etcd_that_its_manager_lost_sight_of_keeps_its_files() {
    let lab = Lab::with_two_bundles("tstublost", "supervisor", "10.96.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    // systemd has it still, only the unit's file has gone.
    sh(BY_SYSTEMD).ok();
    sh("rm /etc/systemd/system/etcd-server.service && systemctl daemon-reload").ok();
    sh(PURGE).ok();
    assert_eq!(lab.etcds("n1").len(), 0);
    assert_eq!(sh("find /etc/systemd -name 'etcd*'").ok(), "");

    // Nobody has it: it is the operator's to end.
    sh(BY_SYSTEMD).ok();
    sh("systemctl stop etcd-server && \
        setsid setpriv --reuid=etcd --regid=etcd --clear-groups /opt/etcd/etcd-server-startup.sh >/dev/null 2>&1 </dev/null & \
        for n in $(seq 100); do pgrep -x etcd >/dev/null && exit 0; sleep 0.1; done; exit 1")
    .ok();
    let (before, said) = (lab.disk("n1"), sh(PURGE));
    let pid = sh("pgrep -x etcd").ok();
    assert!(said.code == 3 && said.err.contains("[etcd-running]"), "{said:?}");
    assert!(said.err.contains(&format!("help: systemctl status {pid}")), "{said:?}");
    assert_eq!(lab.disk("n1"), before);
    sh(&format!("kill {pid}; while pgrep -x etcd >/dev/null; do sleep 0.1; done")).ok();
    sh(PURGE).ok();
    sh("test ! -e /data -a ! -e /opt/etcd -a ! -e /var/lib/etcdpack").ok();

    // Under supervisor, never started; and beside a section that supervisor cannot read.
    sh(concat!("/root/first.run install --yes --quiet --no-start ", signer!())).ok();
    sh(PURGE).ok();
    sh(INSTALL).ok();
    sh("echo '[program:x]' >/etc/supervisor/conf.d/x.conf").ok();
    sh(PURGE).ok();
    assert_eq!((lab.etcds("n1").len(), sh("supervisorctl status").out.contains("n1")), (0, false));
    sh(&format!("{INSTALL} --service supervisor")).refused(3, "[supervisor-unfit]");
    sh("rm /etc/supervisor/conf.d/x.conf; test ! -e /data -a ! -e /opt/etcd -a ! -e /var/lib/etcdpack").ok();
}

#[test]
fn data_of_an_install_that_was_cut_off_stays_on_record() {
    let lab = Lab::with_two_bundles("tstubkept", "bare", "10.97.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("{INSTALL} & while ! pgrep -x etcd >/dev/null; do :; done; kill -KILL $!; wait; true")).ok();
    sh("test ! -e /var/lib/etcdpack/receipt.json").ok();
    // What is asked before a member goes is asked of one that serves, or of none: not of one that is about to.
    lab.until("n1", "timeout 2 bash -c 'exec 3<>/dev/tcp/10.97.0.11/2379' && sleep 2");
    sh("/root/first.run uninstall --yes --quiet && test -d /data/etcd/etcd-server/member && getent passwd etcd").ok();
    // Data of others in its place is theirs.
    lab.put(&workspace().join("installer/fixtures/wal-3.5.1.bin"), "n1");
    sh("mv /data/etcd/etcd-server /data/ours && mkdir -p /data/etcd/etcd-server/member/wal && \
        mv /root/wal-3.5.1.bin /data/etcd/etcd-server/member/wal/0000000000000000-0000000000000000.wal")
    .ok();
    sh(PURGE).refused(3, "what the uninstall left there was");
    sh("rm -r /data/etcd/etcd-server && mv /data/ours /data/etcd/etcd-server").ok();
    sh(INSTALL).ok();
    sh("/root/first.run uninstall --yes --quiet").ok();

    // A failure keeps the user whose data stays, and the program that goes on.
    sh(INSTALL).ok();
    sh(&wrap("/usr/sbin/userdel", "echo it is busy >&2; exit 8")).ok();
    let said = sh("etcdpack-host uninstall --purge --yes --quiet");
    assert!(said.code == 6 && said.err.contains("help: etcdpack-host uninstall --purge"), "{said:?}");
    sh(&unwrap("/usr/sbin/userdel")).ok();
    sh("etcdpack-host uninstall --purge --yes --quiet").ok();
    sh("test ! -e /data -a ! -e /opt/etcd -a ! -e /var/lib/etcdpack && ! getent passwd etcd").ok();

    // Streams that take nothing, children whose ends are ignored, and a wait that outlasts the clock.
    for command in ["first.run plan --json", "first.run plan"] {
        sh(&format!("/root/{command} >/dev/full")).refused(3, "writing to standard output");
    }
    sh(&format!("env --ignore-signal=CHLD {INSTALL}")).ok();
    sh(&format!("{INSTALL} --wait 18446744073709551615")).ok();
    sh(PURGE).ok();
}
