//! Pairs that must not get into a bundle, by certificates that openssl makes.

use builder::pki::{KeyState, PkiError};

use crate::site::{Site, extensions, sign, two_storeys};

/// A site whose CA is elsewhere, with a request for `n1`.
fn site() -> Site {
    let site = Site::new(1, "ca = \"root.pem\"");
    two_storeys(&site, "");
    site.etcdpack("pki csr").ok();
    site
}

#[test]
fn certificates_that_do_not_fit_are_refused() {
    let all = extensions(1);
    for (change, more, words) in [
        (("DNS:n1,", ""), "", "it lacks the names or addresses `n1`"),
        (("IP:10.0.0.1,", ""), "", "it lacks the names or addresses `10.0.0.1`"),
        (("subjectAltName=", "#"), "", "it lacks the names or addresses"),
        (("serverAuth,", ""), "", "it lacks the usages server auth"),
        ((",clientAuth", ""), "", "it lacks the usages client auth"),
        (("CA:FALSE", "CA:TRUE"), "", "it is a CA certificate"),
        (("", ""), "-sha1", "it is signed with `1.2.840.10045.4.1`"),
    ] {
        let site = site();
        sign(&site, "csr/n1.csr", "root", "n1.pem", &all.replace(change.0, change.1), more);
        let before = site.state();
        site.etcdpack("pki accept n1.pem").refused(3, words);
        assert_eq!(site.state(), before);
    }
}

#[test]
fn dates_that_do_not_fit_are_refused() {
    let site = site();
    std::fs::write(
        site.at("ca.cnf"),
        "[ca]\ndefault_ca=x\n[x]\ndatabase=db\nserial=number\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\nunique_subject=no\n\
         x509_extensions=leaf\n[any]\n[leaf]\n"
            .to_owned()
            + &extensions(1),
    )
    .unwrap();
    site.sh("touch db; echo 01 > number");
    let day = |days: i64| {
        let at = time::OffsetDateTime::now_utc() + time::Duration::days(days);
        format!("{}{:02}{:02}000000Z", at.year(), u8::from(at.month()), at.day())
    };
    for (from, to, words) in [(day(2), day(300), "it is not valid before"), (day(-9), day(-2), "it expired on")] {
        site.sh(&format!(
            "openssl ca -batch -notext -config ca.cnf -cert root.pem -keyfile root-key.pem -preserveDN -startdate {from} -enddate {to} \
             -subj /CN=n1 -in csr/n1.csr -out n1.pem"
        ));
        site.etcdpack("pki accept n1.pem").refused(3, words);
    }
    // Longer than its CA: it is good until that ends, and etcd takes it.
    site.sh(&format!(
        "openssl ca -batch -notext -config ca.cnf -cert root.pem -keyfile root-key.pem -preserveDN -startdate {} -enddate {} \
         -subj /CN=n1 -in csr/n1.csr -out n1.pem",
        day(-9),
        day(9000)
    ));
    site.etcdpack("pki accept n1.pem").ok();
}

#[test]
fn weak_keys_and_strange_cas_are_refused() {
    let site = site();
    site.sh("umask 077; openssl genrsa -out weak-key.pem 1024; openssl req -new -key weak-key.pem -subj /CN=n1 -out weak.csr");
    sign(&site, "weak.csr", "root", "weak.pem", &extensions(1), "");
    site.etcdpack("pki accept weak.pem weak-key.pem").refused(3, "RSA of at least 2048 bits");
    site.sh("umask 077; openssl genpkey -algorithm ed25519 -out ed-key.pem; openssl req -new -key ed-key.pem -subj /CN=n1 -out ed.csr");
    sign(&site, "ed.csr", "root", "ed.pem", &extensions(1), "");
    site.etcdpack("pki accept ed.pem ed-key.pem").refused(3, "RSA of at least 2048 bits");
    // The same name, another key.
    site.sh(
        "umask 077; openssl ecparam -name prime256v1 -genkey -noout -out fake-key.pem; openssl req -x509 -new -key fake-key.pem \
         -subj '/O=Site/CN=Root' -days 7300 -out fake.pem",
    );
    let without = extensions(1).replace("authorityKeyIdentifier=keyid", "authorityKeyIdentifier=none");
    sign(&site, "csr/n1.csr", "fake", "n1.pem", &without, "");
    site.etcdpack("pki accept n1.pem").refused(3, "does not chain to the CA: InvalidSignature");
    site.etcdpack("pki accept root.pem").refused(3, "it is a CA certificate");
}

#[test]
fn an_intermediate_is_held_to_what_its_root_allows() {
    for (more, words, ours) in [
        ("extendedKeyUsage=serverAuth", "extended key usage lacks one of them", "extended key usage lacks one of them"),
        ("nameConstraints=critical,excluded\\;IP:10.0.0.0/255.0.0.0", "does not chain", "may not sign for `10.0.0.1`"),
    ] {
        let site = Site::new(1, "ca = \"root.pem\"");
        two_storeys(&site, more);
        site.etcdpack("pki csr").ok();
        sign(&site, "csr/n1.csr", "int", "leaf.pem", &extensions(1), "");
        site.sh("cat leaf.pem int.pem > n1.pem");
        site.etcdpack("pki accept n1.pem").refused(3, words);
        // The same where the key is at hand.
        site.cluster(1, "ca = \"chain.pem\"\nca-key = \"int-key.pem\"");
        let error = site.issue().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(ours), "{error}");
    }
}

#[test]
fn an_old_root_may_have_signed_itself_with_sha1() {
    let site = Site::new(1, "ca = \"chain.pem\"\nca-key = \"int-key.pem\"");
    two_storeys(&site, "");
    site.sh("openssl req -x509 -new -sha1 -key root-key.pem -subj '/O=Site/CN=Root' -days 7300 \
           -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem; cat int.pem root.pem > chain.pem");
    site.issue().unwrap();
    site.sh("openssl verify -CAfile root.pem -untrusted pki/hosts/n1/etcd-peer.pem pki/hosts/n1/etcd-peer.pem");
    // Below a root, SHA-1 would be believed.
    site.sh("openssl x509 -req -sha1 -in int.csr -CA root.pem -CAkey root-key.pem -days 5400 -extfile int.ext -out int.pem; cat int.pem root.pem > chain.pem");
    let error = site.issue().err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("is signed with an algorithm that not every etcd takes"), "{error}");
}

#[test]
fn a_key_that_two_hosts_have_is_replaced_where_we_sign() {
    let site = Site::new(2, "");
    site.issue().unwrap();
    site.sh(
        "cp pki/hosts/n1/etcd-peer-key.pem pki/hosts/n1/etcd-peer.csr pki/hosts/n2/
         openssl x509 -in pki/hosts/n2/etcd-peer.pem -x509toreq -copy_extensions copyall -signkey pki/hosts/n1/etcd-peer-key.pem -out n2.csr
         openssl x509 -req -in n2.csr -CA pki/ca.pem -CAkey pki/ca-key.pem -CAcreateserial -days 3000 -copy_extensions copyall -out pki/hosts/n2/etcd-peer.pem",
    );
    let mut said = crate::site::Quiet::default();
    let now = time::OffsetDateTime::now_utc();
    let issued = site.issue_with(now, builder::passphrase_source::PassphraseSource::Terminal, &mut said).unwrap();
    assert_eq!(issued.pairs[1].state, KeyState::Made);
    assert!(said.0.iter().any(|line| line.ends_with("it has the same key as `n1`")), "{:?}", said.0);
    assert_ne!(issued.pairs[0].key_pem, issued.pairs[1].key_pem);
}

#[test]
fn what_was_swapped_in_pki_is_not_used() {
    let site = site();
    sign(&site, "csr/n1.csr", "root", "n1.pem", &extensions(1), "");
    site.etcdpack("pki accept n1.pem").ok();
    site.sh("openssl ecparam -name prime256v1 -genkey -noout > pki/hosts/n1/etcd-peer-key.pem");
    let Err(PkiError::Awaited(why)) = site.issue() else { panic!("the key is another") };
    assert_eq!(why, ["`n1`: the certificate belongs to another key"]);
    site.sh("rm pki/hosts/n1/etcd-peer.csr");
    let Err(PkiError::Awaited(why)) = site.issue() else { panic!("a file is missing") };
    assert_eq!(why, ["`n1`: some of its files are missing"]);
}
