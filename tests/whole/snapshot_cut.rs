//! The power goes, or a kill comes, while a host takes its snapshot by itself, removes the one before and holds its drill. What has a
//! snapshot's name is whole whenever it is looked at, there is one always, and the next run comes to its end and leaves nothing else.

use std::fs;
use std::time::Instant;

use crate::drill::LEFT;
use whole::form::{chosen, figures};
use whole::ground::{Ground, Keeper};
use whole::host_disk::HostDisk;
use whole::strace::{self, Fault};
use whole::{SIGNER, Site, cluster, plain_keys};

const HOST: &str = "/usr/local/sbin/etcdpack-host";
const ETCDCTL: &str = "ETCDCTL_API=3 /usr/local/bin/etcdctl";
const DIR: &str = "/srv/snapshots";
const AT: &str = "10.99.9.13";

#[test]
fn a_timed_run_and_its_drill_survive_a_cut() {
    let ground = Ground::of(Keeper::Systemd, "3.5.1");
    let tarball = ground.tarball();
    let text = plain_keys(&cluster(ground.version, &tarball, &[("n1", AT)]));
    let site = Site::new(&text);
    let section = format!("[backup]\nevery = \"31d\"\nkeep = 1\ndrill = \"31d\"\ndir = \"{DIR}\"\n");
    fs::write(site.path("cluster.toml"), format!("{text}\n{section}")).expect("the cluster file");
    site.build(&tarball);
    let lab = ground.up("tsnapcut", &[&format!("n1={AT}")]);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    // It is looked when this test wants it to be, also after a boot.
    let unit = "/etc/systemd/system/etcd-server-snapshot.service.d";
    sh(&format!("mkdir -p {unit} && printf '[Unit]\\nConditionPathExists=/nowhere\\n' >{unit}/test.conf")).ok();
    sh(&format!("/root/n1.run install --yes --quiet --wait 60 {SIGNER}")).ok();
    sh(&format!("{ETCDCTL} put ship at-sea && {HOST} snapshot --timed")).ok();
    let mut disk = HostDisk::under(&lab, "n1", &["/data", "/srv", "/var/lib/etcdpack"]);

    let look = || lab.command("n1", &[HOST, "snapshot", "--timed"]);
    // A hundred years ago both were.
    let due = format!(
        "sed -i 's/\"taken\": \"20/\"taken\": \"19/' {DIR}/*.db.json; sed -i 's/\"when\": \"20/\"when\": \"19/' {DIR}/drills.json; sync"
    );
    let beforehand = || {
        lab.until("n1", &format!("{ETCDCTL} get ship"));
        sh(&due).ok();
    };
    beforehand();
    // Always where a snapshot and its record get their names, and lose them.
    let (names, others): (Vec<_>, Vec<_>) = strace::points(&look()).into_iter().partition(|seen| {
        seen.line.contains(".db") && ["link", "unlink", "rename"].iter().any(|it| seen.point.call.starts_with(it))
    });
    assert!(names.len() >= 4, "{names:?}");
    let points = |seen: Vec<strace::Seen>| seen.into_iter().map(|seen| seen.point).collect::<Vec<_>>();
    let (points, began) = ([points(names), chosen(&points(others), 6)].concat(), Instant::now());
    let (mut wrong, mut missed) = (Vec::new(), Vec::new());
    for (n, point) in points.iter().enumerate() {
        beforehand();
        let fault = if n % 3 == 2 { Fault::Errno("ENOSPC") } else { Fault::Kill };
        missed.extend(strace::inject(&look(), &point.call, point.n, fault).err());
        if n % 3 == 0 {
            disk.lose_power();
        }
        let there = sh(&format!("{HOST} snapshot list --verify --json {DIR}"));
        if there.code != 0 || !there.out.contains("\"bad\": false") {
            wrong.push(format!("{point} {fault:?}: {there:?}"));
        }
        beforehand();
        let said = sh(&format!("{HOST} snapshot --timed"));
        let left = sh(&format!("ls -A {DIR} | sed 's/.*Z[.]db/Z.db/' | sort | xargs; ls -d {LEFT} 2>/dev/null")).out;
        if said.code != 0 || !said.out.contains("restorable: 1 keys") || left.trim() != "Z.db Z.db.json drills.json" {
            wrong.push(format!("{point} {fault:?}: once more: {said:?}, {left}"));
        }
    }
    figures("power, kill, ENOSPC", "a timed snapshot and its drill", points.len(), wrong.len(), began);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(missed.len() * 2 < points.len(), "most were not tried: {}", missed.join("\n"));
}
