//! Where members listen and are reached, when it is not one IPv4 address a host and etcd's own ports.

use std::fs;
use std::process::{Child, Command, Stdio};

use whole::authority;
use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Site, cluster, release, run};

/// Installs the bundles in this order; the last waits until its member is healthy.
fn install(lab: &Lab, site: &Site, hosts: &[&str]) {
    for host in hosts {
        lab.put(&site.bundle(host), host);
        let wait = if Some(host) == hosts.last() { " --wait 60" } else { "" };
        lab.sh(host, &format!("cd && ./{host}.run install --yes {SIGNER} --quiet{wait}")).ok();
    }
}

#[test]
fn every_host_has_its_own_ports_and_ipv6_stands_beside_ipv4() {
    let tarball = release("3.5.1", "amd64");
    let hosts = [("n1", "10.125.0.11"), ("n2", "10.125.0.12"), ("n3", "fd7d::13")];
    // To a member of the other family a host comes from its address there, which its certificate must name.
    let text = cluster("3.5.1", &tarball, &hosts)
        .replace("0.11\"\n", "0.11\"\naddresses = [\"fd7d::11\"]\n")
        .replace("0.12\"\n", "0.12\"\naddresses = [\"fd7d::12\"]\nclient-port = 7379\npeer-port = 7380\n")
        .replace("::13\"\n", "::13\"\naddresses = [\"10.125.0.13\"]\n");
    let site =
        Site::new(&format!("{text}[service]\nmanager = \"systemd\"\n[etcd]\npeer-port = 4380\npeers = \"by-name\"\n"));
    site.build(&tarball);
    let lab = Lab::up("tports", "python", &["n1=10.125.0.11", "n2=10.125.0.12", "n3=10.125.0.13"]);
    for (host, own) in [("n1", 11), ("n2", 12), ("n3", 13)] {
        lab.sh(host, &format!("ip -6 address add fd7d::{own}/64 dev eth0 nodad")).ok();
    }
    // A port that another program has is the one that this host has.
    lab.put(&site.bundle("n2"), "n2");
    lab.sh("n2", "systemd-run --quiet --unit=squatter python3 -m http.server --bind 10.125.0.12 7380").ok();
    lab.until("n2", "ss -ltn | grep -q :7380");
    let said = lab.sh("n2", &format!("cd && ./n2.run plan {SIGNER}"));
    said.refused(3, "port 7380 on 10.125.0.12 is taken");
    lab.sh("n2", "systemctl stop squatter").ok();

    install(&lab, &site, &["n1", "n2", "n3"]);
    lab.until("n1", "etcdctl put ship at-sea");
    for host in ["n1", "n2", "n3"] {
        lab.until(host, "etcdpack-host status");
        assert_eq!(lab.answer(host, "etcdctl get ship --print-value-only"), "at-sea");
        lab.sh(host, "etcdpack-host doctor").ok();
    }
    let status = lab.sh("n3", "etcdpack-host status").ok();
    assert!(status.contains("https://[fd7d::13]:2379") && status.contains("https://[fd7d::13]:4380"), "{status}");
    let listening = lab.sh("n2", "ss -ltnH | awk '{print $4}'").ok();
    assert!(listening.contains("10.125.0.12:7379") && !listening.contains(":2379"), "{listening}");
    // Another port for a member that runs is another address.
    let text = fs::read_to_string(site.path("cluster.toml")).expect("the cluster file");
    fs::write(site.path("cluster.toml"), text.replace("client-port = 7379", "client-port = 8379"))
        .expect("another one");
    site.build_same_cluster(&tarball);
    lab.put(&site.bundle("n2"), "n2");
    lab.sh("n2", &format!("cd && ./n2.run plan {SIGNER}")).refused(
        3,
        "clients reach the member at `https://10.125.0.12:7379` on this host, and `https://10.125.0.12:8379` in the bundle",
    );
}

/// Nobody has an IPv4 address but on loopback.
#[test]
fn hosts_with_ipv6_alone_are_a_cluster() {
    ground::each("ipv6", Ground::of(Keeper::Supervisor, "3.5.1"), by_ipv6);
}

fn by_ipv6(ground: Ground) {
    let tarball = ground.tarball();
    let hosts = [("n1", "fd7e::11"), ("n2", "fd7e::12"), ("n3", "fd7e::13")];
    let site = Site::new(&cluster(ground.version, &tarball, &hosts));
    site.build(&tarball);
    let lab = ground.up("tsix", &["n1=10.124.0.11", "n2=10.124.0.12", "n3=10.124.0.13"]);
    for (host, own) in hosts {
        lab.sh(host, &format!("ip -6 address add {own}/64 dev eth0 nodad && ip -4 address flush dev eth0")).ok();
    }
    install(&lab, &site, &["n1", "n2", "n3"]);
    lab.until("n1", "ETCDCTL_API=3 etcdctl put ship at-sea");
    for (host, own) in hosts {
        lab.until(host, "etcdpack-host status");
        assert_eq!(lab.answer(host, "ETCDCTL_API=3 etcdctl get ship --print-value-only"), "at-sea");
        lab.sh(host, "etcdpack-host doctor").ok();
        let listening = lab.sh(host, "ss -ltnpH | grep etcd | awk '{print $4}' | sort").ok();
        assert_eq!(listening, format!("[::1]:2379\n[{own}]:2379\n[{own}]:2380"));
    }
    // A re-run changes nothing, one is lost and comes back, one is purged.
    let pid = || lab.sh("n2", "pgrep -x etcd").ok();
    let before = pid();
    lab.sh("n2", &format!("cd && ./n2.run install --yes {SIGNER}")).ok();
    assert_eq!(pid(), before);
    lab.sh("n2", "etcdpack-host snapshot -o /root/ship.db").ok();
    lab.sh("n3", "etcdpack-host uninstall --purge --yes").ok();
    lab.sh("n3", &format!("cd && ./n3.run install --yes {SIGNER}")).refused(3, "[rejoin-needed]");
}

/// Whose keys and certificates members have that listen elsewhere than they are reached.
#[derive(Clone, Copy)]
enum Keys {
    /// All have the same.
    Shared,
    /// The builder makes them, and a CA that it does not have signs.
    Accepted,
}

#[test]
fn members_behind_nat_in_two_networks_and_with_a_floating_address_are_one_cluster() {
    ground::each("nat-shared", Ground::of(Keeper::Supervisor, "3.4.23"), |ground| behind_nat(ground, Keys::Shared));
}

#[test]
fn members_behind_nat_with_certificates_of_another_ca_are_one_cluster() {
    ground::each("nat-accepted", Ground::of(Keeper::Systemd, "3.5.1"), |ground| behind_nat(ground, Keys::Accepted));
}

/// What another CA's certificates name: every address that a member has here, and the floating one.
const NAMES: &str = "DNS:n$n,IP:10.126.0.1$n,IP:10.126.0.100,IP:10.127.0.12,IP:203.0.113.1,IP:127.0.0.1";

fn behind_nat(ground: Ground, keys: Keys) {
    let tarball = ground.tarball();
    let hosts = [("n1", "203.0.113.1"), ("n2", "10.126.0.12"), ("n3", "10.126.0.13")];
    let text = cluster(ground.version, &tarball, &hosts)
        .replace("203.0.113.1\"\n", "203.0.113.1\"\nlisten = \"10.126.0.11\"\n")
        .replace("10.126.0.12\"\n", "10.126.0.12\"\nclient-address = \"10.127.0.12\"\n")
        .replace("10.126.0.13\"\n", "10.126.0.13\"\nlisten-clients = \"0.0.0.0\"\n");
    let more = "[etcd]\npeers = \"by-name\"\n[client]\nloopback = \"off\"\n[pki]\nkeys = \"plaintext\"\nspare-addresses = [\"10.126.0.100\"]\n";
    let whose = match keys {
        Keys::Shared => "mode = \"shared\"\n",
        Keys::Accepted => "ca = \"root.pem\"\n",
    };
    let site = Site::new(&format!("{text}{more}{whose}"));
    if let Keys::Accepted = keys {
        let sh = |lines: &str| run(Command::new("sh").args(["-ec", lines]).current_dir(site.path("."))).ok();
        sh(authority::MADE);
        site.etcdpack(&["pki", "csr"]).ok();
        sh(&authority::signs(NAMES, 100));
        site.etcdpack(&["pki", "accept", "n1.pem", "n2.pem", "n3.pem"]).ok();
    }
    site.build(&tarball);
    // The two run beside each other.
    let lab = match keys {
        Keys::Shared => "tlisten",
        Keys::Accepted => "taccepted",
    };
    let lab = ground.up(lab, &["n1=10.126.0.11", "n2=10.126.0.12", "n3=10.126.0.13"]);
    // etcdctl gives up after five seconds, for which a busy machine is reason enough.
    let etcdctl = |host: &str, words: &str| lab.answer(host, &format!("ETCDCTL_API=3 etcdctl {words}"));
    // The others know n1 by an address that is not its own: what comes for that, its router leads to it.
    let nat = "add table ip r; add chain ip r in { type nat hook prerouting priority dstnat; }; \
               add rule ip r in ip daddr 203.0.113.1 dnat to 10.126.0.11";
    lab.outside("n1", &["nft", nat]).ok();
    for host in ["n2", "n3"] {
        lab.sh(host, "ip route add 203.0.113.1 via 10.126.0.11").ok();
    }
    for (host, own) in [("n1", 11), ("n2", 12), ("n3", 13)] {
        lab.sh(host, &format!("ip address add 10.127.0.{own}/24 dev eth0")).ok();
    }
    // From an address that the certificate lacks, nobody is taken for a peer: known before anything is installed.
    lab.put(&site.bundle("n3"), "n3");
    let plan = |lab: &Lab| lab.sh("n3", &format!("cd && ./n3.run plan {SIGNER} --first-install"));
    let route = "ip address add 10.126.0.200/24 dev eth0 && ip route replace 10.126.0.0/24 dev eth0 src 10.126.0.200";
    lab.sh("n3", route).ok();
    let said = plan(&lab);
    assert!(said.err.contains("from 10.126.0.200, which its certificate does not name"), "{said:?}");
    lab.sh("n3", "ip route replace 10.126.0.0/24 dev eth0 src 10.126.0.13").ok();
    let said = plan(&lab);
    assert!(!said.err.contains("[source-unnamed]"), "{said:?}");

    install(&lab, &site, &["n1", "n2", "n3"]);
    etcdctl("n1", "put ship at-sea");
    for host in ["n1", "n2", "n3"] {
        lab.until(host, "etcdpack-host status");
        assert_eq!(etcdctl(host, "get ship --print-value-only"), "at-sea");
        etcdctl(host, "snapshot save /root/db");
        lab.sh(host, "etcdpack-host doctor").ok();
    }
    let listening = |host: &str| lab.sh(host, "ss -ltnpH | grep etcd | awk '{print $4}' | sort").ok();
    assert_eq!(listening("n1"), "10.126.0.11:2379\n10.126.0.11:2380");
    assert_eq!(listening("n2"), "10.126.0.12:2380\n10.127.0.12:2379");
    let status = lab.sh("n1", "etcdpack-host status").ok();
    assert!(status.contains("https://203.0.113.1:2379"), "{status}");
    // The floating address comes, serves and goes.
    let floating = "--endpoints https://10.126.0.100:2379 get ship --print-value-only";
    lab.sh("n3", "ip address add 10.126.0.100/24 dev eth0").ok();
    assert_eq!(etcdctl("n2", floating), "at-sea");
    lab.sh("n3", "ip address delete 10.126.0.100/24 dev eth0").ok();
    lab.until("n3", "etcdpack-host status");
    // Where it listens is for first installs.
    let text = fs::read_to_string(site.path("cluster.toml")).expect("the cluster file");
    fs::write(site.path("cluster.toml"), text.replace("listen-clients = \"0.0.0.0\"\n", "")).expect("another one");
    site.build_same_cluster(&tarball);
    lab.put(&site.bundle("n3"), "n3");
    lab.sh("n3", &format!("cd && ./n3.run plan {SIGNER}")).refused(3, "the member listens at");
}

/// Debian's dnsmasq in the network of a host, until it is dropped.
struct NameServer(Child);

impl NameServer {
    fn start(lab: &Lab, host: &str, address: &str, names: &[(&str, &str)]) -> Self {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", lab.pid(host).trim())).arg("--").arg("dnsmasq");
        command.args([
            "--keep-in-foreground",
            "--local=/example/",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
            "--bind-interfaces",
        ]);
        command.args([
            format!("--listen-address={address}"),
            "--pid-file=".to_owned(),
            "--except-interface=lo".to_owned(),
        ]);
        command.args(names.iter().map(|(name, address)| format!("--host-record={name},{address}")));
        let server = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("dnsmasq: scripts/deps");
        lab.until(host, &format!("ss -lunH | grep -q {address}:53"));
        Self(server)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // Gone already is gone, too.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn members_are_called_by_names_and_plan_looks_them_up_as_etcd_will() {
    ground::each("names", Ground::of(Keeper::Systemd, "3.5.1"), called_by_names);
}

fn called_by_names(ground: Ground) {
    let tarball = ground.tarball();
    let names = ["n1", "n2", "n3"].map(|host| format!("{host}.corp.example"));
    let own = ["10.128.0.11", "10.128.0.12", "10.128.0.13"];
    let [n1, n2, n3] = [0, 1, 2].map(|at| (names[at].as_str(), own[at]));
    let mut text = cluster(ground.version, &tarball, &[("n1", n1.0), ("n2", n2.0), ("n3", n3.0)]);
    // n1 is to find its own.
    for (name, address) in [n2, n3] {
        text = text.replace(&format!("\"{name}\"\n"), &format!("\"{name}\"\nlisten = \"{address}\"\n"));
    }
    let site = Site::new(&format!("{text}[etcd]\npeers = \"by-name\"\n[pki]\nkeys = \"plaintext\"\n"));
    site.build(&tarball);
    let lab = ground.up("tnames", &["n1=10.128.0.11", "n2=10.128.0.12", "n3=10.128.0.13"]);
    let plan = || lab.sh("n1", &format!("cd && ./n1.run plan {SIGNER} --first-install"));
    let resolv = |host: &str, server: &str| lab.sh(host, &format!("echo nameserver {server} >/etc/resolv.conf")).ok();
    lab.put(&site.bundle("n1"), "n1");

    // Nobody answers; somebody who knows one name less.
    plan().refused(3, "no name server answers within 3 s");
    resolv("n1", n3.1);
    let server = NameServer::start(&lab, "n3", n3.1, &[n1, n2]);
    plan().refused(3, "the name `n3.corp.example` of member `n3` means nobody here");
    drop(server);
    // What Debian's installer writes; then what DNS says of another host.
    let server = NameServer::start(&lab, "n3", n3.1, &[n1, n2, n3]);
    lab.sh("n1", "cp /etc/hosts /etc/hosts.plain; echo 127.0.1.1 n1.corp.example n1 >>/etc/hosts").ok();
    plan().refused(3, "means 127.0.1.1 here, which is this host to itself");
    lab.sh("n1", "cp /etc/hosts.plain /etc/hosts; echo 10.128.0.11 n2.corp.example >>/etc/hosts").ok();
    plan().refused(3, "which is another host's, means 10.128.0.11 here: this host");
    lab.sh("n1", "cp /etc/hosts.plain /etc/hosts; printf '10.128.0.%s n1.corp.example\\n' 11 111 >>/etc/hosts").ok();
    lab.sh("n1", "ip address add 10.128.0.111/24 dev eth0").ok();
    plan().refused(3, "it means several: 10.128.0.11, 10.128.0.111");
    lab.sh("n1", "cp /etc/hosts.plain /etc/hosts; ip address delete 10.128.0.111/24 dev eth0").ok();
    let said = plan();
    let lines = "printf '%s\\n' '10.128.0.11 n1.corp.example' '10.128.0.12 n2.corp.example' '10.128.0.13 n3.corp.example' >>/etc/hosts";
    assert!(said.code == 0 && said.err.contains("[name-by-dns]") && said.err.contains(lines), "{said:?}");
    assert!(said.out.contains("startup.sh  0755 root: listens at 10.128.0.11 (n1.corp.example)"), "{said:?}");

    // n1 and n2 know by DNS alone, n3 by its hosts file alone.
    resolv("n2", n3.1);
    lab.sh("n3", lines).ok();
    install(&lab, &site, &["n1", "n2", "n3"]);
    lab.until("n1", "ETCDCTL_API=3 etcdctl put ship at-sea");
    for host in ["n1", "n2", "n3"] {
        lab.until(host, "etcdpack-host status");
        assert_eq!(lab.answer(host, "ETCDCTL_API=3 etcdctl get ship --print-value-only"), "at-sea");
    }
    let said = lab.sh("n3", "etcdpack-host doctor");
    assert!(said.code == 0 && !said.err.contains("name-by-dns"), "{said:?}");
    let status = lab.sh("n3", "etcdpack-host status").ok();
    assert!(status.contains("https://n3.corp.example:2379") && status.contains("n1.corp.example"), "{status}");
    let listening = lab.sh("n1", "ss -ltnpH | grep etcd | awk '{print $4}' | sort").ok();
    assert_eq!(listening, "10.128.0.11:2379\n10.128.0.11:2380\n127.0.0.1:2379");

    let pid = || lab.sh("n1", "pgrep -x etcd").ok();
    // The name server is stopped before n1 boots: by the lines that were shown it is a member again.
    drop(server);
    lab.crash("n1");
    lab.boot("n1");
    lab.sh("n1", "etcdpack-host doctor").refused(7, "no name server answers within 3 s");
    // With its data, etcd starts without them, and finds nobody.
    let alone = lab.answer("n1", "pgrep -x etcd");
    // Its certificate has its name alone, which n2 looks up.
    for host in ["n1", "n2"] {
        lab.sh(host, lines).ok();
    }
    lab.until("n1", "etcdpack-host status");
    assert_eq!(pid(), alone, "it was started again");
    // What it has found stays, also where the name means more by now.
    lab.sh("n1", "ip address add 10.128.0.111/24 dev eth0; echo 10.128.0.111 n1.corp.example >>/etc/hosts").ok();
    let said = lab.sh("n1", &format!("cd && ./n1.run plan {SIGNER}"));
    assert!(!said.err.contains("it means several"), "{said:?}");
    lab.sh("n1", "ip address delete 10.128.0.111/24 dev eth0; sed -i /0.111/d /etc/hosts").ok();
    let before = pid();
    lab.sh("n1", &format!("cd && ./n1.run install --yes {SIGNER}")).ok();
    assert_eq!(pid(), before);
    lab.sh("n1", "etcdpack-host doctor").ok();

    // The host moves, and its name with it: the same bundle finds where it listens now, and nobody else has to know.
    lab.sh("n1", "ip -4 address flush dev eth0; ip address add 10.128.0.21/24 dev eth0").ok();
    for host in ["n1", "n2", "n3"] {
        lab.sh(host, "sed -i 's/^10.128.0.11 n1/10.128.0.21 n1/' /etc/hosts").ok();
    }
    lab.sh("n1", &ground.stop("n1")).ok();
    let said = lab.sh("n1", &format!("cd && ./n1.run install --yes {SIGNER} --wait 60"));
    assert!(said.err.contains("listens at 10.128.0.21 (n1.corp.example)"), "{said:?}");
    said.ok();
    for host in ["n1", "n2", "n3"] {
        lab.until(host, "etcdpack-host status");
    }
    let listening = lab.sh("n1", "ss -ltnpH | grep etcd | awk '{print $4}' | sort").ok();
    assert_eq!(listening, "10.128.0.21:2379\n10.128.0.21:2380\n127.0.0.1:2379");
    assert_eq!(lab.answer("n1", "ETCDCTL_API=3 etcdctl get ship --print-value-only"), "at-sea");
}
