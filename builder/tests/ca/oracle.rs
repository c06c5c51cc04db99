//! What etcd takes, we take, and what it cannot take we refuse: a real etcd serves with each of these certificates, or does not,
//! and `pki import` and `pki accept` say the same.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::chain::{free_ports, programs};
use crate::site::{Site, extensions, said, sign, two_storeys};

const CA: &str =
    "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
const LEAF: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n\
                    subjectAltName=DNS:n1,DNS:localhost,IP:10.0.0.1,IP:127.0.0.1,IP:::1\n";

/// A site, with a CA and a certificate by it for `n1`, both by openssl with these extensions.
fn site(ca: &str, leaf: &str) -> Site {
    let site = Site::new(1, "");
    let config = format!("[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n{ca}");
    fs::write(site.at("ca.cnf"), config).unwrap();
    fs::write(site.at("leaf.ext"), leaf).unwrap();
    site.sh(
        "umask 077; for key in ca leaf; do openssl ecparam -name prime256v1 -genkey -noout -out $key-key.pem; done
         openssl req -x509 -new -key ca-key.pem -subj /CN=ca -config ca.cnf -days 4000 -out ca.pem
         openssl req -new -key leaf-key.pem -subj /CN=m -out leaf.csr
         openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 300 -extfile leaf.ext -out leaf.pem",
    );
    site
}

/// Whether a member of one comes up with these and takes a write, its gateway's own call and all.
fn serves(programs: &Path, site: &Site) -> bool {
    let [client, peer] = free_ports().map(|port| format!("https://127.0.0.1:{port}"));
    let data = tempfile::tempdir().unwrap();
    let [ca, certificate, key] = ["ca.pem", "leaf.pem", "leaf-key.pem"].map(|file| site.at(file).display().to_string());
    let mut etcd = Command::new(programs.join("etcd"))
        .args(["--name", "m", "--data-dir", &data.path().join("d").display().to_string()])
        .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
        .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("m={peer}"), "--client-cert-auth", "--peer-client-cert-auth"])
        .args(["--trusted-ca-file", &ca, "--cert-file", &certificate, "--key-file", &key])
        .args(["--peer-trusted-ca-file", &ca, "--peer-cert-file", &certificate, "--peer-key-file", &key])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let mut serves = false;
    while !serves && begun.elapsed() < Duration::from_secs(8) && etcd.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(200));
        let mut put = Command::new(programs.join("etcdctl"));
        put.env("ETCDCTL_API", "3").args(["--command-timeout", "2s", "--dial-timeout", "1s", "--endpoints", &client]);
        put.args(["--cacert", &ca, "--cert", &certificate, "--key", &key, "put", "a", "b"]);
        serves = said(&mut put).code == 0;
    }
    etcd.kill().unwrap();
    etcd.wait().unwrap();
    serves
}

#[test]
fn cas_are_taken_as_etcd_takes_them() {
    let programs = programs("3.5.1");
    for (extension, refused) in [
        ("subjectAltName=email:ca@bank.example", None),
        ("crlDistributionPoints=critical,URI:http://ca.example/crl", None),
        ("certificatePolicies=critical,1.2.3.4", None),
        ("authorityInfoAccess=critical,OCSP;URI:http://ca.example", None),
        (
            "nameConstraints=critical,permitted;DNS:localhost,permitted;DNS:n1,permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:::/::",
            None,
        ),
        ("extendedKeyUsage=anyExtendedKeyUsage", None),
        ("nameConstraints=permitted;email:bank.example,permitted;URI:.bank.example", None),
        ("nameConstraints=permitted;email:@bank.example", Some("constraint `email:@bank.example` cannot be read")),
        ("nameConstraints=excluded;DNS:bank.example.", Some("constraint `DNS:bank.example.` cannot be read")),
        ("nameConstraints=excluded;IP:10.9.0.0/255.0.255.0", Some("cannot be read by etcd: names are written like")),
        ("extendedKeyUsage=serverAuth", Some("extended key usage lacks one of them")),
        ("policyConstraints=critical,requireExplicitPolicy:3", Some("`policyConstraints` is critical")),
        ("inhibitAnyPolicy=critical,2", Some("`inhibitAnyPolicy` is critical")),
        ("1.2.3.4=critical,ASN1:NULL", Some("`1.2.3.4` is critical")),
        (
            "nameConstraints=critical,permitted;dirName:dn2\n[dn2]\nO=Bank",
            Some("name constraints are of a kind that etcd does not know"),
        ),
    ] {
        let site = site(&format!("{CA}{extension}\n"), LEAF);
        assert_eq!(serves(programs.path(), &site), refused.is_none(), "etcd and {extension}");
        let said = site.etcdpack("pki import ca.pem ca-key.pem");
        match refused {
            None => {
                said.ok();
                site.issue().unwrap_or_else(|error| panic!("{extension}: {error}"));
            }
            Some(words) => {
                said.refused(3, words);
                assert!(!site.at("pki").exists(), "{extension}");
            }
        }
    }
}

#[test]
fn a_ca_that_lets_none_stand_below_it_is_held_to_that_where_it_alone_is_trusted() {
    let programs = programs("3.5.1");
    let site = Site::new(1, "ca = \"ca.pem\"");
    two_storeys(&site, "");
    site.sh(
        "openssl req -x509 -new -key root-key.pem -subj /O=Site/CN=Root -days 7300 \
         -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem",
    );
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "int", "n1.pem", &extensions(1), "");
    site.sh("cat n1.pem int.pem > leaf.pem; cp pki/requests/hosts/n1/etcd-peer-key.pem leaf-key.pem");
    assert!(!serves(programs.path(), &site));
    let said = site.etcdpack("pki accept leaf.pem").refused(3, "(`pathlen:0`), and there are more");
    assert!(said.contains("append the CA that signs to ca.pem"), "{said}");
    // As the help says.
    site.sh("cat int.pem >> ca.pem");
    assert!(serves(programs.path(), &site));
    site.etcdpack("pki accept leaf.pem").ok();
    let said = site.etcdpack("check");
    assert!(said.err.contains("a CA in `./ca.pem` allows 0 CAs between"), "{said:?}");
}

#[test]
fn what_a_newer_go_refuses_is_refused_for_the_etcds_that_are_made_with_it() {
    // Tried by hand with etcd 3.6.14 and 3.7.3; the registries have no such etcd for tests.
    for (extension, version, refused) in [
        (
            "authorityInfoAccess=critical,OCSP;URI:http://ca.example",
            "3.6.14",
            Some("`authorityInfoAccess` is marked critical"),
        ),
        ("authorityInfoAccess=critical,OCSP;URI:http://ca.example", "3.4.26", None),
        ("policyConstraints=critical,requireExplicitPolicy:3", "3.6.14", None),
        ("policyConstraints=critical,requireExplicitPolicy:3", "3.6.4", Some("`policyConstraints` is critical")),
    ] {
        let site = site(&format!("{CA}{extension}\n"), LEAF);
        let file = site.read("cluster.toml").replace("3.5.1", version);
        fs::write(site.at("cluster.toml"), file).unwrap();
        let said = site.etcdpack("pki import ca.pem ca-key.pem");
        match refused {
            None => drop(said.ok()),
            Some(words) => {
                let said = said.refused(3, words);
                // The help's line mends a root: the same key and name, without that.
                let line = said.split("help: ").nth(1).and_then(|rest| rest.split("   # ").next()).unwrap().to_owned();
                site.sh(&line);
                site.etcdpack("pki import ca.new.pem ca-key.pem").ok();
            }
        }
    }
    let site = site(&CA.replace("subjectKeyIdentifier=hash", "subjectKeyIdentifier=critical,hash"), LEAF);
    let file = site.read("cluster.toml").replace("3.5.1", "3.7.1");
    site.etcdpack("pki import ca.pem ca-key.pem").ok();
    site.sh("rm -r pki");
    fs::write(site.at("cluster.toml"), file).unwrap();
    site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "`subjectKeyIdentifier` is marked critical");
}

#[test]
fn a_root_of_version_1_is_named_with_the_line_that_mends_it() {
    let site = Site::new(1, "");
    site.sh(
        "umask 077; openssl ecparam -name prime256v1 -genkey -noout -out ca-key.pem
         openssl req -new -key ca-key.pem -subj /O=Old/CN=root -out ca.csr
         openssl x509 -req -in ca.csr -signkey ca-key.pem -days 4000 -out ca.pem; openssl x509 -in ca.pem -noout -text | grep 'Version: 1'",
    );
    let said = site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "X.509 version 1");
    let line = said.split("help: ").nth(1).and_then(|rest| rest.split("   # ").next()).unwrap().to_owned();
    site.sh(&line);
    site.etcdpack("pki import ca.new.pem ca-key.pem").ok();
    site.issue().unwrap();
}

#[test]
fn certificates_are_taken_as_etcd_takes_them() {
    let programs = programs("3.5.1");
    let bare = "subjectAltName=DNS:n1,DNS:localhost,IP:10.0.0.1,IP:127.0.0.1,IP:::1";
    for (leaf, refused) in [
        (LEAF.to_owned(), None),
        (bare.to_owned(), None),
        (format!("{bare}\nextendedKeyUsage=anyExtendedKeyUsage"), None),
        (format!("{bare}\nkeyUsage=keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth"), None),
        (
            format!(
                "{bare},email:n1@bank.example,URI:spiffe://bank/n1,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:n1@bank\n\
                 extendedKeyUsage=serverAuth,clientAuth"
            ),
            None,
        ),
        (
            format!("{bare},URI:192.0.2.1:2379\nextendedKeyUsage=serverAuth,clientAuth"),
            Some("the URI `192.0.2.1:2379` among its names cannot be read"),
        ),
        (
            format!("{}\nextendedKeyUsage=serverAuth,clientAuth", bare.replace("IP:1", "DNS:1")),
            Some("it has `10.0.0.1`, `127.0.0.1` as DNS names"),
        ),
        (format!("{bare}\nextendedKeyUsage=clientAuth"), Some("lacks the usages server auth")),
        (format!("{LEAF}1.2.3.4=critical,ASN1:NULL"), Some("`1.2.3.4` is critical")),
    ] {
        let site = site(CA, &leaf);
        assert_eq!(serves(programs.path(), &site), refused.is_none(), "etcd and {leaf}");
        site.cluster(1, "ca = \"ca.pem\"");
        let said = site.etcdpack("pki accept leaf.pem leaf-key.pem");
        match refused {
            None => {
                said.ok();
                site.issue().unwrap_or_else(|error| panic!("{leaf}: {error}"));
            }
            Some(words) => drop(said.refused(3, words)),
        }
    }
}

#[test]
fn names_that_a_ca_may_not_sign_for_are_named_or_left_out() {
    let permitted = "permitted;DNS:n1,permitted;IP:10.0.0.0/255.0.0.0";
    let constrained = |more: &str| format!("{CA}nameConstraints=critical,{permitted}{more}\n");
    let names = |site: &Site| site.sh("openssl x509 -in pki/hosts/n1/etcd-peer.pem -noout -ext subjectAltName");
    // 127.0.0.1 is what the member is called by; `localhost` and ::1 are left out.
    let one = site(&constrained(",permitted;IP:127.0.0.1/255.255.255.255"), LEAF);
    one.etcdpack("pki import ca.pem ca-key.pem").ok();
    one.issue().unwrap();
    let said = names(&one);
    assert!(said.contains("127.0.0.1") && !said.contains("localhost") && !said.contains("0:0:0"), "{said}");
    // Kept, though it lacks what others have.
    let before = one.state();
    one.issue().unwrap();
    assert_eq!(one.state(), before);
    let none = site(&constrained(""), LEAF);
    none.etcdpack("pki import ca.pem ca-key.pem").ok();
    let error = none.issue().unwrap_err();
    assert!(error.to_string().contains("may not sign for `127.0.0.1`, which"), "{error}");
    assert!(builder::failure::Diagnose::help(&error).unwrap().contains("loopback = \"off\""));
    let file = none.read("cluster.toml") + "\n[client]\nloopback = \"off\"\n";
    fs::write(none.at("cluster.toml"), file).unwrap();
    none.issue().unwrap();
    assert!(!names(&none).contains("127.0.0.1"));
    // A kept pair with more names than are used now stays.
    let plain = Site::new(1, "");
    plain.issue().unwrap();
    let before = plain.sh("sha256sum pki/hosts/n1/*");
    let file = plain.read("cluster.toml") + "\n[client]\nloopback = \"off\"\n";
    fs::write(plain.at("cluster.toml"), file).unwrap();
    plain.issue().unwrap();
    assert_eq!(plain.sh("sha256sum pki/hosts/n1/*"), before);
}
