//! Certificates as they are made, kept and used again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::site::{EC, NO_PASSPHRASE, Said, Site, accepted_by_openssl};
use builder::failure::Diagnose as _;
use builder::pki::{self, CaFault, CertificateKind, KeyState, NewCa, PkiError};
use payload::cluster::Cluster;
use time::Duration;

#[test]
fn every_algorithm_stands_up_to_openssl() {
    for (algorithm, signature, usage) in [
        ("rsa-2048", "sha256WithRSAEncryption", "Digital Signature, Key Encipherment"),
        ("ecdsa-p256", "ecdsa-with-SHA256", "Digital Signature"),
        ("ecdsa-p384", "ecdsa-with-SHA384", "Digital Signature"),
    ] {
        let mut site = Site::new(&format!("algorithm = \"{algorithm}\"\nspare-addresses = [\"10.0.0.9\"]"));
        let issued = site.issue();
        assert!(issued.pairs.iter().all(|pair| pair.state == KeyState::Made));
        assert_ne!(issued.pairs[0].key_pem, issued.pairs[1].key_pem);
        let loopback = ["10.0.0.9", "127.0.0.1", "::1"];
        for (host, address) in [("n1.example", "10.0.0.1"), ("n2.example", "fd00::2")] {
            let addresses = [&[address][..], &loopback].concat();
            accepted_by_openssl(&site, "pki/ca.pem", &format!("pki/hosts/{host}"), &addresses, &[host, "localhost"]);
        }
        let text = site.sh("openssl x509 -in pki/hosts/n1.example/etcd-peer.pem -noout -text");
        assert!(text.contains(signature), "{text}");
        assert!(text.contains(&format!("X509v3 Key Usage: critical\n                {usage}\n")), "{text}");
        assert!(text.contains("TLS Web Server Authentication, TLS Web Client Authentication"), "{text}");
        assert!(text.contains("CA:FALSE") && text.contains("Authority Key Identifier"), "{text}");
        let text = site.sh("openssl x509 -in pki/ca.pem -noout -text");
        assert!(text.contains("Subject: CN = lab CA") && text.contains("CA:TRUE, pathlen:0"), "{text}");
        assert!(text.contains("Certificate Sign, CRL Sign") && text.contains(signature), "{text}");
        assert_eq!([site.mode("pki"), site.mode("pki/ca-key.pem"), site.mode("pki/ca.pem")], [0o700, 0o600, 0o644]);
    }
}

#[test]
fn large_rsa_keys_by_an_ec_ca() {
    for (algorithm, bits) in [("rsa-3072", "3072 bit"), ("rsa-4096", "4096 bit")] {
        let mut site = Site::new(&format!("algorithm = \"{algorithm}\""));
        site.hosts = vec!["10.0.0.1"];
        site.own_ca(EC, "/CN=Site CA", "");
        site.issue();
        accepted_by_openssl(&site, "own.pem", "pki/hosts/n1.example", &["10.0.0.1"], &["n1.example"]);
        assert!(site.sh("openssl x509 -in pki/hosts/n1.example/etcd-peer.pem -noout -text").contains(bits));
    }
}

#[test]
fn a_shared_pair_serves_every_host() {
    let subject = "country = \"CN\"\nstate = \"GuangDong\"\nlocality = \"GuangZhou\"\norganization = \"od\"\norganizational-unit = \"ops\"";
    let mut site = Site::new(&format!("mode = \"shared\"\n{subject}"));
    let issued = site.issue();
    assert_eq!(issued.pairs.len(), 1);
    assert!(issued.of(&"n2.example".parse().unwrap()).is_some());
    accepted_by_openssl(&site, "pki/ca.pem", "pki/shared", &["10.0.0.1", "fd00::2"], &["n1.example", "n2.example"]);
    let said = site.sh("openssl x509 -in pki/shared/etcd-peer.pem -noout -subject");
    assert_eq!(said.trim(), "subject=C = CN, ST = GuangDong, L = GuangZhou, O = od, OU = ops, CN = etcd-peer");
    assert_eq!(site.sh("openssl req -in pki/shared/etcd-peer.csr -noout -subject"), said);
}

#[test]
fn the_same_cluster_file_gives_the_same_bytes() {
    for mode in ["per-host", "shared"] {
        let mut site = Site::new(&format!("mode = \"{mode}\""));
        let first = site.issue();
        site.now += Duration::days(400);
        site.sh("mv pki/ca-key.pem elsewhere");
        let second = site.issue();
        assert_eq!(first.ca_pem, second.ca_pem);
        for (one, two) in first.pairs.iter().zip(&second.pairs) {
            assert_eq!(two.state, KeyState::Reused);
            assert_eq!(
                (&one.certificate_pem, &one.key_pem, &one.csr_pem),
                (&two.certificate_pem, &two.key_pem, &two.csr_pem)
            );
        }
        site.hosts[0] = "10.0.0.3";
        assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::NoKey, .. }));
    }
}

#[test]
fn what_no_longer_fits_is_made_anew_and_said() {
    type Change = fn(&mut Site);
    let changes: [(Change, &str); 10] = [
        (|site| site.hosts[0] = "10.0.0.3", "lacks the names or addresses `10.0.0.3`"),
        (|site| site.pki = "spare-names = [\"vip\"]".to_owned(), "lacks the names or addresses `vip`"),
        (|site| site.pki = "algorithm = \"ecdsa-p384\"".to_owned(), "algorithm"),
        (|site| site.pki = "organization = \"od\"".to_owned(), "subject"),
        (|site| site.now += Duration::days(3640), "ends on"),
        (|site| site.own_ca(EC, "/CN=other", ""), "does not chain"),
        (|site| _ = site.sh("cd pki/hosts; cp n2.example/etcd-peer-key.pem n1.example/"), "belongs to another key"),
        (
            |site| _ = site.sh("cd pki/hosts; cp n2.example/etcd-peer-key.pem n2.example/etcd-peer.csr n1.example/"),
            "the certificate belongs to another key",
        ),
        (
            |site| _ = site.sh("cd pki/hosts; cp n2.example/etcd-peer.csr n1.example/"),
            "the request belongs to another key",
        ),
        (|site| _ = site.sh("rm pki/hosts/n1.example/etcd-peer.csr"), "missing"),
    ];
    for (change, why) in changes {
        let mut site = Site::new("");
        let first = site.issue();
        change(&mut site);
        let second = site.issue();
        let said = site.said.0.join("\n");
        assert_eq!(second.pairs[0].state, KeyState::Made, "{why}: {said}");
        assert!(said.contains(why), "{why}: {said}");
        assert_ne!(first.pairs[0].key_pem, second.pairs[0].key_pem);
        let ca = if site.pki.contains("own.pem") { "own.pem" } else { "pki/ca.pem" };
        accepted_by_openssl(&site, ca, "pki/hosts/n1.example", &[site.hosts[0]], &[]);
        assert!(site.issue().pairs.iter().all(|pair| pair.state == KeyState::Reused));
    }
}

#[test]
fn a_ca_that_was_made_while_the_clock_was_ahead_is_made_anew_with_its_key() {
    let mut site = Site::new("");
    let now = site.now;
    site.now = now + Duration::days(365);
    site.issue();
    let key = site.sh("cat pki/ca-key.pem");
    site.now = now;
    let error = site.refusal();
    let help = error.help().unwrap();
    let (moved, next) = help.rsplit_once("made: ").unwrap().1.split_once(" && ").unwrap();
    assert_eq!(next, "etcdpack build --new-ca");
    site.sh(moved);
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::Missing, .. }));
    site.new_ca = NewCa::Allowed;
    site.issue();
    assert_eq!(site.sh("cat pki/ca-key.pem"), key);
    for (host, address) in [("n1.example", "10.0.0.1"), ("n2.example", "fd00::2")] {
        accepted_by_openssl(&site, "pki/ca.pem", &format!("pki/hosts/{host}"), &[address], &[host]);
    }
}

#[test]
fn keys_open_to_others_are_refused_with_the_command_that_helps() {
    let mut site = Site::new("");
    site.issue();
    for (path, wide, narrow) in [
        ("pki/ca-key.pem", 0o640, "600"),
        ("pki/hosts/n1.example/etcd-peer-key.pem", 0o604, "600"),
        ("pki", 0o770, "700"),
    ] {
        let full = site.dir.path().join(path);
        fs::set_permissions(&full, fs::Permissions::from_mode(wide)).unwrap();
        let error = site.refusal();
        assert!(matches!(error, PkiError::Exposed { .. }), "{error}");
        let help = error.help().unwrap();
        assert_eq!(help, format!("chmod {narrow} {}", full.display()));
        site.sh(&help);
        site.issue();
    }
    let mut site = Site::new("");
    site.own_ca(EC, "/CN=x", "");
    site.sh("chmod 644 own-key.pem");
    assert!(matches!(site.refusal(), PkiError::Exposed { .. }));
}

#[test]
fn what_a_kill_leaves_behind_is_mended() {
    let mut site = Site::new("");
    let first = site.issue();
    site.sh("cd pki/hosts; mkdir .n1.example.new; (umask 077; echo half > .n1.example.new/etcd-peer-key.pem); mv n2.example .n2.example.old");
    let second = site.issue();
    assert!(second.pairs.iter().all(|pair| pair.state == KeyState::Reused));
    assert_eq!(first.pairs[1].key_pem, second.pairs[1].key_pem);
    assert_eq!(site.sh("ls -A pki/hosts").trim(), "n1.example\nn2.example");
    site.sh("rm pki/ca.pem");
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::Missing, .. }));
    site.sh("rm -r pki/hosts; echo half > pki/.ca.pem.new");
    let key = site.sh("cat pki/ca-key.pem");
    site.issue();
    assert_eq!(site.sh("cat pki/ca-key.pem"), key);
    accepted_by_openssl(&site, "pki/ca.pem", "pki/hosts/n1.example", &["10.0.0.1"], &[]);
}

#[test]
fn show_says_what_openssl_says() {
    let mut site = Site::new("organization = \"od\"");
    site.issue();
    let lines = pki::show(&site.dir.path().join("pki"), None, site.now).unwrap();
    assert_eq!(
        lines.iter().map(|line| line.what).collect::<Vec<_>>(),
        [CertificateKind::Ca, CertificateKind::Host, CertificateKind::Host]
    );
    let line = &lines[2];
    assert_eq!((line.name.as_deref(), line.days_left), (Some("n2.example"), 3649));
    assert_eq!(line.sans, ["127.0.0.1", "::1", "fd00::2", "localhost", "n2.example"]);
    assert_eq!(line.subject, "O=od, CN=etcd-peer");
    assert_eq!(lines[0].subject, "CN=lab CA");
    let said = site.sh("openssl x509 -in pki/hosts/n2.example/etcd-peer.pem -noout -fingerprint -sha256");
    assert_eq!(said.trim().split_once('=').unwrap().1, line.sha256);
    assert!(serde_json::to_string(line).unwrap().contains("\"not-after\":\"20"));
    let nowhere = Path::new("/nonexistent/pki");
    assert!(matches!(pki::show(nowhere, None, site.now), Err(PkiError::Reading { .. })));
}

#[test]
fn two_builders_at_once_agree() {
    let site = Site::new("");
    let file =
        "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n[[host]]\nname = \"n1\"\naddress = \"10.0.0.1\"\n";
    let build = || {
        let cluster = Cluster::parse(file.as_bytes()).unwrap().cluster;
        let site = pki::Site::new(&cluster, site.dir.path(), site.now, NO_PASSPHRASE);
        pki::issue_all(&site, &mut Said::default()).unwrap()
    };
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(build)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(all.iter().filter(|one| one.pairs[0].state == KeyState::Made).count(), 1);
    assert!(all.iter().all(|one| one.ca_pem == all[0].ca_pem && one.pairs[0].key_pem == all[0].pairs[0].key_pem));
}
