//! Members whose keys and certificates come from elsewhere than a build: made on the hosts, one for all, or by a CA out of reach. Each
//! takes a later certificate without a restart, with one member dead and with one cut off, and comes back after its disk is lost. And
//! two clusters that trust one CA.

use std::fs;
use std::path::Path;
use std::process::Command;

use whole::authority;
use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster, run};

const HOSTS: [(&str, &str); 3] = [("n1", "10.122.0.11"), ("n2", "10.122.0.12"), ("n3", "10.122.0.13")];

/// Where the key of a member comes from.
#[derive(Clone, Copy)]
enum Way {
    /// The host makes it.
    HostKey,
    /// All have the same.
    Shared,
    /// The builder makes it, and a CA that it does not have signs.
    Accepted,
}

/// What a host's certificate names, signed by a CA that etcdpack does not have.
const NAMES: &str = "DNS:n$n,DNS:localhost,IP:10.122.0.1$n,IP:127.0.0.1,IP:::1";

impl Way {
    /// Lines of `[pki]`.
    fn lines(self) -> &'static str {
        match self {
            Self::HostKey => "keys = \"host-key\"\n",
            Self::Shared => "keys = \"plaintext\"\nmode = \"shared\"\n",
            Self::Accepted => "keys = \"plaintext\"\nca = \"root.pem\"\n",
        }
    }

    /// What the connected machine has before anything is built.
    fn begin(self, desk: &Desk, lab: &Lab) {
        match self {
            Self::HostKey => {
                desk.build("");
                desk.carry(lab);
            }
            Self::Shared => {}
            Self::Accepted => {
                desk.shell(authority::MADE);
                desk.site.etcdpack(&["pki", "csr"]).ok();
            }
        }
    }

    /// Bundles of all hosts, each with another certificate than before.
    fn bundles(self, desk: &Desk, lab: &Lab, days: u32) {
        match self {
            Self::HostKey => {
                desk.shell("rm -f pki/hosts/*/etcd-peer.pem");
                desk.signed(lab, &HOSTS.map(|(host, _)| host), "");
            }
            Self::Shared => {
                desk.shell("rm -f pki/shared/etcd-peer.pem");
                desk.build("");
            }
            Self::Accepted => {
                desk.shell(&authority::signs(NAMES, days));
                desk.site.etcdpack(&["pki", "accept", "n1.pem", "n2.pem", "n3.pem"]).ok();
                desk.build("");
            }
        }
        desk.carry(lab);
    }
}

/// The connected machine.
struct Desk {
    site: Site,
    tarball: String,
}

impl Desk {
    fn new(ground: Ground, pki: &str) -> Self {
        let tarball = ground.tarball();
        let site = Site::new(&(cluster(ground.version, &tarball, &HOSTS) + "[pki]\n" + pki));
        site.give_signing_key();
        Self { site, tarball: tarball.to_string_lossy().into_owned() }
    }

    fn shell(&self, lines: &str) {
        run(Command::new("sh").args(["-ec", lines]).current_dir(self.site.path("."))).ok();
    }

    fn build(&self, more: &str) {
        let words: Vec<&str> =
            ["build", "--release", &self.tarball].into_iter().chain(more.split_whitespace()).collect();
        self.site.etcdpack(&words).ok();
    }

    fn carry(&self, lab: &Lab) {
        for (host, _) in HOSTS {
            lab.put(&self.site.bundle(host), host);
        }
    }

    /// The requests of these hosts, signed.
    fn signed(&self, lab: &Lab, hosts: &[&str], more: &str) {
        let mut words = vec!["sign".to_owned(), "--release".to_owned(), self.tarball.clone()];
        for host in hosts {
            let request = lab.sh(
                host,
                &format!("cd /root && rm -f {host}.csr && ./{host}.run csr -o {host}.csr >&2 && cat {host}.csr"),
            );
            let file = format!("{host}.csr");
            fs::write(self.site.path(&file), request.ok() + "\n").expect("a request");
            let sum = format!("openssl req -in {file} -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum");
            let sum = self.site.shell(&sum).ok();
            words.extend([file, "--words".to_owned(), format!("{host}={}", &sum[..64])]);
        }
        words.extend(more.split_whitespace().map(str::to_owned));
        self.site.etcdpack(&words.iter().map(String::as_str).collect::<Vec<_>>()).ok();
    }
}

fn install(lab: &Lab, host: &str, more: &str) -> Said {
    lab.sh(host, &format!("cd /root && ./{host}.run install --yes {SIGNER} {more}"))
}

fn put(lab: &Lab, host: &str) {
    lab.until(host, "ETCDCTL_API=3 /usr/local/bin/etcdctl put ship at-sea");
}

#[test]
#[ignore = "three hosts: scripts/torture; one host has a key of its own in `hostkey`"]
fn members_with_keys_of_their_own_go_on_and_come_back() {
    ground::each("host-keys", Ground::of(Keeper::Systemd, "3.5.1"), |ground| goes_on(ground, Way::HostKey, "tkeysown"));
}

#[test]
#[ignore = "three hosts: scripts/torture"]
fn members_with_one_key_go_on_and_come_back() {
    ground::each("shared-key", Ground::of(Keeper::Supervisor, "3.4.23"), |ground| {
        goes_on(ground, Way::Shared, "tkeysone");
    });
}

#[test]
#[ignore = "three hosts: scripts/torture"]
fn members_with_accepted_certificates_go_on_and_come_back() {
    ground::each("accepted", Ground::of(Keeper::Systemd, "3.4.23"), |ground| {
        goes_on(ground, Way::Accepted, "tkeysacc");
    });
}

/// In a lab of its `name`.
fn goes_on(ground: Ground, way: Way, name: &str) {
    let hosts = HOSTS.map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up(name, &hosts.each_ref().map(String::as_str));
    let desk = Desk::new(ground, way.lines());
    way.begin(&desk, &lab);
    way.bundles(&desk, &lab, 300);
    for (host, _) in HOSTS {
        install(&lab, host, "--quiet").ok();
    }
    put(&lab, "n1");

    // A later certificate, with one member dead, then with one cut off.
    way.bundles(&desk, &lab, 400);
    lab.crash("n3");
    put(&lab, "n1");
    taken_as_it_runs(&lab, "n1");
    lab.boot("n3");
    lab.until("n3", "ETCDCTL_API=3 /usr/local/bin/etcdctl get ship");
    lab.cut("n1");
    put(&lab, "n2");
    taken_as_it_runs(&lab, "n2");
    lab.mend("n1");
    lab.until("n1", "ETCDCTL_API=3 /usr/local/bin/etcdctl get ship");
    taken_as_it_runs(&lab, "n3");

    lost_disk(&desk, &lab, way);
    let said = install(&lab, "n3", "--wait 60");
    assert!(said.err.contains("3 of 3 members of cluster"), "{said:?}");
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
}

#[track_caller]
fn taken_as_it_runs(lab: &Lab, host: &str) {
    let sum = "sha256sum /opt/etcd/certs/etcd-peer.pem";
    let (before, certificate) = (lab.etcds(host), lab.sh(host, sum).ok());
    install(lab, host, "").ok();
    assert_eq!(lab.etcds(host), before, "{host}: no restart");
    assert_ne!(lab.sh(host, sum).ok(), certificate, "{host}: another certificate");
}

/// Every line is one that a refusal has printed.
fn lost_disk(desk: &Desk, lab: &Lab, way: Way) {
    // n1 was cut off until a moment ago, and the others have to see it serve again.
    lab.until("n3", "etcdpack-host uninstall --purge --dry-run");
    lab.sh("n3", "etcdpack-host uninstall --purge --yes --quiet").ok();
    if let Way::HostKey = way {
        let said = install(lab, "n3", "");
        assert!(said.code == 3 && said.err.contains("[no-host-key]"), "{said:?}");
        assert!(
            said.err.contains("help: ./n3.run csr -o n3.csr; then, where it was built: etcdpack sign n3.csr"),
            "{said:?}"
        );
        desk.signed(lab, &["n3"], "--new-key n3");
        lab.put(&desk.site.bundle("n3"), "n3");
    }
    let said = install(lab, "n3", "");
    assert!(said.code == 3 && said.err.contains("[rejoin-needed]"), "{said:?}");
    let is_line = |line: &&str| line.starts_with("help: ") && line.contains("etcdctl member remove");
    let line = said.err.lines().find(is_line).expect("a line to type").trim_start_matches("help: ");
    let (line, rest) = line.split_once("   (on ").expect("for another host");
    lab.ssh(&rest[..2], line).ok();
    let build = rest.split("etcdpack build ").nth(1).and_then(|rest| rest.split(',').next()).expect("a build");
    desk.build(build);
    lab.put(&desk.site.bundle("n3"), "n3");
}

#[test]
fn of_two_clusters_under_one_ca_no_bundle_is_taken_for_the_other() {
    ground::each("one-ca", Ground::of(Keeper::Systemd, "3.4.23"), one_ca);
}

fn one_ca(ground: Ground) {
    let tarball = ground.tarball();
    let pki = "[pki]\nkeys = \"plaintext\"\n";
    let first = Site::new(&(cluster(ground.version, &tarball, &HOSTS[..1]) + pki));
    first.build(&tarball);
    let second = Site::new(
        &(cluster(ground.version, &tarball, &HOSTS[..2]) + pki + "ca = \"ca.pem\"\nca-key = \"ca-key.pem\"\n"),
    );
    for file in ["ca.pem", "ca-key.pem"] {
        copy(&first.path("pki").join(file), &second.path(file));
    }
    second.build(&tarball);
    let lab = ground.up("toneca", &["n1=10.122.0.11", "n2=10.122.0.12"]);
    lab.put(&first.bundle("n1"), "n1");
    install(&lab, "n1", "--quiet --wait 60").ok();
    for (host, code) in [("n1", "other-cluster"), ("n2", "cluster-differs")] {
        let before = lab.etcds(host);
        lab.put(&second.bundle(host), host);
        for word in ["", "--although-ca-differs --first-install"] {
            let said = install(&lab, host, word);
            assert!(said.code == 3 && said.err.contains(&format!("[{code}]")), "{host} {word}: {said:?}");
        }
        assert_eq!(lab.etcds(host), before, "{host}");
    }
    assert_eq!(lab.sh("n2", "test -e /data/etcd").code, 1);
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}
