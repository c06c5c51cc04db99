//! The CA, the certificates and the signing key, in English.

use std::fmt;
use std::path::Path;

use payload::name::HostName;
use payload::shell::word;
use time::OffsetDateTime;

use super::Minute;

pub(crate) fn impossible_name(name: &HostName) -> String {
    format!("`{name}` is not a valid DNS name and is left out of the certificates")
}

pub(crate) fn several_are_trusted(count: usize) -> String {
    format!("hosts will trust all {count} certificates of the CA file")
}

pub(crate) fn replaced(holder: impl fmt::Display, problem: impl fmt::Display) -> String {
    format!("a new key and certificate for {holder}: in the kept one, {problem}")
}

pub(crate) fn issued(made: usize, kept: usize) -> String {
    format!("certificates: {made} made, {kept} kept as they were")
}

pub(crate) fn signed(made: usize, have: usize, hosts: usize) -> String {
    format!("certificates: {made} made, {have} of {hosts} hosts have one")
}

pub(crate) fn ends_soon(holder: impl fmt::Display, days: i64) -> String {
    format!("the certificate for {holder} ends in {days} days: have another one signed soon")
}

pub(crate) fn awaited(holder: impl fmt::Display) -> String {
    format!("{holder}: none yet")
}

pub(crate) fn unfit(holder: impl fmt::Display, problem: impl fmt::Display) -> String {
    format!("{holder}: {problem}")
}

pub(crate) fn left_out(host: &HostName, why: &str) -> String {
    format!("the certificate of `{host}` is left out: {why}")
}

pub(crate) const KEY_MADE_HERE: &str = "its key was made here";

pub(crate) fn still_fits(holder: impl fmt::Display) -> String {
    format!("the certificate for {holder} still fits and was kept")
}

pub(crate) fn made(holder: impl fmt::Display, dir: &Path) -> String {
    format!("{holder}: certificate made in `{}`", dir.display())
}

pub(crate) fn taken(path: &Path, holder: impl fmt::Display, end: OffsetDateTime) -> String {
    format!("{}: taken for {holder}, until {}", path.display(), Minute(end))
}

pub(crate) const NOT_A_WAITING_KEY: &str = "its key is none of those that wait: see `etcdpack pki csr`";

pub(crate) fn key_of_another(other: &Path) -> String {
    format!("its key is that of `{}`", other.display())
}

pub(crate) fn ca_made(path: &Path) -> String {
    format!("made a CA, `{}`: keep its key safe", path.display())
}

pub(crate) fn ca_is_there(path: &Path) -> String {
    format!("`{}` is this CA already", path.display())
}

pub(crate) fn ca_imported(certificate: &Path, key: &Path) -> String {
    format!("the CA is in `{}`, its key in `{}`", certificate.display(), key.display())
}

pub(crate) fn encrypted_already(key: &Path) -> String {
    format!("`{}` is under a passphrase already", key.display())
}

pub(crate) fn encrypted(key: &Path) -> String {
    format!("`{}` is under the passphrase now: without it, nothing can be signed", key.display())
}

/// What a passphrase is asked for.
pub(crate) fn key_at(path: &Path) -> String {
    format!("`{}`", path.display())
}

pub(crate) const WRONG_PASSPHRASE: &str = "this passphrase does not open it";

pub(crate) fn signing_key_made(path: &Path) -> String {
    format!("made a key to sign bundles with, `{}`: keep it safe", path.display())
}

pub(crate) fn another_at_work(dir: &Path) -> String {
    format!("another etcdpack is at work in `{}`: waiting for it", dir.display())
}

/// The first line of `serials.toml`.
pub(crate) const SERIALS_HEAD: &str = "# Who founds the cluster, and the numbers of the bundles that were built here. Keep this file with the keys: hosts \
     refuse a bundle whose number they have passed.";

pub(crate) const NEITHER_FILE_NOR_DIR: &str = "neither a file nor a directory";
pub(crate) const NOT_A_SMALL_FILE: &str = "not a file of at most 1 MiB";

/// What a sealed file holds when it is opened.
pub(crate) const OTHER_KEY: &str = "it holds another key";

pub(crate) fn owner_of(path: &Path) -> String {
    format!("ls -ldn {}", word(path))
}

pub(crate) fn chmod(mode: u32, path: &Path) -> String {
    format!("chmod {mode:o} {}", word(path))
}

pub(crate) fn decrypt(key: &Path) -> String {
    let key = word(key);
    format!("openssl pkcs8 -topk8 -v2 aes-256-cbc -in {key} -out {key}.p8, and take that file")
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
    format!(
        "(umask 077; openssl pkcs12 -in {file} -out {new}); etcdpack pki import {new}   # with -legacy, where openssl 3 says \
         unsupported"
    )
}

/// `form` is PEM or DER.
pub(crate) fn convert_pkcs7(path: &Path, form: &str) -> String {
    let (file, new) = to_pem(path);
    format!("openssl pkcs7 -inform {form} -in {file} -print_certs -out {new}")
}

pub(crate) fn convert_keystore(path: &Path) -> String {
    let (file, _) = to_pem(path);
    format!(
        "keytool -importkeystore -srckeystore {file} -destkeystore {file}.p12 -deststoretype PKCS12; then openssl pkcs12"
    )
}

pub(crate) fn convert_openssh(path: &Path) -> String {
    let (file, _) = to_pem(path);
    format!("cp -p {file} {file}.pkcs8; ssh-keygen -p -m PKCS8 -f {file}.pkcs8")
}

/// What is in a file that should hold PEM.
pub(crate) fn blocks_of(path: &Path) -> String {
    format!("grep -e -----BEGIN {}", word(path))
}

pub(crate) const MAKE_SIGNING_KEY: &str = "openssl ecparam -name prime256v1 -genkey -noout -out signing-key.pem";

pub(crate) fn restore_serials(path: &Path) -> String {
    format!("put it back from a copy: {}", word(path))
}

pub(crate) const LET_OTHERS_SIGN: &str =
    "etcdpack pki csr; let the CA sign what is in csr/; etcdpack pki accept CERT.pem...";

pub(crate) const TAKE_ANOTHER_NAME: &str = "take another name: it is also the user that etcd's roles are given to";

pub(crate) const LEAVE_OWN_CA_OUT: &str = "take `ca` and `ca-key` out of the cluster file";

pub(crate) fn show_public_key(certificate: &Path) -> String {
    format!("openssl x509 -in {} -noout -pubkey", word(certificate))
}

/// The CA ends before `pki.validity` does.
pub(crate) fn ends_with_ca(path: &Path, end: OffsetDateTime) -> String {
    format!("the certificates end with their CA `{}`, on {}, before `validity` is over", path.display(), Minute(end))
}

/// Names that a CA's constraints leave out. Two ways.
pub(crate) fn other_names(names: &[String]) -> String {
    let loopback = |name: &String| name == "127.0.0.1" || name == "::1";
    if names.iter().all(loopback) {
        return "write into the cluster file, section `[client]`: loopback = \"off\"".to_owned();
    }
    "give the host a name or an address that the CA permits (`name`, `names`, `address` in `[[host]]`), or take another CA"
        .to_owned()
}

/// The same key and subject in a certificate that etcd can use, for a CA that signed itself; else its own CA must.
pub(crate) fn issue_ca_again(path: &Path) -> String {
    let (path, new) = (word(path), word(&path.with_extension("new.pem")));
    format!(
        "a root is issued again for the same key and name, in bash, by: openssl x509 -in {path} -signkey ca-key.pem -clrext \
         -days 3650 -extfile <(printf 'basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\n\
         subjectKeyIdentifier=hash\\n') -out {new}; an intermediate, by the CA above it"
    )
}

pub(crate) const SHOW_CLOCK: &str = "date -u";

pub(crate) fn put_key_back(key: &Path) -> String {
    format!("put the key back: {}", word(key))
}

/// Two ways.
pub(crate) fn put_ca_back(path: &Path) -> String {
    format!(
        "put it back from a copy: {}\netcdpack build --new-ca   # only where it is lost for good: hosts that have the old \
         one take no member with a certificate of the new; see docs/trust.md",
        word(path)
    )
}

pub(crate) fn show_certificate(path: &Path) -> String {
    format!("openssl x509 -in {} -noout -text", word(path))
}

pub(crate) fn another_ca(path: &Path) -> String {
    format!("openssl x509 -in {} -noout -text, and take another CA", word(path))
}

pub(crate) const OTHER_PASSPHRASE: &str =
    "with the passphrase of the earlier build, or with another for all hosts: etcdpack build --new-passphrase";

/// A host is to make a key of its own.
pub(crate) fn own_key(host: &HostName) -> String {
    format!("./{host}.run csr -o {host}.csr")
}

/// A bundle whose certificate other members would not take for a member's.
pub(crate) fn write_peers(names: Option<&dyn fmt::Display>) -> String {
    let by_list = names.map_or_else(String::new, |names| {
        format!(", or all names into `[etcd.flags]`: peer-cert-allowed-cn = \"{names}\"")
    });
    format!("write into `[etcd]`: peers = \"by-ca\"{by_list}")
}
