//! `pki client`, `pki server` and `pki show`.

use serde_json::Value;

use crate::site::{Site, sign, two_storeys};

#[test]
fn a_client_may_dial_and_nothing_else() {
    let site = Site::new(1, "organization = \"od\"\nalgorithm = \"rsa-2048\"");
    site.etcdpack("pki client kube-apiserver").ok();
    let dir = "pki/clients/kube-apiserver";
    assert_eq!((site.mode(dir), site.mode(&format!("{dir}/client-key.pem"))), (0o700, 0o600));
    site.sh(&format!("openssl verify -x509_strict -CAfile pki/ca.pem -purpose sslclient {dir}/client.pem"));
    assert_ne!(site.try_sh(&format!("openssl verify -CAfile pki/ca.pem -purpose sslserver {dir}/client.pem")).code, 0);
    let text = site.sh(&format!("openssl x509 -in {dir}/client.pem -noout -text"));
    assert!(text.contains("Subject: O = od, CN = kube-apiserver"), "{text}");
    assert!(text.contains("TLS Web Client Authentication\n") && !text.contains("TLS Web Server"), "{text}");
    assert!(
        !text.contains("Alternative Name") && text.contains("Key Usage: critical\n                Digital Signature\n"),
        "{text}"
    );
    site.sh(&format!("openssl req -in {dir}/client.csr -verify -noout"));
    let before = site.state();
    site.etcdpack("pki client kube-apiserver").ok();
    assert_eq!(site.state(), before);
    site.etcdpack("pki client alice --validity 720h").ok();
    site.sh("! openssl x509 -in pki/clients/alice/client.pem -noout -checkend 2600000 >&2; openssl x509 -in pki/clients/alice/client.pem -noout -checkend 2500000");
    let said = site.etcdpack("pki client bob --validity 200000h");
    assert!(said.code == 0 && said.err.contains("the certificates end with their CA"), "{said:?}");
    site.etcdpack("pki client carol --validity 1y").ok();
    site.etcdpack("pki client bob --validity 1w").refused(2, "invalid value");
    site.etcdpack("pki client ../x").refused(2, "invalid value");
    site.etcdpack(&format!("pki client {}", "x".repeat(65))).refused(2, "invalid value");
}

#[test]
fn a_server_may_answer_and_nothing_else() {
    let site = Site::new(1, "");
    site.etcdpack("pki server lb --dns etcd.example --address 10.0.0.9").ok();
    let file = "pki/servers/lb/server.pem";
    site.sh(&format!("openssl verify -x509_strict -CAfile pki/ca.pem -purpose sslserver {file}"));
    assert_ne!(site.try_sh(&format!("openssl verify -CAfile pki/ca.pem -purpose sslclient {file}")).code, 0);
    assert!(site.sh(&format!("openssl x509 -in {file} -noout -checkip 10.0.0.9")).contains("does match"));
    assert!(site.sh(&format!("openssl x509 -in {file} -noout -checkhost etcd.example")).contains("does match"));
    let first = site.read(file);
    site.etcdpack("pki server lb --dns etcd.example --address 10.0.0.10").ok();
    assert_ne!(site.read(file), first);
    site.etcdpack("pki server proxy.example").ok();
    let said = site.sh("openssl x509 -in pki/servers/proxy.example/server.pem -noout -checkhost proxy.example");
    assert!(said.contains("does match"), "{said}");
}

#[test]
fn show_lists_everything_as_a_table_and_as_json() {
    let site = Site::new(2, "ca = \"ca/chain.pem\"\nca-key = \"int-key.pem\"");
    two_storeys(&site, "");
    site.sh("mkdir ca; mv chain.pem ca/");
    site.issue().unwrap();
    site.etcdpack("pki client kube-apiserver").ok();
    site.etcdpack("pki server lb").ok();
    let table = site.etcdpack("pki show").ok();
    let lines: Vec<Vec<&str>> =
        table.lines().map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect()).collect();
    assert_eq!(lines[0], ["NAME", "KIND", "ALGORITHM", "FROM", "UNTIL", "DAYS LEFT", "NAMES"]);
    let names: Vec<_> = lines.iter().skip(1).map(|line| (line[0], line[1], line[2])).collect();
    let p256 = "ecdsa-p256";
    assert_eq!(
        names,
        [
            ("O=Site, CN=Etcd CA", "ca", p256),
            ("O=Site, CN=Root", "ca", p256),
            ("n1", "peer", p256),
            ("n2", "peer", p256),
            ("kube-apiserver", "client", p256),
            ("lb", "server", p256),
        ]
    );
    assert_eq!((lines[3][5], lines[3][6]), ("3649", "10.0.0.1, 127.0.0.1, ::1, localhost, n1"));
    let json: Vec<Value> = serde_json::from_str(&site.etcdpack("pki show --json").ok()).unwrap();
    assert_eq!(json.len(), 6);
    let client = &json[4];
    assert_eq!((client["what"].as_str(), client["name"].as_str()), (Some("client"), Some("kube-apiserver")));
    let file = "pki/clients/kube-apiserver/client.pem";
    let said =
        site.sh(&format!("openssl x509 -in {file} -noout -fingerprint -sha256 -serial -issuer -nameopt RFC2253"));
    let mut said = said.lines().map(|line| line.split_once('=').unwrap().1);
    assert_eq!(client["sha256"].as_str(), said.next());
    assert_eq!(client["serial"].as_str().unwrap().replace(':', "").to_uppercase(), said.next().unwrap());
    assert_eq!(client["issuer"], "O=Site, CN=Etcd CA");
    assert_eq!(client["path"], file);
    assert!(json[2]["not-after"].as_str().unwrap().starts_with("20"));
}

#[test]
fn where_others_sign_a_client_gets_a_request() {
    let site = Site::new(1, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki client alice").ok();
    assert!(!site.at("pki/clients").exists());
    assert!(site.etcdpack("pki show").err.contains("client `alice`: a request waits"));
    let extensions = "keyUsage=critical,digitalSignature\nextendedKeyUsage=";
    sign(&site, "csr/client-alice.csr", "root", "wrong.pem", &format!("{extensions}serverAuth"), "");
    site.etcdpack("pki accept wrong.pem").refused(3, "it lacks the usages client auth");
    sign(&site, "csr/client-alice.csr", "root", "alice.pem", &format!("{extensions}clientAuth"), "");
    site.etcdpack("pki accept alice.pem").ok();
    site.sh("openssl verify -x509_strict -CAfile root.pem -purpose sslclient pki/clients/alice/client.pem");
    assert!(!site.etcdpack("pki show").err.contains("waits"));
}
