//! `snapshot --with-v2`: a copy of a stopped member's data has what the v2 API has written, a stock etcd serves it, and the member is up
//! again whatever happens.

use std::fs;
use std::time::Instant;

use whole::form::{chosen, figures};
use whole::ground::{self, Ground, Keeper};
use whole::strace::{self, Fault};
use whole::{Lab, SIGNER, Said, Site, cluster, plain_keys};

const HOST: &str = "/usr/local/sbin/etcdpack-host";
const STATUS: &str = "/usr/local/sbin/etcdpack-host status";
const ETCDCTL: &str = "ETCDCTL_API=3 /usr/local/bin/etcdctl";
/// By the v2 API, of the member of this host.
const V2: &str = "ETCDCTL_API=2 /opt/etcd/etcdctl --no-sync --endpoints https://127.0.0.1:2379 \
                  --ca-file /opt/etcd/certs/ca.pem --cert-file /opt/etcd/certs/etcd-peer.pem \
                  --key-file /opt/etcd/certs/etcd-peer-key.pem";

#[test]
fn a_stock_etcd_serves_the_copy_and_the_member_is_up_again() {
    ground::each("with-v2", Ground::of(Keeper::Systemd, "3.3.25"), row);
}

/// The hosts of a cluster with etcd on each.
fn installed(ground: Ground, name: &str, hosts: &[(&str, &str)]) -> Lab {
    let lab = carried(ground, name, hosts, "");
    install(&lab, hosts);
    lab
}

/// The hosts of a cluster, each with its bundle; the last host of the cluster file has `more`.
fn carried(ground: Ground, name: &str, hosts: &[(&str, &str)], more: &str) -> Lab {
    let tarball = ground.tarball();
    let site = Site::new(&plain_keys(&format!("{}{more}", cluster(ground.version, &tarball, hosts))));
    site.build(&tarball);
    let named: Vec<String> = hosts.iter().map(|(host, at)| format!("{host}={at}")).collect();
    let lab = ground.up(name, &named.iter().map(String::as_str).collect::<Vec<_>>());
    for (host, _) in hosts {
        lab.put(&site.bundle(host), host);
    }
    lab
}

fn install(lab: &Lab, hosts: &[(&str, &str)]) {
    for (host, _) in hosts {
        lab.sh(host, &format!("/root/{host}.run install --yes --quiet {SIGNER}")).ok();
    }
    for (host, _) in hosts {
        lab.until(host, STATUS);
    }
}

fn row(ground: Ground) {
    let lab = installed(ground, "tv2", &[("n1", "10.99.21.11")]);
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("mkdir -p /backup && {ETCDCTL} put ship at-sea")).ok();
    let stays = |line: &str, why: &str| {
        let before = (lab.etcds("n1"), sh("ls -A /backup").ok());
        sh(line).refused(3, why);
        assert_eq!((lab.etcds("n1"), sh("ls -A /backup").ok()), before, "{line}: nothing is another than before");
    };
    let take = format!("cd /backup && {HOST} snapshot --with-v2 -o etcd.db");
    if !ground.version.starts_with("3.3.") {
        let why = if ground.version.starts_with("3.6.") || ground.version.starts_with("3.7.") {
            "has no keys of the v2 API"
        } else {
            "serves no keys of the v2 API here"
        };
        return stays(&format!("{take} --yes"), why);
    }
    stays(&format!("{take} --yes"), "has no keys of the v2 API");
    sh(&format!("{V2} set /flannel/network 10.1.0.0/16")).ok();
    stays(&format!("{HOST} snapshot --with-v2 --yes -o - >/dev/null"), "the standard output takes one");
    stays(&format!("{take} </dev/null"), "no terminal to ask on");
    for (lay, why) in [("mkfifo", "not a regular file"), ("ln -s /etc/passwd", "not a regular file")] {
        let odd = "/data/etcd/etcd-server/member/snap/odd";
        stays(&format!("{lay} {odd}; {take} --yes; code=$?; rm {odd}; exit $code"), why);
    }

    let before = lab.etcds("n1");
    let said = sh(&format!("{take} --yes"));
    assert!(said.code == 0 && said.out.contains(": whole: ") && said.out.contains("the member's data"), "{said:?}");
    assert!(said.err.contains("etcd is stopped for about") && said.err.contains("is up again"), "{said:?}");
    println!("{}", said.err);
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != before, "it was stopped once");
    lab.until("n1", STATUS);
    sh(&format!("{ETCDCTL} get ship | grep -qx at-sea && {V2} get /flannel/network")).ok();
    assert_eq!(sh("cd /backup && stat -c '%a %n' *").ok(), "600 etcd.db\n644 etcd.db.json\n600 etcd.db.v2.tar");
    let record = sh("cat /backup/etcd.db.json").ok();
    assert!(record.contains("\"v2-keys-left-out\": false") && record.contains("\"etcd.db.v2.tar\""), "{record}");
    stays(&format!("{take} --yes"), "takes the place of nothing");
    served(&lab, "");
    verified(&lab);
    sealed(&lab);
    // The history has it, and no run is left.
    let page = sh(&format!("{HOST} report")).ok();
    assert!(page.contains("copy of the data") && !page.contains("cut off"), "{page}");
}

/// Data and log lie on two disks, and a person says yes at a terminal.
#[test]
fn with_its_log_on_another_disk_the_copy_has_both() {
    let hosts = [("n1", "10.99.24.11")];
    let lab = carried(Ground::of(Keeper::Supervisor, "3.3.25"), "tv2wal", &hosts, "wal-dir = \"/wal/etcd\"\n");
    let sh = |line: &str| lab.sh("n1", line);
    sh("mkdir -p /wal /backup && mount -t tmpfs -o mode=0755,size=512m none /wal").ok();
    install(&lab, &hosts);
    sh(&format!("{ETCDCTL} put ship at-sea && {V2} set /flannel/network 10.1.0.0/16")).ok();
    let before = lab.etcds("n1");
    let take = format!("cd /backup && {HOST} snapshot --with-v2 -o etcd.db");
    let answer = |answer: &str| lab.answered("n1", &take, ("[y/N]", answer), "true");
    let said = answer("n");
    assert!(said.code == 3 && said.out.contains("nothing was changed"), "{said:?}");
    assert_eq!((lab.etcds("n1"), sh("ls -A /backup").ok().as_str()), (before.clone(), ""), "after a no");
    let said = answer("y");
    assert!(said.code == 0 && said.out.contains("is up again"), "{said:?}");
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != before, "it was stopped once");
    lab.until("n1", STATUS);
    assert!(sh("tar -tf /backup/etcd.db.v2.tar").ok().contains("\nwal/"), "the log lies beside the data");
    served(&lab, "--wal-dir /root/v2/wal");
}

/// By an etcd of the same minor, as a cluster of its own.
fn served(lab: &Lab, more: &str) {
    let sh = |line: &str| lab.sh("n1", line);
    let [client, peer] = ["http://127.0.0.1:12379", "http://127.0.0.1:12380"];
    sh("mkdir -m 700 /root/v2 && tar -xf /backup/etcd.db.v2.tar -C /root/v2").ok();
    let alone = format!(
        "/opt/etcd/etcd --data-dir /root/v2 {more} --force-new-cluster --listen-client-urls {client} \
         --advertise-client-urls {client} --listen-peer-urls {peer}"
    );
    sh(&format!("setsid {alone} >/root/v2.log 2>&1 & echo $! >/root/v2.pid")).ok();
    lab.until("n1", &format!("ETCDCTL_API=2 /opt/etcd/etcdctl --endpoints {client} get /flannel/network"));
    let both = format!("ETCDCTL_API=3 /opt/etcd/etcdctl --endpoints {client} get ship");
    assert_eq!(sh(&both).ok(), "ship\nat-sea");
    sh("kill $(cat /root/v2.pid)").ok();
    lab.until("n1", "! kill -0 $(cat /root/v2.pid)");
    sh("rm -r /root/v2 /root/v2.log /root/v2.pid").ok();
}

fn verified(lab: &Lab) {
    let sh = |line: &str| lab.sh("n1", &format!("cd /backup && {line}"));
    let said = sh(&format!("{HOST} snapshot verify etcd.db")).ok();
    assert!(said.contains("etcd.db.v2.tar: the member's data"), "{said}");
    let listed = sh(&format!("{HOST} snapshot list --json")).ok();
    assert!(listed.contains("\"v2-copy\": \"etcd.db.v2.tar\"") && listed.contains("\"bad\": false"), "{listed}");
    for (harm, unread) in [
        ("printf X | dd of=etcd.db.v2.tar bs=1 seek=5000 conv=notrunc status=none", 0),
        ("truncate -s -512 etcd.db.v2.tar", 4),
        ("rm etcd.db.v2.tar", 4),
    ] {
        sh(&format!("cp etcd.db.v2.tar /root/kept && {harm}")).ok();
        let said = sh(&format!("{HOST} snapshot verify etcd.db"));
        assert!(said.code == 4 && said.err.contains("the copy of the data `etcd.db.v2.tar`"), "{harm}: {said:?}");
        assert_eq!(sh(&format!("{HOST} snapshot list")).code, unread, "{harm}");
        assert_eq!(sh(&format!("{HOST} snapshot list --verify")).code, 4, "{harm}");
        sh("mv /root/kept etcd.db.v2.tar").ok();
    }
    sh(&format!("{HOST} snapshot verify etcd.db && {HOST} snapshot list --verify")).ok();
    // Whoever names all that lies there means the snapshot, and whoever names one of the others is told of it.
    let said = sh(&format!("{HOST} snapshot verify *"));
    assert!(said.code == 0 && said.err.contains("etcd.db.v2.tar: belongs to `etcd.db`"), "{said:?}");
    for command in ["etcdpack-host snapshot verify", "etcdpack-host drill", "/root/n1.run restore"] {
        for file in ["etcd.db.v2.tar", "etcd.db.json"] {
            let said = sh(&format!("{command} {file}"));
            assert!(said.code == 4 && said.err.contains("etcd.db   (the file belongs to that snapshot"), "{said:?}");
        }
    }
}

/// Both files, so that nothing of either is in the clear.
fn sealed(lab: &Lab) {
    let home = tempfile::TempDir::new().expect("a directory");
    let pair = |line: &str| whole::run(std::process::Command::new("sh").current_dir(&home).args(["-c", line]));
    pair("age-keygen -o identity 2>/dev/null").ok();
    let recipient = pair("age-keygen -y identity").ok();
    let sh = |line: &str| lab.sh("n1", &format!("cd /backup && {line}"));
    sh(&format!("{HOST} snapshot --with-v2 --yes -o s.db.age --recipient {}", recipient.trim())).ok();
    lab.until("n1", STATUS);
    let said = sh(&format!("{HOST} snapshot verify s.db.age")).ok();
    assert!(said.contains("s.db.v2.tar.age: the member's data"), "{said}");
    fs::write(home.path().join("packed"), sh("base64 s.db.v2.tar.age").ok()).expect("a file");
    let names = pair("base64 -d packed | age -d -i identity | tar -t").ok();
    assert!(names.contains("member/snap/db") && names.contains(".wal"), "{names}");
}

/// A kill, a signal or a full disk at any moment: the next run has etcd up again, and what has a name is whole.
#[test]
fn a_copy_that_is_cut_off_leaves_no_member_down() {
    let ground = Ground::of(Keeper::Systemd, "3.3.25");
    let lab = installed(ground, "tv2cut", &[("n1", "10.99.22.11")]);
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("mkdir -p /srv/s && {ETCDCTL} put ship at-sea && {V2} set /flannel x")).ok();
    let take = || lab.command("n1", &[HOST, "snapshot", "--with-v2", "--yes", "-o", "/srv/s/c.db"]);
    let again = || {
        sh("rm -f /srv/s/* && systemctl reset-failed").ok();
        lab.until("n1", STATUS);
    };
    let points = strace::points(&take());
    // The first large piece is of the log, and is written while etcd is stopped.
    let stopped = points.iter().find(|seen| seen.line.contains(", 1048576)")).expect("a large piece").point.clone();
    again();
    let said = strace::inject(&take(), &stopped.call, stopped.n, Fault::Errno("ENOSPC")).expect("a full disk");
    assert!(said.code == 5 && said.err.contains("No space") && said.err.contains("etcd runs again"), "{said:?}");
    sh("systemctl is-active etcd-server && test -z \"$(ls -A /srv/s)\" && ! test -e /var/lib/etcdpack/journal.jsonl")
        .ok();
    again();
    strace::inject(&take(), &stopped.call, stopped.n, Fault::Kill).expect("a kill");
    let said = sh(&format!("{HOST} doctor"));
    assert!(said.code == 7 && said.err.contains("[unfinished]"), "{said:?}");
    let said = sh(&format!("! systemctl is-active etcd-server && {HOST} snapshot -o /srv/s/next.db"));
    assert!(said.code == 0 && said.err.contains("was cut off"), "{said:?}");
    let points: Vec<_> = points.into_iter().map(|seen| seen.point).collect();
    let (points, began) = (chosen(&points, 12), Instant::now());
    let (mut wrong, mut missed) = (Vec::new(), Vec::new());
    for (n, point) in points.iter().enumerate() {
        again();
        let fault = [Fault::Kill, Fault::Kill, Fault::Signal("TERM"), Fault::Errno("ENOSPC")][n % 4];
        let said = strace::inject(&take(), &point.call, point.n, fault);
        let is_up = || sh("systemctl is-active etcd-server").code == 0;
        let ended = said.as_ref().map_or(0, |said| said.code);
        if fault != Fault::Kill && !is_up() {
            wrong.push(format!("{point} {fault:?}: etcd does not run: {said:?}"));
        }
        if fault != Fault::Kill && ![0, 3, 5, 6].contains(&ended) {
            wrong.push(format!("{point} {fault:?}: {said:?}"));
        }
        missed.extend(said.err());
        // Any command that works on the host starts it again.
        let next = sh(&format!("{HOST} snapshot -o /srv/s/next.db"));
        let whole = sh(&format!("{HOST} snapshot verify $(ls /srv/s/*.db)"));
        let left =
            sh("ls /var/lib/etcdpack/journal.jsonl 2>/dev/null; ls -A /srv/s | grep -v '^next[.]db' | xargs").out;
        let is_known = ["", "c.db.json", "c.db.json c.db.v2.tar", "c.db c.db.json c.db.v2.tar"].contains(&left.trim());
        if !is_up() || next.code != 0 || whole.code != 0 || !is_known {
            wrong.push(format!("{point} {fault:?}: then {next:?}, {whole:?}, left: {left}"));
        }
    }
    again();
    sh(&format!("{ETCDCTL} get ship | grep -qx at-sea && {V2} get /flannel && {HOST} doctor")).ok();
    figures("kill, TERM, ENOSPC", "a copy of the data", points.len(), wrong.len(), began);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(missed.len() * 2 < points.len(), "most were not tried: {}", missed.join("\n"));
}

#[test]
fn the_others_serve_while_one_is_copied_and_are_not_left_too_few() {
    let hosts = [("n1", "10.99.23.11"), ("n2", "10.99.23.12"), ("n3", "10.99.23.13")];
    let lab = installed(Ground::of(Keeper::Supervisor, "3.3.25"), "tv2three", &hosts);
    let at = |host: &str, line: &str| lab.sh(host, line);
    at("n1", &format!("{V2} set /flannel x")).ok();
    // Each write that was acknowledged has its name on this list, with the time.
    let writes = format!(
        "for n in $(seq 100000); do {ETCDCTL} put w-$n $n >/dev/null && echo $n $(date +%s%N) >>/root/acknowledged; \
         test -e /root/enough && exit; done"
    );
    at("n2", &format!("setsid sh -c '{writes}' >/dev/null 2>&1 & exit 0")).ok();
    lab.until("n2", "test $(wc -l </root/acknowledged) -gt 20");
    let take = format!("{HOST} snapshot --with-v2 --yes -o /root/etcd.db");
    let said = at("n1", &take);
    assert!(said.code == 0 && !said.err.contains("quorum-at-risk"), "{said:?}");
    lab.until("n1", STATUS);
    let count = at("n2", "wc -l </root/acknowledged").ok();
    lab.until("n2", &format!("test $(wc -l </root/acknowledged) -gt $(({} + 20))", count.trim()));
    at("n2", "touch /root/enough").ok();
    let gap = "awk 'NR > 1 && $2 - last > most { most = $2 - last } { last = $2 } END { print int(most / 1000000) }'";
    let gap: u64 = at("n2", &format!("{gap} /root/acknowledged")).ok().trim().parse().expect("a number");
    println!("{}longest gap of a writer: {gap} ms", said.err);
    let lost = format!(
        "while read n when; do test \"$({ETCDCTL} get w-$n --print-value-only)\" = $n || echo $n; done </root/acknowledged"
    );
    assert_eq!(at("n2", &lost).ok(), "", "written and lost");

    // With one away, the two need each other.
    lab.sh("n3", "supervisorctl stop n3").ok();
    let before = lab.etcds("n1");
    let refused: Said = at("n1", &format!("rm /root/etcd.db*; {take}"));
    assert!(refused.code == 3 && refused.err.contains("[quorum-at-risk]"), "{refused:?}");
    assert_eq!(lab.etcds("n1"), before);
    at("n1", &format!("{take} --although-quorum-at-risk && {HOST} snapshot verify /root/etcd.db")).ok();
    lab.until("n1", STATUS);
}
