//! Why there is no release, and what its sources say of each other.

use std::fmt;

use payload::etcd::KnownMirror;
use payload::{say, words};

use crate::release::{
    Contradiction, Hint, ListError, LockError, MirrorError, NotATarball, RedirectError, ReleaseError, SourceError,
    SumsError,
};

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadFile { flag, path, what } => {
                say!(f, en = "{flag} `{}`: {what}", zh = "{flag} `{}`：{what}", path.display())
            }
            Self::Unprotected(mirror, version, arch) => say!(
                f,
                en = "`{mirror}` is not encrypted, and no sum is known beforehand for etcd {version} on {arch}",
                zh = "`{mirror}` 未加密，而 etcd {version}（{arch}）事先没有已知的校验和"
            ),
            Self::Unvouched { version, arch, file } => {
                say!(
                    f,
                    en = "no checksum is known for etcd {version} on {arch}: none in the cluster file, in `etcdpack.lock`, in etcdpack or beside the release",
                    zh = "etcd {version}（{arch}）没有已知的校验和：集群文件、`etcdpack.lock`、etcdpack 自身和发布包旁边都没有校验和"
                )?;
                let Some((path, sum, hint)) = file else { return Ok(()) };
                say!(f, en = "; `{}` has the SHA-256 {sum}", zh = "；`{}` 的 SHA-256 是 {sum}", path.display())?;
                match hint {
                    Hint::None => Ok(()),
                    Hint::Agrees => say!(
                        f,
                        en = ", which one public source lists too: a hint, not a proof",
                        zh = "，有一个公开来源也列出此值：可供参考，不是证明"
                    ),
                    Hint::Differs => say!(
                        f,
                        en = ", and a public source lists another one: do not trust it before you know why",
                        zh = "，而有一个公开来源列出的值不同：弄清原因之前不要信任它"
                    ),
                }
            }
            Self::Unreachable { version, arch, places, .. } => say!(
                f,
                en = "etcd {version} for {arch} could not be downloaded; tried: {}",
                zh = "无法下载 etcd {version}（{arch}）；已尝试：{}",
                places.join(", ")
            ),
            Self::NotARelease { path, what } => say!(f, en = "`{}`: {what}", zh = "`{}`：{what}", path.display()),
            Self::Foreign { place, what } => say!(f, en = "{place}: {what}", zh = "{place}：{what}"),
            Self::Torn { place, error } => say!(
                f,
                en = "{place}: truncated or damaged download: {error}",
                zh = "{place}：下载不完整或已损坏：{error}"
            ),
            Self::Differs { place, actual, expected, origin } => say!(
                f,
                en = "{place} has the SHA-256 {actual}, not {expected} ({origin})",
                zh = "{place} 的 SHA-256 是 {actual}，不是 {expected}（{origin}）"
            ),
            Self::LockFile { path, .. } => say!(f, en = "reading `{}`", zh = "读取 `{}`", path.display()),
            Self::Client(why) => say!(f, en = "setting up HTTPS: {why}", zh = "设置 HTTPS：{why}"),
            Self::Disk(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(why) => f.write_str(why),
            Self::NotReached { within, dns: Some(name) } => say!(
                f,
                en = "DNS has not answered for {within:?} (looking up `{name}`)",
                zh = "DNS 在 {within:?} 内没有应答（查询 `{name}`）"
            ),
            Self::NotReached { within, dns: None } => say!(
                f,
                en = "no connection within {within:?}: a firewall or a proxy does not answer",
                zh = "{within:?} 内没有连上：防火墙或代理没有应答"
            ),
            Self::NoAddress(why) => say!(f, en = "DNS has no address for it: {why}", zh = "DNS 中没有它的地址：{why}"),
            Self::Unreachable(why) => say!(f, en = "no connection: {why}", zh = "无法连接：{why}"),
            Self::Status(status) => say!(f, en = "the server answers `{status}`", zh = "服务器应答 `{status}`"),
            Self::Stalled(time) => say!(f, en = "nothing came for {time:?}", zh = "{time:?} 内没有收到任何数据"),
            Self::Late(time) => say!(f, en = "not done after {time:?}", zh = "{time:?} 后仍未完成"),
            Self::Redirect(error) => fmt::Display::fmt(error, f),
            Self::Certificate(why) => say!(
                f,
                en = "{why}; behind a proxy that intercepts HTTPS, give its CA with `--ca-cert FILE`",
                zh = "{why}；如果代理会拦截 HTTPS，请用 `--ca-cert FILE` 指定它的 CA"
            ),
            Self::ProxyLogin => say!(
                f,
                en = "the proxy wants a login; put one into its URL: `HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT`",
                zh = "代理要求登录；请写在它的 URL 里：`HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT`"
            ),
            Self::Encoded(encoding) => say!(
                f,
                en = "it is sent with the content encoding `{encoding}`, so its sum cannot be checked as published",
                zh = "传输时使用了内容编码 `{encoding}`，因此无法按公布的校验和核对"
            ),
            Self::TooLarge(bytes) => say!(f, en = "larger than {bytes} bytes", zh = "超过 {bytes} 字节"),
            Self::Foreign(what) => fmt::Display::fmt(what, f),
            Self::Local(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(why) => f.write_str(why),
            Self::Version(version) => say!(
                f,
                en = "its version is {version}, this etcdpack knows version {}",
                zh = "其版本为 {version}，此 etcdpack 认识的是版本 {}",
                LockError::KNOWN_VERSION
            ),
            Self::Twice(version, arch) => {
                say!(f, en = "it lists etcd {version} for {arch} twice", zh = "其中 etcd {version}（{arch}）列出了两次")
            }
        }
    }
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => {
                say!(f, en = "it redirects more than {} times", zh = "重定向超过 {} 次", RedirectError::MOST)
            }
            Self::Downgrade(scheme) => {
                say!(f, en = "it redirects from https to `{scheme}:`", zh = "从 https 重定向到 `{scheme}:`")
            }
            Self::Scheme(scheme) => say!(f, en = "it redirects to `{scheme}:`", zh = "重定向到 `{scheme}:`"),
            Self::NotAUrl => say!(f, en = "it redirects to an invalid URL", zh = "重定向到无效的 URL"),
        }
    }
}

impl fmt::Display for MirrorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => say!(
                f,
                en = "a mirror is an `https://`, `http://` or `file:///` URL without query and fragment",
                zh = "镜像站是 `https://`、`http://` 或 `file:///` 开头的 URL，不含查询参数和片段"
            ),
            Self::Word(word) => {
                let known = KnownMirror::ALL.map(KnownMirror::word).join(", ");
                say!(
                    f,
                    en = "`{word}` is not a known mirror; use one of {known}, or a URL",
                    zh = "没有名为 `{word}` 的镜像站；可用 {known}，或任何 URL"
                )
            }
            Self::FileHost => say!(
                f,
                en = "a `file:` mirror is a path on this machine: `file:///...`",
                zh = "`file:` 镜像站是本机上的路径：`file:///...`"
            ),
        }
    }
}

impl fmt::Display for SumsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebPage => {
                say!(f, en = "a web page came instead of `SHA256SUMS`", zh = "收到的是网页，不是 `SHA256SUMS`")
            }
            Self::Line(number) => say!(
                f,
                en = "line {number} of `SHA256SUMS` is not `<64 hexadecimal digits>  <file name>`",
                zh = "`SHA256SUMS` 第 {number} 行不是 `<64 hexadecimal digits>  <file name>`"
            ),
            Self::Missing(file) => {
                say!(f, en = "`SHA256SUMS` does not list `{file}`", zh = "`SHA256SUMS` 中没有 `{file}`")
            }
            Self::Twice(file) => say!(
                f,
                en = "`SHA256SUMS` lists `{file}` with two different sums",
                zh = "`SHA256SUMS` 中 `{file}` 有两个不同的校验和"
            ),
        }
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => fmt::Display::fmt(error, f),
            Self::Odd(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for NotATarball {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Empty => words!(en = "an empty file", zh = "空文件"),
            Self::WebPage => words!(
                en = "a web page instead of the tarball (a captive portal, or a proxy that wants a login)",
                zh = "是网页，不是 tarball（上网认证页面，或要求登录的代理）"
            ),
            Self::NotGzip => words!(en = "not a gzip file", zh = "不是 gzip 文件"),
        })
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { counts, overruled } = self;
        say!(
            f,
            en = "two different sums for one release: {} ({}) and {} ({}); the first one counts",
            zh = "同一发布包有两个不同的校验和：{}（{}）和 {}（{}）；以前者为准",
            counts.digest,
            counts.origin,
            overruled.digest,
            overruled.origin
        )
    }
}
