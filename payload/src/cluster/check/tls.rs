//! `cipher-suites`, `tls-min-version` and `tls-max-version` among the flags: what this version starts with, and what the
//! hosts' keys can serve.

use std::ops::Range;

use crate::cluster::fault::{Fault, closest};
use crate::cluster::findings::Findings;
use crate::cluster::pki::{Algorithm, Pki};
use crate::cluster::setting::{Flags, Setting};
use crate::etcd::{self, CipherSuite, EtcdVersion, SuiteKey};
use crate::{say, words};

const SUITES: &str = "cipher-suites";
const MIN: &str = "tls-min-version";
const MAX: &str = "tls-max-version";

pub(super) fn tls(findings: &mut Findings, flags: &Flags, pki: &Pki, version: EtcdVersion) {
    let (min, max) = (flags.get(MIN), flags.get(MAX));
    let says = |flag: Option<&(Setting, Range<usize>)>, word: &str| flag.is_some_and(|flag| flag.0.as_str() == word);
    if let (Some((_, span)), true, true) = (min, says(min, "TLS1.3"), says(max, "TLS1.2")) {
        let text = say!(en = "`{MIN}` is above `{MAX}`: etcd exits", zh = "`{MIN}` 高于 `{MAX}`：etcd 会退出");
        findings.fault_with_help(span, text, say!(en = "take the line `{MAX}` out", zh = "删掉 `{MAX}` 这一行"));
    }
    let Some((value, span)) = flags.get(SUITES) else { return };
    if let (Some((_, min_span)), true) = (min, says(min, "TLS1.3")) {
        let text = words!(
            en = "TLS 1.3 has no cipher suites to choose: etcd exits with both",
            zh = "TLS 1.3 没有可选的加密套件：同时设置时 etcd 会退出"
        );
        findings.fault_with_help(
            min_span,
            say!(en = "`{MIN}`: {text}", zh = "`{MIN}`：{text}"),
            format!("{MIN} = \"TLS1.2\""),
        );
        findings.fault_with_help(
            span,
            say!(en = "`{SUITES}`: {text}", zh = "`{SUITES}`：{text}"),
            words!(en = "or take this line out", zh = "或者删掉这一行"),
        );
        return;
    }
    let Some(list) = list(findings, value.as_str(), span, version) else { return };
    if !list.iter().any(|suite| suite.is_needed_by_http2()) {
        let text = say!(
            en = "HTTP/2 needs `{}` or `{}`, and etcd exits without",
            zh = "HTTP/2 需要 `{}` 或 `{}`，缺少时 etcd 会退出",
            etcd::HTTP2[0],
            etcd::HTTP2[1]
        );
        findings.fault_with_help(span, text, strong());
        return;
    }
    let in_order = list.is_sorted_by_key(|suite| suite.is_unfit_for_http2());
    if etcd::heeds_order_of_suites(version) && !in_order {
        let text = words!(
            en = "a suite with CBC, RC4 or without ECDHE stands before one that HTTP/2 wants: etcd exits",
            zh = "使用 CBC、RC4 或不含 ECDHE 的套件排在 HTTP/2 所需的套件之前：etcd 会退出"
        );
        findings.fault_with_help(
            span,
            text,
            say!(en = "put it last, or better: {}", zh = "把它放到最后，或者更好的办法：{}", strong()),
        );
        return;
    }
    let alone = etcd::ends_with_tls_1_2(version) || says(max, "TLS1.2");
    for_the_keys(findings, &list, span, pki, alone);
}

/// The suites by name; a name that this version does not know is a fault.
fn list(
    findings: &mut Findings,
    value: &str,
    span: &Range<usize>,
    version: EtcdVersion,
) -> Option<Vec<&'static CipherSuite>> {
    let named = |name: &str| etcd::cipher_suites(version).find(|suite| suite.name == name);
    let mut suites = Vec::new();
    for name in value.split(',') {
        let Some(suite) = named(name) else {
            let text = say!(
                en = "etcd {version} knows no cipher suite `{name}`, and exits; they are written as Go does",
                zh = "etcd {version} 不认识加密套件 `{name}`，会退出；套件名采用 Go 的写法"
            );
            let meant = go_name(name).filter(|name| named(name).is_some());
            let near = || closest(name.trim(), etcd::cipher_suites(version).map(|suite| suite.name)).map(str::to_owned);
            match meant.or_else(near) {
                Some(word) => findings.fault_with_help(
                    span,
                    text,
                    say!(en = "did you mean `{word}`?", zh = "是否想写 `{word}`？"),
                ),
                None => findings.fault_with_help(span, text, strong()),
            }
            return None;
        };
        suites.push(suite);
    }
    Some(suites)
}

/// What a name of openssl's (`ECDHE-RSA-AES128-GCM-SHA256`) is in Go; blanks around a name are none of etcd's either.
fn go_name(name: &str) -> Option<String> {
    let name = name.trim();
    let Some(rest) = name.strip_prefix("ECDHE-") else { return name.starts_with("TLS_").then(|| name.to_owned()) };
    let (key, rest) = rest.split_once('-')?;
    let cipher = rest.replace("AES128-", "AES_128_").replace("AES256-", "AES_256_").replace('-', "_");
    Some(format!("TLS_ECDHE_{key}_WITH_{cipher}"))
}

fn for_the_keys(findings: &mut Findings, list: &[&CipherSuite], span: &Range<usize>, pki: &Pki, alone: bool) {
    let (key, kind) = match pki.algorithm {
        Algorithm::Rsa2048 | Algorithm::Rsa3072 | Algorithm::Rsa4096 => (SuiteKey::Rsa, "RSA"),
        Algorithm::EcdsaP256 | Algorithm::EcdsaP384 => (SuiteKey::Ecdsa, "ECDSA"),
    };
    if list.iter().any(|suite| suite.key == key) {
        return;
    }
    // A pair that is brought in may have a key of another kind than the file names.
    let keys_are_ours = pki.own_ca.as_ref().is_none_or(|own| own.key.is_some());
    if alone && keys_are_ours {
        let text = say!(
            en = "no suite of this list is for {kind} keys, which the hosts have: nobody could connect",
            zh = "列表中没有适用于 {kind} 密钥的套件，而主机用的正是这种密钥：谁也无法连接"
        );
        findings.fault_with_help(span, text, strong());
    } else {
        let text = say!(
            en = "no suite of this list is for {kind} keys: only who speaks TLS 1.3 can connect",
            zh = "列表中没有适用于 {kind} 密钥的套件：只有使用 TLS 1.3 的一方能够连接"
        );
        findings.warnings.push(Fault::new(text).at(findings.source, span).help(strong()));
    }
}

fn strong() -> String {
    format!("{SUITES} = \"{}\"", etcd::STRONG)
}
