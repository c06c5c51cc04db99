//! A host without data beside a cluster that runs: a founder whose disk was wiped, one that replaces a dead member, one with a bundle
//! of another CA. etcd would begin anew on each of them, and nothing takes that back.

use std::fs;
use std::path::Path;

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster, plain_keys};

const HOSTS: [(&str, &str); 4] =
    [("n1", "10.95.0.11"), ("n2", "10.95.0.12"), ("n3", "10.95.0.13"), ("n4", "10.95.0.14")];

fn install(lab: &Lab, host: &str, more: &str) -> Said {
    lab.ssh(host, &format!("./{host}.run install --yes {SIGNER} {more}"))
}

fn carry(lab: &Lab, site: &Site, host: &str) {
    lab.scp(&site.bundle(host), host);
}

#[test]
fn no_bundle_begins_a_second_cluster_or_a_voter_without_memory() {
    ground::each("newcomers", Ground::of(Keeper::Systemd, "3.5.1"), no_second_cluster);
}

fn no_second_cluster(ground: Ground) {
    let tarball = ground.tarball();
    let text = |hosts: &[usize]| {
        let hosts: Vec<_> = hosts.iter().map(|at| HOSTS[*at]).collect();
        cluster(ground.version, &tarball, &hosts)
    };
    let site = Site::new(&text(&[0, 1, 2]));
    site.build(&tarball);
    let hosts = HOSTS.map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up("tnew", &hosts.each_ref().map(String::as_str));
    for (host, _) in &HOSTS[..3] {
        carry(&lab, &site, host);
    }

    founders_see_each_other(&lab);
    let id =
        lab.ssh("n1", "ETCDCTL_API=3 etcdctl endpoint status -w fields | sed -n 's/.*ClusterID. : //p' | head -1").ok();
    let lines = format!("printf '%x' {id}");
    let id = lab.ssh("n1", &lines).ok();

    wiped_founder(&lab, &id);
    another_ca(&lab, &tarball, &text(&[0, 1, 2]));
    replacement(&lab, &site, &tarball, &text(&[0, 1, 3]), &id);

    // After all of it the cluster is what it was, and counts three.
    assert_eq!(lab.ssh("n2", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
    let members = lab.ssh("n2", "ETCDCTL_API=3 etcdctl member list").ok();
    assert_eq!(members.lines().count(), 3, "{members}");
}

/// A founder that is not seen may have been founded already; one whose host refuses cannot.
fn founders_see_each_other(lab: &Lab) {
    lab.cut("n3");
    let said = install(lab, "n1", "--quiet");
    assert!(said.code == 3 && said.err.contains("[would-bootstrap]"), "{said:?}");
    assert!(said.err.contains("n3 at 10.95.0.13:2380") && said.err.contains("--first-install"), "{said:?}");
    assert_eq!(lab.ssh("n1", "test -e /opt/etcd").code, 1);
    lab.mend("n3");
    lab.until("n1", "ping -c 1 -W 1 10.95.0.13");
    let said = install(lab, "n1", "");
    assert!(said.err.contains("n1 listens for peers, serves no client: no quorum"), "{said:?}");
    assert!(said.err.contains("n2.run and n3.run"), "{said:?}");
    said.ok();
    install(lab, "n2", "--quiet").ok();
    let said = install(lab, "n3", "--wait 60");
    assert!(said.err.contains("3 of 3 members of cluster"), "{said:?}");
    said.ok();
    lab.ssh("n1", "ETCDCTL_API=3 etcdctl put ship at-sea").ok();
    // Again, with everybody up: nothing to do, and nobody's etcd is another.
    let before = lab.etcds("n1");
    let said = install(lab, "n1", "");
    assert!(said.err.contains("nothing was changed") && said.err.contains("3 of 3 members"), "{said:?}");
    assert_eq!(lab.etcds("n1"), before);
}

/// The disk of a founder is lost while the others run, are stopped, and are cut off.
fn wiped_founder(lab: &Lab, id: &str) {
    lab.ssh("n3", "etcdpack-host uninstall --purge --yes").ok();
    let said = install(lab, "n3", "");
    assert!(said.code == 3 && said.err.contains("[rejoin-needed]"), "{said:?}");
    assert!(said.err.contains(&format!("Cluster {id}")) && said.err.contains("etcdctl member remove"), "{said:?}");
    assert_eq!(install(lab, "n3", "--first-install").code, 3, "the word is not for this");
    lab.cut("n3");
    let said = lab.sh("n3", &format!("cd /root && ./n3.run install --yes {SIGNER}"));
    assert!(said.code == 3 && said.err.contains("[would-bootstrap]"), "{said:?}");
    lab.mend("n3");
    lab.until("n1", "ping -c 1 -W 1 10.95.0.13");
    assert_eq!(lab.etcds("n3"), Vec::<String>::new());
    assert_eq!(lab.ssh("n3", "test -e /data/etcd/etcd-server/member").code, 1);
}

/// `pki/` made anew under the same signer: no member takes it, nor does a fresh host beside them.
fn another_ca(lab: &Lab, tarball: &Path, text: &str) {
    let other = Site::new(text);
    other.build(tarball);
    for host in ["n1", "n3"] {
        lab.scp(&other.bundle(host), host);
        let before = lab.etcds(host);
        let said = install(lab, host, "--allow-downgrade");
        assert!(said.code == 3 && said.err.contains("[ca-differs]"), "{host}: {said:?}");
        assert_eq!(lab.etcds(host), before);
    }
}

/// A member is dead for good, and another host takes its place: not before the cluster has a place for it.
fn replacement(lab: &Lab, site: &Site, tarball: &Path, text: &str, id: &str) {
    // By whoever says that no host holds data, though three do.
    fs::write(site.path("cluster.toml"), plain_keys(text)).expect("the cluster file");
    site.build_new_cluster(tarball);
    carry(lab, site, "n4");
    let said = install(lab, "n4", "");
    assert!(said.code == 3 && said.err.contains("[cluster-differs]") && said.err.contains(id), "{said:?}");
    assert!(said.err.contains("etcdpack build --same-cluster"), "{said:?}");
    assert_eq!(lab.etcds("n4"), Vec::<String>::new());
    assert_eq!(lab.ssh("n4", "test -e /data/etcd/etcd-server/member").code, 1);
}
