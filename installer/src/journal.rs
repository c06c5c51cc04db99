//! The journal: what is being done to this host, on disk before it is done.
//!
//! No step can act without an [`Open`], and an `Open` exists only after its record has been fsynced. Records are
//! lines of JSON, one a change; a line that a power cut tore is one whose change never began.

use payload::digest::Digest;
use payload::path::AbsPath;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::host::{FsError, Tree};

/// The form of the records below.
const SCHEMA: u32 = 1;
/// A journal has a few dozen short lines.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
enum Record {
    /// An install began.
    Install { schema: u32, bundle: Digest, host: String },
    /// A change is about to be made.
    Begin { n: u32, change: Change },
    /// It has been made.
    End { n: u32 },
}

/// A journal that is being written.
pub(crate) struct Journal<'a> {
    tree: &'a Tree,
    path: AbsPath,
    next: u32,
}

/// The right to make one change.
#[must_use = "a change that has begun must end"]
pub(crate) struct Open(u32);

impl Open {
    /// Uses the right up.
    fn into_number(self) -> u32 {
        self.0
    }
}

/// An install that did not come to its end.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished {
    pub(crate) bundle: Digest,
    /// Every change that began, in order, made or not.
    pub(crate) changes: Vec<Change>,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error("line {0} of the journal `{1}` is not readable: {2}")]
    Line(usize, AbsPath, serde_json::Error),
    #[error("the journal `{0}` has schema {1}, this program reads schema {SCHEMA}")]
    Schema(AbsPath, u32),
}

impl<'a> Journal<'a> {
    /// Begins, or goes on with, the install of `bundle`.
    pub(crate) fn open(tree: &'a Tree, path: AbsPath, bundle: Digest, host: &str) -> Result<Self, FsError> {
        let lines = tree.read_if_there(&path, MAX_BYTES)?.unwrap_or_default();
        let next = u32::try_from(lines.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX);
        let journal = Self { tree, path, next };
        if !lines.is_empty() && !lines.ends_with(b"\n") {
            // A torn line: close it, so that the next record has a line of its own.
            journal.tree.append(&journal.path, b"\n")?;
        }
        journal.write(&Record::Install { schema: SCHEMA, bundle, host: host.to_owned() })?;
        Ok(journal)
    }

    /// Records that `change` is about to be made.
    pub(crate) fn begin(&mut self, change: &Change) -> Result<Open, FsError> {
        let n = self.next;
        self.next += 1;
        self.write(&Record::Begin { n, change: change.clone() })?;
        Ok(Open(n))
    }

    /// Records that it has been made.
    pub(crate) fn end(&self, open: Open) -> Result<(), FsError> {
        self.write(&Record::End { n: open.into_number() })
    }

    /// Removes the journal: what it said now stands in the receipt, or has been undone.
    pub(crate) fn close(self) -> Result<(), FsError> {
        self.tree.remove_file(&self.path)
    }

    fn write(&self, record: &Record) -> Result<(), FsError> {
        let mut line = serde_json::to_vec(record).map_err(|error| FsError::of_json("writing", &self.path, error))?;
        line.push(b'\n');
        self.tree.append(&self.path, &line)
    }
}

/// The journal of an install that was cut off, if there is one.
pub(crate) fn replay(tree: &Tree, path: &AbsPath) -> Result<Option<Unfinished>, JournalError> {
    match tree.read_if_there(path, MAX_BYTES)? {
        Some(bytes) => parse(&bytes, path),
        None => Ok(None),
    }
}

fn parse(bytes: &[u8], path: &AbsPath) -> Result<Option<Unfinished>, JournalError> {
    let mut unfinished: Option<Unfinished> = None;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for (at, line) in lines.iter().enumerate() {
        let record = match serde_json::from_slice(line) {
            Ok(record) => record,
            // Torn by a power cut: its change had not begun. Closed later by a newline, or the last.
            Err(error) if error.is_eof() => continue,
            Err(error) => return Err(JournalError::Line(at + 1, path.clone(), error)),
        };
        match record {
            Record::Install { schema, .. } if schema != SCHEMA => {
                return Err(JournalError::Schema(path.clone(), schema));
            }
            Record::Install { bundle, .. } => match &mut unfinished {
                Some(unfinished) => unfinished.bundle = bundle,
                None => unfinished = Some(Unfinished { bundle, changes: Vec::new() }),
            },
            Record::Begin { change, .. } => {
                if let Some(unfinished) = &mut unfinished {
                    unfinished.changes.push(change);
                }
            }
            Record::End { .. } => {}
        }
    }
    Ok(unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Holds;

    fn lines() -> Vec<Vec<u8>> {
        let change = Change::Dir { path: "/opt/x".parse().unwrap(), holds: Holds::Files };
        [
            Record::Install { schema: SCHEMA, bundle: Digest::of(b"b"), host: "h".to_owned() },
            Record::Begin { n: 1, change },
            Record::End { n: 1 },
        ]
        .iter()
        .map(|record| [serde_json::to_vec(record).unwrap(), b"\n".to_vec()].concat())
        .collect()
    }

    fn path() -> AbsPath {
        "/j".parse().unwrap()
    }

    #[test]
    fn a_journal_cut_at_any_byte_still_reads() {
        let whole = lines().concat();
        let begun = lines().get(..2).unwrap().concat().len() - 1;
        for cut in 0..=whole.len() {
            let unfinished = parse(&whole[..cut], &path()).unwrap();
            let changes = unfinished.map_or(0, |unfinished| unfinished.changes.len());
            assert_eq!(changes, usize::from(cut >= begun), "cut at {cut}");
        }
    }

    #[test]
    fn a_torn_line_in_the_middle_is_passed_over() {
        let lines = lines();
        let torn = [lines[0].as_slice(), b"{\"begin\":{\"n\":1,\n", lines[1].as_slice()].concat();
        assert_eq!(parse(&torn, &path()).unwrap().unwrap().changes.len(), 1);
    }

    #[test]
    fn a_newer_journal_and_a_foreign_one_are_named() {
        let newer = lines()[0].clone();
        let newer = String::from_utf8(newer).unwrap().replace("\"schema\":1", "\"schema\":9");
        assert!(matches!(parse(newer.as_bytes(), &path()), Err(JournalError::Schema(_, 9))));
        assert!(matches!(parse(b"{\"other\":1}\n", &path()), Err(JournalError::Line(1, ..))));
    }
}
