//! A CA whose key is out of reach: `pki csr`, `pki accept`, and `build`.

use builder::failure::Diagnose as _;
use builder::pki::{KeyState, PkiError};

use crate::site::{Quiet, Site, extensions, sign, two_storeys};

#[test]
fn requests_go_out_and_certificates_come_back() {
    let site = Site::new(2, "ca = \"root.pem\"\norganization = \"od\"");
    two_storeys(&site, "");
    let Err(error) = site.issue() else { panic!("nothing has been accepted") };
    assert_eq!(error.exit_status().code(), 3);
    assert!(error.to_string().ends_with("`n1`: none yet; `n2`: none yet"), "{error}");
    assert!(error.help().unwrap().contains("etcdpack pki csr"));
    site.etcdpack("pki csr").ok();
    let before = site.state();
    site.etcdpack("pki csr").ok();
    assert_eq!(site.state(), before);
    assert_eq!(
        (site.mode("pki/requests/hosts/n1"), site.mode("pki/requests/hosts/n1/etcd-peer-key.pem")),
        (0o700, 0o600)
    );
    for n in [1, 2] {
        let text = site.sh(&format!("openssl req -in csr/n{n}.csr -verify -noout -text"));
        assert!(text.contains(&format!("IP Address:10.0.0.{n}")) && text.contains("O = od"), "{text}");
        assert!(text.contains("TLS Web Server Authentication, TLS Web Client Authentication"), "{text}");
    }
    // The site's CA has its own mind on subjects and adds a name.
    sign(
        &site,
        "csr/n1.csr",
        "root",
        "n1.pem",
        &extensions(1).replace("DNS:n1", "DNS:n1,DNS:n1.site"),
        "-subj /O=Site/CN=n1",
    );
    site.etcdpack("pki accept n1.pem").ok();
    let Err(error) = site.issue() else { panic!("one is not accepted") };
    assert!(error.to_string().ends_with("well: `n2`: none yet"), "{error}");
    sign(&site, "csr/n2.csr", "int", "n2-leaf.pem", &extensions(2), "");
    site.etcdpack("pki accept n2-leaf.pem").refused(3, "does not chain");
    site.sh("cat n2-leaf.pem int.pem > n2.pem");
    site.etcdpack("pki accept n2.pem").ok();
    assert!(!site.at("pki/requests/hosts/n2").exists());
    let issued = site.issue().unwrap();
    assert!(issued.pairs.iter().all(|pair| pair.state == KeyState::Reused));
    for n in [1, 2] {
        let file = format!("pki/hosts/n{n}/etcd-peer.pem");
        site.sh(&format!("openssl verify -x509_strict -CAfile root.pem -untrusted {file} {file}"));
    }
    assert_eq!(issued.pairs[0].certificate_pem.matches("BEGIN").count(), 1);
    assert_eq!(issued.pairs[1].certificate_pem.matches("BEGIN").count(), 2);
    // The same certificate again is no harm.
    site.etcdpack("pki accept n1.pem").ok();
    site.etcdpack("pki csr").ok();
    assert!(!site.at("pki/requests/hosts/n1").exists());
    // Where etcdpack has the key, nobody needs to be asked.
    site.cluster(2, "ca = \"root.pem\"\nca-key = \"root-key.pem\"");
    site.etcdpack("pki csr").refused(3, "signs by itself");
    site.etcdpack("pki accept n1.pem").refused(3, "signs by itself");
}

#[test]
fn a_request_follows_the_cluster_file_and_keeps_its_key() {
    let site = Site::new(1, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    let key = site.read("pki/requests/hosts/n1/etcd-peer-key.pem");
    site.cluster(1, "ca = \"root.pem\"\nspare-addresses = [\"10.0.0.99\"]");
    site.etcdpack("pki csr").ok();
    assert!(site.sh("openssl req -in csr/n1.csr -noout -text").contains("10.0.0.99"));
    assert_eq!(site.read("pki/requests/hosts/n1/etcd-peer-key.pem"), key);
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    site.etcdpack("pki accept n1.pem").refused(3, "lacks the names or addresses `10.0.0.99`");
    site.cluster(1, "ca = \"root.pem\"\nalgorithm = \"ecdsa-p384\"");
    site.etcdpack("pki csr").ok();
    assert_ne!(site.read("pki/requests/hosts/n1/etcd-peer-key.pem"), key);
    site.etcdpack("pki accept n1.pem").refused(3, "its key is none of those that wait");
}

#[test]
fn all_are_taken_or_none() {
    let site = Site::new(2, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(1), "");
    let before = site.state();
    site.etcdpack("pki accept n1.pem n2.pem")
        .refused(3, "`n2.pem` was not taken: it lacks the names or addresses `10.0.0.2`, `n2`");
    assert_eq!(site.state(), before);
    // The CA may stand first, and both answers in one file.
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(2), "");
    site.sh("cat root.pem n2.pem n1.pem > answers.pem; cp -a pki kept");
    site.etcdpack("pki accept answers.pem").ok();
    site.sh("rm -r pki answers.pem; mv kept pki");
    sign(&site, "csr/n2.csr", "root", "n2.pem", &extensions(1), "");
    let before = site.state();
    site.etcdpack("pki accept n1.pem csr/n2.csr").refused(3, "holds a request, and no certificate");
    assert_eq!(site.state(), before);
}

#[test]
fn pairs_that_were_made_elsewhere_are_taken_with_their_keys() {
    let site = Site::new(2, "ca = \"root.pem\"");
    two_storeys(&site, "");
    for (n, key) in [
        (1, "openssl genrsa -traditional -out n1-key.pem 2048"),
        (2, "openssl ecparam -name secp384r1 -genkey -out n2-key.pem"),
    ] {
        site.sh(&format!("umask 077; {key}; openssl req -new -key n{n}-key.pem -subj /CN=n{n} -out n{n}.csr"));
        sign(&site, &format!("n{n}.csr"), "root", &format!("n{n}.pem"), &extensions(n), "");
    }
    site.sh("cat n2-key.pem >> n2.pem; chmod 600 n2.pem");
    site.etcdpack("pki accept n1.pem").refused(3, "its key is none of those that wait");
    site.etcdpack("pki accept n1.pem n1-key.pem n2.pem").ok();
    let issued = site.issue().unwrap();
    for (n, pair) in (1..).zip(&issued.pairs) {
        assert!(!pair.certificate_pem.contains("KEY"));
        let dir = format!("pki/hosts/n{n}");
        let public = site.sh(&format!("openssl x509 -in {dir}/etcd-peer.pem -noout -pubkey"));
        assert_eq!(site.sh(&format!("openssl pkey -in {dir}/etcd-peer-key.pem -pubout")), public);
        site.sh(&format!("openssl req -in {dir}/etcd-peer.csr -verify -noout"));
    }
    // One key on two hosts is refused, also where the certificates differ.
    sign(&site, "n1.csr", "root", "n2-by-1.pem", &extensions(2), "");
    site.sh("cp n2-by-1.pem pki/hosts/n2/etcd-peer.pem; cp pki/hosts/n1/etcd-peer-key.pem pki/hosts/n1/etcd-peer.csr pki/hosts/n2/");
    let Err(PkiError::Awaited(why)) = site.issue() else { panic!("one key on two hosts") };
    assert_eq!(why, ["`n2`: its key is that of `n1`"]);
    site.cluster(2, "ca = \"root.pem\"\nmode = \"shared\"");
    let both = extensions(1).replace("DNS:n1,", "DNS:n1,DNS:n2,IP:10.0.0.2,");
    sign(&site, "n1.csr", "root", "both.pem", &both, "");
    site.etcdpack("pki accept both.pem n1-key.pem").ok();
    assert_eq!(site.issue().unwrap().pairs.len(), 1);
}

#[test]
fn what_ends_soon_is_used_with_a_warning() {
    let site = Site::new(1, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    site.etcdpack("pki accept n1.pem").ok();
    let mut said = Quiet::default();
    let now = time::OffsetDateTime::now_utc();
    let by = builder::passphrase_source::PassphraseSource::Terminal;
    site.issue_with(now + time::Duration::days(350), by, &mut said).unwrap();
    assert!(said.0.iter().any(|line| line.contains("ends in 1")), "{:?}", said.0);
    let Err(PkiError::Awaited(why)) = site.issue_at(now + time::Duration::days(366)) else { panic!("it is over") };
    assert!(why[0].contains("it ends on"), "{why:?}");
}
