//! Where members listen and are reached, when it is not one IPv4 address a host and etcd's own ports.

use std::fs;

use whole::{Lab, SIGNER, Site, cluster, release};

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
    lab.sh("n1", "etcdctl put ship at-sea").ok();
    for host in ["n1", "n2", "n3"] {
        lab.until(host, "etcdpack-host status");
        assert_eq!(lab.sh(host, "etcdctl get ship --print-value-only").ok(), "at-sea");
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

#[test]
fn members_behind_nat_in_two_networks_and_with_a_floating_address_are_one_cluster() {
    let tarball = release("3.5.1", "amd64");
    let hosts = [("n1", "203.0.113.1"), ("n2", "10.126.0.12"), ("n3", "10.126.0.13")];
    let text = cluster("3.5.1", &tarball, &hosts)
        .replace("203.0.113.1\"\n", "203.0.113.1\"\nlisten = \"10.126.0.11\"\n")
        .replace("10.126.0.12\"\n", "10.126.0.12\"\nclient-address = \"10.127.0.12\"\n")
        .replace("10.126.0.13\"\n", "10.126.0.13\"\nlisten-clients = \"0.0.0.0\"\n");
    let more = "[service]\nmanager = \"systemd\"\n[etcd]\npeers = \"by-name\"\n[client]\nloopback = \"off\"\n\
                [pki]\nspare-addresses = [\"10.126.0.100\"]\n";
    let site = Site::new(&format!("{text}{more}"));
    site.build(&tarball);
    let lab = Lab::up("tlisten", "python", &["n1=10.126.0.11", "n2=10.126.0.12", "n3=10.126.0.13"]);
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
    lab.sh("n1", "etcdctl put ship at-sea").ok();
    for host in ["n1", "n2", "n3"] {
        lab.until(host, "etcdpack-host status");
        assert_eq!(lab.sh(host, "etcdctl get ship --print-value-only").ok(), "at-sea");
        lab.sh(host, "etcdctl snapshot save /root/db && etcdpack-host doctor").ok();
    }
    let listening = |host: &str| lab.sh(host, "ss -ltnpH | grep etcd | awk '{print $4}' | sort").ok();
    assert_eq!(listening("n1"), "10.126.0.11:2379\n10.126.0.11:2380");
    assert_eq!(listening("n2"), "10.126.0.12:2380\n10.127.0.12:2379");
    let status = lab.sh("n1", "etcdpack-host status").ok();
    assert!(status.contains("https://203.0.113.1:2379"), "{status}");
    // The floating address comes, serves and goes.
    let floating = "etcdctl --endpoints https://10.126.0.100:2379 get ship --print-value-only";
    lab.sh("n3", "ip address add 10.126.0.100/24 dev eth0").ok();
    assert_eq!(lab.sh("n2", floating).ok(), "at-sea");
    lab.sh("n3", "ip address delete 10.126.0.100/24 dev eth0").ok();
    lab.until("n3", "etcdpack-host status");
    // Where it listens is for first installs.
    let text = fs::read_to_string(site.path("cluster.toml")).expect("the cluster file");
    fs::write(site.path("cluster.toml"), text.replace("listen-clients = \"0.0.0.0\"\n", "")).expect("another one");
    site.build_same_cluster(&tarball);
    lab.put(&site.bundle("n3"), "n3");
    lab.sh("n3", &format!("cd && ./n3.run plan {SIGNER}")).refused(3, "the member listens at");
}
