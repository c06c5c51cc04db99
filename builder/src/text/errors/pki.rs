//! Why no certificates are handed out.

use std::fmt;

use payload::{say, words};

use crate::pki::{CaFault, Form, KeyFault, PkiError, RequestError, SealError, SerialsError, SignError};
use crate::text::Minute;
use crate::text::errors::certificate::listed;

impl fmt::Display for PkiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading { path, source } => {
                say!(f, en = "reading `{}`: {source}", zh = "读取 `{}`：{source}", path.display())
            }
            Self::Writing { path, source } => {
                say!(f, en = "writing `{}`: {source}", zh = "写入 `{}`：{source}", path.display())
            }
            Self::Exposed { path, mode, .. } => say!(
                f,
                en = "`{}` is open to other users (mode {mode:04o})",
                zh = "`{}` 对其他用户开放（权限 {mode:04o}）",
                path.display()
            ),
            Self::Foreign { path, uid } => say!(
                f,
                en = "`{}` belongs to another user (uid {uid})",
                zh = "`{}` 属于其他用户（uid {uid}）",
                path.display()
            ),
            Self::Passphrase(error) => fmt::Display::fmt(error, f),
            Self::Form { path, form } => write!(f, "`{}` {form}", path.display()),
            Self::Key { path, fault } => say!(f, en = "the key `{}` {fault}", zh = "私钥 `{}` {fault}", path.display()),
            Self::Ca { path, fault } => say!(f, en = "the CA `{}` {fault}", zh = "CA `{}` {fault}", path.display()),
            Self::Mismatch { certificate, key } => say!(
                f,
                en = "`{key}` is not the key of the CA `{ca}`",
                zh = "`{key}` 不是 CA `{ca}` 的私钥",
                key = key.display(),
                ca = certificate.display()
            ),
            Self::Forbidden { path, holder, names } => say!(
                f,
                en = "the CA `{path}` may not sign for {names}, which the certificate for {holder} needs: its name constraints exclude them",
                zh = "CA `{path}` 不得为 {names} 签发证书，而证书（{holder}）需要它们：CA 的名称约束不含这些",
                path = path.display(),
                names = listed(names)
            ),
            Self::Unsound { holder, why } => say!(
                f,
                en = "the certificate that was made for {holder} cannot be used: {why}",
                zh = "新签发的证书（{holder}）有问题：{why}"
            ),
            Self::Serials { path, error } => say!(f, en = "`{}`: {error}", zh = "`{}`：{error}", path.display()),
            Self::Overtaken(path) => say!(
                f,
                en = "another etcdpack has built here meanwhile and changed `{}`",
                zh = "期间另一个 etcdpack 也在这里构建，并改动了 `{}`",
                path.display()
            ),
            Self::Awaited(holders) => say!(
                f,
                en = "the cluster file names no `ca-key`, and certificates that others must sign are missing or cannot be used: {}",
                zh = "集群文件没有指定 `ca-key`，而须由对方签发的证书尚无或不能使用：{}",
                holders.join(&words!(en = "; ", zh = "；"))
            ),
            Self::SignsItself => say!(
                f,
                en = "no requests are needed: etcdpack signs by itself, with the CA's key",
                zh = "不需要证书请求：etcdpack 用 CA 的私钥自行签发"
            ),
            Self::NameOfMembers(host) => say!(
                f,
                en = "`{host}` is the common name of the members' certificates: whoever held another certificate with this name could write as a member",
                zh = "`{host}` 是成员证书的通用名：持有同名证书的人可以成员身份写入"
            ),
            Self::NotTaken { path, why, .. } => say!(
                f,
                en = "the certificate `{}` was not taken: {why}",
                zh = "证书 `{}` 未被接受：{why}",
                path.display()
            ),
            Self::InTheWay(path) => {
                say!(f, en = "`{}` is there already and was not touched", zh = "`{}` 已存在，未动它", path.display())
            }
            Self::OwnCaNamed(path) => say!(
                f,
                en = "the cluster file names a CA of its own (`ca`): the one in `{}` would not be used",
                zh = "集群文件指定了自己的 CA（`ca`）：`{}` 中的那个不会被使用",
                path.display()
            ),
            Self::Locking => say!(f, en = "putting the CA's key under the passphrase", zh = "用口令加密 CA 的私钥"),
            Self::Random(error) => say!(f, en = "drawing random bytes: {error}", zh = "获取随机字节：{error}"),
            Self::Making(error) => say!(f, en = "making a key or certificate: {error}", zh = "生成私钥或证书：{error}"),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::DerCertificate => {
                words!(en = "is a certificate in DER: PEM is needed", zh = "是 DER 格式的证书：需要 PEM")
            }
            Self::DerKey => words!(en = "is a private key in DER: PEM is needed", zh = "是 DER 格式的私钥：需要 PEM"),
            Self::Pkcs12 => {
                words!(en = "is in PKCS#12 (.p12, .pfx): PEM is needed", zh = "是 PKCS#12（.p12、.pfx）：需要 PEM")
            }
            Self::DerPkcs7 | Self::Pkcs7 => words!(
                en = "is in PKCS#7 (.p7b): certificates in PEM are needed",
                zh = "是 PKCS#7（.p7b）：需要 PEM 格式的证书"
            ),
            Self::JavaKeyStore => words!(en = "is a Java keystore: PEM is needed", zh = "是 Java keystore：需要 PEM"),
            Self::Request => words!(
                en = "holds a request, and no certificate: the CA has not signed it yet",
                zh = "中是证书请求，不是证书：CA 尚未签发"
            ),
            Self::OpensshKey => words!(
                en = "is a key in the form of OpenSSH: PKCS#8 in PEM is needed",
                zh = "是 OpenSSH 格式的私钥：需要 PEM 格式的 PKCS#8"
            ),
            Self::Token => words!(
                en = "says where a key is that stays in its token, HSM or TPM: it cannot be taken in, and its owner signs with it",
                zh = "说明的是留在令牌、HSM 或 TPM 中的私钥：无法导入，只能由其持有者用它签发"
            ),
            Self::Base64 | Self::Base64Within => words!(
                en = "has PEM in base64, as Kubernetes writes it: PEM itself is needed",
                zh = "中是 base64 编码的 PEM（Kubernetes 的写法）：需要 PEM 本身"
            ),
            Self::Empty => words!(en = "is empty", zh = "为空"),
            Self::Other => words!(
                en = "holds neither a certificate nor a private key in PEM",
                zh = "中既没有 PEM 格式的证书，也没有 PEM 格式的私钥"
            ),
        })
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::None => words!(en = "holds no private key in PEM", zh = "中没有 PEM 格式的私钥"),
            Self::Encrypted => words!(en = "is protected by a passphrase", zh = "有口令保护"),
            Self::Legacy => words!(
                en = "is protected in openssl's old, weak way (`Proc-Type: 4,ENCRYPTED`)",
                zh = "使用 openssl 陈旧、薄弱的加密方式（`Proc-Type: 4,ENCRYPTED`）"
            ),
            Self::Cipher => words!(
                en = "is encrypted with a cipher that etcdpack does not know: use PKCS#8 with PBES2",
                zh = "使用了不支持的加密算法：可用 PKCS#8，配 PBES2"
            ),
            Self::Passphrase => words!(en = "is not opened by this passphrase", zh = "用此口令打不开"),
            Self::Unusable => words!(
                en = "is broken, or neither RSA of at least 2048 bits nor ECDSA on P-256, P-384 or P-521",
                zh = "已损坏，或既不是 2048 位及以上的 RSA，也不是 P-256、P-384、P-521 上的 ECDSA"
            ),
            Self::NotForSigning => words!(
                en = "is broken, or not an ECDSA key on P-256, which bundles are signed with",
                zh = "已损坏，或不是 P-256 上的 ECDSA 私钥（安装包用它签名）"
            ),
        })
    }
}

impl fmt::Display for CaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => {
                say!(f, en = "holds no readable certificate in PEM", zh = "中没有可读取的 PEM 格式的证书")
            }
            Self::Unreadable(why, version) => {
                say!(f, en = "cannot be used by etcd {version}: {why}", zh = "不能用于 etcd {version}：{why}")
            }
            Self::NotCa => say!(
                f,
                en = "is not a CA: a certificate in it lacks `CA:TRUE`",
                zh = "不是 CA：其中有证书没有 `CA:TRUE`"
            ),
            Self::MayNotSign => say!(
                f,
                en = "may not sign certificates: its key usage lacks `keyCertSign`",
                zh = "不得签发证书：其密钥用途没有 `keyCertSign`"
            ),
            Self::PathLength(most) => say!(
                f,
                en = "allows {most} CAs between itself and a certificate (`pathlen:{most}`), and there are more",
                zh = "只允许它与证书之间有 {most} 个 CA（`pathlen:{most}`），而这里更多"
            ),
            Self::Usage => say!(
                f,
                en = "may not sign for both TLS servers and TLS clients: its extended key usage lacks one of them",
                zh = "不能同时用于 TLS 服务端和客户端：其扩展密钥用途缺少其中之一"
            ),
            Self::Key => say!(
                f,
                en = "has a weak or unusual key: use RSA of at least 2048 bits, or ECDSA on P-256, P-384 or P-521",
                zh = "的密钥太弱或不常见：可用 2048 位及以上的 RSA，或 P-256、P-384、P-521 上的 ECDSA"
            ),
            Self::Signature(algorithm) => say!(
                f,
                en = "is signed with an algorithm that not every etcd takes ({algorithm}): use RSA PKCS#1 or ECDSA with SHA-2",
                zh = "的签名算法并非每个 etcd 都接受（{algorithm}）：可用 RSA PKCS#1 或 ECDSA，配 SHA-2"
            ),
            Self::Expired(end) => say!(f, en = "expired on {}", zh = "已于 {} 过期", Minute(*end)),
            Self::NotYet(start, now) => say!(
                f,
                en = "is not valid before {}, and the clock says {}",
                zh = "在 {} 之前无效，而本机时钟为 {}",
                Minute(*start),
                Minute(*now)
            ),
            Self::NoKey => say!(
                f,
                en = "has no key beside it (`ca-key.pem`), which is needed to sign a certificate",
                zh = "旁边没有私钥（`ca-key.pem`），而现在需要签发证书"
            ),
            Self::Missing => say!(
                f,
                en = "is missing, though certificates have been issued or bundles built with it",
                zh = "不见了，而此前已用它签发过证书或构建过安装包"
            ),
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pki(error) => fmt::Display::fmt(error, f),
            Self::Shared { host, other } => say!(
                f,
                en = "the request for `{host}` has the same key as `{other}`: each host must make its own",
                zh = "`{host}` 的证书请求用的是 `{other}` 的私钥：每台主机应自行生成"
            ),
            Self::Io { path, source } => {
                say!(f, en = "keeping `{}`: {source}", zh = "保存 `{}`：{source}", path.display())
            }
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Form => {
                words!(en = "is not a valid certificate request in PEM", zh = "不是有效的 PEM 格式的证书请求")
            }
            Self::Key => words!(
                en = "is not for an ECDSA key on P-256, which is what hosts make",
                zh = "用的不是 P-256 上的 ECDSA 私钥，而主机生成的都是这种"
            ),
            Self::Signature => words!(en = "is not signed by its own key", zh = "不是用它自己的私钥签名的"),
        })
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pki(error) => fmt::Display::fmt(error, f),
            Self::Io { path, source } => {
                say!(f, en = "keeping `{}`: {source}", zh = "保存 `{}`：{source}", path.display())
            }
            Self::OtherPassphrase(path) => say!(
                f,
                en = "`{}` was sealed with another passphrase than the one given",
                zh = "`{}` 加密时用的口令与给出的不同",
                path.display()
            ),
            Self::Unsound { holder, why } => {
                say!(f, en = "the key of {holder} cannot be sealed: {why}", zh = "私钥（{holder}）无法加密：{why}")
            }
        }
    }
}

impl fmt::Display for SerialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(why) => f.write_str(why),
            Self::Version(version) => say!(
                f,
                en = "its version is {version}, this etcdpack knows version {}",
                zh = "其版本为 {version}，此 etcdpack 认识的是版本 {}",
                SerialsError::KNOWN_VERSION
            ),
            Self::Spent(host) => {
                say!(f, en = "host `{host}` has used up all numbers", zh = "主机 `{host}` 的编号已用尽")
            }
            Self::NoCluster => say!(
                f,
                en = "it has numbers of bundles, but not the `[cluster]` that they belong to",
                zh = "其中有安装包的编号，却没有它们所属的 `[cluster]`"
            ),
        }
    }
}
