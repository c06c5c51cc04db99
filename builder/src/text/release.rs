//! Getting the release, in English.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};

use crate::release::{
    Contradiction, LockError, MirrorError, NotATarball, Origin, RedirectError, ReleaseError, SourceError, SumsError,
    asset,
};

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadFile { flag, path, what } => write!(f, "{flag} `{}`: {what}", path.display()),
            Self::Unprotected(mirror, version, arch) => {
                write!(f, "`{mirror}` is not encrypted, and no sum is known beforehand for etcd {version} on {arch}")
            }
            Self::Unvouched(version, arch) => write!(
                f,
                "nothing vouches for etcd {version} on {arch}: no sum in the cluster file, in `etcdpack.lock`, in etcdpack or beside the release"
            ),
            Self::Unreachable { version, arch, last } => {
                write!(f, "no place delivered etcd {version} for {arch}; the last one: {last}")
            }
            Self::NotARelease { path, what } => write!(f, "`{}`: {what}", path.display()),
            Self::Foreign { place, what } => write!(f, "{place}: {what}"),
            Self::Torn { place, error } => {
                write!(f, "{place}: it is not there to its end, or was damaged on its way: {error}")
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

pub(crate) fn other_sum_is_public(hints: &[Digest]) -> String {
    let hints: Vec<String> = hints.iter().map(Digest::to_string).collect();
    format!("a single public source lists another sum for this release: {}", hints.join(", "))
}

pub(crate) fn trusted_on_first_use(version: EtcdVersion, arch: Arch, digest: Digest) -> String {
    format!("nothing vouches for etcd {version} on {arch}; trusting these bytes from now on: {digest}")
}

pub(crate) fn got(version: EtcdVersion, arch: Arch, digest: Digest, origin: &Origin) -> String {
    format!("etcd {version} for {}: sha256 {digest} ({origin})", arch.etcd_name())
}

/// What a place did not deliver, and why.
pub(crate) fn at(place: impl fmt::Display, why: impl fmt::Display) -> String {
    format!("{place}: {why}")
}

pub(crate) fn at_file(path: &Path, why: impl fmt::Display) -> String {
    format!("`{}`: {why}", path.display())
}

pub(crate) fn tries_again(place: impl fmt::Display, why: impl fmt::Display, pause: Duration) -> String {
    format!("{place}: {why}; trying again in {pause:?}")
}

pub(crate) const NO_PLACE: &str = "there is none";
pub(crate) const STARTS_OVER: &str = "what several attempts put together is not the release; starting over";
pub(crate) const ANOTHER_DOWNLOADS: &str = "another etcdpack is downloading the same file; waiting for it";
pub(crate) const DOES_NOT_GO_ON: &str = "what it sends does not go on where the last download stopped";
pub(crate) const NOT_THE_WHOLE_FILE: &str = "the answer is not the whole file";
pub(crate) const NO_CERTIFICATE: &str = "no PEM certificate in it";
pub(crate) const NOT_UTF8: &str = "it is not UTF-8";
pub(crate) const NOT_A_FILE: &str = "not a regular file";

/// The first line of `etcdpack.lock`.
pub(crate) const LOCK_HEAD: &str =
    "# The etcd releases that etcdpack accepted here. Keep this file with the cluster file.";

pub(crate) const A_DAY: &str = "a day is written as `2026-01-31`";

pub(crate) const ONE_TARBALL: &str = "`--release` names one tarball, but the cluster has hosts of two architectures";
pub(crate) const ONE_TARBALL_HELP: &str = "etcdpack build --mirror file:///DIR";

pub(crate) const MIRROR_EXAMPLE: &str = "etcdpack fetch --mirror https://mirror.example/etcd";

pub(crate) fn three_ways(version: EtcdVersion, arch: Arch) -> String {
    format!(
        "write a sum that you trust into the cluster file: `release.sha256-{arch} = \"HEX\"`, or `etcdpack init --sha256 HEX`\n\
         take a tarball that you have checked yourself: `etcdpack fetch --release {file} --trust-on-first-use`\n\
         accept the first bytes that come and lock them: `etcdpack fetch --trust-on-first-use`",
        file = asset(version, arch),
    )
}

pub(crate) const WRITE_SUM: &str = "write the sum into the cluster file (`release.sha256`), or use an `https:` mirror";

pub(crate) fn another_place(version: EtcdVersion, arch: Arch) -> String {
    format!("`etcdpack fetch --mirror URL`, or `etcdpack fetch --release {}`", asset(version, arch))
}

pub(crate) const LOG_IN: &str = "log in to the network, set `HTTPS_PROXY`, or `etcdpack fetch --mirror URL`";
pub(crate) const ONCE_MORE: &str = "once more, or from another place: `etcdpack fetch --mirror URL`";
pub(crate) const TRUST_AUTHORITY: &str = "`etcdpack fetch --ca-cert FILE`";
pub(crate) const RESTORE_LOCK: &str = "restore `etcdpack.lock` from your backup or version control";
pub(crate) const ANOTHER_CACHE: &str = "`XDG_CACHE_HOME=/a/writable/directory etcdpack fetch`";

/// The bytes have another sum than `origin` says.
pub(crate) fn differs(origin: &Origin) -> &'static str {
    match origin {
        Origin::LockFile { .. } => {
            "find out why the release changed; if the new one is right, write its sum into the cluster file as `release.sha256`"
        }
        Origin::ClusterFile => "compare `release.sha256` in the cluster file with a source that you trust",
        Origin::Compiled | Origin::Sums(_) | Origin::FirstUse(_) => {
            "leave that mirror or file out; if its bytes are right, write their sum into the cluster file as `release.sha256`"
        }
    }
}
