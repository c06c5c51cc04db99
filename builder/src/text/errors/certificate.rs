//! What is wrong with a certificate. Each text goes on after the certificate was named.

use std::fmt;

use payload::{say, words};

use crate::pki::{CertificateProblem, Holder, KeyAlgorithm, PairFile, Unreadable};
use crate::text::Minute;

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => say!(f, en = "some of its files are missing", zh = "缺少其中的文件"),
            Self::Unreadable(file) => say!(f, en = "the {file} cannot be read", zh = "{file}无法读取"),
            Self::OtherKey(file) => say!(f, en = "the {file} belongs to another key", zh = "{file}对应另一把私钥"),
            Self::Algorithm => say!(
                f,
                en = "its key does not have the algorithm that the cluster file says",
                zh = "其密钥算法与集群文件不同"
            ),
            Self::Weak(algorithm) => say!(
                f,
                en = "the key is weak or unusual ({algorithm}): use RSA of at least 2048 bits, or ECDSA on P-256, P-384 or P-521",
                zh = "密钥太弱或不常见（{algorithm}）：可用 2048 位及以上的 RSA，或 P-256、P-384、P-521 上的 ECDSA"
            ),
            Self::Ca => say!(f, en = "it is a CA certificate", zh = "这是 CA 的证书"),
            Self::Subject => say!(
                f,
                en = "its subject is not the one that the cluster file says",
                zh = "主体（subject）与集群文件不同"
            ),
            Self::LacksNames(names) => {
                say!(f, en = "it lacks the names or addresses {}", zh = "缺少名称或地址：{}", listed(names))
            }
            Self::AddressesAsNames(addresses) => say!(
                f,
                en = "it has {} as DNS names, where nobody looks for an address: `IP:`, not `DNS:`",
                zh = "其中 {} 写成了 DNS 名称，校验地址时不会看：应为 `IP:`，而不是 `DNS:`",
                listed(addresses)
            ),
            Self::NeedlessNames(names) => {
                say!(f, en = "it still has the names or addresses {}", zh = "仍有多余的名称或地址：{}", listed(names))
            }
            Self::ImpossibleName(name) => {
                say!(f, en = "it cannot hold the name {name}", zh = "证书中不能写入名称 {name}")
            }
            Self::UnverifiedName(name) => {
                say!(f, en = "it is not valid for the name or address {name}", zh = "按名称或地址 {name} 校验不通过")
            }
            Self::Usage(usages) => say!(f, en = "it lacks the usages {}", zh = "缺少用途：{}", usages.join(", ")),
            Self::Signature(algorithm) => say!(
                f,
                en = "it is signed with `{algorithm}`, which not every etcd takes: use RSA PKCS#1 or ECDSA with SHA-2",
                zh = "签名算法是 `{algorithm}`，并非每个 etcd 都接受：可用 RSA PKCS#1 或 ECDSA，配 SHA-2"
            ),
            Self::UnknownIssuer => say!(
                f,
                en = "it does not chain to the CA: no CA that is known here has signed it",
                zh = "证书链不通向 CA：签发者不是这里已知的任何 CA"
            ),
            Self::Chain(error) => {
                say!(f, en = "it does not chain to the CA: {error}", zh = "证书链不通向 CA：{error}")
            }
            Self::ForEtcd(why, version) => {
                say!(f, en = "etcd {version} cannot use it: {why}", zh = "etcd {version} 不能使用：{why}")
            }
            Self::Issuer(fault) => say!(f, en = "the CA above it {fault}", zh = "其上级 CA {fault}"),
            Self::NotYet(start) => {
                say!(f, en = "it is not valid before {}", zh = "{} 起才有效", Minute(*start))
            }
            Self::Ends(end) => say!(f, en = "it ends on {}", zh = "{} 到期", Minute(*end)),
            Self::Shared(holder) => {
                say!(f, en = "it has the same key as {holder}", zh = "它与别处用的是同一把私钥：{holder}")
            }
        }
    }
}

pub(super) fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for PairFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Certificate => words!(en = "certificate", zh = "证书"),
            Self::Key => words!(en = "key", zh = "私钥"),
            Self::Request => words!(en = "request", zh = "证书请求"),
        })
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version1 => say!(
                f,
                en = "it is an X.509 version 1 certificate: without extensions, nothing says that it is a CA",
                zh = "它是 X.509 第 1 版，没有扩展：无从说明它是 CA"
            ),
            Self::Critical(name) => say!(
                f,
                en = "its `{name}` is marked critical, and must not be",
                zh = "其 `{name}` 标记为 critical，而这是不允许的"
            ),
            Self::Unhandled(name) => say!(
                f,
                en = "its extension `{name}` is critical, and this etcd does not know it",
                zh = "其扩展 `{name}` 为 critical，而此 etcd 不认识"
            ),
            Self::Constraint => say!(
                f,
                en = "its critical name constraints are of a kind that etcd does not know, such as directory names: use DNS names, addresses, e-mail or URIs",
                zh = "其 critical 名称约束针对目录名等 etcd 不认识的类型：可用 DNS 名称、地址、电子邮件和 URI"
            ),
            Self::Twice(name) => say!(f, en = "it has the extension `{name}` twice", zh = "扩展 `{name}` 出现两次"),
            Self::NegativeSerial => say!(f, en = "its serial number is below zero", zh = "序列号是负数"),
            Self::OddConstraint(tree) => say!(
                f,
                en = "its name constraint `{}` cannot be read by etcd: names are written like `DNS:.bank.example`, `email:bank.example`, masks as ones and then zeros",
                zh = "etcd 不能读取其名称约束 `{}`：名称应写成 `DNS:.bank.example`、`email:bank.example`，掩码应先是 1 后是 0",
                tree.escape_debug()
            ),
            Self::Uri(uri) => say!(
                f,
                en = "the URI `{}` among its names cannot be read by etcd: one has a form like `https://n1.example:2379/`",
                zh = "etcd 不能读取其名称中的 URI `{}`：应为 `https://n1.example:2379/` 这样的形式",
                uri.escape_debug()
            ),
            Self::Address => say!(
                f,
                en = "one of its addresses has neither 4 nor 16 bytes",
                zh = "其中有地址既不是 4 字节也不是 16 字节"
            ),
            Self::Text(text) => say!(
                f,
                en = "`{}` in its subject or issuer is marked as a PrintableString, which cannot hold that",
                zh = "主体或签发者中的 `{}` 标记为 PrintableString，而该类型不能容纳这样的字符",
                text.escape_debug()
            ),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "`{name}`"),
            Self::Everyone => say!(f, en = "all hosts", zh = "所有主机"),
            Self::Client(name) => say!(f, en = "client `{name}`", zh = "客户端 `{name}`"),
            Self::Server(name) => say!(f, en = "server `{name}`", zh = "服务端 `{name}`"),
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "rsa-{bits}"),
            Self::P256 => f.write_str("ecdsa-p256"),
            Self::P384 => f.write_str("ecdsa-p384"),
            Self::P521 => f.write_str("ecdsa-p521"),
            Self::Other => say!(f, en = "other", zh = "其他"),
        }
    }
}
