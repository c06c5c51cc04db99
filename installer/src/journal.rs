//! The journal: what is being done to this host, on disk before it is done.
//!
//! Whatever changes the host asks for a [`Permit`], and a permit comes from a journal whose header has been
//! fsynced; a step gets its own only after its record has been. Records are lines of JSON; a line that a power cut
//! tore is one whose change never began.

use payload::digest::Digest;
use payload::mode::Mode;
use payload::path::{AbsPath, NotAPath};
use serde::{Deserialize, Serialize};

use crate::change::{Change, Holds};
use crate::host::write::Ids;
use crate::host::{FsError, Seen, Tree};
use crate::receipt::State;

/// The form that this program writes. Form 1 had no `made` in its header and knew no uninstall.
const SCHEMA: u32 = 2;
/// What ends a line that a power cut tore: ASCII's cancel, which stands in no JSON.
const CANCELLED: &[u8] = b"\x18\n";
/// A journal has a few dozen short lines.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
enum Record {
    /// An install began, or went on.
    Install {
        schema: u32,
        bundle: Digest,
        host: String,
        /// The directories that came to be with this journal, from the top down.
        #[serde(default)]
        made: Vec<AbsPath>,
    },
    /// An uninstall of these changes began, or went on.
    Uninstall { schema: u32, changes: Vec<Change> },
    /// A change is about to be made.
    Begin { n: u32, change: Change },
    /// It is about to be undone.
    Undo { n: u32, change: Change },
    /// It has been made or undone.
    End { n: u32 },
}

/// The right to change the host. Only an open journal has one to give.
pub(crate) struct Permit(());

/// A journal that is being written.
pub(crate) struct Journal<'a> {
    tree: &'a Tree,
    state: &'a State,
    next: u32,
    /// Every change that began, in this run and in those that were cut off before it.
    changes: Vec<Change>,
    permit: Permit,
}

/// A run that did not come to its end.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished {
    pub(crate) of: Run,
    /// Every change that began, in order, made or not.
    pub(crate) changes: Vec<Change>,
    /// The one that was under way: it may be half made.
    pub(crate) open: Option<Change>,
    lines: u32,
}

/// What a journal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Install { bundle: Digest },
    Uninstall,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error("line {0} of the journal `{1}` is not readable: {2}")]
    Line(usize, AbsPath, serde_json::Error),
    #[error("the journal `{0}` has schema {1}, this program reads schema {SCHEMA} and older")]
    Schema(AbsPath, u32),
}

impl<'a> Journal<'a> {
    /// Begins the install of `bundle`, or goes on with it.
    pub(crate) fn install(tree: &'a Tree, state: &'a State, bundle: Digest, host: &str) -> Result<Self, JournalError> {
        let header = |made| Record::Install { schema: SCHEMA, bundle, host: host.to_owned(), made };
        Self::open(tree, state, header)
    }

    /// Begins the uninstall of `changes`, or goes on with it.
    pub(crate) fn uninstall(tree: &'a Tree, state: &'a State, changes: &[Change]) -> Result<Self, JournalError> {
        Self::open(tree, state, |_| Record::Uninstall { schema: SCHEMA, changes: changes.to_vec() })
    }

    fn open(
        tree: &'a Tree,
        state: &'a State,
        header: impl FnOnce(Vec<AbsPath>) -> Record,
    ) -> Result<Self, JournalError> {
        let earlier = replay(tree, &state.journal)?;
        let absent: Vec<AbsPath> =
            state.dir.lineage().into_iter().filter(|dir| matches!(tree.look(dir), Ok(Seen::Absent))).collect();
        let mut journal = Self {
            tree,
            state,
            next: earlier.as_ref().map_or(0, |earlier| earlier.lines),
            changes: earlier.map(|earlier| earlier.changes).unwrap_or_default(),
            permit: Permit(()),
        };
        if let Some(top) = absent.first() {
            journal.found(top, &absent, &header(absent.clone())).inspect_err(|_| {
                // It may have come as far as the rename. The error that counts is the first.
                let _ = remove_records(tree, &Permit(()), &absent, &state.dir);
            })?;
        } else {
            // A line that a power cut tore is closed, so that the next record has one of its own.
            let torn = tree.read_if_there(&state.journal, MAX_BYTES)?.is_some_and(|text| !text.ends_with(b"\n"));
            if torn {
                tree.append(&journal.permit, &state.journal, CANCELLED)?;
            }
            journal.write(&header(Vec::new())).inspect_err(|_| {
                // A journal that says nothing would still be one. The error that counts is the first.
                if journal.next == 0 {
                    let _ = tree.remove_file(&journal.permit, &state.journal);
                }
            })?;
        }
        journal.changes.extend(absent.into_iter().map(|path| Change::Dir { path, holds: Holds::Files }));
        Ok(journal)
    }

    /// Makes the state directory, with the header already in it: both come to be in one rename of the topmost
    /// directory that was not there, so that nothing of ours is ever without a record.
    fn found(&self, top: &AbsPath, absent: &[AbsPath], header: &Record) -> Result<(), JournalError> {
        let (tree, permit, new) = (self.tree, &self.permit, beside(top, "new")?);
        tree.remove_tree(permit, &new)?;
        let moved = |path: &AbsPath| -> Result<AbsPath, NotAPath> {
            let below = path.as_str().get(top.as_str().len()..).unwrap_or_default();
            format!("{new}{below}").parse()
        };
        for dir in absent {
            let mode = if *dir == self.state.dir { Mode::PRIVATE_DIR } else { Mode::PROGRAM };
            tree.make_dir(permit, &moved(dir)?, mode, Ids::ROOT)?;
        }
        tree.append(permit, &moved(&self.state.journal)?, &line(header, &self.state.journal)?)?;
        Ok(tree.rename(permit, &new, top)?)
    }

    /// Makes one change: record, act, record.
    pub(crate) fn act<T, E: From<FsError>>(
        &mut self,
        change: Change,
        act: impl FnOnce(&Permit) -> Result<T, E>,
    ) -> Result<T, E> {
        let n = self.number();
        self.write(&Record::Begin { n, change: change.clone() })?;
        self.changes.push(change);
        let done = act(&self.permit)?;
        self.write(&Record::End { n })?;
        Ok(done)
    }

    /// Undoes one change: record, act, record.
    pub(crate) fn undo<T, E: From<FsError>>(
        &mut self,
        change: &Change,
        act: impl FnOnce(&Permit) -> Result<T, E>,
    ) -> Result<T, E> {
        let n = self.number();
        self.write(&Record::Undo { n, change: change.clone() })?;
        let done = act(&self.permit)?;
        self.write(&Record::End { n })?;
        Ok(done)
    }

    /// For what is no change of its own: backups, receipts, mending what a killed run left.
    pub(crate) fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Everything that began, oldest first.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// A number for a backup that no other backup of this install has.
    pub(crate) fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Removes the journal: what it said now stands in the receipt, or has been undone.
    pub(crate) fn close(self) -> Result<(), FsError> {
        self.tree.remove_file(&self.permit, &self.state.journal)
    }

    /// Removes the journal and, of the state directory and those above it, the ones that came to be with it. The state
    /// directory is renamed first, so that whoever is killed here leaves a name that [`clean_up`] knows.
    pub(crate) fn close_with_directories(self, made: &[AbsPath]) -> Result<(), JournalError> {
        if made.is_empty() {
            return Ok(self.close()?);
        }
        remove_records(self.tree, &self.permit, made, &self.state.dir)
    }

    fn write(&self, record: &Record) -> Result<(), FsError> {
        self.tree.append(&self.permit, &self.state.journal, &line(record, &self.state.journal)?)
    }
}

fn line(record: &Record, path: &AbsPath) -> Result<Vec<u8>, FsError> {
    let mut line = serde_json::to_vec(record).map_err(|error| FsError::of_json("writing", path, error))?;
    line.push(b'\n');
    Ok(line)
}

/// A name beside `path` that only we use.
fn beside(path: &AbsPath, what: &str) -> Result<AbsPath, NotAPath> {
    let name = format!(".{}.etcdpack-{what}", path.name());
    match path.parent() {
        Some(parent) => parent.join(&name),
        None => format!("/{name}").parse(),
    }
}

/// Ends what was cut off while the state directory came or went: before there was a journal, or after. Returns whether
/// an uninstall was ended by it.
pub(crate) fn clean_up(tree: &Tree, state: &State) -> Result<bool, JournalError> {
    let permit = Permit(());
    let mut ended = false;
    for top in state.dir.lineage() {
        let (new, gone) = (beside(&top, "new")?, beside(&top, "gone")?);
        if tree.look(&new)? != Seen::Absent {
            tree.remove_tree(&permit, &new)?;
        }
        if tree.look(&gone)? != Seen::Absent {
            remove_gone(tree, &permit, &top, &state.dir, &gone)?;
            ended = true;
        }
    }
    Ok(ended)
}

/// The directories from `top` down to the state directory's parent, then what was the state directory.
fn remove_gone(tree: &Tree, permit: &Permit, top: &AbsPath, dir: &AbsPath, gone: &AbsPath) -> Result<(), JournalError> {
    let made_above = dir.lineage().into_iter().filter(|path| path.is_within(top) && path != dir);
    for path in made_above.collect::<Vec<_>>().iter().rev() {
        tree.remove_empty_dir(permit, path)?;
    }
    tree.remove_tree(permit, gone)?;
    Ok(())
}

/// Removes the state directory with all records in it, and those above it that were `made` with it.
fn remove_records(tree: &Tree, permit: &Permit, made: &[AbsPath], dir: &AbsPath) -> Result<(), JournalError> {
    let Some(top) = made.first().filter(|_| !matches!(tree.look(dir), Ok(Seen::Absent))) else { return Ok(()) };
    let gone = beside(top, "gone")?;
    tree.rename(permit, dir, &gone)?;
    remove_gone(tree, permit, top, dir, &gone)
}

/// The journal of a run that was cut off, if there is one.
pub(crate) fn replay(tree: &Tree, path: &AbsPath) -> Result<Option<Unfinished>, JournalError> {
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
        // Torn by a power cut: its change had not begun. The last, or closed by the run after.
        if !line.ends_with(b"\n") || line.ends_with(CANCELLED) {
            continue;
        }
        let record = serde_json::from_slice(line).map_err(|error| JournalError::Line(lines, path.clone(), error))?;
        if let Record::Install { schema, .. } | Record::Uninstall { schema, .. } = record
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
    let (of, more) = match record {
        Record::Install { bundle, made, .. } => {
            let made = made.into_iter().map(|path| Change::Dir { path, holds: Holds::Files });
            (Run::Install { bundle }, made.collect())
        }
        Record::Uninstall { changes, .. } => (Run::Uninstall, changes),
        Record::Begin { change, .. } => {
            if let Some(unfinished) = unfinished {
                unfinished.changes.push(change.clone());
                unfinished.open = Some(change);
            }
            return;
        }
        Record::Undo { .. } => return,
        Record::End { .. } => {
            if let Some(unfinished) = unfinished {
                unfinished.open = None;
            }
            return;
        }
    };
    match unfinished {
        Some(unfinished) => {
            unfinished.of = of;
            unfinished.changes.extend(more);
        }
        None => *unfinished = Some(Unfinished { of, changes: more, open: None, lines: 0 }),
    }
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
    use super::*;

    fn lines() -> Vec<Vec<u8>> {
        let change = Change::Dir { path: "/opt/x".parse().unwrap(), holds: Holds::Files };
        let made = vec!["/var/lib/etcdpack".parse().unwrap()];
        [
            Record::Install { schema: SCHEMA, bundle: Digest::of(b"b"), host: "h".to_owned(), made },
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
    fn a_line_that_was_spoilt_is_not_passed_over() {
        let lines = lines();
        let spoilt = [lines[0].as_slice(), b"{\"begin\":{\"n\":1,\n", lines[1].as_slice()].concat();
        assert!(matches!(parse(&spoilt, &path()), Err(JournalError::Line(2, ..))));
    }

    #[test]
    fn a_newer_journal_and_a_foreign_one_are_named() {
        let newer = String::from_utf8(lines()[0].clone()).unwrap().replace("\"schema\":2", "\"schema\":9");
        assert!(matches!(parse(newer.as_bytes(), &path()), Err(JournalError::Schema(_, 9))));
        assert!(matches!(parse(b"{\"other\":1}\n", &path()), Err(JournalError::Line(1, ..))));
    }

    #[test]
    fn journals_of_every_form_are_readable() {
        for (text, made) in
            [(include_str!("../fixtures/journal-1.jsonl"), 0), (include_str!("../fixtures/journal-2.jsonl"), 3)]
        {
            let unfinished = parse(text.as_bytes(), &path()).unwrap().unwrap();
            assert!(matches!(unfinished.of, Run::Install { .. }));
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
        let header = Record::Uninstall { schema: SCHEMA, changes: changes.clone() };
        let unfinished = parse(&line(&header, &path()).unwrap(), &path()).unwrap().unwrap();
        assert_eq!((unfinished.of, unfinished.changes), (Run::Uninstall, changes));
    }
}
