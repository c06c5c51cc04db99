//! A snapshot has its name once it is proven whole, stock etcd restores it, and no harmed one passes for a good one.

use std::fs;
use std::path::Path;

use crate::{drill, report};
use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Site, cluster, plain_keys, release, sha256};

const HOST: &str = "/usr/local/sbin/etcdpack-host";
const ETCDCTL: &str = "ETCDCTL_API=3 /usr/local/bin/etcdctl";
/// Has systemd look. A test does so more often in ten seconds than systemd lets anyone, unless it forgets the starts before.
const START: &str = "systemctl reset-failed etcd-server-snapshot.service; systemctl start etcd-server-snapshot.service";

#[test]
fn what_has_a_snapshots_name_is_whole_and_stock_etcd_restores_it() {
    ground::each("snapshot", Ground::of(Keeper::Systemd, "3.3.25"), row);
}

#[test]
fn a_host_takes_snapshots_by_itself_and_keeps_as_many_as_it_should() {
    ground::each("timer", Ground::of(Keeper::Supervisor, "3.4.23"), timed);
}

fn timed(ground: Ground) {
    let (address, tarball) = ("10.99.5.11", ground.tarball());
    let lab = ground.up("ttimer", &[&format!("n1={address}")]);
    let text = plain_keys(&cluster(ground.version, &tarball, &[("n1", address)]));
    let site = Site::new(&text);
    site.build(&tarball);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("/root/n1.run install --yes --quiet --wait 60 {SIGNER}")).ok();
    let etcds = lab.etcds("n1");
    // A host that was installed before gets its timer, and etcd runs on.
    let section = "[backup]\nevery = \"31d\"\nkeep = 2\ndir = \"/srv/snapshots\"\n";
    fs::write(site.path("cluster.toml"), format!("{text}\n{section}")).expect("the cluster file");
    site.build(&tarball);
    lab.put(&site.bundle("n1"), "n1");
    sh("/root/n1.run plan | grep -F 'start etcd-server-snapshot.timer under systemd'").ok();
    sh("/root/n1.run install --yes").ok();
    let said = sh("/root/n1.run install --yes");
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(lab.etcds("n1"), etcds, "etcd was not restarted");
    sh("systemctl is-active etcd-server-snapshot.timer && systemctl is-enabled etcd-server-snapshot.timer").ok();
    assert_eq!(sh("stat -c '%a %U' /srv/snapshots").ok().trim(), "700 root");

    // The timer takes the first; from then on it is looked when this test wants it to be, and none is due.
    let soon = "/etc/systemd/system/etcd-server-snapshot.timer.d";
    sh(&format!("mkdir {soon} && printf '[Timer]\\nOnActiveSec=1s\\n' >{soon}/soon.conf && systemctl daemon-reload"))
        .ok();
    sh("systemctl restart etcd-server-snapshot.timer").ok();
    lab.until("n1", "ls /srv/snapshots/*Z.db.json");
    sh(&format!("rm -r {soon} && systemctl stop etcd-server-snapshot.timer")).ok();
    lab.until("n1", "! systemctl is-active etcd-server-snapshot.service");
    let (take, count) = (START, "ls /srv/snapshots | grep -c 'Z[.]db$'; true");
    sh(take).ok();
    assert_eq!(sh(count).ok().trim(), "1");
    let said = sh(&format!("{HOST} snapshot list --verify /srv/snapshots && {HOST} status && {HOST} doctor")).ok();
    assert!(said.contains("  whole"), "{said}");
    // In each piece of time one, and no more than two are kept: the newest.
    let older = "for it in /srv/snapshots/*.json; do sed -i 's/\"taken\": \"20/\"taken\": \"19/' $it; done";
    for wanted in ["2", "2"] {
        let newest = sh("ls /srv/snapshots/*.db | tail -n 1").ok();
        // A name is of a second.
        sh(&format!("{older}; {ETCDCTL} put a b && sleep 1 && {take} && test -f {newest}")).ok();
        assert_eq!(sh(count).ok().trim(), wanted);
    }
    // Where others could make names, none is put; that is said, until one is taken again.
    sh(&format!("{older}; chmod 777 /srv/snapshots")).ok();
    sh(&format!("{HOST} snapshot --timed")).refused(3, "others than root can change it");
    let said = sh(&format!("{HOST} status; chmod 700 /srv/snapshots"));
    assert!(said.err.contains("[snapshot-failed]"), "{said:?}");
    for look in ["status", "doctor"] {
        let said = sh(&format!("{HOST} {look}"));
        let is_said = |code| [&said.out, &said.err].into_iter().any(|text| text.contains(code));
        assert!(said.code == 7 && is_said("[snapshot-old]") && is_said("[snapshot-failed]"), "{said:?}");
    }
    // Nor beside another run.
    sh(&format!("flock /run/etcdpack.lock {HOST} snapshot --timed")).refused(3, "another etcdpack");
    sh("mount -t tmpfs -o size=1m,mode=700 tmpfs /srv/snapshots").ok();
    sh(&format!("{HOST} snapshot --timed")).refused(3, "there is room for");
    sh(&format!("umount /srv/snapshots; {HOST} snapshot --timed && {HOST} status && {HOST} doctor")).ok();
    assert_eq!(sh(count).ok().trim(), "2");

    // Killed at whatever it does: what has a name is whole, and the next one clears up.
    for wait in ["0.05", "0.15", "0.25"] {
        sh(&format!("{older}; timeout --signal=KILL {wait} {HOST} snapshot --timed"));
        sh(&format!("{HOST} snapshot list --verify /srv/snapshots")).ok();
    }
    sh(&format!("{older}; {take} && {HOST} status")).ok();
    assert_eq!(sh("ls -A /srv/snapshots | grep -c '^[.]'; true").ok().trim(), "0");

    sealed_by_itself(&lab, &site, &tarball, &format!("{text}\n{section}"));

    // They outlive even a purge.
    let names = sh("ls /srv/snapshots").ok();
    sh(&format!("{HOST} uninstall --purge --yes")).ok();
    assert_eq!(sh("ls /srv/snapshots && ! id etcd").ok(), names);
    sh("! systemctl is-active etcd-server-snapshot.timer && ! ls /etc/systemd/system/*/etcd-server-snapshot* /etc/systemd/system/etcd-server-snapshot*").ok();
}

#[test]
fn a_host_drills_by_itself_and_tells_of_it() {
    ground::each("drilling", Ground::of(Keeper::Systemd, "3.5.1"), drilled);
}

fn drilled(ground: Ground) {
    let (address, tarball) = ("10.99.7.11", ground.tarball());
    let lab = ground.up("tdrilled", &[&format!("n1={address}")]);
    let text = plain_keys(&cluster(ground.version, &tarball, &[("n1", address)]));
    let site = Site::new(&text);
    let recipient = site.etcdpack(&["pki", "backup-key", "-o", "safe"]).ok();
    let section = format!(
        "[backup]\nevery = \"31d\"\ndrill = \"31d\"\ndir = \"/srv/snapshots\"\nrecipients = [\"{}\"]\n\
         [monitoring]\ntextfile = \"/srv/metrics\"\n",
        recipient.trim()
    );
    fs::write(site.path("cluster.toml"), format!("{text}\n{section}")).expect("the cluster file");
    site.build(&tarball);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    // The directory is another user's.
    sh("mkdir -m 755 /srv/metrics && chown 65534 /srv/metrics").ok();
    sh(&format!("/root/n1.run install --yes --quiet --wait 60 {SIGNER}")).ok();
    // From here on it is looked when this test wants it to be.
    sh("systemctl stop etcd-server-snapshot.timer").ok();
    lab.until("n1", "! systemctl is-active etcd-server-snapshot.service");
    sh("rm -f /srv/snapshots/*").ok();
    sh(&format!("for n in 1 2 3; do {ETCDCTL} put ship-marked-$n x >/dev/null || exit; done")).ok();
    let look = format!("{HOST} snapshot --timed");
    let said = sh(&look).ok();
    assert!(said.contains("sealed") && said.contains("restorable: 3 keys"), "{said}");
    let told = "/srv/metrics/etcd-server-snapshots.prom";
    assert_eq!(sh(&format!("stat -c '%a %U' {told}")).ok().trim(), "644 root");
    let metrics = sh(&format!("cat {told}")).ok();
    let labels = "{cluster=\"t\",member=\"n1\"}";
    assert!(metrics.contains(&format!("etcdpack_drill_last_good_keys{labels} 3")), "{metrics}");
    assert!(metrics.contains(&format!("etcdpack_snapshot_last_good_size_bytes{labels} ")), "{metrics}");
    assert!(!metrics.contains("_failed_") && !metrics.contains("snapshot_last_good_keys"), "{metrics}");
    // Neither is due again, and nothing of it is left.
    let before = sh(&format!("stat -c %Y%i {told} /srv/snapshots/*")).ok();
    assert!(sh(&look).err.contains("no snapshot is due"));
    assert_eq!(sh(&format!("stat -c %Y%i {told} /srv/snapshots/*")).ok(), before);
    assert_eq!(sh(&format!("grep -rl ship-marked /srv; ls -d {}; true", drill::LEFT)).out, "");
    sh(&format!("{HOST} status && {HOST} doctor")).ok();

    // What does not come back is said, held against the snapshot, and tried again with the next one.
    let age = "sed -i 's/\"when\": \"20/\"when\": \"19/' /srv/snapshots/drills.json";
    let says = |line: &str, code: &str| {
        let said = sh(line);
        assert!(said.code == 7 && format!("{}{}", said.out, said.err).contains(code), "{said:?}");
    };
    says(&format!("{age}; {HOST} status"), "[drill-old]");
    let said = sh(&format!(
        "mount --bind /bin/false /opt/etcd/etcdutl; {look}; code=$?; umount /opt/etcd/etcdutl; exit $code"
    ));
    assert!(said.code == 4 && said.err.contains("not shown to be restorable"), "{said:?}");
    for looked in ["status", "doctor"] {
        says(&format!("{HOST} {looked}"), "[drill-failed]");
    }
    assert!(sh(&look).err.contains("no snapshot is due"));
    let reported = sh(&format!("{HOST} report --format json")).ok();
    report::has_its_form(&reported);
    let reported: serde_json::Value = serde_json::from_str(&reported).unwrap();
    assert_eq!(
        (&reported["drills"]["good"]["keys"], &reported["drills"]["failed"]["against"]),
        (&3.into(), &"snapshot".into())
    );
    let page = sh(&format!("{HOST} report")).ok();
    assert!(page.contains(": restorable: 3 keys, revision ") && page.contains("The drill of 20"), "{page}");
    // What others could have written there shows nothing.
    let page = sh(&format!("chmod 777 /srv/snapshots; {HOST} report; chmod 700 /srv/snapshots")).ok();
    assert!(!page.contains("restorable") && !page.contains("The drill of"), "{page}");
    assert!(sh(&format!("cat {told}")).ok().contains("etcdpack_drill_failed_timestamp_seconds"));
    sh(&format!("{age}; {look} && {HOST} status && {HOST} doctor && ! grep failed {told}")).ok();

    // A link in its place is not followed, and stays at an uninstall; a file of ours goes.
    sh(&format!("cp {told} /srv/kept; rm {told}; ln -s /srv/victim {told}; {look}")).ok();
    sh(&format!("test -L {told} && ! test -e /srv/victim && rm {told} && {look} && test -f {told}")).ok();
    sh(&format!("{HOST} uninstall --yes && ! ls {told}")).ok();
}

#[test]
fn where_no_systemd_runs_a_loop_under_supervisor_takes_them() {
    let (address, tarball) = ("10.99.6.11", release("3.5.1", "amd64"));
    let text = plain_keys(&cluster("3.5.1", &tarball, &[("n1", address)]));
    let site = Site::new(&text);
    let build = |sections: &str| {
        fs::write(site.path("cluster.toml"), format!("{text}\n{sections}")).expect("the cluster file");
        site.build(&tarball);
    };
    let lab = Lab::up("tloop", "plain", &[&format!("n1={address}")]);
    let sh = |line: &str| lab.sh("n1", line);
    let section = "[backup]\nevery = \"31d\"\nkeep = 2\ndir = \"/srv/snapshots\"\n";
    let install = format!("/root/n1.run install --yes --wait 60 {SIGNER}");

    // An etcd that does not come up takes the loop along.
    build(&format!("{section}[etcd.flags]\nlisten-metrics-urls = \"https://10.99.9.9:9999\"\n"));
    lab.put(&site.bundle("n1"), "n1");
    sh(&install).refused(5, "did not come up");
    sh("! pgrep -f 'snapshot --time[d]' && ! ls /etc/supervisord.d && ! ls /srv/snapshots").ok();

    // A host that was installed before gets its loop, and etcd runs on.
    build("");
    lab.put(&site.bundle("n1"), "n1");
    sh(&install).ok();
    let etcds = lab.etcds("n1");
    build(section);
    lab.put(&site.bundle("n1"), "n1");
    sh("/root/n1.run plan | grep -F 'start etcd-server-snapshot under supervisor'").ok();
    sh("/root/n1.run install --yes").ok();
    let said = sh("/root/n1.run install --yes");
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(lab.etcds("n1"), etcds, "etcd was not restarted");

    // It sleeps and looks. Woken twice, it has looked in between.
    let the_loop = "$(supervisorctl pid etcd-server-snapshot)";
    let look = || (0..2).for_each(|_| lab.until("n1", &format!("pkill -x -P {the_loop} sleep")));
    let count = || sh("ls /srv/snapshots | grep -c 'Z[.]db$'; true").ok().trim().to_owned();
    look();
    assert_eq!(count(), "1");
    look();
    assert_eq!(count(), "1", "none is due before the next piece of time");
    sh("sed -i 's/\"taken\": \"20/\"taken\": \"19/' /srv/snapshots/*.json").ok();
    look();
    assert_eq!(count(), "2");
    sh(&format!("{HOST} status && {HOST} doctor")).ok();

    // supervisord starts one that ends; one that its supervisord has left behind ends by itself.
    let pid = sh(&format!("echo {the_loop}")).ok();
    sh(&format!("kill -9 {}", pid.trim())).ok();
    lab.until("n1", &format!("test {the_loop} -gt 0 && test {the_loop} != {}", pid.trim()));
    sh("sed -n 's/^command=//p' /etc/supervisord.d/etcd-server-snapshot.ini | sed 's/sleep 60/sleep 2/' >/tmp/loop")
        .ok();
    sh("sh -c \"$(cat /tmp/loop) & echo \\$! >/tmp/left; sleep 1\" && test -d /proc/$(cat /tmp/left)").ok();
    lab.until("n1", "! test -d /proc/$(cat /tmp/left)");

    // Another `every` is another section: it begins anew with that, and etcd does not.
    build(&section.replace("31d", "1h"));
    lab.put(&site.bundle("n1"), "n1");
    sh("/root/n1.run install --yes").ok();
    lab.until("n1", &format!("tr '\\0' ' ' </proc/{the_loop}/cmdline | grep -F 'sleep 150; done'"));
    assert_eq!(lab.etcds("n1"), etcds, "etcd was not restarted");

    let names = sh("ls /srv/snapshots").ok();
    sh(&format!("{HOST} uninstall --purge --yes")).ok();
    assert_eq!(sh("ls /srv/snapshots && ! id etcd").ok(), names);
    sh("! pgrep -f 'snapshot --time[d]' && ! pgrep supervisord && ! ls /etc/supervisord.d").ok();
}

/// Whoever the cluster file names opens them, and nothing of a key stands in the directory.
fn sealed_by_itself(lab: &Lab, site: &Site, tarball: &Path, text: &str) {
    let sh = |line: &str| lab.sh("n1", line);
    let recipient = site.etcdpack(&["pki", "backup-key", "-o", "safe"]).ok();
    let recipient = recipient.trim();
    fs::write(site.path("cluster.toml"), format!("{text}recipients = [\"{recipient}\"]\n")).expect("the cluster file");
    site.build(tarball);
    assert!(site.etcdpack(&["inspect", "dist/n1.run"]).ok().contains(recipient));
    for file in [site.bundle("n1"), site.path("safe")] {
        lab.put(&file, "n1");
    }
    sh("/root/n1.run install --yes").ok();
    let aged = "for it in /srv/snapshots/*.json; do sed -i 's/\"taken\": \"20/\"taken\": \"19/' $it; done";
    let take = format!("{aged}; sleep 1; {START}");
    let marked = "grep -rlc ship-marked /srv/snapshots | wc -l";
    sh(&format!(
        "{ETCDCTL} put ship-marked yes && {HOST} snapshot -o /tmp/clear.db && grep -q ship-marked /tmp/clear.db"
    ))
    .ok();
    for wanted in ["1", "2"] {
        sh(&take).ok();
        assert_eq!(sh("ls /srv/snapshots | grep -c 'Z[.]db[.]age$'").ok().trim(), wanted);
        // What a killed run has left without a record stays.
        let kept = "for it in /srv/snapshots/*Z.db*.json; do test -f ${it%.json} && echo; done | wc -l";
        assert_eq!(sh(kept).ok().trim(), "2", "so many are kept");
        assert_eq!(sh(marked).ok().trim(), "0");
    }
    let newest = sh("ls /srv/snapshots/*.age | tail -n 1").ok();
    let said = sh(&format!("{HOST} snapshot verify --identity-fd 3 {} 3</root/safe", newest.trim())).ok();
    assert!(said.contains("whole within"), "{said}");
    let said = sh(&format!("{HOST} snapshot list --verify /srv/snapshots && {HOST} status && {HOST} doctor")).ok();
    assert_eq!(said.matches("sealed; its sum is right").count(), 2, "{said}");
    let said = sh(&format!("{aged}; {HOST} status"));
    assert!(said.code == 7 && said.err.contains("[snapshot-old]"), "{said:?}");
    sh(&take).ok();
}

fn row(ground: Ground) {
    let (address, tarball) = ("10.99.4.11", ground.tarball());
    let lab = ground.up("tsnap", &[&format!("n1={address}")]);
    let site = Site::new(&plain_keys(&cluster(ground.version, &tarball, &[("n1", address)])));
    site.build(&tarball);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    let said = sh(&format!("{HOST} snapshot"));
    assert_eq!(said.code, 127, "nothing is installed: {said:?}");
    sh("/root/n1.run snapshot").refused(3, "has installed nothing");
    sh(&format!("/root/n1.run install --yes --quiet --wait 60 {SIGNER}")).ok();
    sh(&format!(
        "for n in $(seq 300); do {ETCDCTL} put ship-$n $(head -c 2000 /dev/zero | tr '\\0' x) >/dev/null || exit; done"
    ))
    .ok();
    sh(&format!("{ETCDCTL} del ship-300")).ok();

    let said = sh(&format!("mkdir -p /backup && cd /backup && umask 0 && {HOST} snapshot -o etcd.db")).ok();
    let revision =
        said.split("revision ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a revision").to_owned();
    assert_eq!(sh("stat -c %a /backup/etcd.db").ok().trim(), "600");
    // etcd's own word for it, and its restore.
    let status = sh(&format!("{ETCDCTL} snapshot status /backup/etcd.db -w json")).ok();
    assert!(status.contains(&format!("\"revision\":{revision},")), "{status} {revision}");
    sh(&format!("{ETCDCTL} snapshot restore /backup/etcd.db --data-dir /tmp/restored && rm -r /tmp/restored")).ok();
    let said = sh(&format!("{HOST} snapshot verify /backup/etcd.db")).ok();
    assert!(said.contains("whole") && said.contains(&format!("revision {revision} of cluster")), "{said}");
    let sums = said.contains(sh("sha256sum </backup/etcd.db").ok().split(' ').next().expect("a sum"));
    assert!(sums && sh("cat /backup/etcd.db.json").ok().contains(&format!("\"revision\": {revision}")), "{said}");
    assert!(said.contains(" 299 keys,") && sh("cat /backup/etcd.db.json").ok().contains("\"keys\": 299"), "{said}");
    listed_and_passed_on(&lab);
    sealed(&lab, &site);
    left_out(&lab, ground);
    asked_as_a_user(&lab);
    // By itself it is named after the cluster and the time; whoever can read one can prove it.
    sh(&format!("cd /backup && {HOST} snapshot && test $(ls | grep -c 'Z[.]db$') = 1")).ok();
    sh("cp /root/n1.run /tmp/ && cp /backup/etcd.db /tmp/seen.db && chmod 755 /tmp/n1.run && chmod 644 /tmp/seen.db")
        .ok();
    sh("setpriv --reuid=65534 --regid=65534 --clear-groups /tmp/n1.run snapshot verify /tmp/seen.db").ok();
    sh("setpriv --reuid=65534 --regid=65534 --clear-groups /tmp/n1.run snapshot").refused(3, "needs root");
    let place = site.path("sevens.db");
    fs::write(&place, [7; 8192]).expect("a file");
    let hex = sha256(&place);
    let sum = (0..32).map(|n| u8::from_str_radix(&hex[2 * n..][..2], 16).expect("a sum")).collect::<Vec<_>>();
    fs::write(&place, [[7; 8192].as_slice(), &sum].concat()).expect("a file");
    lab.put(&place, "n1");
    drill::beside_the_member(&lab, 299, &revision);
    harmed(&lab);
    held_up(&lab, ground);
    sh(&ground.start("n1")).ok();
    lab.until("n1", &format!("{HOST} status"));
    drill::uninstalled(&lab);
}

fn listed_and_passed_on(lab: &Lab) {
    let sh = |line: &str| lab.sh("n1", line);
    // Into whatever takes it: nothing but the snapshot, and counted anew where nothing lies beside it.
    let said = sh(&format!("mkdir /list && cd /list && {HOST} snapshot -o - >passed.db"));
    assert!(said.code == 0 && said.err.contains("was whole"), "{said:?}");
    let said =
        sh(&format!("cd /list && {HOST} snapshot verify passed.db && cp /backup/etcd.db* . && {HOST} snapshot list"))
            .ok();
    assert!(said.contains(": whole: ") && said.contains(" 299 keys, revision "), "{said}");
    assert!(said.contains("good by its record") && said.contains("no record beside it"), "{said}");
    let said = sh(&format!("{{ {HOST} snapshot -o -; echo $? >code; }} | head -c 10000 | wc -c && cat code"));
    assert!(said.out == "10000\n3\n" && said.err.contains("Broken pipe"), "{said:?}");
    // Of a row each, whole or not.
    sh(&format!("cd /list && truncate -s -512 etcd.db && {HOST} snapshot list --json | grep '\"bad\": true'")).ok();
    let said = sh(&format!("cd /list && {HOST} snapshot list --verify"));
    let rows = said.out.lines().filter(|row| row.contains("BAD: ") || row.ends_with("  whole"));
    assert!(said.code == 4 && rows.count() == 2, "{said:?}");
}

/// For whoever has the secret half, by stock age too, and for nobody else.
fn sealed(lab: &Lab, site: &Site) {
    let sh = |line: &str| lab.sh("n1", &format!("cd /sealed && {line}"));
    let recipient = site.etcdpack(&["pki", "backup-key", "-o", "identity"]).ok();
    site.etcdpack(&["pki", "backup-key", "-o", "identity"]).refused(3, "was not touched");
    assert_eq!(site.shell("stat -c %a identity; age-keygen -y identity").ok(), format!("600\n{}", recipient.trim()));
    site.shell("age-keygen -o other").ok();
    for name in ["identity", "other"] {
        lab.put(&site.path(name), "n1");
    }
    lab.sh("n1", "mkdir -m 700 /sealed").ok();
    let recipient = format!("--recipient {}", recipient.trim());
    let said = sh(&format!("{HOST} snapshot {recipient} -o etcd.db.age")).ok();
    assert!(said.contains("sealed, ") && said.contains("whole within"), "{said}");
    let clear = sh("stat -c %a etcd.db.age; grep -c ship-1 /backup/etcd.db; grep -c ship-1 etcd.db.age; true").ok();
    assert!(clear.starts_with("600\n") && clear.ends_with("\n0") && !clear.contains("\n0\n"), "{clear}");
    // By another program, on another machine.
    let packed = sh("base64 -w0 etcd.db.age").ok();
    fs::write(site.path("packed"), packed).expect("a file");
    site.shell("base64 -d packed | age -d -i identity -o opened.db").ok();
    lab.put(&site.path("opened.db"), "n1");
    let said = sh(&format!("{HOST} snapshot verify /root/opened.db")).ok();
    assert!(said.contains(": whole: ") && said.contains(" 299 keys, "), "{said}");
    // Without a name, and by one of its own.
    sh(&format!("{HOST} snapshot {recipient} -o - >passed.age")).ok();
    sh(&format!("{HOST} snapshot verify --identity-fd 3 passed.age 3</root/identity")).ok();
    let said = sh(&format!("{HOST} snapshot verify passed.age"));
    assert!(said.code == 4 && said.err.contains("to hold it against"), "{said:?}");
    sh(&format!("{HOST} snapshot {recipient} --quiet && ls | grep 'Z[.]db[.]age$'")).ok();
    let listed = sh(&format!("{HOST} snapshot list --verify")).ok();
    assert_eq!(listed.matches("sealed; its sum is right").count(), 2, "{listed}");
    let by_sum = format!("{HOST} snapshot verify x.db.age");
    let opened = format!("{HOST} snapshot verify --identity-fd 3 x.db.age 3</root/identity");
    for (harm, by_its_sum, opened_says) in [
        ("true", "no more was looked at", "whole within"),
        ("truncate -s -1 x.db.age", "its bytes are not those", "cut off, or damaged"),
        (
            "printf XXXXXXXX | dd of=x.db.age bs=1 seek=9000 conv=notrunc status=none",
            "its bytes are not those",
            "damaged",
        ),
        // Another letter, whichever stands there.
        (
            "sed -i 's/X25519 A/X25519 B/;t;s/X25519 ./X25519 A/' x.db.age",
            "its bytes are not those",
            "sealed for others",
        ),
        ("rm x.db.age.json", "to hold it against", "whole within"),
        ("cp /root/opened.db x.db.age", "is about another snapshot", "is about another snapshot"),
    ] {
        sh(&format!("cp etcd.db.age x.db.age && cp etcd.db.age.json x.db.age.json && {harm}")).ok();
        for (line, words) in [(&by_sum, by_its_sum), (&opened, opened_says)] {
            let said = sh(line);
            assert!(format!("{}{}", said.out, said.err).contains(words), "{harm}: {said:?}");
            let is_good = words.contains("whole within") || words.contains("looked at") || words.contains("another");
            assert_eq!(said.code == 0, is_good, "{harm}: {said:?}");
        }
    }
    let said = sh(&format!("{HOST} snapshot verify --identity-fd 3 etcd.db.age 3</root/other"));
    assert!(said.code == 4 && said.err.contains("sealed for others"), "{said:?}");
    sh(&format!("{HOST} snapshot verify --identity-fd 3 etcd.db.age 3</etc/passwd")).refused(3, "is no identity");
    sh(&format!("{HOST} snapshot verify --identity-fd 3 etcd.db.age")).refused(3, "it is not open");
    let said = sh(&format!("{HOST} snapshot --recipient age1qqq"));
    assert!(said.code == 2 && said.err.contains("is no recipient"), "{said:?}");
    lab.sh("n1", "rm -r /sealed").ok();
}

/// etcd up to 3.3 may have keys of the v2 API, which no snapshot has.
fn left_out(lab: &Lab, ground: Ground) {
    let certs = "/opt/etcd/certs";
    let v2 = format!(
        "ETCDCTL_API=2 /opt/etcd/etcdctl --no-sync --endpoints https://127.0.0.1:2379 --ca-file {certs}/ca.pem --cert-file {certs}/etcd-peer.pem --key-file {certs}/etcd-peer-key.pem"
    );
    let taken = || lab.sh("n1", &format!("{HOST} snapshot -o - >/dev/null"));
    let before = taken();
    assert!(before.code == 0 && !before.err.contains("v2"), "{before:?}");
    if ground.version.starts_with("3.3.") {
        lab.sh("n1", &format!("{v2} set /flannel x")).ok();
        let after = taken();
        assert!(after.code == 0 && after.err.contains("keys of the v2 API"), "{after:?}");
        lab.sh("n1", &format!("{v2} rm /flannel")).ok();
    }
}

/// With authentication on, as somebody whom etcd lets: the password is in no argument.
fn asked_as_a_user(lab: &Lab) {
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("{ETCDCTL} user add root:secret-7 && {ETCDCTL} user grant-role root root && {ETCDCTL} auth enable"))
        .ok();
    let take = format!("{HOST} snapshot -o /tmp/as.db");
    sh(&take).refused(3, "authentication is on");
    sh("echo secret-7 >/root/password && echo secret-8 >/root/wrong").ok();
    sh(&format!("{take} --user root --password-fd 3 3</root/wrong")).refused(3, "does not let this user");
    sh(&format!("{take} --user root:secret-7 --password-fd 3 3</root/wrong")).refused(3, "no name that");
    sh(&format!("{take} --user root --password-fd 3")).refused(3, "it is not open");
    sh(&format!("{take} --user root </dev/null")).refused(3, "No such device");
    sh(&format!("{take} --user root --password-fd 3 3</root/password && {HOST} snapshot verify /tmp/as.db")).ok();
    sh(&format!("{ETCDCTL} --user root:secret-7 auth disable")).ok();
}

/// Each way in which a file comes to be no snapshot.
fn harmed(lab: &Lab) {
    for (harm, words) in [
        ("truncate -s -1 x", "was cut off"),
        ("truncate -s -4096 x", "its bytes are not those"),
        ("truncate -s -32 x", "no sum at its end"),
        ("truncate -s -32 x; truncate -s +32 x", "all zeroes"),
        ("printf X | dd of=x bs=1 seek=20000 conv=notrunc status=none", "its bytes are not those"),
        ("printf XY | dd of=x bs=1 seek=$(($(stat -c %s x) - 2)) conv=notrunc status=none", "its bytes are not those"),
        ("truncate -s 0 x", "is empty"),
        ("rm x; cp /data/etcd/etcd-server/member/snap/db x", "no sum at its end"),
        ("cp /root/sevens.db x", "no database of etcd's"),
        ("rm x; mkfifo x", "not a regular file"),
        ("rm x", "No such file"),
    ] {
        let said = lab.sh("n1", &format!("cd /tmp && rm -f x && cp /backup/etcd.db x && {{ {harm}; }} && {HOST} snapshot verify /backup/etcd.db x"));
        assert!(
            said.code == 4 && said.err.contains(words) && said.out.contains("/backup/etcd.db: whole"),
            "{harm}: {said:?}"
        );
    }
}

/// What does not come to its end leaves what there was.
fn held_up(lab: &Lab, ground: Ground) {
    let sh = |line: &str| lab.sh("n1", line);
    let before = sh("sha256sum /backup/*").ok();
    sh("mkdir -p /small && mount -t tmpfs -o size=100k tmpfs /small").ok();
    sh(&format!("{HOST} snapshot -o /small/etcd.db")).refused(3, "there is room for");
    assert_eq!(sh("ls -A /small").ok(), "");
    sh(&format!("ln -s /backup/etcd.db /tmp/link.db; {HOST} snapshot -o /tmp/link.db")).refused(3, "a link");
    // Killed at whatever it does, and once more while it waits for an etcd that is held.
    for wait in ["0.02", "0.1", "0.2", "0.3"] {
        sh(&format!("timeout --signal=KILL {wait} {HOST} snapshot -o /backup/etcd.db"));
        sh(&format!("{HOST} snapshot verify /backup/etcd.db")).ok();
    }
    sh(&format!("{HOST} snapshot -o /backup/etcd.db")).ok();
    assert_eq!(sh("ls -A /backup | grep -c etcdpack-; ls -d /run/etcdpack*; true").ok().trim(), "0");
    sh("pkill -STOP -x etcd").ok();
    let said = sh(&format!("{HOST} snapshot -o /backup/etcd.db"));
    sh("pkill -CONT -x etcd").ok();
    said.refused(3, "does not answer");
    sh(&ground.stop("n1")).ok();
    sh(&format!("{HOST} snapshot -o /backup/other.db")).refused(3, "does not answer");
    assert_eq!(sh("ls /backup | grep -c other; true").ok().trim(), "0", "{before}");
}
