//! What a cluster outlives: all of its hosts are purged and installed anew; its `pki/` is lost and made anew. One lab for both.

use std::fs;
use std::path::Path;

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster};

const HOSTS: [(&str, &str); 3] = [("n1", "10.96.0.11"), ("n2", "10.96.0.12"), ("n3", "10.96.0.13")];

const KEYS: usize = 40;

fn install(lab: &Lab, host: &str, more: &str) -> Said {
    lab.ssh(host, &format!("./{host}.run install --yes {more}"))
}

/// Also of the second of three: the outage is meant.
fn uninstall(lab: &Lab, host: &str, more: &str) {
    lab.ssh(host, &format!("etcdpack-host uninstall --yes --quiet --although-quorum-at-risk {more}")).ok();
}

fn carry(lab: &Lab, site: &Site) {
    for (host, _) in HOSTS {
        lab.scp(&site.bundle(host), host);
    }
}

/// etcd's own numbers of the cluster and its members, with where they are.
fn members(lab: &Lab, host: &str) -> String {
    lab.ssh(host, "export ETCDCTL_API=3; etcdctl endpoint status -w fields | grep ClusterID; etcdctl member list").ok()
}

fn keys(lab: &Lab, host: &str) -> String {
    lab.ssh(
        host,
        "export ETCDCTL_API=3; etcdctl get ship- --prefix | sha256sum; etcdctl get ship- --prefix --keys-only | grep -c ship-",
    )
    .ok()
}

#[test]
fn a_cluster_outlives_its_hosts_and_its_pki() {
    ground::each("lost-pki", Ground::of(Keeper::Supervisor, "3.5.1"), outlives);
}

fn outlives(ground: Ground) {
    let tarball = ground.tarball();
    let text = cluster(ground.version, &tarball, &HOSTS);
    let site = Site::new(&text);
    site.build(&tarball);
    let hosts = HOSTS.map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up("tlost", &hosts.each_ref().map(String::as_str));
    carry(&lab, &site);

    purged_and_founded_anew(&lab);
    let before = members(&lab, "n1");
    lab.ssh(
        "n1",
        &format!("for i in $(seq {KEYS}); do ETCDCTL_API=3 etcdctl put ship-$i at-sea-$i >/dev/null || exit 1; done"),
    )
    .ok();
    let written = keys(&lab, "n1");
    assert!(written.ends_with(&KEYS.to_string()), "{written}");

    let anew = made_anew(&text, &tarball);
    let words = fs::read_to_string(anew.path("dist/signing.words")).expect("the words");
    let signer = format!("--signer {}", words.trim());
    carry(&lab, &anew);
    one_host_after_the_other(&lab, &signer);
    assert_eq!((members(&lab, "n1"), keys(&lab, "n1")), (before, written));
    lab.ssh("n3", "ETCDCTL_API=3 etcdctl put after at-sea").ok();

    joins_again(&lab, &signer);
}

/// The same files found the same hosts' cluster again, where nothing is left of it anywhere.
fn purged_and_founded_anew(lab: &Lab) {
    for (host, _) in HOSTS {
        install(lab, host, &format!("--quiet {SIGNER}")).ok();
    }
    lab.until("n1", "ETCDCTL_API=3 etcdctl put gone with-the-purge");
    for (host, _) in HOSTS {
        uninstall(lab, host, "--purge");
    }
    for (host, _) in &HOSTS[..2] {
        install(lab, host, &format!("--quiet {SIGNER}")).ok();
    }
    install(lab, "n3", &format!("--wait 60 {SIGNER}")).ok();
    assert_eq!(lab.ssh("n1", "ETCDCTL_API=3 etcdctl get gone").ok(), "");
}

/// A builder that knows nothing but the cluster file, and that the cluster runs.
fn made_anew(text: &str, tarball: &Path) -> Site {
    let site = Site::new(text);
    let said = site.etcdpack(&["build", "--same-cluster", "--release", &tarball.to_string_lossy()]);
    assert_eq!(said.code, 0, "{said:?}");
    site
}

fn one_host_after_the_other(lab: &Lab, signer: &str) {
    // Beside what is installed no stranger's word counts.
    let said = install(lab, "n1", &format!("{signer} --although-ca-differs"));
    assert_eq!(said.code, 4, "{said:?}");
    for (host, _) in HOSTS {
        uninstall(lab, host, "");
        let kept = lab.sh(host, "sha256sum /var/lib/etcdpack/kept.json; find /data/etcd | sort").ok();
        if host == "n1" {
            // Each thing that is another than before wants its own word.
            let said = install(lab, host, "--although-ca-differs");
            assert!(said.code == 3 && said.err.contains("[signer-changed]"), "{said:?}");
            // By what the uninstall kept: nobody is asked for it.
            lab.cut(host);
            let said = lab.sh(host, &format!("cd /root && ./{host}.run install --yes {signer}"));
            assert!(said.code == 3 && said.err.contains("[ca-differs]"), "{said:?}");
            assert!(said.err.contains("before the uninstall that kept its data"), "{said:?}");
            lab.mend(host);
            lab.until(host, "ping -c 1 -W 1 10.96.0.12");
            let now = lab.sh(host, "sha256sum /var/lib/etcdpack/kept.json; find /data/etcd | sort").ok();
            assert_eq!((now, lab.etcds(host)), (kept, Vec::new()));
        }
        let said = install(lab, host, &format!("{signer} --although-ca-differs"));
        assert!(said.err.contains("[signer-changed]") && said.err.contains("[ca-differs]"), "{host}: {said:?}");
        said.ok();
    }
    lab.until("n1", "ETCDCTL_API=3 etcdctl endpoint health");
    lab.until("n3", "ETCDCTL_API=3 etcdctl endpoint health");
}

/// A disk is lost afterwards: the bundle of the new `pki/` does not know who founded the cluster, and need not.
fn joins_again(lab: &Lab, signer: &str) {
    uninstall(lab, "n3", "--purge");
    let said = install(lab, "n3", signer);
    assert!(said.code == 3 && said.err.contains("[rejoin-needed]"), "{said:?}");
    let is_line = |line: &&str| line.starts_with("help: ") && line.contains("etcdctl member remove");
    let line = said.err.lines().find(is_line).and_then(|line| line.split("   (").next()).expect("a line to type");
    lab.ssh("n1", line.trim_start_matches("help: ")).ok();
    install(lab, "n3", &format!("--wait 60 {signer}")).ok();
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl get after --print-value-only").ok(), "at-sea");
    assert_eq!(lab.ssh("n1", "ETCDCTL_API=3 etcdctl member list").ok().lines().count(), 3);
}
