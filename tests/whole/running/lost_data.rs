//! A member's data are gone while its receipt stands, or both are, and the others run, are cut off, or are stopped. And a cluster of
//! one whose disk died.

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster};

const HOSTS: [(&str, &str); 3] = [("n1", "10.97.0.11"), ("n2", "10.97.0.12"), ("n3", "10.97.0.13")];
const ALONE: (&str, &str) = ("n4", "10.97.0.14");

const DATA: &str = "/data/etcd/etcd-server";

fn install(lab: &Lab, host: &str, more: &str) -> Said {
    lab.sh(host, &format!("cd /root && ./{host}.run install --yes {SIGNER} {more}"))
}

/// It is refused with this code, whatever words are said, and etcd is neither started nor given a directory to begin in.
#[track_caller]
fn refused(lab: &Lab, code: &str, words: &[&str]) {
    let state = |lab: &Lab| lab.sh("n3", &format!("find {DATA}; sha256sum /var/lib/etcdpack/*")).out;
    let before = state(lab);
    for words in words {
        let said = install(lab, "n3", words);
        assert!(said.code == 3 && said.err.contains(&format!("[{code}]")), "{code} {words}: {said:?}");
        assert!(!said.err.contains("mv ") && said.err.contains("help: "), "{said:?}");
    }
    assert_eq!((state(lab), lab.etcds("n3")), (before, Vec::new()), "{code}");
}

fn others_stop(lab: &Lab, ground: Ground) {
    for host in ["n1", "n2"] {
        lab.sh(host, &ground.stop(host)).ok();
        lab.until(host, "! pgrep -x etcd");
    }
}

fn others_start(lab: &Lab, ground: Ground) {
    for host in ["n1", "n2"] {
        lab.sh(host, &ground.start(host)).ok();
        lab.until(host, "pgrep -x etcd");
    }
}

#[test]
fn a_member_without_its_data_is_held_back_while_any_other_counts_on_them() {
    ground::each("lost-data", Ground::of(Keeper::Systemd, "3.5.1"), without_data);
}

fn without_data(ground: Ground) {
    let (version, tarball) = (ground.version, ground.tarball());
    let (site, alone) =
        (Site::new(&cluster(version, &tarball, &HOSTS)), Site::new(&cluster(version, &tarball, &[ALONE])));
    site.build(&tarball);
    alone.build(&tarball);
    let hosts = [HOSTS[0], HOSTS[1], HOSTS[2], ALONE].map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up("tgone", &hosts.each_ref().map(String::as_str));
    for (host, _) in HOSTS {
        lab.scp(&site.bundle(host), host);
        install(&lab, host, "--quiet").ok();
    }
    lab.until("n3", "ETCDCTL_API=3 /usr/local/bin/etcdctl put ship at-sea");

    lost(&lab, ground);
    purged_while_the_others_are_stopped(&lab, ground);
    cluster_of_one(&lab, ground, &alone);
}

/// The disk is not there: mounted again it is the common case, and nothing that was said meanwhile has harmed it.
fn lost(lab: &Lab, ground: Ground) {
    let ids = lab.ssh("n1", "ETCDCTL_API=3 etcdctl member list").ok();
    lab.sh("n3", &format!("{} && mv {DATA}/member /root/member", ground.stop("n3"))).ok();
    refused(lab, "rejoin-needed", &["", "--although-data-gone", "--first-install"]);
    lab.cut("n3");
    refused(lab, "data-gone", &["", "--first-install"]);
    assert!(install(lab, "n3", "").err.contains("help: findmnt -T"), "an unmounted disk is the common case");
    refused(lab, "would-bootstrap", &["--although-data-gone"]);
    lab.mend("n3");
    lab.until("n3", "ping -c 1 -W 1 10.97.0.11");
    others_stop(lab, ground);
    refused(lab, "data-gone", &["", "--first-install"]);
    others_start(lab, ground);
    lab.until("n1", "ETCDCTL_API=3 /usr/local/bin/etcdctl get ship");
    lab.sh("n3", &format!("mv /root/member {DATA}/")).ok();
    install(lab, "n3", "--wait 60").ok();
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
    assert_eq!(lab.ssh("n1", "ETCDCTL_API=3 etcdctl member list").ok(), ids);
}

/// Where every other founder's host is there and etcd on none, it looks as before the first install, and is taken for that: it is
/// the same cluster by etcd's own numbers, and the others bring what they know: here both of them, so that nothing is lost. What may be, and
/// how not, is in `docs/cluster-file.md`.
fn purged_while_the_others_are_stopped(lab: &Lab, ground: Ground) {
    let ids = lab.ssh("n1", "ETCDCTL_API=3 etcdctl member list").ok();
    lab.sh("n3", "etcdpack-host uninstall --purge --yes --quiet").ok();
    others_stop(lab, ground);
    install(lab, "n3", "").ok();
    others_start(lab, ground);
    lab.until("n3", "ETCDCTL_API=3 /usr/local/bin/etcdctl get ship");
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl member list").ok(), ids);
}

/// Nobody counts on it: it begins anew by the one word.
fn cluster_of_one(lab: &Lab, ground: Ground, site: &Site) {
    lab.scp(&site.bundle("n4"), "n4");
    install(lab, "n4", "--quiet --wait 60").ok();
    lab.ssh("n4", "ETCDCTL_API=3 etcdctl put ship at-sea").ok();
    lab.sh("n4", &format!("{} && rm -r {DATA}/member", ground.stop("n4"))).ok();
    // Whoever starts it by hand gets no etcd that has forgotten everything.
    lab.sh("n4", &ground.start("n4"));
    let log = "(journalctl -u etcd-server --no-pager; cat /data/logs/etcd-server/*) 2>/dev/null";
    lab.until("n4", &format!("{log} | grep -q 'the data of this member are not in {DATA}'"));
    assert_eq!((lab.etcds("n4"), lab.sh("n4", &format!("ls {DATA}")).out.as_str()), (Vec::new(), ""));
    let status = lab.sh("n4", "etcdpack-host status");
    assert!(status.code == 7 && status.err.contains("[data-gone]"), "{status:?}");
    // Other people's files are no data.
    lab.sh("n4", &format!("echo for the admin > {DATA}/note")).ok();
    let said = install(lab, "n4", "");
    assert!(said.code == 3 && said.err.contains("[data-gone]"), "{said:?}");
    lab.sh("n4", &format!("rm {DATA}/note")).ok();
    let said = install(lab, "n4", "");
    assert!(said.code == 3 && said.err.contains("[data-gone]"), "{said:?}");
    let said = install(lab, "n4", "--although-data-gone --wait 60");
    assert!(said.code == 0 && said.err.contains("warning: ") && said.err.contains("[data-gone]"), "{said:?}");
    assert_eq!(lab.ssh("n4", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "");
    lab.ssh("n4", "ETCDCTL_API=3 etcdctl put ship in-port").ok();
}
