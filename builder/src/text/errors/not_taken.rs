//! Why a certificate that was brought in is not taken. Each text goes on after its file was named.

use std::fmt;

use payload::say;

use super::certificate::listed;
use crate::pki::{CertificateProblem, IssuerKnown, NotTaken, Unreadable};
use crate::text::Minute;

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => {
                say!(f, en = "it holds no certificate that can be read", zh = "其中没有可读取的证书")
            }
            Self::Request => say!(
                f,
                en = "it holds a request, and no certificate: the CA has not signed it yet",
                zh = "其中是证书请求，不是证书：CA 尚未签发"
            ),
            Self::KeyAlone => {
                say!(f, en = "it holds a private key, and no certificate", zh = "其中只有私钥，没有证书")
            }
            Self::Ca => say!(
                f,
                en = "it is a CA certificate, and the file has no certificate of a host",
                zh = "这是 CA 的证书，而文件中没有主机的证书"
            ),
            Self::KeyUnknown { names } => say!(
                f,
                en = "no request that waits here is for its key, and the key was not given with it; its names are {}",
                zh = "其私钥不在等待签发之列，也没有一并给出；证书中的名称为 {}",
                listed(names)
            ),
            Self::KeyOfAnother(other) => {
                say!(f, en = "it has the same key as `{}`", zh = "其私钥与 `{}` 相同", other.display())
            }
            Self::UnknownIssuer { trusted, issuer, known } => {
                let (trusted, issuer) = (trusted.display(), issuer.escape_debug());
                match known {
                    IssuerKnown::No => say!(
                        f,
                        en = "it does not chain to the CA: its issuer `{issuer}` is neither in `{trusted}` nor in its file",
                        zh = "证书链不通向 CA：其签发者 `{issuer}` 既不在 `{trusted}` 中，也不在它的文件中"
                    ),
                    IssuerKnown::Brought => say!(
                        f,
                        en = "it does not chain to the CA: it ends at the root `{issuer}`, which is not in `{trusted}`",
                        zh = "证书链不通向 CA：它止于根 CA `{issuer}`，而 `{trusted}` 中没有它"
                    ),
                    IssuerKnown::ByNameAlone => say!(
                        f,
                        en = "it does not chain to the CA: its issuer `{issuer}` has another key identifier than the CA of that name in `{trusted}`",
                        zh = "证书链不通向 CA：其签发者 `{issuer}` 的密钥标识与 `{trusted}` 中同名的 CA 不同"
                    ),
                    IssuerKnown::InOtherBytes => say!(
                        f,
                        en = "it does not chain to the CA: its issuer `{issuer}` is called as the CA in `{trusted}`, but in another encoding, and etcd compares names byte by byte",
                        zh = "证书链不通向 CA：其签发者 `{issuer}` 与 `{trusted}` 中的 CA 名称相同，但编码不同，而 etcd 逐字节比较名称"
                    ),
                }
            }
            Self::Expired(end, _) => say!(f, en = "it expired on {}", zh = "已于 {} 过期", Minute(*end)),
            Self::Unfit { problem: CertificateProblem::ForEtcd(Unreadable::Version1, _), .. } => say!(
                f,
                en = "it is an X.509 version 1 certificate: the CA has left out all that the request asks for, also its names",
                zh = "它是 X.509 第 1 版：CA 丢掉了证书请求中的全部内容，首先是名称"
            ),
            Self::Unfit { problem, .. } => problem.fmt(f),
        }
    }
}
