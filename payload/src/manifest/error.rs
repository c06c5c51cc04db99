//! Why a manifest cannot be used, in one line whatever it holds.

use crate::bundle::{EntryName, NotAnEntryName};
use crate::cluster::PathFault;
use crate::etcd::Unavailable;
use crate::line::plain;
use crate::name::MemberName;
use crate::path::NotAPath;
use crate::provenance::BadSuccession;

use super::SCHEMA;

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("it has schema {0}, this program reads schema {SCHEMA}: use the etcdpack that built it")]
    Schema(u32),
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
