//! CAs as they are met: cross-signed, with a root that is over, in a token, issued anew, among other files.

use crate::site::{Site, extensions, sign, two_storeys};

/// An intermediate `int-key.pem` with a certificate by a root that is over (`by-old.pem`), by one that is valid (`by-new.pem`), and
/// one by the old root that is valid itself (`alive.pem`); the roots are `old.pem` and `new.pem`.
fn cross_signed(site: &Site) {
    site.sh(
        "umask 077; printf '%s\\n' '[ca]' default_ca=x '[x]' database=db rand_serial=yes new_certs_dir=. default_md=sha256 policy=any \
           unique_subject=no x509_extensions=v3 '[any]' commonName=supplied '[v3]' basicConstraints=critical,CA:TRUE \
           keyUsage=critical,keyCertSign subjectKeyIdentifier=hash > ca.cnf; : > db
         for who in old new int; do
           openssl ecparam -name prime256v1 -genkey -noout -out $who-key.pem; openssl req -new -key $who-key.pem -subj /CN=$who -out $who.csr
         done
         by() { openssl ca -batch -notext -config ca.cnf -in $1.csr -startdate 200101000000Z -enddate $2 -out $3 \"${@:4}\"; }
         by old 200530000000Z old.pem -selfsign -keyfile old-key.pem
         by new 20600101000000Z new.pem -selfsign -keyfile new-key.pem
         by int 200530000000Z by-old.pem -cert old.pem -keyfile old-key.pem
         by int 20500101000000Z by-new.pem -cert new.pem -keyfile new-key.pem
         by int 20500101000000Z alive.pem -cert old.pem -keyfile old-key.pem",
    );
}

#[test]
fn of_two_certificates_of_a_ca_the_valid_one_counts() {
    for (chain, lent) in [
        ("by-old.pem old.pem by-new.pem new.pem", "by-new.pem"),
        ("by-new.pem new.pem by-old.pem old.pem", "by-new.pem"),
        ("alive.pem old.pem", "alive.pem"),
        ("old.pem alive.pem", "alive.pem"),
    ] {
        let site = Site::new(1, "");
        cross_signed(&site);
        site.sh(&format!("cat {chain} > ca.pem"));
        site.etcdpack("pki import ca.pem int-key.pem").ok();
        site.issue().unwrap_or_else(|error| panic!("{chain}: {error}"));
        // As etcd verifies it, which trusts every CA of its file.
        site.sh(&format!("openssl verify -partial_chain -trusted {lent} pki/hosts/n1/etcd-peer.pem"));
        // The same where others sign.
        let site = Site::new(1, "ca = \"ca.pem\"");
        cross_signed(&site);
        site.sh(&format!("cat {chain} > ca.pem; cp {lent} int.pem"));
        site.etcdpack("pki csr").ok();
        sign(&site, "csr/n1.csr", "int", "n1.pem", &extensions(1).replace("authorityKeyIdentifier=keyid\n", ""), "");
        site.etcdpack("pki accept n1.pem").ok();
    }
    let site = Site::new(1, "");
    cross_signed(&site);
    site.sh("cat by-old.pem new.pem > ca.pem");
    site.etcdpack("pki import ca.pem int-key.pem").refused(3, "expired on 2020-05-30");
}

#[test]
fn an_issuer_that_is_called_alike_is_told_apart() {
    let site = Site::new(1, "ca = \"ca.pem\"");
    site.sh(
        "umask 077; openssl ecparam -name prime256v1 -genkey -noout -out ca-key.pem; cp ca-key.pem other-key.pem
         printf '%s\\n' '[req]' distinguished_name=dn string_mask=pkix prompt=no x509_extensions=ca '[dn]' O=Bank CN=corp '[ca]' \
           basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign > pkix.cnf
         openssl req -x509 -key ca-key.pem -config pkix.cnf -days 3650 -out other.pem
         sed /string_mask/s/pkix/utf8only/ pkix.cnf > utf8.cnf; openssl req -x509 -key ca-key.pem -config utf8.cnf -days 3650 -out ca.pem",
    );
    site.etcdpack("pki csr").ok();
    sign(&site, "csr/n1.csr", "other", "n1.pem", &extensions(1).replace("authorityKeyIdentifier=keyid\n", ""), "");
    let said = site.etcdpack("pki accept n1.pem").refused(3, "called as the CA in `ca.pem`, but in another encoding");
    let line = said.split("help: ").nth(1).and_then(|rest| rest.split("   # ").next()).unwrap().to_owned();
    let shown = site.sh(&line);
    assert!(shown.contains("PRINTABLESTRING:Bank") && shown.contains("UTF8STRING:Bank"), "{shown}");
    site.sh("cp other.pem ca.pem");
    site.etcdpack("pki accept n1.pem").ok();
}

#[test]
fn a_key_in_a_token_is_named_with_the_way_that_needs_none() {
    let site = Site::new(1, "");
    two_storeys(&site, "");
    site.sh(
        "umask 077; printf '%s\\n' '-----BEGIN TSS2 PRIVATE KEY-----' MIHyBgZngQUK '-----END TSS2 PRIVATE KEY-----' > tpm.pem
         printf '%s\\n' '-----BEGIN PKCS#11 PROVIDER URI-----' MIGTGhBQS0NT '-----END PKCS#11 PROVIDER URI-----' > hsm.pem",
    );
    let before = site.state();
    for key in ["tpm.pem", "hsm.pem", "'pkcs11:token=etcd;object=ca'"] {
        let said = site.etcdpack(&format!("pki import root.pem {key}")).refused(3, "stays in its token, HSM or TPM");
        assert!(said.contains("help: write `ca = \"ca.pem\"` into `[pki]`, without `ca-key`"), "{said}");
        assert_eq!(site.state(), before);
    }
    site.cluster(1, "ca = \"root.pem\"\nca-key = \"pkcs11:token=etcd;object=ca\"");
    let error = site.issue().unwrap_err().to_string();
    assert!(error.contains("stays in its token"), "{error}");
}

#[test]
fn what_is_no_ca_among_the_files_is_left_out() {
    let site = Site::new(1, "");
    two_storeys(&site, "");
    site.sh("umask 077; openssl ecparam -name prime256v1 -genkey -noout -out n1-key.pem; openssl req -new -key n1-key.pem -subj /CN=n1 -out n1.csr");
    sign(&site, "n1.csr", "root", "peer.pem", &extensions(1), "");
    for (files, odd) in [
        ("root.pem root-key.pem peer.pem", "peer.pem"),
        ("peer.pem root.pem root-key.pem", "peer.pem"),
        ("root.pem root-key.pem n1-key.pem", "n1-key.pem"),
    ] {
        let said = site.etcdpack(&format!("pki import {files}")).refused(2, "one CA is taken in at a time");
        assert!(said.contains(&format!("help: leave {odd} out")), "{said}");
    }
    // Typed, with the key in its place.
    let said = site.etcdpack("pki import root.pem int.pem int-key.pem").refused(2, "one CA is taken in at a time");
    let line = said.split("help: ").nth(1).and_then(|rest| rest.split("   # ").next()).unwrap();
    let line =
        line.replace("KEY.pem", "int-key.pem").replace("etcdpack ", &format!("{} ", env!("CARGO_BIN_EXE_etcdpack")));
    site.sh(&line);
    site.issue().unwrap();
}
