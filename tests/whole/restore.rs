//! A cluster comes back from one file: on hosts that hold nothing, on hosts that hold the old data, on one that still runs. And it
//! does not, where that would harm.

use std::fs;
use std::path::Path;

use whole::form::{Form, form};
use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster, plain_keys};

const HOST: &str = "/usr/local/sbin/etcdpack-host";
const ETCDCTL: &str = "ETCDCTL_API=3 /usr/local/bin/etcdctl";
const DATA: &str = "/data/etcd/etcd-server";
const HOSTS: [(&str, &str); 3] = [("n1", "10.99.7.11"), ("n2", "10.99.7.12"), ("n3", "10.99.7.13")];

fn run(lab: &Lab, host: &str, words: &str) -> Said {
    lab.sh(host, &format!("cd /root && ./{host}.run {words} --yes {SIGNER}"))
}

/// A file of one host comes to this machine, and to the others.
fn carry(lab: &Lab, site: &Site, name: &str, hosts: &[&str]) {
    let text = lab.sh("n1", &format!("base64 -w0 /root/{name}")).ok();
    let (packed, file) = (site.path("carried"), site.path(name));
    fs::write(packed, text).expect("a file");
    site.shell(&format!("base64 -d carried >{name}")).ok();
    for host in hosts {
        lab.put(&file, host);
    }
}

fn get(lab: &Lab, host: &str, key: &str) -> String {
    lab.sh(host, &format!("{ETCDCTL} get {key} --print-value-only")).ok()
}

#[test]
fn three_hosts_come_back_from_one_file() {
    ground::each("restore", Ground::of(Keeper::Systemd, "3.5.1"), three);
}

fn three(ground: Ground) {
    let tarball = ground.tarball();
    let site = Site::new(&plain_keys(&cluster(ground.version, &tarball, &HOSTS)));
    site.build(&tarball);
    let hosts = HOSTS.map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up("trestore", &hosts.each_ref().map(String::as_str));
    for (host, _) in HOSTS {
        lab.put(&site.bundle(host), host);
        run(&lab, host, "install --quiet").ok();
    }
    lab.until("n3", &format!("{ETCDCTL} put ship at-sea"));
    lab.until("n1", &format!("{HOST} status"));
    lab.sh("n1", &format!("cd /root && {HOST} snapshot -o ship.db")).ok();
    for name in ["ship.db", "ship.db.json"] {
        carry(&lab, &site, name, &["n2", "n3"]);
    }
    lab.sh("n1", &format!("{ETCDCTL} put later lost")).ok();

    // While the cluster serves, nothing is begun beside it.
    let before = lab.installed("n1");
    let said = run(&lab, "n1", "restore ship.db");
    assert!(said.err.contains("n2 at 10.99.7.12:2380 runs, and serves clients in cluster"), "{said:?}");
    said.refused(3, "[member-answers]");
    assert_eq!(lab.installed("n1"), before, "it was refused");

    // One holds nothing, one the data that an uninstall kept, one runs on without a quorum.
    lab.sh("n2", &format!("{HOST} uninstall --purge --yes")).ok();
    lab.sh("n3", &format!("{HOST} uninstall --yes --although-quorum-at-risk")).ok();
    let old = lab.etcds("n1");
    let said = run(&lab, "n1", "restore ship.db");
    assert!(said.err.contains("its own bundle's `restore`"), "{said:?}");
    said.ok();
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != old, "it has another etcd");
    // Who is next sees the one before.
    let said = run(&lab, "n2", "restore ship.db");
    assert!(said.err.contains("[member-listens]"), "{said:?}");
    said.ok();
    run(&lab, "n3", "restore ship.db --wait 60").ok();
    let members = lab.sh("n2", &format!("{ETCDCTL} member list")).ok();
    assert_eq!(members.matches(", started, ").count(), 3, "{members}");
    for (host, _) in HOSTS {
        assert_eq!((get(&lab, host, "ship"), get(&lab, host, "later")), ("at-sea".to_owned(), String::new()), "{host}");
        let aside = lab.sh(host, &format!("ls {DATA} | grep -c '^member.before-restored-'; true")).ok();
        assert_eq!(aside.trim(), if host == "n2" { "0" } else { "1" }, "{host}: old data stay");
        let modes = lab.sh(host, &format!("stat -c '%a %U' {DATA} {DATA}/member {DATA}/member/snap/db")).ok();
        assert!(modes.lines().all(|line| line == "700 etcd" || line == "600 etcd"), "{host}: {modes}");
    }
    nothing_is_left_to_do(&lab, &site, &tarball);
}

/// Neither by the same file, nor by the same bundle, nor by the next one.
fn nothing_is_left_to_do(lab: &Lab, site: &Site, tarball: &Path) {
    for (host, _) in HOSTS {
        lab.until(host, &format!("{HOST} status"));
        let (files, etcds) = (lab.installed(host), lab.etcds(host));
        for words in ["install", "restore ship.db"] {
            let said = run(lab, host, words);
            assert!(said.err.contains("nothing was changed"), "{host} {words}: {said:?}");
            said.ok();
        }
        assert_eq!((lab.installed(host), lab.etcds(host)), (files, etcds), "{host}");
    }
    site.build_same_cluster(tarball);
    for (host, _) in HOSTS {
        let etcds = lab.etcds(host);
        lab.put(&site.bundle(host), host);
        run(lab, host, "install --wait 60").ok();
        assert_eq!(lab.etcds(host), etcds, "{host}");
        lab.sh(host, "grep -q '\"restored\": {' /var/lib/etcdpack/receipt.json").ok();
    }
    // A member that has lost what was restored is not brought back by restoring it once more.
    lab.sh("n3", &format!("{HOST} uninstall --purge --yes")).ok();
    run(lab, "n3", "restore ship.db").refused(3, "[rejoin-needed]");
    run(lab, "n3", "install").refused(3, "[rejoin-needed]");
}

#[test]
fn a_restore_that_is_cut_off_goes_on_or_back() {
    ground::each("restore-alone", Ground::of(Keeper::Systemd, "3.3.25"), alone);
}

fn alone(ground: Ground) {
    let tarball = ground.tarball();
    let site = Site::new(&plain_keys(&cluster(ground.version, &tarball, &[("n1", "10.99.7.14")])));
    site.build(&tarball);
    let lab = ground.up("trestore1", &["n1=10.99.7.14"]);
    lab.put(&site.bundle("n1"), "n1");
    run(&lab, "n1", "install --quiet --wait 60").ok();
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("{ETCDCTL} put ship at-sea && cd /root && {HOST} snapshot -o ship.db && {ETCDCTL} put later lost"))
        .ok();
    files(&lab);
    sealed(&lab, &site);

    would_be(&lab);

    // Killed wherever it is: the data are the old ones, or the restored, and the same command comes to its end.
    let mut cut = 0;
    let steps = [
        "test -e /var/lib/etcdpack/journal.jsonl".to_owned(),
        "! pgrep -x etcd".to_owned(),
        format!("test -e {DATA}/.etcdpack-restore"),
        format!("test $(ls {DATA} | grep -c before-) -gt 3"),
    ];
    // In the long form also at moments of no meaning, over all of the time that one takes.
    let moments = (1..=if form() == Form::Long { 16 } else { 0 }).map(|n| format!("sleep {:.2}", f64::from(n) * 0.17));
    for (n, seen) in steps.into_iter().chain(moments).enumerate() {
        let again = format!("restore ship.db --again {}", n + 2);
        let line = format!("/root/n1.run restore /root/ship.db --again {} --yes --quiet {SIGNER}", n + 2);
        let asides = || sh(&format!("ls {DATA} | grep -c '^member.before-'; true")).ok();
        let kill = format!("until {seen} || ! kill -0 $victim; do :; done; systemctl kill --signal=KILL victim.scope");
        lab.guest("n1", "harmed.sh", &[&line, &kill]);
        if sh("test -e /var/lib/etcdpack/journal.jsonl").code == 0 {
            cut += 1;
            // Nothing else goes on in its place.
            run(&lab, "n1", "install").refused(3, "[unfinished-other]");
        }
        run(&lab, "n1", &format!("{again} --wait 60")).ok();
        assert_eq!((get(&lab, "n1", "ship"), get(&lab, "n1", "later")), ("at-sea".to_owned(), String::new()), "{seen}");
        assert_eq!(sh(&format!("ls -A {DATA} | grep -c '^[.]etcdpack'; true")).ok().trim(), "0", "{seen}");
        assert_eq!(asides().trim(), (n + 1).to_string(), "{seen}: what was there stays");
        sh(&format!("{ETCDCTL} put later lost")).ok();
    }
    assert!(cut > 0, "nothing was cut off");
    // What fails is taken back, and what ran before runs again.
    let before = sh(&format!("ls -A {DATA}")).ok();
    let program = sh("ls /opt/etcd/etcdutl 2>/dev/null || echo /opt/etcd/etcdctl").ok();
    let broken = format!("mv {program} /root/real && printf '#!/bin/sh\nexit 1\n' >{program} && chmod 755 {program}");
    sh(&broken).ok();
    let said = run(&lab, "n1", "restore ship.db --again 99");
    assert!(said.code == 5 && said.err.contains("everything was undone"), "{said:?}");
    sh(&format!("mv /root/real {program}")).ok();
    lab.until("n1", &format!("{HOST} status"));
    assert_eq!((sh(&format!("ls -A {DATA}")).ok(), get(&lab, "n1", "later")), (before, "lost".to_owned()));
    // An uninstall leaves the data that were restored.
    sh(&format!("{HOST} uninstall --yes")).ok();
    run(&lab, "n1", "install --wait 60").ok();
    assert_eq!(get(&lab, "n1", "ship"), "at-sea");
    sh(&format!("{HOST} uninstall --purge --yes && test ! -e {DATA}")).ok();
}

/// What it would do is shown, as a person and a program read it, and is not done.
fn would_be(lab: &Lab) {
    let before = (lab.installed("n1"), lab.etcds("n1"), lab.sh("n1", &format!("find {DATA} | sort")).ok());
    let dry = |more: &str| lab.sh("n1", &format!("cd /root && ./n1.run restore ship.db --dry-run {more} {SIGNER}"));
    let said = dry("").ok();
    assert!(said.contains(&format!("restore    {DATA}  revision ")), "{said}");
    let plan = dry("--json").ok();
    for part in ["\"step\": \"restore\"", "\"token\": \"restored-", "\"aside\": \"member.before-restored-"] {
        assert!(plan.contains(part), "no {part} in {plan}");
    }
    assert_eq!((lab.installed("n1"), lab.etcds("n1"), lab.sh("n1", &format!("find {DATA} | sort")).ok()), before);
}

/// The same snapshot, sealed: nothing of it is restored without what opens it.
fn sealed(lab: &Lab, site: &Site) {
    let sh = |line: &str| lab.sh("n1", line);
    let before = (lab.installed("n1"), lab.etcds("n1"));
    let recipient = site.etcdpack(&["pki", "backup-key"]).ok();
    lab.put(&site.path("backup-identity.txt"), "n1");
    sh(&format!("cd /root && {HOST} snapshot --recipient {} -o ship.db.age", recipient.trim())).ok();
    run(lab, "n1", "restore ship.db.age </dev/null").refused(4, "nothing was given that opens it");
    run(lab, "n1", "restore ship.db.age --identity-fd 3 3<ship.db.json").refused(3, "is no identity");
    sh("cd /root && head -c 3000 ship.db.age >cut.db.age").ok();
    run(lab, "n1", "restore cut.db.age --identity-fd 3 3<backup-identity.txt").refused(4, "cut off, or damaged");
    assert_eq!((lab.installed("n1"), lab.etcds("n1")), before, "all were refused");
    sh(&format!("{ETCDCTL} put unsealed lost")).ok();
    sh(&format!("cd /root && ./n1.run restore ship.db.age --dry-run --identity-fd 3 {SIGNER} 3<backup-identity.txt"))
        .ok();
    // Typed, and not shown.
    let identity = site.shell("grep ^AGE-SECRET-KEY- backup-identity.txt").ok();
    let line = format!("cd /root && ./n1.run restore ship.db.age --wait 60 --yes {SIGNER}");
    let said = lab.answered("n1", &line, ("Secret half that opens", &identity), "true");
    assert!(!said.out.contains("[snapshot-unlabelled]") && !said.out.contains(&identity), "{said:?}");
    said.ok();
    assert_eq!((get(lab, "n1", "ship"), get(lab, "n1", "unsealed")), ("at-sea".to_owned(), String::new()));
    sh(&format!("rm -r {DATA}/member.before-*")).ok();
}

/// Files as people have them: each is refused with the line that helps, and nothing is changed.
fn files(lab: &Lab) {
    let sh = |line: &str| lab.sh("n1", line);
    let before = (lab.installed("n1"), lab.etcds("n1"));
    for (make, words, code, found) in [
        ("truncate -s -1 x.db", "x.db", 4, "was cut off"),
        ("printf X | dd of=x.db bs=1 seek=9000 conv=notrunc status=none", "x.db", 4, "its bytes are not those"),
        (
            "printf X | dd of=x.db bs=1 seek=9000 conv=notrunc status=none",
            "x.db --unverified",
            4,
            "its bytes are not those",
        ),
        ("gzip -c x.db >x.db.gz", "x.db.gz", 4, "gzip -dc x.db.gz >x.db"),
        ("mv x.db x.db.part; truncate -s -4096 x.db.part", "x.db.part", 4, "save it again"),
        ("truncate -s -32 x.db", "x.db", 4, "--unverified x.db"),
        ("truncate -s -32 x.db; truncate -s +32 x.db", "x.db", 4, "all zeroes"),
        ("truncate -s 0 x.db", "x.db", 4, "is empty"),
        ("rm x.db; mkfifo x.db", "x.db", 3, "not a regular file"),
        ("rm x.db", "x.db", 3, "No such file"),
        ("sed -i 's/\"etcd\": \".*\"/\"etcd\": \"3.9.1\"/' x.db.json", "x.db", 3, "[snapshot-newer]"),
        ("sed -i 's/\"cluster\": \".*\"/\"cluster\": \"other\"/' x.db.json", "x.db", 3, "[snapshot-of-another]"),
        ("true", "x.db --root /", 2, "cannot be used with"),
    ] {
        sh(&format!("cd /root && rm -f x.db* && cp ship.db x.db && cp ship.db.json x.db.json && {{ {make}; }}")).ok();
        for command in ["plan --json", "install"] {
            let yes = if command == "install" { "--yes" } else { "" };
            let said = sh(&format!("cd /root && ./n1.run {command} --restore {words} {yes} {SIGNER}"));
            let text = format!("{}{}", said.out, said.err);
            assert!(said.code == code && text.contains(found.trim_matches(['[', ']'])), "{command}, {make}: {said:?}");
        }
    }
    assert_eq!((lab.installed("n1"), lab.etcds("n1")), before, "all were refused");
    // The `db` of a data directory, by a word of its own.
    sh(&format!(
        "systemctl stop etcd-server 2>/dev/null || supervisorctl stop n1; cp {DATA}/member/snap/db /root/bare.db"
    ))
    .ok();
    let said = run(lab, "n1", "restore bare.db --unverified --wait 60");
    assert!(said.err.contains("[snapshot-unproven]") && said.err.contains("[snapshot-unlabelled]"), "{said:?}");
    said.ok();
    assert_eq!(get(lab, "n1", "ship"), "at-sea");
    sh(&format!("rm -r {DATA}/member.before-*")).ok();
}
