//! What people do to a cluster file between two walks, from the first typo to the last purge: each ends well, or in a refusal
//! whose help line, typed, makes it end well.

use std::fs;
use std::path::Path;

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster, plain_keys};

fn install(lab: &Lab, host: &str, more: &str) -> Said {
    lab.ssh(host, &format!("./{host}.run install --yes {SIGNER} {more}"))
}

/// One connected machine, and a way to build from it and to carry.
struct Desk<'a> {
    site: Site,
    version: &'a str,
    tarball: &'a Path,
}

impl Desk<'_> {
    fn file(&self, hosts: &[(&str, &str)]) {
        let text = plain_keys(&cluster(self.version, self.tarball, hosts));
        fs::write(self.site.path("cluster.toml"), text).expect("the cluster file");
    }

    fn build(&self, more: &[&str]) -> Said {
        let tarball = self.tarball.to_string_lossy();
        self.site.etcdpack(&[&["build", "--release", &*tarball], more].concat())
    }

    fn carry(&self, lab: &Lab, hosts: &[&str]) {
        for host in hosts {
            lab.scp(&self.site.bundle(host), host);
        }
    }
}

/// What the help line of a refusal tells to type on another host, which it names.
fn typed(said: &Said) -> (String, String) {
    let line = said.err.lines().find_map(|line| line.strip_prefix("help: ")?.split_once("   (on "));
    let (line, rest) = line.unwrap_or_else(|| panic!("no line for another host: {said:?}"));
    let host: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    (line.to_owned(), host)
}

#[test]
fn an_address_that_was_wrong_is_mended_once_two_of_three_run() {
    ground::each("an-address-after-the-quorum", Ground::of(Keeper::Systemd, "3.5.1"), after_the_quorum);
}

fn after_the_quorum(ground: Ground) {
    let (version, tarball) = (ground.version, ground.tarball());
    let (right, wrong) = ("10.141.0.13", "10.141.0.99");
    let hosts = |third| [("n1", "10.141.0.11"), ("n2", "10.141.0.12"), ("n3", third)];
    let desk = Desk { site: Site::new(&cluster(version, &tarball, &hosts(wrong))), version, tarball: &tarball };
    desk.site.build(&tarball);
    let all = hosts(right).map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up("trows", &all.each_ref().map(String::as_str));
    desk.carry(&lab, &["n1", "n2"]);
    install(&lab, "n1", "--quiet --first-install").ok();
    install(&lab, "n2", "--quiet --first-install --wait 60").ok();
    lab.ssh("n1", "ETCDCTL_API=3 etcdctl put ship at-sea").ok();

    // Whoever mends the address is asked whether data are there, and says so.
    desk.file(&hosts(right));
    desk.build(&[]).refused(3, "n3 was at https://10.141.0.99:2380, and is at https://10.141.0.13:2380 now");
    desk.build(&["--same-cluster"]).ok();
    desk.carry(&lab, &["n1", "n2", "n3"]);
    let said = install(&lab, "n3", "");
    assert!(said.code == 3 && said.err.contains("[would-bootstrap]"), "{said:?}");
    let (line, host) = typed(&said);
    assert!(line.contains("etcdctl member update") && line.contains(right), "{said:?}");
    lab.ssh(&host, &line).ok();
    let said = install(&lab, "n3", "--wait 60");
    assert!(said.err.contains("3 of 3 members of cluster"), "{said:?}");
    said.ok();
    // The others take the new list without a restart.
    for host in ["n1", "n2"] {
        let before = lab.etcds(host);
        install(&lab, host, "").ok();
        assert_eq!(lab.etcds(host), before, "{host}");
    }
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");

    // A host leaves the file: that alone takes no member out.
    desk.file(&hosts(right)[..2]);
    let said = desk.build(&[]);
    assert!(
        said.err.contains(
            "n3 is not in the cluster file any more; it stays a member of the cluster until `etcdctl member remove`"
        ),
        "{said:?}"
    );
    said.ok();
}

#[test]
fn an_address_that_was_wrong_is_mended_while_one_waits_alone() {
    ground::each("an-address-before-the-quorum", Ground::of(Keeper::Supervisor, "3.4.23"), before_the_quorum);
}

fn before_the_quorum(ground: Ground) {
    let (version, tarball) = (ground.version, ground.tarball());
    let hosts = |third| [("n1", "10.142.0.11"), ("n2", "10.142.0.12"), ("n3", third)];
    let desk = Desk { site: Site::new(&cluster(version, &tarball, &hosts("10.142.0.99"))), version, tarball: &tarball };
    desk.site.build(&tarball);
    let lab = ground.up("trowsa", &["n1=10.142.0.11"]);
    desk.carry(&lab, &["n1"]);
    install(&lab, "n1", "--first-install").ok();
    desk.file(&hosts("10.142.0.13"));
    // It never had a quorum, so it cannot be changed: purged, without a word about a quorum that there never was.
    lab.ssh("n1", "etcdpack-host uninstall --purge --yes").ok();
    desk.build(&["--new-cluster"]).ok();
    desk.carry(&lab, &["n1"]);
    let said = install(&lab, "n1", "--first-install");
    assert!(said.err.contains("n2.run and n3.run"), "{said:?}");
    said.ok();
    lab.ssh("n1", "grep -q n3=https://10.142.0.13:2380 /opt/etcd/etcd-server-startup.sh").ok();
}
