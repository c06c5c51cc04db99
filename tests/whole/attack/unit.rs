//! The unit: how little it leaves to whoever breaks into etcd, and that etcd starts with it whatever a systemd does not
//! know of it.

use whole::{Lab, SIGNER, Site, cluster, release};

/// `systemd-analyze security` gives 0 to a service that can do nothing, and 10 to one that can do all.
const MOST: f64 = 1.5;

/// One value that no systemd knows for each directive that takes a list or a word.
const UNKNOWN: [&str; 9] = [
    "SystemCallFilter=~no_such_call",
    "SystemCallArchitectures=pdp11",
    "SystemCallErrorNumber=ENOSUCH",
    "RestrictAddressFamilies=AF_NOSUCH",
    "RestrictNamespaces=nosuch",
    "CapabilityBoundingSet=CAP_NOSUCH",
    "ProtectSystem=nosuch",
    "ProtectProc=nosuch",
    "KeyringMode=nosuch",
];

#[test]
fn it_leaves_little_and_no_unknown_word_in_it_stops_etcd() {
    let tarball = release("3.5.1", "amd64");
    let text = cluster("3.5.1", &tarball, &[("n1", "10.103.0.11")]) + "[service]\nmanager = \"systemd\"\n";
    let site = Site::new(&text);
    site.build(&tarball);
    let lab = Lab::up("tunitsec", "bare", &["n1=10.103.0.11"]);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("/root/n1.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let said = sh("systemd-analyze verify /etc/systemd/system/etcd-server.service");
    assert!(!said.err.contains("etcd-server.service"), "{said:?}");
    let said = sh("systemd-analyze security --no-pager etcd-server.service").out;
    let level =
        said.lines().find_map(|line| line.split_once("etcd-server.service: ")?.1.split(' ').next()?.parse().ok());
    assert!(level.is_some_and(|level: f64| level <= MOST), "{level:?}: {said}");

    // What it is kept from, tried from inside; `ProtectSystem=` of systemd 219 leaves more, /etc not.
    let inside = |line: &str| sh(&format!("nsenter -t $(pgrep -x etcd) -m sh -c '{line}'"));
    assert_eq!(inside("touch /data/etcd/etcd-server/x && rm /data/etcd/etcd-server/x").code, 0);
    for place in ["/etc/x", "/opt/etcd/x", "/usr/local/bin/x", "/var/lib/x", "/data/x"] {
        let said = inside(&format!("touch {place}"));
        assert!(said.code != 0 && said.err.contains("Read-only"), "{place}: {said:?}");
    }
    let status = sh("cat /proc/$(pgrep -x etcd)/status").ok();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "CapBnd:\t0000000000000000", "Umask:\t0077"] {
        assert!(status.contains(line), "no `{line}` in {status}");
    }

    sh("mkdir -p /etc/systemd/system/etcd-server.service.d").ok();
    for line in UNKNOWN {
        let conf = "/etc/systemd/system/etcd-server.service.d/unknown.conf";
        sh(&format!(
            "printf '[Service]\\n{line}\\n' >{conf} && systemctl daemon-reload && systemctl restart etcd-server"
        ))
        .ok();
        lab.until("n1", "/usr/local/sbin/etcdpack-host status");
        assert_eq!(lab.etcds("n1").len(), 1, "{line}");
    }
    // One directive can be turned off by a drop-in, as the documents say.
    sh("printf '[Service]\\nSystemCallFilter=\\nProtectSystem=full\\n' >/etc/systemd/system/etcd-server.service.d/unknown.conf && \
        systemctl daemon-reload && systemctl restart etcd-server").ok();
    lab.until("n1", "/usr/local/sbin/etcdpack-host status");
    assert!(sh("cat /proc/$(pgrep -x etcd)/status").ok().contains("CapBnd:\t0000000000000000"));
    assert_eq!(inside("touch /var/lib/x && rm /var/lib/x").code, 0);
}
