//! What to type where a certificate that was brought in is not taken.

use std::path::Path;

use payload::say;
use payload::shell::word;

pub(crate) fn show(path: &Path) -> String {
    format!("openssl x509 -in {} -noout -text", word(path))
}

/// The request of this name asks for all that is needed. Lines of openssl's, which a CA's other programs have words of their own for.
pub(crate) fn sign_again(request: &str) -> String {
    let request = word(Path::new(&format!("csr/{request}")));
    let sign = format!(
        "openssl x509 -req -in {request}.csr -CA CA.pem -CAkey CA-KEY.pem -copy_extensions copy -sha256 -days 825 -out {request}.pem"
    );
    say!(
        en = "etcdpack pki csr; {sign}   # with openssl 3 where the CA is: signs all that the request asks for",
        zh = "etcdpack pki csr; {sign}   # 后者在 CA 处用 openssl 3：按证书请求的全部内容签发"
    )
}

pub(crate) fn ask_with_key(request: &str) -> String {
    say!(
        en = "etcdpack pki csr   # makes a key that can be used; have the CA sign csr/{request}.csr",
        zh = "etcdpack pki csr   # 会生成合用的私钥；请 CA 签发 csr/{request}.csr"
    )
}

pub(crate) fn let_it_be_signed(path: &Path) -> String {
    let path = word(path);
    say!(
        en = "have the CA sign {path}, then: etcdpack pki accept CERT.pem   # what the CA gives back",
        zh = "请 CA 签发 {path}，然后：etcdpack pki accept CERT.pem   # CA 返回的证书"
    )
}

pub(crate) fn bring_certificate(key: &Path) -> String {
    let key = word(key);
    say!(
        en = "etcdpack pki accept CERT.pem {key}   # CERT.pem: the certificate that belongs to the key",
        zh = "etcdpack pki accept CERT.pem {key}   # CERT.pem：与私钥配对的证书"
    )
}

pub(crate) fn put_behind(ca: &Path) -> String {
    let ca = word(ca);
    say!(
        en = "cat CERT.pem {ca} > CHAIN.pem; etcdpack pki accept CHAIN.pem   # CERT.pem: what that CA has signed for a host",
        zh = "cat CERT.pem {ca} > CHAIN.pem; etcdpack pki accept CHAIN.pem   # CERT.pem：该 CA 为主机签发的证书"
    )
}

/// Two ways.
pub(crate) fn ask_anew(path: &Path) -> String {
    let path = word(path);
    say!(
        en = "etcdpack pki csr   # writes the requests that wait for a certificate: have the CA sign these\n\
              etcdpack pki accept {path} KEY.pem   # if the certificate was made elsewhere, together with its key",
        zh = "etcdpack pki csr   # 写出正在等待签发的证书请求：请 CA 签发这些\n\
              etcdpack pki accept {path} KEY.pem   # 若证书在别处连同私钥一起生成"
    )
}

pub(crate) fn compare_keys(one: &Path, other: &Path) -> String {
    let (one, other) = (word(one), word(other));
    say!(
        en = "leave one of them out, or have the other signed for the key of its own host: openssl x509 -in {one} -noout -subject -pubkey; \
              openssl x509 -in {other} -noout -subject -pubkey",
        zh = "去掉其中一个，或按另一台主机自己的私钥重新签发：openssl x509 -in {one} -noout -subject -pubkey; \
              openssl x509 -in {other} -noout -subject -pubkey"
    )
}

/// A certificate without the CA between it and the root.
pub(crate) fn add_issuer(path: &Path, issuer: &str) -> String {
    let (path, chain) = (word(path), word(&path.with_extension("chain.pem")));
    let issuer = issuer.escape_debug();
    say!(
        en = "cat {path} CA.pem > {chain}; etcdpack pki accept {chain}   # CA.pem: the certificate of `{issuer}`, from whoever signed",
        zh = "cat {path} CA.pem > {chain}; etcdpack pki accept {chain}   # CA.pem：`{issuer}` 的证书，向签发者索取"
    )
}

pub(crate) fn trust_another(trusted: &Path) -> String {
    let trusted = word(trusted);
    say!(
        en = "use a certificate signed by a CA in {trusted}, or add that root to this file: hosts trust only the CAs in it",
        zh = "使用 {trusted} 中的 CA 所签的证书，或把该根 CA 加入其中：主机只信任该文件中的 CA"
    )
}

pub(crate) fn compare_key_ids(path: &Path, trusted: &Path) -> String {
    let (path, trusted) = (word(path), word(trusted));
    say!(
        en = "openssl x509 -in {path} -noout -ext authorityKeyIdentifier; openssl x509 -in {trusted} -noout -ext subjectKeyIdentifier   \
              # another CA, or this one issued anew: trust the certificate by which it was signed, or have it signed again",
        zh = "openssl x509 -in {path} -noout -ext authorityKeyIdentifier; openssl x509 -in {trusted} -noout -ext subjectKeyIdentifier   \
              # 是另一个 CA，或此 CA 重新签发过：信任当时签发它的那个 CA 证书，或重新签发"
    )
}

pub(crate) fn compare_names(path: &Path, trusted: &Path) -> String {
    let (path, trusted) = (word(path), word(trusted));
    say!(
        en = "openssl x509 -in {path} -noout -issuer -nameopt RFC2253,show_type; openssl x509 -in {trusted} -noout -subject -nameopt \
              RFC2253,show_type   # the CA has two certificates: take the one that it signs with",
        zh = "openssl x509 -in {path} -noout -issuer -nameopt RFC2253,show_type; openssl x509 -in {trusted} -noout -subject -nameopt \
              RFC2253,show_type   # 该 CA 有两个证书：请使用它签发时所用的那个"
    )
}

pub(crate) fn verify(path: &Path, trusted: &Path) -> String {
    let (path, trusted) = (word(path), word(trusted));
    format!("openssl verify -x509_strict -CAfile {trusted} -untrusted {path} {path}")
}
