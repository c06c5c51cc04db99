//! How keys and certificates in other forms become PEM that can be used.

use std::path::Path;

use payload::say;
use payload::shell::word;

pub(crate) fn decrypt(key: &Path) -> String {
    let key = word(key);
    say!(
        en = "openssl pkcs8 -topk8 -v2 aes-256-cbc -in {key} -out {key}.p8   # then take that file",
        zh = "openssl pkcs8 -topk8 -v2 aes-256-cbc -in {key} -out {key}.p8   # 然后使用这个文件"
    )
}

/// A file, and where its PEM goes.
fn to_pem(path: &Path) -> (String, String) {
    let file = word(path);
    let new = word(&path.with_extension("pem"));
    if path.extension().is_some_and(|extension| extension == "pem") {
        (file.clone(), format!("{file}.new"))
    } else {
        (file, new)
    }
}

pub(crate) fn convert_certificate(path: &Path) -> String {
    let (file, new) = to_pem(path);
    format!("openssl x509 -inform DER -in {file} -out {new}")
}

pub(crate) fn convert_key(path: &Path) -> String {
    let (file, new) = to_pem(path);
    format!("(umask 077; openssl pkey -inform DER -in {file} -out {new})")
}

pub(crate) fn convert_pkcs12(path: &Path) -> String {
    let (file, new) = to_pem(path);
    say!(
        en = "(umask 077; openssl pkcs12 -in {file} -out {new}); etcdpack pki import {new}   # with -legacy, where openssl 3 says \
              unsupported",
        zh = "(umask 077; openssl pkcs12 -in {file} -out {new}); etcdpack pki import {new}   # openssl 3 报 unsupported 时，加 -legacy"
    )
}

/// `form` is PEM or DER.
pub(crate) fn convert_pkcs7(path: &Path, form: &str) -> String {
    let (file, new) = to_pem(path);
    format!("openssl pkcs7 -inform {form} -in {file} -print_certs -out {new}")
}

pub(crate) fn convert_keystore(path: &Path) -> String {
    let (file, _) = to_pem(path);
    say!(
        en = "keytool -importkeystore -srckeystore {file} -destkeystore {file}.p12 -deststoretype PKCS12   # then openssl pkcs12",
        zh = "keytool -importkeystore -srckeystore {file} -destkeystore {file}.p12 -deststoretype PKCS12   # 然后用 openssl pkcs12"
    )
}

pub(crate) fn convert_openssh(path: &Path) -> String {
    let (file, _) = to_pem(path);
    format!("cp -p {file} {file}.pkcs8; ssh-keygen -p -m PKCS8 -f {file}.pkcs8")
}

pub(crate) fn convert_base64(path: &Path) -> String {
    let (file, new) = to_pem(path);
    format!("(umask 077; base64 -d {file} > {new})")
}

/// Each block of it that stands in a line.
pub(crate) fn convert_base64_within(path: &Path) -> String {
    let (file, new) = to_pem(path);
    format!(
        "(umask 077; for block in $(grep -o 'LS0tLS1CRUdJTi[A-Za-z0-9+/=]*' {file}); do echo $block | base64 -d; done > {new})"
    )
}

pub(crate) fn show_key(path: &Path) -> String {
    format!("openssl pkey -in {} -noout -text_pub", word(path))
}

/// What is in a file that should hold PEM.
pub(crate) fn blocks_of(path: &Path) -> String {
    format!("grep -e -----BEGIN {}", word(path))
}
