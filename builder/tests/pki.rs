//! The certificates as real `openssl` sees them.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test: runs openssl, and a panic is its report")]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use builder::failure::Diagnose as _;
use builder::passphrase_source::PassphraseSource;
use builder::pki::{self, CaFault, CertificateKind, Issued, KeyFault, KeyState, PkiError};
use builder::report::Narrator;
use payload::cluster::Cluster;
use time::{Duration, OffsetDateTime};

/// No descriptor has this number: whoever asks for a passphrase gets an error.
const NO_PASSPHRASE: PassphraseSource = PassphraseSource::Descriptor(987_654);

#[derive(Default)]
struct Said(Vec<String>);

impl Narrator for Said {
    fn note(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }

    fn warn(&mut self, text: &str) {
        self.0.push(format!("warning: {text}"));
    }
}

/// A directory with what one cluster file needs.
struct Site {
    dir: tempfile::TempDir,
    pki: String,
    /// Addresses of the hosts `n1`, `n2` ...
    hosts: Vec<&'static str>,
    /// A minute ahead: what openssl makes during a test is valid from its own second on.
    now: OffsetDateTime,
    said: Said,
}

impl Site {
    fn new(pki: &str) -> Self {
        let hosts = vec!["10.0.0.1", "fd00::2"];
        let dir = tempfile::tempdir().unwrap();
        Self {
            dir,
            pki: pki.to_owned(),
            hosts,
            now: OffsetDateTime::now_utc() + Duration::MINUTE,
            said: Said::default(),
        }
    }

    fn try_issue(&mut self) -> Result<Issued, PkiError> {
        let mut file = format!("[cluster]\nname = \"lab\"\n[release]\nversion = \"3.5.1\"\n[pki]\n{}\n", self.pki);
        for (n, address) in (1..).zip(&self.hosts) {
            let _ = write!(file, "[[host]]\nname = \"n{n}.example\"\nmember = \"n{n}\"\naddress = \"{address}\"\n");
        }
        let cluster = Cluster::parse(file.as_bytes()).unwrap().cluster;
        self.said = Said::default();
        let site = pki::Site::new(&cluster, self.dir.path(), self.now, NO_PASSPHRASE);
        pki::issue_all(&site, &mut self.said)
    }

    fn issue(&mut self) -> Issued {
        self.try_issue().unwrap()
    }

    fn refusal(&mut self) -> PkiError {
        let error = self.try_issue().unwrap_err();
        assert_eq!(error.exit_status().code(), 3, "{error}");
        let text = error.to_string();
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
        error
    }

    /// Runs a line of shell where the cluster file would be; its output.
    fn sh(&self, line: &str) -> String {
        let out = Command::new("sh").args(["-ec", line]).current_dir(&self.dir).output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{line}\n{text}");
        text
    }

    /// A CA as a site has one: `own.pem` and `own-key.pem`.
    fn own_ca(&mut self, key: &str, subject: &str, more: &str) {
        self.sh(&format!(
            "umask 077; {key}; openssl req -x509 -new -key own-key.pem -subj '{subject}' -days 3660 {more} \
             -addext keyUsage=critical,keyCertSign,cRLSign -out own.pem"
        ));
        self.pki += "\nca = \"own.pem\"\nca-key = \"own-key.pem\"";
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.dir.path().join(path)).unwrap().mode() & 0o7777
    }
}

const EC: &str = "openssl ecparam -name prime256v1 -genkey -out own-key.pem";
const PKCS8: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out own-key.pem";
const PKCS1: &str = "openssl genrsa -traditional -out own-key.pem 2048";

/// All that openssl can say on a pair, with `ca` as the only CA.
fn accepted_by_openssl(site: &Site, ca: &str, pair: &str, addresses: &[&str], names: &[&str]) {
    let at = |file: &str| format!("{pair}/{file}");
    let (certificate, key, request) = (at("etcd-peer.pem"), at("etcd-peer-key.pem"), at("etcd-peer.csr"));
    let now = site.now.unix_timestamp();
    for purpose in ["sslserver", "sslclient"] {
        site.sh(&format!("openssl verify -x509_strict -attime {now} -CAfile {ca} -purpose {purpose} {certificate}"));
    }
    for address in addresses {
        let said = site.sh(&format!("openssl x509 -in {certificate} -noout -checkip {address}"));
        assert!(said.contains("does match"), "{said}");
    }
    for name in names {
        let said = site.sh(&format!("openssl x509 -in {certificate} -noout -checkhost {name}"));
        assert!(said.contains("does match"), "{said}");
    }
    let said = site.sh(&format!("openssl x509 -in {certificate} -noout -checkip 10.9.9.9"));
    assert!(said.contains("does NOT match"), "{said}");
    site.sh(&format!("openssl req -in {request} -verify -noout"));
    site.sh(&format!("openssl pkey -in {key} -check -noout"));
    let public = site.sh(&format!("openssl pkey -in {key} -pubout"));
    assert_eq!(site.sh(&format!("openssl x509 -in {certificate} -noout -pubkey")), public);
    assert_eq!(site.sh(&format!("openssl req -in {request} -noout -pubkey")), public);
    assert_eq!(site.mode(&key), 0o600);
    assert_eq!(site.mode(pair), 0o700);
}

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
fn a_ca_of_the_sites_own_signs_whatever_its_key_and_name() {
    let odd = "/DC=example/DC=bank/O=Bank/OU=one/OU=two/CN=Bank CA";
    let rsa = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out own-key.pem";
    let p521 = "openssl ecparam -name secp521r1 -genkey -noout -out own-key.pem";
    for (key, begin, subject) in [
        (PKCS1, "-----BEGIN RSA PRIVATE KEY", "/CN=cfssl"),
        (EC, "-----BEGIN EC PARAMETERS", odd),
        (PKCS8, "-----BEGIN PRIVATE KEY", "/C=CN/CN=P384+UID=x"),
        (rsa, "-----BEGIN PRIVATE KEY", odd),
        (p521, "-----BEGIN EC PRIVATE KEY", "/CN=P521"),
    ] {
        let mut site = Site::new("");
        site.own_ca(key, subject, "");
        assert!(fs::read_to_string(site.dir.path().join("own-key.pem")).unwrap().starts_with(begin));
        let issued = site.issue();
        accepted_by_openssl(&site, "own.pem", "pki/hosts/n2.example", &["fd00::2"], &["n2.example"]);
        assert_eq!(issued.ca_pem, fs::read_to_string(site.dir.path().join("own.pem")).unwrap());
        assert!(!site.dir.path().join("pki/ca.pem").exists());
    }
}

#[test]
fn a_key_in_the_ca_file_stays_at_home_and_every_ca_in_it_is_trusted() {
    let mut site = Site::new("");
    site.own_ca(PKCS8, "/CN=new", "");
    site.sh("mv own.pem new.pem; mv own-key.pem new-key.pem");
    site.own_ca(EC, "/CN=old", "");
    site.sh("cat own.pem own-key.pem new.pem > both.pem; chmod 600 both.pem");
    site.pki = "ca = \"both.pem\"\nca-key = \"new-key.pem\"".to_owned();
    let issued = site.issue();
    assert!(!issued.ca_pem.contains("KEY") && issued.ca_pem.matches("BEGIN CERTIFICATE").count() == 2);
    accepted_by_openssl(&site, "new.pem", "pki/hosts/n1.example", &["10.0.0.1"], &[]);
    assert!(site.said.0.iter().any(|line| line.contains("all 2 certificates")), "{:?}", site.said.0);
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
        (|site| _ = site.sh("cd pki/hosts; cp n2.example/etcd-peer-key.pem n1.example/"), "is for another key"),
        (
            |site| _ = site.sh("cd pki/hosts; cp n2.example/etcd-peer-key.pem n2.example/etcd-peer.csr n1.example/"),
            "the certificate is for another key",
        ),
        (|site| _ = site.sh("cd pki/hosts; cp n2.example/etcd-peer.csr n1.example/"), "the request is for another key"),
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
fn a_ca_that_cannot_vouch_is_refused() {
    let ca_false = "-addext basicConstraints=critical,CA:FALSE";
    let weak = "openssl genrsa -traditional -out own-key.pem 1024";
    let ed = "openssl genpkey -algorithm ED25519 -out own-key.pem";
    let pss = "-sigopt rsa_padding_mode:pss";
    for (key, more, why) in [
        (EC, ca_false, "`CA:TRUE`"),
        (EC, "-addext extendedKeyUsage=serverAuth", "extended key usage"),
        (weak, "", "RSA of 2048 bits"),
        (ed, "", "RSA of 2048 bits"),
        (PKCS1, "-sha1", "1.2.840.113549.1.1.5"),
        (PKCS1, pss, "1.2.840.113549.1.1.10"),
    ] {
        let mut site = Site::new("");
        site.own_ca(key, "/CN=x", more);
        let text = site.refusal().to_string();
        assert!(text.contains(why), "{why}: {text}");
        assert!(!site.dir.path().join("pki/hosts").exists());
    }
    let mut site = Site::new("");
    site.own_ca(EC, "/CN=x", "");
    site.sh("openssl req -x509 -new -key own-key.pem -subj /CN=x -addext keyUsage=digitalSignature -out own.pem");
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::MayNotSign, .. }));
    let mut site = Site::new("");
    site.own_ca(EC, "/CN=x", "-addext 'nameConstraints=critical,excluded;IP:10.0.0.0/255.0.0.0'");
    assert!(matches!(site.refusal(), PkiError::Unsound { .. }));
}

#[test]
fn times_of_the_ca_bound_what_it_signs() {
    let mut site = Site::new("validity = \"87600h\"");
    site.own_ca(EC, "/CN=x", "");
    site.now += Duration::days(20);
    let error = site.refusal();
    assert!(matches!(error, PkiError::Outlives { .. }), "{error}");
    let help = error.help().unwrap();
    let hours = help.split('"').nth(1).unwrap().to_owned();
    site.pki = site.pki.replace("87600h", &hours);
    site.issue();
    site.now += Duration::days(3650);
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::Expired(_), .. }));
    site.now = OffsetDateTime::UNIX_EPOCH;
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::NotYet(..), .. }));

    let mut site = Site::new("validity = \"1000h\"\nca-validity = \"1000h\"");
    site.issue();
    site.hosts.push("10.0.0.3");
    site.now += Duration::hours(2);
    assert!(matches!(site.refusal(), PkiError::Outlives { hours_left: 997 | 998, .. }));
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
fn a_key_that_is_not_the_cas_is_refused() {
    let mut site = Site::new("");
    site.own_ca(PKCS8, "/CN=x", "");
    site.sh(&format!("umask 077; {EC}"));
    assert!(matches!(site.refusal(), PkiError::Mismatch { .. }));
    site.sh("umask 077; openssl genrsa -aes128 -passout pass:x -out own-key.pem 2048");
    assert!(matches!(site.refusal(), PkiError::Passphrase(_)));
    site.sh("umask 077; openssl genrsa -traditional -aes128 -passout pass:x -out own-key.pem 2048");
    assert!(matches!(site.refusal(), PkiError::Key { fault: KeyFault::Legacy, .. }));
    site.sh("cp own.pem own-key.pem");
    assert!(matches!(site.refusal(), PkiError::Exposed { .. } | PkiError::Key { fault: KeyFault::None, .. }));
    site.sh("rm own-key.pem");
    assert!(matches!(site.refusal(), PkiError::Reading { .. }));
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
