//! What can go wrong on the way to a release, and what the user can do about it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use payload::exit::ExitStatus;
use payload::shell::word;
use payload::tarball::TarballError;

use super::lock::LockError;
use super::redirect::RedirectError;
use super::source::Mirror;
use super::voucher::Origin;
use crate::cache::DiskError;

/// Why there is no verified release. Nothing but the cache has been changed.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("{flag} `{}`: {what}", .path.display())]
    BadFile { flag: &'static str, path: PathBuf, what: String },
    #[error("`{0}` is not encrypted, and no sum is known beforehand for etcd {1} on {2}")]
    Unprotected(Mirror, EtcdVersion, Arch),
    #[error(
        "nothing vouches for etcd {0} on {1}: no sum in the cluster file, in `etcdpack.lock`, in etcdpack or beside the release"
    )]
    Unvouched(EtcdVersion, Arch),
    #[error("no place delivered etcd {version} for {arch}; the last one: {last}")]
    Unreachable { version: EtcdVersion, arch: Arch, last: String },
    /// A file that the user named is something else.
    #[error("`{}`: {what}", .path.display())]
    NotARelease { path: PathBuf, what: &'static str },
    #[error("{place}: {what}")]
    Foreign { place: String, what: &'static str },
    #[error("{place}: it is not there to its end, or was damaged on its way: {error}")]
    Torn { place: String, error: TarballError },
    #[error("{place} has the SHA-256 {actual}, not {expected} ({origin})")]
    Differs { place: String, actual: Digest, expected: Digest, origin: Origin },
    #[error("reading `{}`", .path.display())]
    LockFile { path: PathBuf, source: LockError },
    #[error("setting up HTTPS: {0}")]
    Client(String),
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl ReleaseError {
    /// 2: a file that the user named cannot be used. 4: bytes came, and they are not the release. 3: all else.
    #[must_use]
    pub fn exit_code(&self) -> ExitStatus {
        match self {
            Self::BadFile { .. } | Self::LockFile { .. } => ExitStatus::Usage,
            Self::NotARelease { .. } | Self::Foreign { .. } | Self::Torn { .. } | Self::Differs { .. } => {
                ExitStatus::NotVerified
            }
            Self::Unprotected(..)
            | Self::Unvouched(..)
            | Self::Unreachable { .. }
            | Self::Client(_)
            | Self::Disk(_) => ExitStatus::Refused,
        }
    }

    /// What to type, one way a line.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unvouched(version, arch) => Some(format!(
                "write a sum that you trust into the cluster file: `release.sha256-{arch} = \"HEX\"`, or `etcdpack init --sha256 HEX`\n\
                 take a tarball that you have checked yourself: `etcdpack fetch --release {file} --trust-on-first-use`\n\
                 accept the first bytes that come and lock them: `etcdpack fetch --trust-on-first-use`",
                file = super::source::asset(*version, *arch),
            )),
            Self::Unprotected(..) => {
                Some("write the sum into the cluster file (`release.sha256`), or use an `https:` mirror".to_owned())
            }
            Self::Unreachable { version, arch, .. } => Some(format!(
                "`etcdpack fetch --mirror URL`, or `etcdpack fetch --release {}`",
                super::source::asset(*version, *arch)
            )),
            Self::Foreign { .. } => {
                Some("log in to the network, set `HTTPS_PROXY`, or `etcdpack fetch --mirror URL`".to_owned())
            }
            Self::Torn { .. } => Some("once more, or from another place: `etcdpack fetch --mirror URL`".to_owned()),
            Self::Differs { origin, .. } => Some(differs(origin)),
            Self::Client(_) => Some("`etcdpack fetch --ca-cert FILE`".to_owned()),
            Self::LockFile { .. } => Some("restore `etcdpack.lock` from your backup or version control".to_owned()),
            Self::Disk(_) => Some("`XDG_CACHE_HOME=/a/writable/directory etcdpack fetch`".to_owned()),
            Self::BadFile { path, .. } | Self::NotARelease { path, .. } => Some(format!("ls -l {}", word(path))),
        }
    }
}

fn differs(origin: &Origin) -> String {
    match origin {
        Origin::LockFile { .. } => "find out why the release changed; if the new one is right, write its sum into the cluster file as `release.sha256`",
        Origin::ClusterFile => "compare `release.sha256` in the cluster file with a source that you trust",
        Origin::Compiled | Origin::Sums(_) | Origin::FirstUse(_) => "leave that mirror or file out; if its bytes are right, write their sum into the cluster file as `release.sha256`",
    }
    .to_owned()
}

/// Why one place did not deliver. The next one is asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error("{0}")]
    Network(String),
    #[error("the server answers `{0}`")]
    Status(String),
    #[error("nothing came for {0:?}")]
    Stalled(Duration),
    #[error("not done after {0:?}")]
    Late(Duration),
    #[error(transparent)]
    Redirect(#[from] RedirectError),
    #[error("{0}; behind a proxy that intercepts HTTPS, name its authority with `--ca-cert FILE`")]
    Certificate(String),
    #[error("the proxy wants a login; put one into its URL: `HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT`")]
    ProxyLogin,
    #[error("it is sent with the content encoding `{0}`, so its sum cannot be checked as published")]
    Encoded(String),
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    #[error("{0}")]
    Foreign(&'static str),
    #[error("{0}")]
    Local(#[from] io::Error),
}

impl SourceError {
    /// Whether the same question may be answered better in a moment.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Network(_) | Self::Stalled(_) => true,
            Self::Status(status) => ["408", "425", "429", "5"].iter().any(|code| status.starts_with(code)),
            _ => false,
        }
    }
}

/// What stands in the way when bytes are no gzip file.
pub(super) fn foreign(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x1f, 0x8b, ..] => None,
        [] => Some("an empty file"),
        _ if super::sums::looks_like_a_web_page(head) => {
            Some("a web page instead of the tarball (a captive portal, or a proxy that wants a login)")
        }
        _ => Some("no gzip file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_named_as_such() {
        assert_eq!(foreign(b"\x1f\x8b\x08"), None);
        for (head, word) in
            [(&b"\n <!doctype html>"[..], "captive portal"), (b"", "empty"), (b"PK\x03\x04", "gzip"), (b"\x1f", "gzip")]
        {
            assert!(foreign(head).unwrap().contains(word));
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (failure, again) in [
            (SourceError::Status("503 Service Unavailable".to_owned()), true),
            (SourceError::Status("429 Too Many Requests".to_owned()), true),
            (SourceError::Status("404 Not Found".to_owned()), false),
            (SourceError::Status("407 Proxy Authentication Required".to_owned()), false),
            (SourceError::Network("reset".to_owned()), true),
            (SourceError::Certificate("unknown issuer".to_owned()), false),
            (SourceError::Foreign("x"), false),
        ] {
            assert_eq!(failure.is_transient(), again, "{failure}");
        }
    }

    #[test]
    fn help_names_the_three_ways() {
        let error = ReleaseError::Unvouched(EtcdVersion::new(3, 1, 20), Arch::Amd64);
        let help = error.help().unwrap();
        for way in ["release.sha256", "init --sha256", "--trust-on-first-use"] {
            assert!(help.contains(way), "{help}");
        }
        assert_eq!(error.exit_code().code(), 3);
    }
}
