//! What speaks against an install is said before anything is changed, on a real host.

use std::fs;

use whole::{Lab, Site, cluster, release, signer, workspace};

#[test]
fn a_host_that_does_not_fit_is_left_as_it_is() {
    let tarball = release("3.5.1", "amd64");
    let hosts = [("n1", "10.80.0.11"), ("n2", "10.80.0.12"), ("n3", "10.80.0.13")];
    let site = Site::new(&cluster("3.5.1", &tarball, &hosts));
    site.build(&tarball);
    let lab = Lab::up("trefusals", "supervisor", &["n1=10.80.0.11"]);
    for host in ["n1", "n2"] {
        lab.scp(&site.bundle(host), "n1");
    }
    let fixtures = workspace().join("installer/fixtures");
    lab.scp(&fixtures.join("wal-3.5.1.bin"), "n1");
    let ids = fs::read_to_string(fixtures.join("wal-3.5.1.txt")).expect("what etcd said of itself");
    let (etcd_cluster, etcd_member) = ids.trim().split_once(' ').expect("two ids");
    let before = lab.disk("n1");
    let refused = |prepare: &str, line: &str, words: &str, mend: &str| {
        lab.sh("n1", prepare).ok();
        let now = lab.disk("n1");
        lab.ssh("n1", line).refused(3, words);
        assert_eq!(lab.disk("n1"), now, "`{line}` changed the host");
        lab.sh("n1", mend).ok();
    };
    // The other hosts of its cluster file are not there.
    let install = INSTALL;
    refused("true", concat!("./n1.run install --yes ", signer!()), "[would-bootstrap]", "true");
    refused("true", concat!("./n2.run install --yes ", signer!()), "[wrong-host]", "true");
    refused("true", "./n1.run install --yes", "[signer-unknown]", "true");
    refused("true", concat!("./n1.run install --first-install ", signer!()), "no terminal", "true");
    refused(
        "chmod 755 /root /root/n1.run",
        "setpriv --reuid=65534 --clear-groups /root/n1.run install --yes",
        "needs root",
        "true",
    );
    let listen = "systemd-run --quiet --unit=squatter python3 -m http.server --bind 10.80.0.11 2380 && \
                  while ! ss -ltn | grep -q :2380; do sleep 0.1; done";
    refused(listen, install, "[port-taken]", "systemctl stop squatter");
    refused("mkdir -p /data/etcd/etcd-server/member", install, "[data-in-place]", "rm -r /data");
    refused(
        "mkdir -p /data/etcd/etcd-server/member/wal && \
         cp wal-3.5.1.bin /data/etcd/etcd-server/member/wal/0000000000000000-0000000000000000.wal",
        install,
        &format!("etcd calls it member {etcd_member} of cluster {etcd_cluster}"),
        "rm -r /data",
    );
    refused(LINKED, install, "`data = \"/srv/big\"` below `[paths]`", "rm -r /data /srv/big");
    // What the refusal says to do here is done, and nothing speaks against it any more but what speaks of the others.
    lab.sh("n1", &format!("{LINKED} && {BOUND}")).ok();
    lab.ssh("n1", concat!("./n1.run plan --first-install ", signer!())).ok();
    lab.sh("n1", "umount /data/etcd/etcd-server && rm -r /data /srv/big").ok();
    refused("mkdir /opt/etcd", install, "[path-taken]", "rmdir /opt/etcd");
    refused("ln -s /nowhere /opt/etcd", install, "[path-taken]", "rm /opt/etcd");
    refused("echo foreign > /usr/local/bin/etcdctl", install, "[path-taken]", "rm /usr/local/bin/etcdctl");
    refused(
        "echo '[program:x]' > /etc/supervisor/conf.d/etcd-server.conf",
        install,
        "[path-taken]",
        "rm /etc/supervisor/conf.d/etcd-server.conf",
    );
    refused("useradd -m -s /bin/bash etcd", install, "[user-unfit]", "userdel -r etcd 2>/dev/null");
    refused(
        "useradd -r -s /usr/sbin/nologin -o -u 0 -g 0 etcd",
        install,
        "[user-unfit]",
        "sed -i /^etcd:/d /etc/passwd",
    );
    refused("useradd -r -s /usr/sbin/nologin -N -g nogroup etcd", install, "no group `etcd`", "userdel etcd");
    refused(
        "useradd -r -s /usr/sbin/nologin -U etcd && useradd -r -o -u $(id -u etcd) -N twin",
        install,
        "shares its uid",
        "sed -i /^twin:/d /etc/passwd; userdel etcd",
    );
    refused("ln -s /dev/null /etc/systemd/system/supervisor.service", install, "[unit-masked]", UNMASK_SUPERVISOR);
    let by_systemd = concat!("./n1.run install --yes --service systemd ", signer!());
    let unit = "/etc/systemd/system/etcd-server.service";
    refused(&format!("ln -s /dev/null {unit}"), by_systemd, "[unit-masked]", &format!("rm {unit}"));
    let packaged = "/usr/lib/systemd/system/etcd-server.service";
    refused(&format!("echo '[Service]' > {packaged}"), by_systemd, "[path-taken]", &format!("rm {packaged}"));
    refused("true", concat!("unshare --map-root-user ./n1.run install --yes ", signer!()), "[userns-root]", "true");
    refused(
        "true",
        concat!("setarch $(uname -m) --uname-2.6 ./n1.run install --yes ", signer!()),
        "[old-kernel]",
        "true",
    );
    refused("mount -t tmpfs -o noexec none /opt", install, "[no-exec]", "umount /opt");
    refused("mount -t tmpfs -o ro none /opt", install, "[read-only]", "umount /opt");
    refused("mount -t tmpfs -o size=20m none /opt", install, "[no-space]", "umount /opt");
    refused("chmod 777 /opt", install, "[unsafe-directory]", "chmod 755 /opt");
    // As Debian has it, with somebody in the group.
    let debian = "chgrp staff /usr/local && chmod 2775 /usr/local";
    let again = "sed -i 's/^\\(staff:.*:\\)games$/\\1/' /etc/group; chgrp root /usr/local; chmod 00755 /usr/local";
    let games = "sed -i 's/^staff:.*:$/&games/' /etc/group";
    refused(&format!("{debian} && {games}"), install, "[unsafe-directory]", again);
    refused(
        "true",
        concat!("flock /run/etcdpack.lock ./n1.run install --yes ", signer!()),
        "another etcdpack",
        "rm -f /run/etcdpack.lock",
    );
    refused("true", "etcdpack-host status || ./n1.run status", "installed nothing", "true");
    assert_eq!(lab.disk("n1"), before);

    installs_all_the_same(&lab, debian);
}

/// None of it left anything that stands in the way. Nor does a group in which nobody is.
fn installs_all_the_same(lab: &Lab, debian: &str) {
    // Links above that are root's, as to a large disk, are followed.
    let links = "mkdir -p /srv/big /srv/state && ln -s /srv/big /data && ln -s ../../srv/state /var/lib/etcdpack";
    lab.ssh("n1", &format!("{debian} && {links} && {INSTALL} --quiet && test -d /srv/big/etcd/etcd-server/member"))
        .ok();
    lab.ssh("n1", concat!("./n1.run install --yes --service systemd ", signer!())).refused(3, "[other-manager]");
    lab.ssh("n1", "./n1.run uninstall --purge --yes --quiet").ok();
    assert_eq!(lab.sh("n1", "find /srv/big /srv/state").ok().trim(), "/srv/big\n/srv/state");
}

const LINKED: &str = "mkdir -p /srv/big /data/etcd && ln -s /srv/big /data/etcd/etcd-server";
const BOUND: &str = "cd /data/etcd && rm etcd-server && mkdir etcd-server && mount --bind /srv/big etcd-server";

const INSTALL: &str = concat!("./n1.run install --yes --first-install ", signer!());

const UNMASK_SUPERVISOR: &str = "rm /etc/systemd/system/supervisor.service";

#[test]
fn what_others_have_on_a_host_is_not_run_over() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.85.0.11"), ("n2", "10.85.0.12")]));
    site.build(&tarball);
    let lab = Lab::up("tothers", "supervisor", &["n1=10.85.0.11"]);
    for host in ["n1", "n2"] {
        lab.scp(&site.bundle(host), "n1");
    }
    let before = lab.disk("n1");
    let refused = |prepare: &str, line: &str, words: &str, mend: &str| {
        lab.sh("n1", prepare).ok();
        let now = lab.disk("n1");
        lab.ssh("n1", line).refused(3, words);
        assert_eq!(lab.disk("n1"), now, "`{line}` changed the host");
        lab.sh("n1", mend).ok();
    };
    // The other hosts of its cluster file are not there.
    let install = INSTALL;
    refused("true", concat!("./n1.run install --yes ", signer!()), "[would-bootstrap]", "true");
    refused(
        "mkdir -p /opt/etcd-v3.5.1 && echo '#!/bin/sh' > /opt/etcd-v3.5.1/etcd",
        install,
        "`/opt/etcd-v3.5.1/etcd` is there already",
        "rm -r /opt/etcd-v3.5.1",
    );
    let foreign = "/etc/supervisor/conf.d/another.conf";
    refused(
        &format!("printf '[program:n1]\ncommand=/bin/sleep 99999\n' > {foreign}"),
        install,
        &format!("`{foreign}` has a program `n1`"),
        &format!("rm {foreign}"),
    );
    refused(
        "useradd -r app && mkdir -p /data/logs/etcd-server && echo l > /data/logs/etcd-server/app.log && \
         chown -R app /data/logs/etcd-server",
        install,
        "`/data/logs/etcd-server` is there already and is not ours",
        "rm -r /data; userdel app",
    );
    refused(
        "mkdir -m 1777 /data && mkdir /srv/x && setpriv --reuid=65534 --clear-groups ln -s /srv/x /data/etcd",
        install,
        "can choose where `/data/etcd` leads",
        "rm -r /data /srv/x",
    );
    let by_systemd = concat!("./n1.run install --yes --service systemd ", signer!());
    let unit = "/etc/systemd/system/etcd-server.service";
    for dir in ["/usr/local/lib/systemd/system", "/run/systemd/system"] {
        refused(
            &format!("mkdir -p {dir} && echo '[Service]' > {dir}/etcd-server.service"),
            by_systemd,
            &format!("`{dir}/etcd-server.service` is a service of the same name"),
            &format!("rm {dir}/etcd-server.service; rmdir /usr/local/lib/systemd/system /usr/local/lib/systemd; true"),
        );
    }
    refused(
        "systemd-run --quiet --unit=etcd-server sleep 77777",
        by_systemd,
        "`/run/systemd/transient/etcd-server.service` is a service of the same name",
        "systemctl stop etcd-server",
    );
    refused(
        &format!(
            "printf '[Service]\nExecStart=/bin/sleep 77777\n' > {unit} && systemctl start etcd-server && rm {unit}"
        ),
        by_systemd,
        "a service `etcd-server.service` runs here",
        "systemctl stop etcd-server; systemctl daemon-reload",
    );
    for root in ["/root/..", "."] {
        let line = concat!("cd / && /root/n2.run install --yes ", signer!(), " --root ");
        refused("true", &format!("{line}{root}"), "[wrong-host]", "true");
    }
    assert_eq!(lab.disk("n1"), before);
}

#[test]
fn an_etcd_that_does_not_come_up_is_rolled_back() {
    let tarball = release("3.5.1", "amd64");
    // A value that only etcd itself, on this host, can find wrong.
    let refused = "[etcd.flags]\nlisten-metrics-urls = \"https://10.99.9.9:9999\"\n";
    let site = Site::new(&(cluster("3.5.1", &tarball, &[("n1", "10.81.0.11")]) + refused));
    site.build(&tarball);
    let lab = Lab::up("trollback", "bare", &["n1=10.81.0.11"]);
    lab.scp(&site.bundle("n1"), "n1");
    let before = lab.disk("n1");
    let began = std::time::Instant::now();
    let said = lab.ssh("n1", concat!("./n1.run install --yes ", signer!()));
    assert!(began.elapsed().as_secs() < 20, "an etcd that has ended for good was waited for: {:?}", began.elapsed());
    assert!(said.err.contains("10.99.9.9:9999: bind: cannot assign"), "etcd's own line is shown: {said:?}");
    assert!(!said.err.contains("stacktrace") && !said.err.contains("\"level\""), "{said:?}");
    assert!(said.err.contains("everything was undone"), "{said:?}");
    said.refused(5, "did not come up");
    assert_eq!(lab.disk("n1"), before);
    assert!(lab.etcds("n1").is_empty());
}
