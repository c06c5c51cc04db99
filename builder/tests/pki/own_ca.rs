//! A CA of the site's own: taken as it is where it can vouch, refused where it cannot.

use std::fs;

use crate::site::{EC, PKCS1, PKCS8, Site, accepted_by_openssl};
use builder::pki::{CaFault, KeyFault, PkiError};
use time::{Duration, OffsetDateTime};

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
fn a_ca_that_cannot_vouch_is_refused() {
    let ca_false = "-addext basicConstraints=critical,CA:FALSE";
    let weak = "openssl genrsa -traditional -out own-key.pem 1024";
    let ed = "openssl genpkey -algorithm ED25519 -out own-key.pem";
    for (key, more, why) in [
        (EC, ca_false, "`CA:TRUE`"),
        (EC, "-addext extendedKeyUsage=serverAuth", "extended key usage"),
        (weak, "", "RSA of at least 2048 bits"),
        (ed, "", "RSA of at least 2048 bits"),
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
    let error = site.refusal();
    assert!(matches!(&error, PkiError::Forbidden { names, .. } if names.contains(&"10.0.0.1".to_owned())), "{error}");
}

/// Tried with etcd 3.4.23 and 3.7.3, which serve with both: nobody verifies how a root has signed itself.
#[test]
fn a_root_may_have_signed_itself_in_any_way() {
    for more in ["-sha1", "-sigopt rsa_padding_mode:pss"] {
        let mut site = Site::new("");
        site.own_ca(PKCS1, "/CN=x", more);
        site.issue();
        accepted_by_openssl(&site, "own.pem", "pki/hosts/n1.example", &["10.0.0.1"], &[]);
    }
}

#[test]
fn times_of_the_ca_bound_what_it_signs() {
    let mut site = Site::new("validity = \"87600h\"");
    site.own_ca(EC, "/CN=x", "");
    site.now += Duration::days(20);
    let issued = site.issue();
    assert!(site.said.0.iter().any(|line| line.contains("the certificates end with their CA")), "{:?}", site.said.0);
    site.sh("for file in own pki/hosts/n1.example/etcd-peer; do openssl x509 -in $file.pem -noout -enddate; done | uniq -d | grep notAfter");
    // To its last day, and then still: another would not last longer.
    site.now += Duration::days(3625);
    assert_eq!(site.issue().pairs[0].key_pem, issued.pairs[0].key_pem);
    site.now -= Duration::days(3625);
    site.now += Duration::days(3650);
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::Expired(_), .. }));
    site.now = OffsetDateTime::UNIX_EPOCH;
    assert!(matches!(site.refusal(), PkiError::Ca { fault: CaFault::NotYet(..), .. }));

    let mut site = Site::new("validity = \"1000h\"\nca-validity = \"1000h\"");
    site.issue();
    site.hosts.push("10.0.0.3");
    site.now += Duration::hours(2);
    site.issue();
    assert!(site.said.0.iter().any(|line| line.contains("the certificates end with their CA")), "{:?}", site.said.0);
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
