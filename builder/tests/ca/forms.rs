//! CAs in the forms that people have them in: read, or named with the line that converts, which is then typed.

use crate::site::{Site, two_storeys};

/// A CA in `ca.pem` and `ca-key.pem`.
fn site() -> Site {
    let site = Site::new(1, "");
    two_storeys(&site, "");
    site.sh("mv root.pem ca.pem; mv root-key.pem ca-key.pem");
    site
}

/// The first command of the help, typed as it stands but for what openssl would ask.
fn help(said: &str) -> String {
    let line =
        said.lines().find_map(|line| line.trim_start().strip_prefix("help: ")).unwrap_or_else(|| panic!("{said}"));
    line.to_owned()
}

#[test]
fn what_can_be_read_is_read() {
    for (make, files) in [
        ("openssl x509 -in ca.pem -trustout -addtrust serverAuth -out t.pem", "t.pem ca-key.pem"),
        (
            "for f in ca ca-key; do (umask 077; printf '\\xff\\xfe'; iconv -t UTF-16LE $f.pem) > $f.wide; done; chmod 600 *.wide",
            "ca.wide ca-key.wide",
        ),
        ("(printf '\\xef\\xbb\\xbf'; sed 's/$/\\r/' ca.pem) > crlf.pem", "crlf.pem ca-key.pem"),
        (
            "umask 077; python3 -c 'import json; r = lambda f: open(f).read(); \
             print(json.dumps({\"cert\": r(\"ca.pem\"), \"csr\": r(\"int.csr\"), \"key\": r(\"ca-key.pem\")}))' > gencert.json",
            "gencert.json",
        ),
        (
            "umask 077; python3 -c 'import json; r = lambda f: open(f).read().strip(); \
             print(json.dumps({\"data\": {\"certificate\": r(\"ca.pem\"), \"issuing_ca\": r(\"ca.pem\"), \"private_key\": r(\"ca-key.pem\")}}))' > vault.json",
            "vault.json",
        ),
    ] {
        let site = site();
        site.sh(make);
        site.etcdpack(&format!("pki import {files}")).ok();
        assert_eq!(site.read("pki/ca.pem"), site.read("ca.pem"), "{make}");
        site.issue().unwrap();
    }
    // cfssl's own, that never went through cfssljson.
    let site = Site::new(1, "");
    site.sh(
        r#"umask 077; echo '{"CN": "ca", "key": {"algo": "ecdsa", "size": 256}}' > csr.json; cfssl gencert -initca csr.json 2>/dev/null > ca.json"#,
    );
    site.etcdpack("pki import ca.json").ok();
    let said = site.issue_with(
        time::OffsetDateTime::now_utc(),
        builder::passphrase_source::PassphraseSource::Terminal,
        &mut crate::site::Quiet::default(),
    );
    // Five years, as cfssl's CAs have where nobody says more: the certificates end with it.
    assert_eq!(said.unwrap().pairs.len(), 1);
}

#[test]
fn what_cannot_is_named_with_the_line_that_converts() {
    for (make, files, words, then) in [
        (
            "openssl x509 -in ca.pem -outform DER -out ca.der",
            "ca.der ca-key.pem",
            "is a certificate in DER",
            "ca.pem ca-key.pem",
        ),
        (
            "cp -p ca-key.pem k; openssl pkey -in k -outform DER -out ca-key.der; rm ca-key.pem",
            "ca.pem ca-key.der",
            "is a private key in DER",
            "ca.pem ca-key.pem",
        ),
        (
            "openssl crl2pkcs7 -nocrl -certfile ca.pem -out ca.p7b",
            "ca.p7b ca-key.pem",
            "is in PKCS#7",
            "ca.pem ca-key.pem",
        ),
        ("base64 ca.pem > ca.b64", "ca.b64 ca-key.pem", "has PEM in base64", "ca.pem ca-key.pem"),
        (
            "printf 'kind: Secret\\ndata:\\n  tls.crt: %s\\n  tls.key: %s\\n' $(base64 -w0 ca.pem) $(base64 -w0 ca-key.pem) > s.yaml",
            "s.yaml",
            "has PEM in base64",
            "s.pem",
        ),
        (
            "openssl crl2pkcs7 -nocrl -certfile ca.pem -outform DER -out ca.p7c",
            "ca.p7c ca-key.pem",
            "is in PKCS#7",
            "ca.pem ca-key.pem",
        ),
        (
            "openssl pkcs12 -export -in ca.pem -inkey ca-key.pem -passout pass:hush -out bank.p12",
            "bank.p12",
            "is in PKCS#12",
            "bank.pem --ca-passphrase-fd 3 3< pw",
        ),
    ] {
        let site = site();
        site.sh(&format!("umask 077; {make}; echo hush > pw; cp ca.pem kept"));
        let before = site.state();
        let said = site.etcdpack(&format!("pki import {files}")).refused(3, words);
        assert_eq!(site.state(), before);
        let line = help(&said);
        let line = line.split("; etcdpack").next().unwrap();
        // What openssl would ask, it is told.
        site.sh(&format!(
            "openssl() {{ if [ $1 = pkcs12 ]; then command openssl \"$@\" -passin pass:hush -passout pass:hush; else command openssl \"$@\"; fi; }}; {line}"
        ));
        site.etcdpack(&format!("pki import {then}")).ok();
        assert_eq!(site.read("pki/ca.pem"), site.read("kept"), "{make}");
    }
    let site = site();
    site.sh(
        "openssl req -in int.csr -out request.pem; : > empty.pem; echo '<html>' > page.html; openssl pkey -in ca-key.pem -pubout -out public.pem",
    );
    for (file, words) in [
        ("request.pem", "holds a request, and no certificate"),
        ("empty.pem", "is empty"),
        ("public.pem", "holds neither a certificate nor a private key"),
        ("page.html", "holds neither a certificate nor a private key"),
    ] {
        site.etcdpack(&format!("pki import {file} ca-key.pem")).refused(3, words);
    }
}
