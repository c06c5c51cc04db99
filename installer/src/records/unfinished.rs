//! Reading a journal back: how far did a run come that was cut off?

use payload::manifest::Manifest;
use payload::path::{AbsPath, NotAPath};

use super::Operation;
use super::journal_line::{CANCELLED, MAX_BYTES, Record, SCHEMA};
use crate::change::{Change, Holds};
use crate::host::{FsError, Tree};

/// A run that did not come to its end.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished {
    pub(crate) of: Operation,
    /// Every change that began, in order, made or not.
    pub(crate) changes: Vec<Change>,
    /// The one that was under way: it may be half made.
    pub(crate) open: Option<Change>,
    /// Of the bundle that was being installed.
    pub(crate) manifest: Option<Manifest>,
    /// How many lines the journal has: the numbers of its records go on from there.
    pub(crate) lines: u32,
    /// The number of the operation in the history, which is that of the first run.
    pub(crate) entry: Option<u32>,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    Fs(#[from] FsError),
    Path(#[from] NotAPath),
    Line(usize, AbsPath, serde_json::Error),
    Schema(AbsPath, u32),
}

/// The journal of a run that was cut off, if there is one.
pub(crate) fn read(tree: &Tree, path: &AbsPath) -> Result<Option<Unfinished>, JournalError> {
    match tree.read_if_there(path, MAX_BYTES)? {
        Some(bytes) => parse(&bytes, path),
        None => Ok(None),
    }
}

fn parse(bytes: &[u8], path: &AbsPath) -> Result<Option<Unfinished>, JournalError> {
    let mut unfinished: Option<Unfinished> = None;
    let mut lines = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        lines += 1;
        // Torn by a power cut: its change had not begun. The last, or closed by the run after; or one that lost a sector
        // before its end, which reads as zeros.
        if !line.ends_with(b"\n") || line.ends_with(CANCELLED) || line.contains(&0) {
            continue;
        }
        let record = serde_json::from_slice(line).map_err(|error| JournalError::Line(lines, path.clone(), error))?;
        if let Record::Run { schema, .. } | Record::Install { schema, .. } | Record::Uninstall { schema, .. } = record
            && !(1..=SCHEMA).contains(&schema)
        {
            return Err(JournalError::Schema(path.clone(), schema));
        }
        take(&mut unfinished, record);
    }
    if let Some(unfinished) = &mut unfinished {
        unfinished.lines = u32::try_from(lines).unwrap_or(u32::MAX);
    }
    Ok(unfinished)
}

/// One record more; what stands before the first header is not ours.
fn take(unfinished: &mut Option<Unfinished>, record: Record) {
    match record {
        Record::Run { operation, manifest, made, changes, entry, .. } => {
            let cut = header(unfinished, operation, manifest, made_dirs(made).chain(changes));
            cut.entry = cut.entry.or(entry);
        }
        Record::Install { bundle, manifest, made, .. } => {
            header(unfinished, Operation::Install { bundle }, manifest, made_dirs(made));
        }
        Record::Uninstall { changes, .. } => {
            header(unfinished, Operation::Uninstall, None, changes);
        }
        Record::Begin { change, .. } => {
            if let Some(unfinished) = unfinished {
                unfinished.changes.push(change.clone());
                unfinished.open = Some(change);
            }
        }
        Record::Undo { .. } => {}
        Record::End { .. } => {
            if let Some(unfinished) = unfinished {
                unfinished.open = None;
            }
        }
    }
}

/// A header more: the run that wrote it went on with all that had begun before. The newest says what was being done; an
/// uninstall brings no bundle, and leaves standing which one was installed.
fn header(
    unfinished: &mut Option<Unfinished>,
    of: Operation,
    manifest: Option<Box<Manifest>>,
    more: impl IntoIterator<Item = Change>,
) -> &mut Unfinished {
    let new = Unfinished { of, changes: Vec::new(), open: None, manifest: None, lines: 0, entry: None };
    let cut = unfinished.get_or_insert(new);
    cut.of = of;
    cut.changes.extend(more);
    cut.manifest = manifest.map(|manifest| *manifest).or(cut.manifest.take());
    cut
}

fn made_dirs(made: Vec<AbsPath>) -> impl Iterator<Item = Change> {
    made.into_iter().map(|path| Change::Dir { path, holds: Holds::Files })
}

/// What must hold of any journal: a record is written as it was read, and a journal that a power cut shortened still
/// reads, with no more changes than it had.
#[cfg(fuzzing)]
pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(path) = "/j".parse() else { return };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Ok(record) = serde_json::from_slice::<Record>(line) {
            let written = serde_json::to_vec(&record).unwrap_or_default();
            let again = serde_json::from_slice::<Record>(&written).and_then(|record| serde_json::to_vec(&record));
            assert_eq!(again.unwrap_or_default(), written, "a record changes when it is written");
        }
    }
    let Ok(whole) = parse(bytes, &path) else { return };
    let changes = |unfinished: Option<Unfinished>| unfinished.map_or(0, |unfinished| unfinished.changes.len());
    let most = changes(whole);
    // The last few hundred bytes: a cut further up is the same cut in a shorter journal.
    for cut in (bytes.len().saturating_sub(300)..bytes.len()).filter_map(|cut| bytes.get(..cut)) {
        let Ok(read) = parse(cut, &path) else { panic!("cut at {}, it does not read", cut.len()) };
        assert!(changes(read) <= most, "cut at {}, it has more changes", cut.len());
    }
}

#[cfg(test)]
mod tests {
    use payload::digest::Digest;

    use super::super::journal_line::line;
    use super::*;

    fn lines() -> Vec<Vec<u8>> {
        let change = Change::Dir { path: "/opt/x".parse().unwrap(), holds: Holds::Files };
        let made = vec!["/var/lib/etcdpack".parse().unwrap()];
        [
            Record::Run {
                schema: SCHEMA,
                operation: Operation::Install { bundle: Digest::of(b"b") },
                manifest: None,
                made,
                changes: Vec::new(),
                entry: Some(7),
            },
            Record::Begin { n: 1, change },
            Record::End { n: 1 },
        ]
        .iter()
        .map(|record| line(record, &path()).unwrap())
        .collect()
    }

    fn path() -> AbsPath {
        "/j".parse().unwrap()
    }

    #[test]
    fn a_journal_cut_at_any_byte_still_reads() {
        let whole = lines().concat();
        let header = lines()[0].len();
        let begun = lines()[..2].concat().len();
        for cut in 0..=whole.len() {
            let unfinished = parse(&whole[..cut], &path()).unwrap();
            let changes = unfinished.as_ref().map_or(0, |unfinished| unfinished.changes.len());
            assert_eq!(changes, usize::from(cut >= header) + usize::from(cut >= begun), "cut at {cut}");
            let open = unfinished.is_some_and(|unfinished| unfinished.open.is_some());
            assert_eq!(open, cut >= begun && cut < whole.len(), "cut at {cut}");
            // The run after closes the torn line and goes on.
            let more =
                [&whole[..cut], if cut > 0 && whole[cut - 1] != b'\n' { CANCELLED } else { b"" }, &whole].concat();
            assert!(parse(&more, &path()).is_ok(), "cut at {cut}, then gone on with");
        }
    }

    #[test]
    fn a_line_that_lost_a_sector_had_not_begun() {
        let (before, begin) = (lines()[0].clone(), lines()[1].clone());
        for (from, to) in (0..begin.len()).flat_map(|from| (from + 1..=begin.len()).map(move |to| (from, to))) {
            let mut torn = begin.clone();
            torn[from..to].fill(0);
            let closed: &[u8] = if to == begin.len() { CANCELLED } else { b"" };
            let journal = [&before, torn.as_slice(), closed, &before, &begin].concat();
            let unfinished = parse(&journal, &path()).unwrap().unwrap();
            assert_eq!(unfinished.changes.len(), 3, "zeros from {from} to {to}");
        }
    }

    #[test]
    fn a_line_that_was_spoilt_is_not_passed_over() {
        let lines = lines();
        let spoilt = [lines[0].as_slice(), b"{\"begin\":{\"n\":1,\n", lines[1].as_slice()].concat();
        assert!(matches!(parse(&spoilt, &path()), Err(JournalError::Line(2, ..))));
    }

    #[test]
    fn a_newer_journal_and_a_foreign_one_are_named() {
        let newer = String::from_utf8(lines()[0].clone()).unwrap().replace("\"schema\":4", "\"schema\":9");
        assert!(matches!(parse(newer.as_bytes(), &path()), Err(JournalError::Schema(_, 9))));
        assert!(matches!(parse(b"{\"other\":1}\n", &path()), Err(JournalError::Line(1, ..))));
    }

    #[test]
    fn journals_of_every_form_are_readable() {
        for (text, made, named) in [
            (include_str!("../../fixtures/journal-1.jsonl"), 0, false),
            (include_str!("../../fixtures/journal-2.jsonl"), 3, false),
            (include_str!("../../fixtures/journal-3.jsonl"), 3, true),
            (include_str!("../../fixtures/journal-4.jsonl"), 3, true),
        ] {
            let unfinished = parse(text.as_bytes(), &path()).unwrap().unwrap();
            let host = unfinished.manifest.as_ref().map(|manifest| manifest.host.as_str());
            assert_eq!(host, named.then_some("n1"));
            assert!(matches!(unfinished.of, Operation::Install { .. }));
            assert!(matches!(unfinished.open, Some(Change::File { .. })), "{unfinished:?}");
            let above = unfinished.changes.iter().filter(|change| {
                change.path().is_some_and(|path| "/var/lib/etcdpack".parse::<AbsPath>().unwrap().is_within(path))
            });
            assert_eq!(above.count(), made);
        }
    }

    #[test]
    fn an_uninstall_goes_on_with_what_its_header_lists() {
        let changes = vec![Change::Group { name: "etcd".parse().unwrap() }];
        let (operation, manifest) = (Operation::Uninstall, None);
        for header in [
            Record::Run {
                schema: SCHEMA,
                operation,
                manifest,
                made: Vec::new(),
                changes: changes.clone(),
                entry: None,
            },
            Record::Uninstall { schema: 3, changes: changes.clone() },
        ] {
            let unfinished = parse(&line(&header, &path()).unwrap(), &path()).unwrap().unwrap();
            assert_eq!((unfinished.of, unfinished.changes), (operation, changes.clone()));
        }
    }
}
