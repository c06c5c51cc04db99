//! What can go wrong on the way to a release, and what the user can do about it. The sentences are in [`crate::text`].

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use payload::digest::Digest;
use payload::etcd::{self, Arch, EtcdVersion};
use payload::exit::ExitStatus;
use payload::tarball::TarballError;

use super::lock::LockError;
use super::redirect::RedirectError;
use super::source::{Mirror, asset, published_at, published_list};
use super::voucher::Origin;
use crate::cache::DiskError;
use crate::failure::Diagnose;
use crate::text::{help, release as text};

/// Why there is no verified release. Nothing but the cache has been changed.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    BadFile {
        flag: &'static str,
        path: PathBuf,
        what: String,
    },
    Unprotected(Mirror, EtcdVersion, Arch),
    /// Nothing says what the tarball must hash to.
    Unvouched {
        version: EtcdVersion,
        arch: Arch,
        /// A file that was named, its sum, and what the hints say of that.
        file: Option<(PathBuf, Digest, Hint)>,
    },
    Unreachable {
        version: EtcdVersion,
        arch: Arch,
        /// Who was asked.
        places: Vec<String>,
        /// What is to be brought here.
        missing: Missing,
    },
    /// A file that the user named is something else.
    NotARelease {
        path: PathBuf,
        what: NotATarball,
    },
    Foreign {
        place: String,
        what: NotATarball,
    },
    Torn {
        place: String,
        error: TarballError,
    },
    Differs {
        place: String,
        actual: Digest,
        expected: Digest,
        origin: Origin,
    },
    LockFile {
        path: PathBuf,
        source: LockError,
    },
    Client(String),
    Disk(#[from] DiskError),
}

/// What the sums that one source alone has published say of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// There are none.
    None,
    Agrees,
    Differs,
}

impl Hint {
    /// Of `hints` on a file with this sum.
    pub(super) fn of(hints: &[Digest], sum: Digest) -> Self {
        match hints {
            [] => Self::None,
            hints if hints.contains(&sum) => Self::Agrees,
            _ => Self::Differs,
        }
    }
}

/// What a person has to bring where no place can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The tarball: its sum is known.
    Tarball,
    /// The tarball, and upstream's list of sums.
    TarballAndSums,
    /// The tarball, which nobody vouches for.
    Unvouched,
}

impl Diagnose for ReleaseError {
    /// 2: a file that the user named cannot be used. 4: bytes came, and they are not the release. 3: all else.
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::BadFile { .. } | Self::LockFile { .. } => ExitStatus::Usage,
            Self::NotARelease { .. } | Self::Foreign { .. } | Self::Torn { .. } | Self::Differs { .. } => {
                ExitStatus::NotVerified
            }
            Self::Unprotected(..)
            | Self::Unvouched { .. }
            | Self::Unreachable { .. }
            | Self::Client(_)
            | Self::Disk(_) => ExitStatus::Refused,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unvouched { version, arch, file: None } => {
                text::three_ways(*arch, &asset(*version, *arch), etcd::publishes_checksums(*version))
            }
            Self::Unvouched { version, arch, file: Some((path, sum, _)) } => {
                let list = etcd::publishes_checksums(*version).then(|| published_list(*version));
                text::vouch_for_the_file(path, *sum, *arch, list.as_deref())
            }
            Self::Unprotected(..) => text::WRITE_SUM.into(),
            Self::Unreachable { version, arch, missing, .. } => {
                let list = published_list(*version);
                let (list, flag) = match missing {
                    Missing::Tarball => (None, None),
                    Missing::TarballAndSums => (Some(list.as_str()), None),
                    Missing::Unvouched => (None, Some("--trust-on-first-use")),
                };
                text::bring_it(&published_at(*version, *arch), list, &asset(*version, *arch), flag)
            }
            Self::Foreign { .. } => text::LOG_IN.into(),
            Self::Torn { .. } => text::ONCE_MORE.into(),
            Self::Differs { origin: Origin::LockFile { .. }, .. } => text::NOT_AS_LOCKED.into(),
            Self::Differs { origin: Origin::ClusterFile, .. } => text::NOT_AS_WRITTEN.into(),
            Self::Differs { .. } => text::NOT_AS_PUBLISHED.into(),
            Self::Client(_) => text::TRUST_AUTHORITY.to_owned(),
            Self::LockFile { .. } => text::RESTORE_LOCK.into(),
            Self::Disk(_) => text::ANOTHER_CACHE.to_owned(),
            Self::BadFile { path, .. } | Self::NotARelease { path, .. } => help::list(path),
        })
    }
}

/// Why one place did not deliver. The next one is asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    Network(String),
    /// No connection in that time; while the name `dns` was looked up.
    NotReached {
        within: Duration,
        dns: Option<String>,
    },
    /// DNS says so.
    NoAddress(String),
    /// A connection was refused, or there is no way there.
    Unreachable(String),
    Status(String),
    Stalled(Duration),
    Late(Duration),
    Redirect(#[from] RedirectError),
    Certificate(String),
    ProxyLogin,
    Encoded(String),
    TooLarge(u64),
    Foreign(NotATarball),
    Local(#[from] io::Error),
}

impl SourceError {
    /// Whether the same question may be answered better in a moment.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Network(_)
            | Self::Stalled(_)
            | Self::NotReached { .. }
            | Self::NoAddress(_)
            | Self::Unreachable(_) => true,
            Self::Status(status) => ["408", "425", "429", "5"].iter().any(|code| status.starts_with(code)),
            _ => false,
        }
    }

    /// Whether nobody is there to be asked again, where nobody ever was.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self, Self::NotReached { .. } | Self::NoAddress(_) | Self::Unreachable(_) | Self::Stalled(_))
    }
}

/// What came instead of a gzip file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotATarball {
    Empty,
    WebPage,
    NotGzip,
}

/// What stands in the way when bytes are no gzip file.
pub(super) fn foreign(head: &[u8]) -> Option<NotATarball> {
    match head {
        [0x1f, 0x8b, ..] => None,
        [] => Some(NotATarball::Empty),
        _ if super::sums::looks_like_a_web_page(head) => Some(NotATarball::WebPage),
        _ => Some(NotATarball::NotGzip),
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
            assert!(foreign(head).unwrap().to_string().contains(word));
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
            (SourceError::Foreign(NotATarball::Empty), false),
        ] {
            assert_eq!(failure.is_transient(), again, "{failure}");
        }
    }

    #[test]
    fn help_names_the_three_ways() {
        let error = ReleaseError::Unvouched { version: EtcdVersion::new(3, 1, 20), arch: Arch::Amd64, file: None };
        let help = error.help().unwrap();
        for way in ["`sha256-amd64 = ", "init --sha256", "--trust-on-first-use"] {
            assert!(help.contains(way), "{help}");
        }
        assert_eq!(error.exit_status().code(), 3);
    }
}
