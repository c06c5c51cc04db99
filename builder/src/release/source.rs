//! Where a release may be had: mirrors, upstream, and the URLs of its files there.
//!
//! Pure: nothing is looked up. A mirror's password never leaves this file in a text for people.

use std::fmt;
use std::path::{Path, PathBuf};

use payload::etcd::{Arch, EtcdVersion, KnownMirror};
use payload::exit::ExitStatus;
use reqwest::Url;

use crate::failure::Diagnose;
use crate::text::release as text;

/// Upstream's release page and its mirror, in the order in which they are asked
/// (etcd's own `CHANGELOG` and release notes name both).
const UPSTREAM: [&str; 2] =
    ["https://github.com/etcd-io/etcd/releases/download", "https://storage.googleapis.com/etcd"];

/// The file in which upstream lists the sums of a release.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// A base URL under which releases lie as `vX.Y.Z/etcd-vX.Y.Z-linux-ARCH.tar.gz`.
#[derive(Clone, PartialEq, Eq)]
pub struct Mirror {
    url: Url,
    lists: Lists,
}

/// Whether a mirror is asked for the list of sums.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    /// Upstream, and whom the user has named by URL.
    Asked,
    /// A public copy that was named by a word: the sum has to come from elsewhere.
    Never,
}

/// A text that is no usable base URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MirrorError {
    /// Unparsable, or with a part that makes no sense in a base.
    Shape,
    /// `file://host/...`
    FileHost,
    /// One word, and none that stands for a mirror.
    Word(String),
}

impl Diagnose for MirrorError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::Usage
    }

    fn help(&self) -> Option<String> {
        Some(text::MIRROR_EXAMPLE.to_owned())
    }
}

impl Mirror {
    /// Reads a base URL, a slash at whose end makes no difference, or the word that stands for a public copy.
    pub fn parse(text: &str) -> Result<Self, MirrorError> {
        if let Some(known) = KnownMirror::called(text) {
            let url = Url::parse(known.base()).map_err(|_| MirrorError::Shape)?;
            return Ok(Self { url, lists: Lists::Never });
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(MirrorError::Word(text.to_owned()));
        }
        let url = Url::parse(text).map_err(|_| MirrorError::Shape)?;
        if !["https", "http", "file"].contains(&url.scheme()) || url.query().is_some() || url.fragment().is_some() {
            return Err(MirrorError::Shape);
        }
        if url.scheme() == "file" && url.to_file_path().is_err() {
            return Err(MirrorError::FileHost);
        }
        Ok(Self { url, lists: Lists::Asked })
    }

    /// `own` in their order, then upstream.
    pub fn before_upstream<T: AsRef<str>>(own: &[T]) -> Result<Vec<Self>, MirrorError> {
        own.iter().map(AsRef::as_ref).chain(UPSTREAM).map(Self::parse).collect()
    }

    /// Whether anybody on the way can change what it delivers.
    #[must_use]
    pub fn is_unprotected(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether its list of sums counts.
    pub(super) fn is_asked_for_sums(&self) -> bool {
        self.lists == Lists::Asked
    }

    /// Whom a person knows to be asked.
    pub(super) fn host(&self) -> String {
        Location(self.url.clone()).host()
    }

    /// The URL of `file` in the directory of `version`.
    #[must_use]
    pub(crate) fn locate(&self, version: EtcdVersion, file: &str) -> Location {
        let mut url = self.url.clone();
        // Only a URL that cannot be a base has no segments; `parse` lets none through.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(&version.tag()).push(file);
        }
        Location(url)
    }
}

impl fmt::Display for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.url))
    }
}

impl fmt::Debug for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The URL of one file of a release.
#[derive(Clone)]
pub(crate) struct Location(Url);

impl Location {
    /// With user and password, for the client alone.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// The path that a `file:` URL names.
    pub(crate) fn local(&self) -> Option<PathBuf> {
        if self.0.scheme() == "file" { self.0.to_file_path().ok() } else { None }
    }

    /// Whom a person knows to be asked: a host's name, or a path.
    pub(super) fn host(&self) -> String {
        self.0.host_str().map_or_else(|| self.to_string(), str::to_owned)
    }

    /// The file's name.
    pub(super) fn file(&self) -> &str {
        self.0.path().rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.0))
    }
}

/// Without user and password: messages and the lock file are shown around.
fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only where there is no host, and then there are no credentials either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// As a mirror, the directory at `path`, which must exist.
#[must_use]
pub(crate) fn url_of(path: &Path) -> String {
    let whole = std::path::absolute(path).ok();
    whole.and_then(|path| Url::from_file_path(path).ok()).map_or_else(|| path.display().to_string(), String::from)
}

/// The tarball's name, as upstream spells it.
#[must_use]
pub fn asset(version: EtcdVersion, arch: Arch) -> String {
    format!("etcd-{}-linux-{arch}.tar.gz", version.tag())
}

/// Where upstream publishes the tarball.
#[must_use]
pub(crate) fn published_at(version: EtcdVersion, arch: Arch) -> String {
    published(version, &asset(version, arch))
}

/// Where upstream publishes the list of its sums.
#[must_use]
pub(super) fn published_list(version: EtcdVersion) -> String {
    published(version, SUMS)
}

fn published(version: EtcdVersion, file: &str) -> String {
    let [page, _] = UPSTREAM;
    format!("{page}/{}/{file}", version.tag())
}

#[cfg(test)]
mod tests {
    use super::*;

    const V: EtcdVersion = EtcdVersion::new(3, 1, 20);

    #[test]
    fn locations_are_upstreams_shape() {
        let file = asset(V, Arch::Amd64);
        let found: Vec<String> = Mirror::before_upstream(&["https://m.example/etcd/", "file:///srv/my%20etcd"])
            .unwrap()
            .iter()
            .map(|mirror| mirror.locate(V, &file).to_string())
            .collect();
        assert_eq!(
            found,
            [
                "https://m.example/etcd/v3.1.20/etcd-v3.1.20-linux-amd64.tar.gz",
                "file:///srv/my%20etcd/v3.1.20/etcd-v3.1.20-linux-amd64.tar.gz",
                "https://github.com/etcd-io/etcd/releases/download/v3.1.20/etcd-v3.1.20-linux-amd64.tar.gz",
                "https://storage.googleapis.com/etcd/v3.1.20/etcd-v3.1.20-linux-amd64.tar.gz",
            ]
        );
        let local = Mirror::parse("file:///srv/my%20etcd").unwrap().locate(V, "x").local();
        assert_eq!(local, Some(PathBuf::from("/srv/my etcd/v3.1.20/x")));
        assert_eq!(asset(V, Arch::Arm64), "etcd-v3.1.20-linux-arm64.tar.gz");
    }

    #[test]
    fn credentials_are_kept_for_the_client_only() {
        let mirror = Mirror::parse("https://me:hunter2@m.example/e").unwrap();
        let location = mirror.locate(V, "f");
        for shown in [mirror.to_string(), format!("{mirror:?}"), location.to_string()] {
            assert!(!shown.contains("hunter2") && !shown.contains("me:"), "{shown}");
        }
        assert_eq!(location.url().password(), Some("hunter2"));
    }

    #[test]
    fn what_is_no_base_is_refused() {
        for text in [
            "",
            "m.example",
            "huawei",
            "HUAWEICLOUD",
            "ftp://m/",
            "data:x",
            "https://m/?a=b",
            "https://m/#x",
            "file://host/x",
            "/srv",
        ] {
            assert!(Mirror::parse(text).is_err(), "{text}");
        }
        for known in KnownMirror::ALL {
            let (by_word, by_url) = (Mirror::parse(known.word()).unwrap(), Mirror::parse(known.base()).unwrap());
            assert_eq!(by_word.locate(V, "f").to_string(), by_url.locate(V, "f").to_string());
            assert!(!by_word.is_unprotected() && !by_word.is_asked_for_sums() && by_url.is_asked_for_sums());
        }
        assert!(Mirror::parse("http://m/").unwrap().is_unprotected());
        assert!(!Mirror::parse("file:///m").unwrap().is_unprotected());
    }
}
