//! Why a manifest cannot be used, in one line whatever it holds.

use crate::cluster::PathFault;
use crate::entry::{EntryName, NotAnEntryName};
use crate::etcd::Unavailable;
use crate::line::plain;
use crate::name::MemberName;
use crate::path::NotAPath;
use crate::provenance::BadSuccession;

use super::SCHEMA;

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("its manifest has schema {0}, and this program reads schema {SCHEMA}: a newer etcdpack has built it")]
    Newer(u32),
    #[error(
        "its manifest has schema {0}, and this program reads schema {SCHEMA}: an older etcdpack has built it, so build it again"
    )]
    Older(u32),
    /// A part that has its form already, and that only a later version acts on.
    #[error("its `{0}` says what this program cannot do yet: a newer etcdpack has built it")]
    Later(&'static str),
    #[error("{}", shown(.0))]
    Form(serde_json::Error),
    #[error("it does not say who signed the bundle")]
    NoProvenance,
    #[error(transparent)]
    Succession(#[from] BadSuccession),
    #[error("it does not list `{0}`, its own host's member")]
    NoSelf(MemberName),
    /// What no cluster file says.
    #[error("its `{0}` {1}")]
    Field(&'static str, &'static str),
    #[error(transparent)]
    Release(#[from] Unavailable),
    #[error("its layout is none: {0}")]
    Layout(#[from] PathFault),
    /// Something else than the table of entries has.
    #[error("its entry `{0}` {1}")]
    Entry(EntryName, &'static str),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error(transparent)]
    Name(#[from] NotAnEntryName),
}

impl ManifestError {
    /// Whether a newer program than this one would take the manifest.
    #[must_use]
    pub fn is_of_a_newer(&self) -> bool {
        matches!(self, Self::Newer(_) | Self::Later(_))
    }
}

/// No source: whoever shows causes would show the parser's words as they are.
impl From<serde_json::Error> for ManifestError {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error)
    }
}

/// The parser's words quote the manifest, which may be of any length and hold anything.
fn shown(error: &serde_json::Error) -> String {
    let at = format!("line {} column {}", error.line(), error.column());
    let text: String = plain(&error.to_string()).chars().take(200).collect();
    if text.ends_with(&at) { text } else { format!("{text} ... at {at}") }
}
