//! Why there is no release, and what its sources say of each other.

use std::fmt;

use payload::etcd::KnownMirror;

use crate::release::{
    Contradiction, Hint, ListError, LockError, MirrorError, NotATarball, RedirectError, ReleaseError, SourceError,
    SumsError,
};

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadFile { flag, path, what } => write!(f, "{flag} `{}`: {what}", path.display()),
            Self::Unprotected(mirror, version, arch) => {
                write!(f, "`{mirror}` is not encrypted, and no sum is known beforehand for etcd {version} on {arch}")
            }
            Self::Unvouched { version, arch, file } => {
                write!(
                    f,
                    "nothing vouches for etcd {version} on {arch}: no sum in the cluster file, in `etcdpack.lock`, in etcdpack or beside the release"
                )?;
                let Some((path, sum, hint)) = file else { return Ok(()) };
                write!(f, "; `{}` has the SHA-256 {sum}", path.display())?;
                f.write_str(match hint {
                    Hint::None => "",
                    Hint::Agrees => ", which one public source lists too: a hint, not a proof",
                    Hint::Differs => ", and a public source lists another one: do not trust it before you know why",
                })
            }
            Self::Unreachable { version, arch, places, .. } => {
                write!(f, "no place delivered etcd {version} for {arch}; asked: {}", places.join(", "))
            }
            Self::NotARelease { path, what } => write!(f, "`{}`: {what}", path.display()),
            Self::Foreign { place, what } => write!(f, "{place}: {what}"),
            Self::Torn { place, error } => {
                write!(f, "{place}: truncated or damaged download: {error}")
            }
            Self::Differs { place, actual, expected, origin } => {
                write!(f, "{place} has the SHA-256 {actual}, not {expected} ({origin})")
            }
            Self::LockFile { path, .. } => write!(f, "reading `{}`", path.display()),
            Self::Client(why) => write!(f, "setting up HTTPS: {why}"),
            Self::Disk(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(why) => f.write_str(why),
            Self::NotReached { within, dns: Some(name) } => {
                write!(f, "DNS has not answered for {within:?} (looking up `{name}`)")
            }
            Self::NotReached { within, dns: None } => {
                write!(f, "no connection within {within:?}: a firewall or a proxy does not answer")
            }
            Self::NoAddress(why) => write!(f, "DNS has no address for it: {why}"),
            Self::Unreachable(why) => write!(f, "no connection: {why}"),
            Self::Status(status) => write!(f, "the server answers `{status}`"),
            Self::Stalled(time) => write!(f, "nothing came for {time:?}"),
            Self::Late(time) => write!(f, "not done after {time:?}"),
            Self::Redirect(error) => fmt::Display::fmt(error, f),
            Self::Certificate(why) => {
                write!(f, "{why}; behind a proxy that intercepts HTTPS, name its authority with `--ca-cert FILE`")
            }
            Self::ProxyLogin => f.write_str(
                "the proxy wants a login; put one into its URL: `HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT`",
            ),
            Self::Encoded(encoding) => write!(
                f,
                "it is sent with the content encoding `{encoding}`, so its sum cannot be checked as published"
            ),
            Self::TooLarge(bytes) => write!(f, "larger than {bytes} bytes"),
            Self::Foreign(what) => fmt::Display::fmt(what, f),
            Self::Local(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(why) => f.write_str(why),
            Self::Version(version) => {
                write!(f, "its version is {version}, this etcdpack knows version {}", LockError::KNOWN_VERSION)
            }
            Self::Twice(version, arch) => write!(f, "it lists etcd {version} for {arch} twice"),
        }
    }
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "it redirects more than {} times", RedirectError::MOST),
            Self::Downgrade(scheme) => write!(f, "it redirects from https to `{scheme}:`"),
            Self::Scheme(scheme) => write!(f, "it redirects to `{scheme}:`"),
            Self::NotAUrl => f.write_str("it redirects to an invalid URL"),
        }
    }
}

impl fmt::Display for MirrorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => {
                f.write_str("a mirror is an `https://`, `http://` or `file:///` URL without query and fragment")
            }
            Self::Word(word) => {
                let known: Vec<&str> = KnownMirror::ALL.map(KnownMirror::word).to_vec();
                write!(f, "no mirror is called `{word}`; there are {}, and any URL", known.join(", "))
            }
            Self::FileHost => f.write_str("a `file:` mirror is a path on this machine: `file:///...`"),
        }
    }
}

impl fmt::Display for SumsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebPage => f.write_str("a web page came instead of `SHA256SUMS`"),
            Self::Line(number) => {
                write!(f, "line {number} of `SHA256SUMS` is not `<64 hexadecimal digits>  <file name>`")
            }
            Self::Missing(file) => write!(f, "`SHA256SUMS` does not list `{file}`"),
            Self::Twice(file) => write!(f, "`SHA256SUMS` lists `{file}` with two different sums"),
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
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::WebPage => "a web page instead of the tarball (a captive portal, or a proxy that wants a login)",
            Self::NotGzip => "not a gzip file",
        })
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { counts, overruled } = self;
        write!(
            f,
            "two different sums for one release: {} ({}) and {} ({}); the first one counts",
            counts.digest, counts.origin, overruled.digest, overruled.origin
        )
    }
}
