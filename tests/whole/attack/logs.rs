//! With etcd's rights, another file in the place of etcd's log: supervisord, which is root, would open it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use whole::{Lab, SIGNER, Site, cluster, release, run, small_site};

/// The directory for etcd's log.
pub(super) const LOGS: &str = "/data/logs/etcd-server";

/// One host under supervisor, with `first.run` and `second.run` in root's home; the first is installed.
pub(super) fn installed(name: &str, variant: &str, address: &str) -> Lab {
    // supervisorctl, by which etcd is restarted here, comes back after that many seconds.
    let lab = Lab::with_two_bundles_of(name, variant, address, "[supervisor]\nstartsecs = 2\n");
    lab.sh("n1", &format!("/root/first.run install --yes --quiet {SIGNER} --service supervisor --wait 60")).ok();
    lab
}

/// As etcd's user: a link to a file that root's shells read, in the place of the log; then supervisord has to start etcd
/// anew, and opens the log by its name.
pub(super) fn attack(lab: &Lab) {
    let plant =
        "rm -f etcd.stdout.log; ln -s /etc/profile.d/zz.sh etcd.stdout.log; mkfifo etcd.stdout.log.1; pkill -9 -x etcd";
    lab.sh("n1", &format!("cd {LOGS} && setpriv --reuid=etcd --regid=etcd --clear-groups sh -c '{plant}'"));
    lab.until("n1", "/usr/local/sbin/etcdpack-host status");
    let said = lab.sh("n1", &format!("ls -la {LOGS} /etc/profile.d"));
    assert_ne!(lab.sh("n1", "test -e /etc/profile.d/zz.sh").code, 0, "root wrote where etcd's user wanted: {said:?}");
    let log = lab.sh("n1", &format!("stat -c '%F %U' {LOGS}/etcd.stdout.log; stat -c '%U:%G %a' {LOGS}")).ok();
    assert_eq!(log, "regular file root\nroot:etcd 750", "{said:?}");
    let written = lab.sh("n1", &format!("test -s {LOGS}/etcd.stdout.log && setpriv --reuid=etcd --regid=etcd --clear-groups cat {LOGS}/etcd.stdout.log"));
    assert_eq!(written.code, 0, "etcd's user may read its log: {written:?}");
}

#[test]
fn etcd_cannot_choose_what_the_hosts_supervisord_opens() {
    attack(&installed("tlogs", "supervisor", "10.101.0.11"));
}

#[test]
fn etcd_cannot_choose_what_the_carried_supervisord_opens() {
    attack(&installed("tlogsc", "python", "10.101.1.11"));
}

#[test]
fn what_etcd_logged_last_is_not_read_through_a_link() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.101.2.11")]));
    site.build(&tarball);
    let lab = Lab::up("tlastwords", "supervisor", &["n1=10.101.2.11"]);
    lab.put(&site.bundle("n1"), "n1");
    // etcd cannot come up: another program has its port, from after the check for that on.
    let wrong = "mkdir -p /data/logs/etcd-server; echo secret >/root/secret; chmod 600 /root/secret; \
                 (until test -e /opt/etcd/etcd; do sleep 0.05; done; rm -f /opt/etcd-v3.5.1/etcd; \
                 ln -s /bin/false /opt/etcd-v3.5.1/etcd; \
                 until test -f /data/logs/etcd-server/etcd.stdout.log; do sleep 0.05; done; \
                 ln -sf /root/secret /data/logs/etcd-server/etcd.stdout.log) >/dev/null 2>&1 &";
    lab.sh("n1", wrong).ok();
    let said = lab.sh("n1", &format!("/root/n1.run install --yes {SIGNER} --service supervisor"));
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.err.contains("nothing of its log can be read here") && !said.err.contains("secret"), "{said:?}");
}

/// An image with a supervisor of its own and an account for etcd, so that the small bundles can be installed.
fn image() -> Site {
    let site = small_site();
    let cluster = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), cluster.replace("\"systemd\"", "\"auto\"\n[supervisor]\ncarry = \"nothing\""))
        .unwrap();
    site.build(&site.path("release.tar.gz"));
    for (path, text) in [
        ("usr/bin/supervisord", ""),
        ("usr/bin/supervisorctl", ""),
        ("usr/bin/setpriv", ""),
        (
            "etc/supervisord.conf",
            "[supervisord]\n[supervisorctl]\nserverurl=unix:///x\n[include]\nfiles = /etc/supervisord.d/*.ini\n",
        ),
    ] {
        let path = site.path("root").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    site
}

fn install(site: &Site) -> Command {
    let mut command = Command::new(site.bundle("n1"));
    command.args(["install", "--yes", SIGNER, "--service", "supervisor", "--root"]).arg(site.path("root"));
    command
}

/// What is planted after the plan has looked, and before the directory is root's, is found after that.
#[test]
fn what_is_planted_between_plan_and_change_of_owner_takes_the_install_back() {
    let site = image();
    run(&mut install(&site)).ok();
    let (root, logs) = (site.path("root"), site.path("root").join(&LOGS[1..]));
    std::os::unix::fs::chown(&logs, Some(4242), Some(4242)).unwrap();
    let journal = root.join("var/lib/etcdpack/journal.jsonl");
    let plant = {
        let logs = logs.clone();
        thread::spawn(move || {
            let end = Instant::now() + Duration::from_mins(1);
            while !fs::read_to_string(&journal).is_ok_and(|text| text.contains("\"access\"")) {
                assert!(Instant::now() < end, "the owner is not changed at all");
                thread::sleep(Duration::from_millis(5));
            }
            symlink("/etc/profile.d/zz.sh", logs.join("etcd.stdout.log")).unwrap();
        })
    };
    let mut slow = Command::new("strace");
    slow.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fchown", "-e", "inject=fchown:delay_enter=500000"]);
    let bundle = install(&site);
    slow.arg(bundle.get_program()).args(bundle.get_args());
    let said = run(&mut slow);
    plant.join().unwrap();
    assert!(said.err.contains("is a link to `/etc/profile.d/zz.sh`"), "{said:?}");
    assert!(said.err.contains("points to a break-in") && said.err.contains("ls -lAi /data"), "{said:?}");
    assert_eq!(said.code, 5, "{said:?}");
    assert_eq!(owner(&logs), 4242, "given back, as it was");
    let said = run(&mut install(&site));
    assert!(said.err.contains("[unsafe-logs]"), "{said:?}");
    assert_eq!(said.code, 3, "{said:?}");
    fs::remove_file(logs.join("etcd.stdout.log")).unwrap();
    let said = run(&mut install(&site));
    assert!(said.err.contains("warning: others than root can make files in"), "{said:?}");
    said.ok();
    assert_eq!(owner(&logs), 0);
}

fn owner(path: &Path) -> u32 {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(path).unwrap())
}
