//! The history: a line for each operation that changed this host, oldest first. For people: nothing is decided
//! by it, so that a line which cannot be read is passed over and stays as it is.
//!
//! An operation is that of one journal, however often it was cut off: its number stands in the journal's header, and what is
//! written down of it last is what counts.

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::path::AbsPath;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::form::ReceiptError;
use super::{Operation, Records};
use crate::host::Tree;

/// More than [`MOST`] lines of ours have.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// How many operations are remembered; the oldest go first.
const MOST: usize = 1000;

/// What was done to a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Entry {
    /// Counted from 1, from the first operation after the state directory came to be.
    pub(crate) n: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) operation: Kind,
    pub(crate) outcome: Outcome,
    /// How many things were changed, or were to go.
    pub(crate) changes: usize,
    /// The version of the program that did it.
    pub(crate) etcdpack: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bundle: Option<Of>,
}

/// Which bundle it was about: that of an uninstall is the one that was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Of {
    /// Not known where the receipt had gone before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<Digest>,
    pub(crate) etcd: String,
    /// Neither is known of what is from before bundles were signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u64>,
    /// The fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signer: Option<String>,
}

/// An [`Operation`], without what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Install,
    Restore,
    MakeKey,
    Uninstall,
    CopyData,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Done,
    RolledBack,
    /// Its journal is still there, and the next run goes on with it.
    Left,
}

impl From<Operation> for Kind {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Install { .. } => Self::Install,
            Operation::Restore { .. } => Self::Restore,
            Operation::MakeKey { .. } => Self::MakeKey,
            Operation::Uninstall => Self::Uninstall,
            Operation::CopyData => Self::CopyData,
        }
    }
}

impl Of {
    /// Of `operation`, which is about the member in `manifest`.
    pub(crate) fn new(operation: Operation, manifest: &Manifest, records: &Records) -> Self {
        let provenance = manifest.provenance.as_ref();
        let sha256 = match operation {
            Operation::Install { bundle } | Operation::Restore { bundle, .. } | Operation::MakeKey { bundle } => {
                Some(bundle)
            }
            Operation::Uninstall | Operation::CopyData => records.receipt.as_ref().map(|receipt| receipt.bundle),
        };
        Self {
            sha256,
            etcd: manifest.release.version.to_string(),
            number: provenance.map(|provenance| provenance.serial.get()),
            signer: provenance.map(|provenance| provenance.signer.fingerprint().to_string()),
        }
    }
}

/// All that is remembered. On a fresh host, and on one that older versions installed, that is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History(Vec<Line>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    Entry(Box<Entry>),
    /// Of a newer version, perhaps.
    Unread(Vec<u8>),
}

impl History {
    pub(crate) fn read(tree: &Tree, path: &AbsPath) -> Result<Self, ReceiptError> {
        Ok(tree.read_if_there(path, MAX_BYTES)?.map(|bytes| Self::parse(&bytes)).unwrap_or_default())
    }

    fn parse(bytes: &[u8]) -> Self {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Self(
            lines
                .map(|line| serde_json::from_slice(line).map_or_else(|_| Line::Unread(line.to_vec()), Line::Entry))
                .collect(),
        )
    }

    /// Oldest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.0.iter().filter_map(|line| match line {
            Line::Entry(entry) => Some(entry.as_ref()),
            Line::Unread(_) => None,
        })
    }

    /// What was installed last, unless it was uninstalled since.
    pub(crate) fn installed(&self) -> Option<&Entry> {
        let counts = |entry: &&Entry| entry.outcome == Outcome::Done && entry.operation != Kind::MakeKey;
        self.entries().rev().find(counts).filter(|entry| entry.operation != Kind::Uninstall)
    }

    /// Whether anything is remembered.
    pub(crate) fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The number of the next operation.
    pub(crate) fn next(&self) -> u32 {
        self.entries().map(|entry| entry.n).max().unwrap_or(0).saturating_add(1)
    }

    /// With this entry, in the place of one of the same number.
    pub(crate) fn with(&self, entry: Entry) -> Self {
        let is_other = |line: &&Line| !matches!(line, Line::Entry(earlier) if earlier.n == entry.n);
        let mut lines: Vec<Line> = self.0.iter().filter(is_other).cloned().collect();
        lines.push(Line::Entry(Box::new(entry)));
        Self(lines.split_off(lines.len().saturating_sub(MOST)))
    }

    /// As it is written.
    pub(crate) fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for line in &self.0 {
            match line {
                Line::Entry(entry) => serde_json::to_writer(&mut bytes, entry)?,
                Line::Unread(text) => bytes.extend_from_slice(text),
            }
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u32, outcome: Outcome) -> Entry {
        let at = OffsetDateTime::from_unix_timestamp(1_700_000_000 + i64::from(n)).unwrap();
        let of =
            Of { sha256: Some(Digest::of(b"b")), etcd: "3.5.1".into(), number: Some(7), signer: Some("f".repeat(64)) };
        let etcdpack = "0.2.0".into();
        Entry { n, at, operation: Kind::Install, outcome, changes: 3, etcdpack, bundle: Some(of) }
    }

    /// How many lines nobody can read.
    fn unread(history: &History) -> usize {
        history.0.len() - history.entries().count()
    }

    #[test]
    fn an_operation_has_one_entry_and_the_last_word_of_it_counts() {
        let history = History::default().with(entry(1, Outcome::Done)).with(entry(2, Outcome::Left));
        let history = history.with(entry(2, Outcome::Done));
        assert_eq!(History::parse(&history.to_bytes().unwrap()), history);
        let seen: Vec<(u32, Outcome)> = history.entries().map(|entry| (entry.n, entry.outcome)).collect();
        assert_eq!(seen, [(1, Outcome::Done), (2, Outcome::Done)]);
        assert_eq!((History::default().next(), history.next()), (1, 3));
    }

    #[test]
    fn the_oldest_go_and_all_that_may_be_there_is_read() {
        let most = u32::try_from(MOST).unwrap();
        let all = (1..=most + 5).fold(History::default(), |all, n| all.with(entry(n, Outcome::RolledBack)));
        let first = all.entries().next().map(|entry| entry.n);
        assert_eq!((first, all.entries().count(), all.next()), (Some(6), MOST, most + 6));
        assert!((all.to_bytes().unwrap().len() as u64) * 4 < MAX_BYTES);
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_stays_and_takes_nothing_along() {
        let whole = History::default().with(entry(1, Outcome::Done)).with(entry(2, Outcome::Done)).to_bytes().unwrap();
        let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in 0..=whole.len() {
            let torn = History::parse(&whole[..cut]);
            assert!(torn.entries().count() >= usize::from(cut >= second), "cut at {cut}");
            let again = torn.with(entry(3, Outcome::Done));
            let read = History::parse(&again.to_bytes().unwrap());
            assert_eq!((unread(&read), read.next()), (unread(&torn), 4), "cut at {cut}");
        }
        let newer = b"{\"n\":9,\"operation\":\"drill\"}\n\x00\x00\n\xff\xfe\n".to_vec();
        let read = History::parse(&newer);
        assert_eq!((unread(&read), read.entries().count()), (3, 0));
        assert_eq!(read.to_bytes().unwrap(), newer);
    }
}
