//! A CA below another one, as real etcd takes it. etcd (Go, `tls.X509KeyPair`) shows every certificate of its file to
//! peers and clients; what it trusts is a pool, so that an intermediate in `ca.pem` is enough, and a root in it is
//! enough for those to whom the intermediate is shown.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::site::{Said, Site, said, two_storeys, workspace};

/// etcd's programs, out of a release of the upstream shape.
pub(crate) fn programs(version: &str) -> TempDir {
    let releases = workspace().join("target/releases");
    let made =
        said(Command::new(workspace().join("tests/releases/repack")).args([version, "amd64"]).arg(&releases)).ok();
    let dir = tempfile::Builder::new().prefix("etcd-").tempdir_in(&releases).unwrap();
    said(Command::new("tar").args(["-xzf", made.trim(), "--strip-components=1", "-C"]).arg(dir.path())).ok();
    dir
}

pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// Two members that talk TLS to each other and to clients, and ask both for certificates.
struct Members {
    programs: PathBuf,
    dir: PathBuf,
    clients: [u16; 2],
    running: Vec<Child>,
}

impl Members {
    /// `pki(n)` holds `etcd-peer.pem`, its key, and `ca.pem`.
    fn start(programs: &Path, dir: &Path, pki: impl Fn(usize) -> PathBuf) -> Self {
        let [c1, c2, p1, p2] = free_ports();
        let cluster = format!("m1=https://127.0.0.1:{p1},m2=https://127.0.0.1:{p2}");
        fs::create_dir(dir).unwrap();
        let mut members =
            Self { programs: programs.to_owned(), dir: dir.to_owned(), clients: [c1, c2], running: Vec::new() };
        for (n, client, peer) in [(1, c1, p1), (2, c2, p2)] {
            let (client, peer) = (format!("https://127.0.0.1:{client}"), format!("https://127.0.0.1:{peer}"));
            let [ca, cert, key] =
                ["ca.pem", "etcd-peer.pem", "etcd-peer-key.pem"].map(|file| pki(n).join(file).display().to_string());
            let log = fs::File::create(dir.join(format!("m{n}.log"))).unwrap();
            let child = Command::new(programs.join("etcd"))
                .args(["--name", &format!("m{n}"), "--data-dir", &dir.join(format!("m{n}")).display().to_string()])
                .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
                .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
                .args(["--initial-cluster", &cluster])
                .args(["--trusted-ca-file", &ca, "--cert-file", &cert, "--key-file", &key, "--client-cert-auth"])
                .args([
                    "--peer-trusted-ca-file",
                    &ca,
                    "--peer-cert-file",
                    &cert,
                    "--peer-key-file",
                    &key,
                    "--peer-client-cert-auth",
                ])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap();
            members.running.push(child);
        }
        members
    }

    fn etcdctl(&self, tls: &[(&str, &Path)], words: &[&str]) -> Said {
        let mut command = Command::new(self.programs.join("etcdctl"));
        command.env("ETCDCTL_API", "3").args(["--command-timeout", "3s", "--dial-timeout", "2s"]);
        command.arg("--endpoints").arg(self.clients.map(|port| format!("https://127.0.0.1:{port}")).join(","));
        for (flag, file) in tls {
            command.arg(flag).arg(file);
        }
        said(command.args(words))
    }

    /// Waits until both members answer, or for so long.
    fn healthy(&self, tls: &[(&str, &Path)], patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if self.etcdctl(tls, &["endpoint", "health"]).code == 0 {
                return true;
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        false
    }

    fn logs(&self) -> String {
        ["m1.log", "m2.log"].map(|log| fs::read_to_string(self.dir.join(log)).unwrap()).concat()
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a bundle would carry, laid out: `DIR/n1/etcd-peer.pem`, `DIR/n1/ca.pem` and so on.
fn lay_out(site: &Site, dir: &str) -> impl Fn(usize) -> PathBuf + use<> {
    let issued = site.issue().unwrap();
    for (n, pair) in (1..).zip(&issued.pairs) {
        let dir = site.at(&format!("{dir}/n{n}"));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("ca.pem"), &issued.ca_pem).unwrap();
        fs::write(dir.join("etcd-peer.pem"), &pair.certificate_pem).unwrap();
        fs::write(dir.join("etcd-peer-key.pem"), pair.key_pem.expose()).unwrap();
    }
    let dir = site.at(dir);
    move |n| dir.join(format!("n{n}"))
}

const LONG: Duration = Duration::from_mins(1);

#[test]
fn etcd_takes_an_intermediate_with_its_chain() {
    for version in ["3.5.1", "3.4.23"] {
        takes_a_chain(programs(version).path());
    }
}

fn takes_a_chain(programs: &Path) {
    let site = Site::new(2, "ca = \"chain.pem\"\nca-key = \"int-key.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki client alice").ok();
    let pki = lay_out(&site, "whole");
    assert_eq!(fs::read_to_string(pki(1).join("ca.pem")).unwrap(), site.read("chain.pem"));
    assert!(fs::read_to_string(pki(1).join("etcd-peer.pem")).unwrap().ends_with(&site.read("int.pem")));
    let members = Members::start(programs, &site.at("m-whole"), pki);
    let [root, chain, alice, key] =
        ["root.pem", "chain.pem", "pki/clients/alice/client.pem", "pki/clients/alice/client-key.pem"]
            .map(|file| site.at(file));
    let own = [("--cert", alice.as_path()), ("--key", &key)];
    let with = |ca: &'static str, file| -> Vec<(&str, &Path)> { [vec![(ca, file)], own.to_vec()].concat() };
    assert!(members.healthy(&with("--cacert", &chain), LONG), "{}", members.logs());
    // The intermediate is shown, so the root is all that a client needs.
    assert_eq!(members.etcdctl(&with("--cacert", &root), &["put", "a", "b"]).code, 0);
    let port = members.clients[0];
    let said = site.sh(&format!(
        "openssl s_client -connect 127.0.0.1:{port} -CAfile root.pem -cert {} -key {} </dev/null 2>&1",
        alice.display(),
        key.display()
    ));
    assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
    // Without a certificate nobody gets in.
    assert_ne!(members.etcdctl(&[("--cacert", &root)], &["get", "a"]).code, 0);
}

#[test]
fn etcd_takes_an_intermediate_alone_as_its_ca() {
    let programs = programs("3.5.1");
    let site = Site::new(2, "ca = \"int.pem\"\nca-key = \"int-key.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki client alice").ok();
    let members = Members::start(programs.path(), &site.at("m-int"), lay_out(&site, "int"));
    let [ca, alice, key] =
        ["int.pem", "pki/clients/alice/client.pem", "pki/clients/alice/client-key.pem"].map(|file| site.at(file));
    assert!(members.healthy(&[("--cacert", &ca), ("--cert", &alice), ("--key", &key)], LONG), "{}", members.logs());
}

#[test]
fn etcd_needs_the_intermediate_where_the_root_alone_is_trusted() {
    let programs = programs("3.5.1");
    let site = Site::new(2, "ca = \"chain.pem\"\nca-key = \"int-key.pem\"");
    two_storeys(&site, "");
    let pki = lay_out(&site, "half");
    let health = |name: &str, patience| {
        let members = Members::start(programs.path(), &site.at(name), &pki);
        let (ca, own) = (site.at("root.pem"), pki(1));
        let (certificate, key) = (own.join("etcd-peer.pem"), own.join("etcd-peer-key.pem"));
        (members.healthy(&[("--cacert", &ca), ("--cert", &certificate), ("--key", &key)], patience), members.logs())
    };
    // Trust is the root; the chain is shown.
    for n in [1, 2] {
        fs::copy(site.at("root.pem"), pki(n).join("ca.pem")).unwrap();
    }
    let (healthy, logs) = health("m-shown", LONG);
    assert!(healthy, "{logs}");
    // The same, with the certificates alone.
    for n in [1, 2] {
        let path = pki(n).join("etcd-peer.pem");
        let text = fs::read_to_string(&path).unwrap();
        let (leaf, _) = text.split_at(text.find("-----END CERTIFICATE-----\n").unwrap() + 26);
        fs::write(&path, leaf).unwrap();
    }
    let (healthy, logs) = health("m-bare", Duration::from_secs(8));
    assert!(!healthy && logs.contains("certificate signed by unknown authority"), "{logs}");
}
