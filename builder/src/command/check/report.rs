//! What `check` says: a value, which is printed as lines or as JSON (docs/check.schema.json). Must not find anything out.

use payload::cluster::Fault;
use payload::digest::Digest;
use payload::founding::Phase;
use payload::url::UrlHost;
use serde::Serialize;
use time::OffsetDateTime;

use crate::failure::Failure;

/// All of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Report {
    pub(super) schema: u8,
    /// The cluster file.
    pub(super) file: String,
    /// `None` where the file says none.
    pub(super) cluster: Option<ClusterReport>,
    pub(super) faults: Vec<Said>,
    pub(super) warnings: Vec<Said>,
}

/// What would stop `build`, or should be known before it.
#[derive(Debug, Serialize)]
pub(super) struct Said {
    pub(super) text: String,
    /// Of the cluster file, where it is about one.
    pub(super) line: Option<usize>,
    /// What to type, or to write.
    pub(super) help: Option<String>,
}

/// What `build` will do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ClusterReport {
    pub(super) name: String,
    pub(super) etcd: String,
    pub(super) hosts: Vec<HostRow>,
    pub(super) ca: Option<CaRow>,
    pub(super) signing_key: Option<SigningKeyRow>,
    /// Of the hosts' private keys, where these travel sealed.
    pub(super) passphrase: Option<State>,
    pub(super) releases: Vec<ReleaseRow>,
    /// `None` where nothing would be built.
    pub(super) founding: Option<FoundingRow>,
    /// What `build` will ask for at the terminal.
    pub(super) asks: Vec<String>,
    pub(super) rehearsal: RehearsalRow,
    pub(super) travels: Vec<Journey>,
}

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// There is none.
    Made,
    /// As it is.
    Kept,
    /// Another takes its place.
    Renewed,
    /// It comes from elsewhere.
    Awaited,
}

#[derive(Debug, Serialize)]
pub(super) struct HostRow {
    pub(super) name: String,
    pub(super) member: String,
    pub(super) address: UrlHost,
    pub(super) arch: &'static str,
    pub(super) certificate: Option<CertificateRow>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct CertificateRow {
    pub(super) state: State,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(super) until: Option<OffsetDateTime>,
    /// Why the one that is there does not fit.
    pub(super) why: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct CaRow {
    pub(super) state: State,
    pub(super) file: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) until: OffsetDateTime,
    pub(super) key: KeyRow,
}

/// Where the key of the CA is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum KeyRow {
    Here,
    UnderPassphrase,
    Missing,
    Elsewhere,
}

#[derive(Debug, Serialize)]
pub(super) struct SigningKeyRow {
    pub(super) state: State,
    /// The twelve words, where the key is there.
    pub(super) words: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ReleaseRow {
    pub(super) arch: &'static str,
    /// The tarball's name.
    pub(super) file: String,
    pub(super) sha256: Option<Digest>,
    /// Whose sum that is.
    pub(super) origin: String,
    /// `cache`, `file` or `download`.
    pub(super) from: &'static str,
    /// Those that are asked, or the file.
    pub(super) places: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct FoundingRow {
    pub(super) phase: Phase,
    pub(super) text: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct RehearsalRow {
    pub(super) held: bool,
    /// Why not.
    pub(super) why: Option<String>,
}

/// What is carried.
#[derive(Debug, Serialize)]
pub(super) struct Journey {
    pub(super) what: &'static str,
    pub(super) way: &'static str,
}

impl Said {
    pub(super) fn plain(text: String) -> Self {
        Self { text, line: None, help: None }
    }

    pub(super) fn of_file(fault: &Fault) -> Self {
        let line = fault.place.as_ref().map(|place| place.line);
        Self { text: fault.text.clone(), line, help: fault.help.clone() }
    }

    /// Of the cluster file there may be several in one.
    pub(super) fn of_failure(failure: &Failure) -> Vec<Self> {
        if !failure.faults().is_empty() {
            return failure.faults().iter().map(Self::of_file).collect();
        }
        let text = std::iter::once(failure.text()).chain(failure.causes().iter().map(String::as_str));
        let text = text.collect::<Vec<_>>().join(": ");
        vec![Self { text, line: None, help: failure.help().map(str::to_owned) }]
    }
}
