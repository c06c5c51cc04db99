//! A client's certificate at the peer port: with it one could speak as a member. The cluster's own certificates alone count there
//! once members know each other by name, and that is turned on while the cluster runs.

use std::fs;
use std::path::Path;

use whole::{Lab, SIGNER, Site, cluster, plain_keys, release};

const HOSTS: [(&str, &str); 3] = [("n1", "10.91.0.11"), ("n2", "10.91.0.12"), ("n3", "10.91.0.13")];

/// What a peer port says to whoever has this pair: its members, in HTTP behind TLS, or nothing.
fn members(lab: &Lab, pair: &str, port: &str) -> String {
    let ask = r"printf 'GET /members HTTP/1.1\r\nHost: n2\r\nConnection: close\r\n\r\n'; sleep 2";
    let line = format!(
        "({ask}) | openssl s_client -connect 10.91.0.12:{port} -CAfile ca.pem {pair} -tls1_2 -quiet -ign_eof 2>&1"
    );
    lab.ssh("n1", &line).out
}

fn build(site: &Site, tarball: &Path, text: &str) {
    fs::write(site.path("cluster.toml"), plain_keys(text)).expect("the cluster file");
    site.build(tarball);
}

fn install(lab: &Lab, site: &Site, host: &str, wait: &str) -> whole::Said {
    lab.scp(&site.bundle(host), host);
    lab.ssh(host, &format!("./{host}.run install --yes --quiet {wait} {SIGNER}"))
}

#[test]
fn a_clients_certificate_is_no_members() {
    let tarball = release("3.5.1", "amd64");
    // A file as 0.1 had it; and one with what `init` writes about the members today.
    let plain = cluster("3.5.1", &tarball, &HOSTS);
    let site = Site::new(&plain);
    site.etcdpack(&["init", "-o", "new.toml", "--version", "3.5.1"]).ok();
    let new = fs::read_to_string(site.path("new.toml")).unwrap();
    let peers: String = new.lines().filter(|line| line.starts_with("peers = ")).collect();
    let by_name = format!("{plain}[etcd]\n{peers}\n");
    site.build(&tarball);
    assert_eq!(site.etcdpack(&["pki", "client", "alice"]).code, 0);

    let lab = Lab::up("tpeers", "bare", &HOSTS.map(|(name, at)| format!("{name}={at}")).each_ref().map(String::as_str));
    for file in ["pki/ca.pem", "pki/clients/alice/client.pem", "pki/clients/alice/client-key.pem"] {
        lab.scp(&site.path(file), "n1");
    }
    for (host, _) in HOSTS {
        // The first has nobody to be healthy with.
        install(&lab, &site, host, "").ok();
    }
    for (host, _) in HOSTS {
        lab.until(host, "etcdpack-host status");
    }
    let alice = "-cert client.pem -key client-key.pem";
    let own = "-cert /opt/etcd/certs/etcd-peer.pem -key /opt/etcd/certs/etcd-peer-key.pem";
    // So it was with 0.1, and is without that line: what members say to members, they say to her.
    assert!(members(&lab, alice, "2380").contains("HTTP/1.1 200 OK"), "alice is not let in: this test tries nothing");

    // One member after the other, while the cluster runs.
    build(&site, &tarball, &by_name);
    for (host, _) in HOSTS {
        install(&lab, &site, host, "--wait 60").ok();
        for (other, _) in HOSTS {
            lab.until(other, "etcdpack-host status");
        }
        lab.ssh("n1", &format!("etcdctl put {host} by-name")).ok();
    }
    let said = members(&lab, alice, "2380");
    assert!(!said.contains("HTTP/1.1"), "{said}");
    assert!(members(&lab, own, "2380").contains("\"name\":\"n3\""), "members are shut out");
    // As a client she is what she was.
    assert!(members(&lab, alice, "2379").contains("HTTP/1.1"), "clients are shut out");

    another_name_puts_nobody_out(&lab, &site, &tarball, &by_name);
}

#[test]
fn a_cluster_file_that_says_nothing_is_warned_about_and_no_client_has_the_members_name() {
    let tarball = release("3.5.1", "amd64");
    let plain = cluster("3.5.1", &tarball, &HOSTS);
    let site = Site::new(&plain);
    site.give_signing_key();
    for (lines, is_warned) in
        [("", true), ("[etcd]\npeers = \"by-ca\"\n", true), ("[etcd]\npeers = \"by-name\"\n", false)]
    {
        fs::write(site.path("cluster.toml"), plain_keys(&format!("{plain}{lines}"))).unwrap();
        let said = site.etcdpack(&["build", "--release", &tarball.to_string_lossy()]);
        let warned = said.err.contains("can write as a member at the peer ports");
        assert_eq!((said.code, warned), (0, is_warned), "{lines}: {said:?}");
    }
    let said = site.etcdpack(&["pki", "client", "etcd-peer"]);
    assert!(said.code == 3 && said.err.contains("could write as a member"), "{said:?}");
    assert!(!site.path("pki/clients/etcd-peer").exists());
}

/// A common name that is changed while members know each other by it.
fn another_name_puts_nobody_out(lab: &Lab, site: &Site, tarball: &Path, by_name: &str) {
    let renamed = plain_keys(by_name).replace("[pki]\n", "[pki]\ncommon-name = \"other\"\n");
    build(site, tarball, &renamed);
    let pid = lab.etcds("n2");
    let said = install(lab, site, "n2", "--wait 60");
    assert!(
        said.err.contains("[peer-name]") && said.err.contains("serves a certificate with the common name"),
        "{said:?}"
    );
    assert!(said.err.contains("`etcd-peer`") && said.code == 3, "{said:?}");
    assert_eq!(lab.etcds("n2"), pid);
    // Nor by a file that takes the flag away with it.
    build(site, tarball, &renamed.replace("\"by-name\"", "\"by-ca\""));
    let said = install(lab, site, "n2", "--wait 60");
    assert!(said.code == 3 && said.err.contains("[peer-name]") && said.err.contains("`other`"), "{said:?}");
    assert_eq!(lab.etcds("n2"), pid);
    lab.until("n2", "etcdpack-host status");
}
