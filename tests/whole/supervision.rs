//! Supervision, each way for real: install, crash, reboot, purge. Exactly one etcd, always.

use whole::{Lab, SIGNER, Site, cluster, release};

/// A cluster of three on one kind of host; `reach` is how `etcdctl` is asked on it.
fn three(lab: &'static str, variant: &str, version: &str, rest: &str) {
    let tarball = release(version, "amd64");
    let hosts = [("n1", "10.77.0.11"), ("n2", "10.77.0.12"), ("n3", "10.77.0.13")];
    let site = Site::new(&(cluster(version, &tarball, &hosts) + rest));
    site.build(&tarball);
    let lab = Lab::up(lab, variant, &["n1=10.77.0.11", "n2=10.77.0.12", "n3=10.77.0.13"]);
    for (host, _) in hosts {
        lab.scp(&site.bundle(host), host);
        lab.ssh(host, &format!("./{host}.run install --yes --quiet {SIGNER}")).ok();
    }
    lab.until("n1", "etcdpack-host status");
    lab.ssh("n1", "etcdctl put a b").ok();
    assert_eq!(lab.ssh("n3", "etcdctl get a --print-value-only").ok(), "b");
    lab.ssh("n2", "pkill -9 -x etcd").ok();
    lab.until("n2", "etcdpack-host status");
    assert_eq!(lab.etcds("n2").len(), 1);
    lab.crash("n3");
    lab.boot("n3");
    lab.until("n3", "etcdpack-host status");
    assert_eq!(lab.etcds("n3").len(), 1);
    for (host, _) in hosts {
        // The second of three takes the quorum with it.
        lab.ssh(host, "etcdpack-host uninstall --purge --yes --quiet --although-quorum-at-risk").ok();
        let left = "ls -d /opt/* /data /var/lib/etcdpack /etc/supervisord* /etc/systemd/system/etcd-server* \
                    /etc/systemd/system/supervisord* /usr/local/bin/* /usr/local/sbin/* /var/log/supervisor 2>/dev/null";
        assert_eq!(lab.sh(host, left).out, "", "{host}");
        assert_ne!(lab.sh(host, "pgrep 'etcd|supervisord' || getent passwd etcd").code, 0);
    }
}

#[test]
fn the_carried_supervisor_keeps_etcd_3_4_with_the_guides_shared_key_and_plain_loopback() {
    three(
        "tcarried",
        "python",
        "3.4.23",
        "[pki]\nmode = \"shared\"\nalgorithm = \"rsa-2048\"\n[client]\nloopback = \"http\"\n",
    );
}

#[test]
fn bare_systemd_keeps_etcd() {
    three("tbare", "bare", "3.5.1", "");
}

/// One host alone, on which only `install` may be different.
fn one(lab: &'static str, variant: &str, boots: Boots) {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("solo", "10.78.0.11")]));
    site.build(&tarball);
    let lab = Lab::up(lab, variant, &["solo=10.78.0.11"]);
    lab.put(&site.bundle("solo"), "solo");
    lab.sh("solo", &format!("/root/solo.run install --yes --quiet {SIGNER} --wait 60")).ok();
    lab.sh("solo", "/usr/local/bin/etcdctl put a b").ok();
    lab.sh("solo", "pkill -9 -x etcd").ok();
    lab.until("solo", "/usr/local/sbin/etcdpack-host status");
    assert_eq!(lab.etcds("solo").len(), 1);
    if boots == Boots::Itself {
        lab.crash("solo");
        lab.boot("solo");
        lab.until("solo", "/usr/local/sbin/etcdpack-host status");
        assert_eq!(lab.etcds("solo").len(), 1);
    }
    assert_eq!(lab.sh("solo", "/usr/local/bin/etcdctl get a --print-value-only").ok(), "b");
    lab.sh("solo", "/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet").ok();
    assert_eq!(lab.sh("solo", "ls -A /opt /usr/local/bin /usr/local/sbin | grep -v :").out.trim(), "");
    assert!(lab.etcds("solo").is_empty());
}

/// Whether something on the host starts services at boot.
#[derive(Clone, Copy, PartialEq)]
enum Boots {
    Itself,
    /// No systemd: the operator was told to add a line to the host's start-up.
    ByHand,
}

#[test]
fn the_hosts_own_supervisor_in_rhel_layout() {
    one("trhel", "rhel", Boots::Itself);
}

#[test]
fn the_carried_supervisor_on_python_2_7() {
    one("tpy27", "python2.7", Boots::Itself);
}

#[test]
fn the_carried_supervisor_on_python_3_6_as_rhel_8_hides_it() {
    one("tpy36", "python3.6", Boots::Itself);
}

#[test]
fn the_carried_supervisor_without_systemd() {
    one("tplain", "plain", Boots::ByHand);
}

#[test]
fn the_unit_is_one_that_systemd_finds_nothing_wrong_with() {
    let tarball = release("3.5.1", "amd64");
    let site =
        Site::new(&(cluster("3.5.1", &tarball, &[("solo", "10.79.0.11")]) + "[service]\nmanager = \"systemd\"\n"));
    site.build(&tarball);
    let lab = Lab::up("tunit", "bare", &["solo=10.79.0.11"]);
    lab.put(&site.bundle("solo"), "solo");
    lab.sh("solo", &format!("/root/solo.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let said = lab.sh("solo", "systemd-analyze verify /etc/systemd/system/etcd-server.service");
    assert!(!said.err.contains("etcd-server.service"), "{said:?}");
    let shown = lab.sh("solo", "systemctl show -p User,NoNewPrivileges,ProtectSystem etcd-server").ok();
    assert!(
        shown.contains("User=etcd") && shown.contains("NoNewPrivileges=yes") && shown.contains("ProtectSystem=strict")
    );
}
