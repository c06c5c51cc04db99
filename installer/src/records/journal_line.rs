//! One line of the journal, as it is written and as it is read.

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::path::AbsPath;
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::change::Change;
use crate::host::FsError;
use crate::host::fs_error::FileOp;

/// The form that this program writes. Form 1 had no `made` in its header and knew no uninstall, form 2 no `manifest`; up to
/// form 3 the header was that of an install also where a key was made.
pub(crate) const SCHEMA: u32 = 4;
/// A journal has a few dozen short lines.
pub(crate) const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Record {
    /// A run began, or went on.
    Run {
        schema: u32,
        operation: Operation,
        /// Of the bundle, where there is one: an uninstall goes by it where there is no receipt yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manifest: Option<Box<Manifest>>,
        /// The directories that came to be with this journal, from the top down.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        made: Vec<AbsPath>,
        /// What was on record when an uninstall began. The records go before it has come to its end.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<Change>,
        /// The number that the operation has in the history; older programs gave it none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<u32>,
    },
    /// Up to form 3: an install began, or went on.
    Install {
        schema: u32,
        bundle: Digest,
        host: String,
        #[serde(default)]
        manifest: Option<Box<Manifest>>,
        #[serde(default)]
        made: Vec<AbsPath>,
    },
    /// Likewise: an uninstall of these changes began, or went on.
    Uninstall { schema: u32, changes: Vec<Change> },
    /// A change is about to be made.
    Begin { n: u32, change: Change },
    /// It is about to be undone.
    Undo { n: u32, change: Change },
    /// It has been made or undone.
    End { n: u32 },
}

/// What ends a line that a power cut tore: ASCII's cancel, which stands in no JSON.
pub(crate) const CANCELLED: &[u8] = b"\x18\n";

/// A record as a line of the journal at `path`.
pub(crate) fn line(record: &Record, path: &AbsPath) -> Result<Vec<u8>, FsError> {
    let mut line = serde_json::to_vec(record).map_err(|error| FsError::of_json(FileOp::Write, path, error))?;
    line.push(b'\n');
    Ok(line)
}
