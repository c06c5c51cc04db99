//! A snapshot is restored where the write-ahead log has a disk of its own: data and log come together, and go back together.

use whole::form::chosen;
use whole::ground::{self, Ground, Keeper};
use whole::strace::{self, Fault, Point};
use whole::{Lab, SIGNER, Said, Site, cluster};

const AT: &str = "10.128.3.11";
const DATA: &str = "/data/etcd/etcd-server";
/// A mount point, as the disk comes.
const LOG: &str = "/wal";
const ETCDCTL: &str = "ETCDCTL_API=3 etcdctl";

#[test]
fn data_and_log_come_together_and_go_back_together() {
    ground::each("restore-apart", Ground::of(Keeper::Systemd, "3.5.1"), apart);
}

fn apart(ground: Ground) {
    let tarball = ground.tarball();
    let text = cluster(ground.version, &tarball, &[("n1", AT)]);
    let site = Site::new(&format!("{text}wal-dir = \"{LOG}\"\n"));
    site.build(&tarball);
    let lab = ground.up("trapart", &[&format!("n1={AT}")]);
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("mkdir {LOG} && mount -t tmpfs -o size=1g none {LOG} && mkdir {LOG}/lost+found")).ok();
    lab.put(&site.bundle("n1"), "n1");
    let bundle = |words: &str| sh(&format!("cd /root && ./n1.run {words} --yes {SIGNER}"));
    bundle("install --quiet --wait 60").ok();
    sh(&format!("{ETCDCTL} put ship at-sea && cd /root && etcdpack-host snapshot -o ship.db")).ok();
    let later = || lab.until("n1", &format!("{ETCDCTL} put later lost"));
    later();

    bundle("restore ship.db --wait 60").ok();
    is_restored(&lab, 1);
    bundle("restore ship.db").ok();
    is_restored(&lab, 1);
    later();

    cut_off(&lab, &later);
    taken_back(&lab, &bundle);

    // The disk of the data is away, and the log is the restored one's: no second one begins.
    let here = sh("cat /var/lib/etcdpack/receipt.json | grep -o '\"token\": \"restored-[^\"]*' | tail -n 1").ok();
    assert!(here.contains("restored-"), "{here}");
    sh(&ground.stop("n1"));
    lab.until("n1", "! pgrep -x etcd");
    sh(&format!("mv {DATA}/member /root/member")).ok();
    bundle(&format!("restore ship.db --again {}", last(&lab))).refused(3, "[data-gone]");
    sh(&format!("mv /root/member {DATA}/member")).ok();
    sh(&ground.start("n1"));
    lab.until("n1", "etcdpack-host status");

    // The data are lost, and their log is there: the next restore needs neither.
    sh(&ground.stop("n1"));
    lab.until("n1", "! pgrep -x etcd");
    sh(&format!("rm -r {DATA}/* {LOG}/wal.before-*")).ok();
    bundle("restore ship.db --again 900 --wait 60").ok();
    let asides = sh(&format!("ls -d {DATA}/*.before-* {LOG}/*.before-* 2>/dev/null")).out;
    assert_eq!(asides.lines().count(), 1, "the log alone was there: {asides}");

    sh("etcdpack-host uninstall --yes").ok();
    bundle("install --wait 60").ok();
    assert_eq!(sh(&format!("{ETCDCTL} get ship --print-value-only")).ok(), "at-sea");
    sh("etcdpack-host uninstall --purge --yes").ok();
    assert_eq!(sh(&format!("find /data {LOG} -mindepth 1 ! -name lost+found")).out, "");
}

/// By `asides` restores, one after the other.
#[track_caller]
fn is_restored(lab: &Lab, asides: usize) {
    let seen = lab.sh(
        "n1",
        &format!(
            "{ETCDCTL} get ship --print-value-only; {ETCDCTL} get later --print-value-only; \
             ls -A {DATA} {LOG} | grep -c '^[.]etcdpack'; ls {DATA} | grep -c '^member.before-'; \
             ls {LOG} | grep -c '^wal.before-'; ls {LOG}/wal/*.wal >/dev/null; test ! -e {DATA}/member/wal && \
             stat -c '%a %U' {DATA}/member {LOG}/wal"
        ),
    );
    assert_eq!(seen.out.trim(), format!("at-sea\n0\n{asides}\n{asides}\n700 etcd\n700 etcd"), "{seen:?}");
}

/// The count of the last restore.
fn last(lab: &Lab) -> String {
    let receipt =
        lab.sh("n1", "grep -A2 '\"restored\": {' /var/lib/etcdpack/receipt.json | grep -o '\"again\": [0-9]*'");
    receipt.ok().trim_start_matches("\"again\": ").to_owned()
}

/// Killed at each rename by which data and log change places, and at some of all the calls: the same command comes to its end.
fn cut_off(lab: &Lab, later: &dyn Fn()) {
    let restore = |again: usize| {
        let again = again.to_string();
        lab.command("n1", &["/root/n1.run", "restore", "/root/ship.db", "--again", &again, "--yes", "--quiet", SIGNER])
    };
    let all = strace::points(&restore(2));
    let (renames, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|seen| ["\"member", "\"wal"].iter().any(|name| seen.line.contains(name)));
    assert!(renames.len() >= 4, "{renames:?}");
    let points = |seen: Vec<strace::Seen>| seen.into_iter().map(|seen| seen.point).collect::<Vec<Point>>();
    let mut missed = Vec::new();
    let tried = [points(renames), chosen(&points(others), 4)].concat();
    for (n, point) in tried.iter().enumerate() {
        lab.until("n1", "etcdpack-host status");
        later();
        lab.sh("n1", &format!("rm -r {DATA}/member.before-* {LOG}/wal.before-*")).ok();
        missed.extend(strace::inject(&restore(n + 3), &point.call, point.n, Fault::Kill).err());
        let line = format!("/root/n1.run restore /root/ship.db --again {} --yes --wait 60 {SIGNER}", n + 3);
        let said = lab.sh("n1", &line);
        assert_eq!(said.code, 0, "{point}: {said:?}");
        is_restored(lab, 1);
    }
    assert!(missed.len() * 2 < tried.len(), "most were not tried: {}", missed.join("\n"));
}

/// What fails is taken back, and what ran before runs again.
fn taken_back(lab: &Lab, bundle: &dyn Fn(&str) -> Said) {
    let sh = |line: &str| lab.sh("n1", line);
    lab.until("n1", &format!("{ETCDCTL} put later lost"));
    let names = || sh(&format!("ls -A {DATA} {LOG}")).ok();
    let before = names();
    let program = sh("ls /opt/etcd/etcdutl 2>/dev/null || echo /opt/etcd/etcdctl").ok();
    sh(&format!("mv {program} /root/real && printf '#!/bin/sh\nexit 1\n' >{program} && chmod 755 {program}")).ok();
    let said = bundle("restore ship.db --again 800");
    assert!(said.code == 5 && said.err.contains("everything was undone"), "{said:?}");
    sh(&format!("mv /root/real {program}")).ok();
    // The disk of the log is full in the middle of it.
    sh(&format!("dd if=/dev/zero of={LOG}/fill bs=1M status=none; true")).ok();
    let said = bundle("restore ship.db --again 801");
    assert!([3, 5].contains(&said.code), "{said:?}");
    sh(&format!("rm {LOG}/fill")).ok();
    lab.until("n1", "etcdpack-host status");
    assert_eq!((names(), sh(&format!("{ETCDCTL} get later --print-value-only")).ok()), (before, "lost".to_owned()));
}
