//! Proving that a file is a whole snapshot, whoever took it. Whoever asks may read them.

use std::io;
use std::path::{Path, PathBuf};

use payload::digest::{Digest, Hasher};
use payload::exit::ExitStatus;
use payload::recipient::{Identity, NotOpened, Opening, is_sealed};
use payload::snapshot::{Inspection, Whole, live_keys, revision};

use crate::cli::SnapshotVerifyArgs;
use crate::failure::Failure;
use crate::host::{age_identity, copy, input, snapshots};
use crate::report::Report;
use crate::snapshot_record::{DataCopy, Proven, SnapshotRecord};
use crate::text::{help, snapshot as words};

/// What reading every byte has shown.
pub(super) enum Proof {
    /// A whole snapshot.
    Whole(Proven),
    /// Sealed and opened: a whole snapshot is within. What its database holds is not known: it lies in no file.
    Opened(Whole),
    /// Sealed and not opened: its own length and sum, and nothing of what is within.
    Sealed { size: u64, file: Digest },
}

impl Proof {
    /// Whether `record` speaks of this file.
    pub(super) fn is_of(&self, record: &SnapshotRecord) -> bool {
        match self {
            Self::Whole(proven) => record.is_of(&proven.whole),
            Self::Opened(whole) => record.is_of(whole),
            Self::Sealed { size, file } => record.is_of_sealed(*size, *file),
        }
    }
}

/// Reads the copy of the data that a snapshot's `record` names, if it names one; or why it is not what was written.
pub(super) fn prove_copy(snapshot: &Path, record: &SnapshotRecord) -> Result<Option<PathBuf>, String> {
    let Some(copy) = &record.v2_copy else { return Ok(None) };
    let path = record.copy_of(snapshot).ok_or_else(|| String::from(words::COPY_ELSEWHERE))?;
    let bad = |why: &str| words::bad_copy(&path, why);
    let (mut sum, mut size) = (Hasher::default(), 0);
    let read = copy::open(&path).and_then(|mut file| {
        input::pieces(&mut file, &mut |piece| {
            sum.update(piece);
            size += piece.len() as u64;
        })
    });
    read.map_err(|error| bad(&error.to_string()))?;
    if (size, sum.finish()) == (copy.size, copy.sha256) { Ok(Some(path)) } else { Err(bad(&words::COPY_ALTERED)) }
}

pub(super) fn verify(args: &SnapshotVerifyArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let identity = args.identity_fd.map(age_identity::of_fd).transpose();
    let identity =
        identity.map_err(|error| Failure::refused(words::no_identity(error), help::identity_from_a_file()))?;
    let mut ends = ExitStatus::Done;
    for path in &args.files {
        let whose = SnapshotRecord::whose(path);
        // Whoever names all that lies in a directory means the snapshots in it.
        if let Some(snapshot) = whose.as_ref().filter(|snapshot| args.files.contains(snapshot)) {
            report.note(&words::read_with(path, snapshot));
            continue;
        }
        if let Err(text) = verify_one(path, identity.as_ref(), report) {
            let help = whose.as_deref().map(help::verify_its_snapshot);
            report.error(&words::of_file(path, &text), help.as_ref());
            ends = ExitStatus::NotVerified;
        }
    }
    report.note(&words::SURE);
    Ok(ends)
}

fn verify_one(path: &Path, identity: Option<&Identity>, report: &Report) -> Result<(), String> {
    let (proof, record) = prove(path, identity)?;
    let beside = SnapshotRecord::beside(path);
    let fitting = record.as_ref().filter(|record| proof.is_of(record));
    match &proof {
        Proof::Sealed { size, file } => {
            let record = fitting.ok_or_else(|| words::not_known(record.is_some(), &beside))?;
            report.data(&words::as_recorded(path, *size, record));
            report.data(&words::sum(*file));
        }
        Proof::Whole(proven) => say(path, proven, fitting, report),
        Proof::Opened(whole) => say_opened(path, whole, fitting, report),
    }
    let Some(fitting) = fitting else {
        if record.is_some() {
            report.warn(&words::of_another(&beside), None);
        }
        return Ok(());
    };
    if let (Some(copy), Some(DataCopy { size, sha256, .. })) = (prove_copy(path, fitting)?, &fitting.v2_copy) {
        report.data(&words::copied(&copy, *size, sha256));
    }
    Ok(())
}

/// Reads every byte; with what lies beside it, whatever that speaks of. Or why it is no whole snapshot.
pub(super) fn prove(path: &Path, identity: Option<&Identity>) -> Result<(Proof, Option<SnapshotRecord>), String> {
    let unread = |error: io::Error| error.to_string();
    let mut file = copy::open(path).map_err(unread)?;
    let mut reading = Reading::Begins;
    input::pieces(&mut file, &mut |piece| reading.take(piece, identity)).map_err(unread)?;
    let record = snapshots::record(path);
    let inspection = match reading {
        Reading::Begins => Inspection::default(),
        Reading::Plain(inspection) => inspection,
        Reading::Sealed { written, size, within } => {
            let (file, opened) = (written.finish(), within.map(|within| within.end()).transpose()?);
            let proof = opened.map_or(Proof::Sealed { size, file }, |Whole { database, .. }| {
                Proof::Opened(Whole { size, file, database })
            });
            return Ok((proof, record));
        }
    };
    let whole = inspection.end().map_err(|flaw| words::flawed(&flaw))?;
    let revision = revision(&file).map_err(|error| words::no_database(&error))?;
    // Counted once, by whoever took it: another count of the same bytes finds the same.
    let counted = record.as_ref().filter(|record| record.is_of(&whole)).and_then(|record| record.keys);
    let keys = match counted {
        Some(keys) => Some(keys),
        None => live_keys(&file).map_err(|error| words::no_database(&error))?,
    };
    Ok((Proof::Whole(Proven { whole, revision, keys }), record))
}

/// A file that passes by: its first bytes say which kind it is.
enum Reading {
    Begins,
    Plain(Inspection),
    Sealed { written: Hasher, size: u64, within: Option<Box<Within>> },
}

/// What comes out of a sealed file.
struct Within {
    opening: Opening,
    inspection: Inspection,
    broken: Option<NotOpened>,
    opened: Vec<u8>,
}

impl Within {
    fn take(&mut self, piece: &[u8]) {
        if self.broken.is_none() {
            self.broken = self.opening.take(piece, &mut self.opened).err();
            self.inspection.take(&self.opened);
            self.opened.clear();
        }
    }

    fn end(self) -> Result<Whole, String> {
        let Self { opening, mut inspection, broken, mut opened } = self;
        broken.map_or(Ok(()), Err).and_then(|()| opening.end(&mut opened)).map_err(|why| why.to_string())?;
        inspection.take(&opened);
        inspection.end().map_err(|flaw| words::flawed(&flaw))
    }
}

impl Reading {
    fn take(&mut self, piece: &[u8], identity: Option<&Identity>) {
        if matches!(self, Self::Begins) {
            *self = if is_sealed(piece) {
                let within = identity.map(|identity| {
                    Box::new(Within {
                        opening: Opening::by(identity.clone()),
                        inspection: Inspection::default(),
                        broken: None,
                        opened: Vec::new(),
                    })
                });
                Self::Sealed { written: Hasher::default(), size: 0, within }
            } else {
                Self::Plain(Inspection::default())
            };
        }
        match self {
            Self::Begins => {}
            Self::Plain(inspection) => inspection.take(piece),
            Self::Sealed { written, size, within } => {
                written.update(piece);
                *size += piece.len() as u64;
                if let Some(within) = within {
                    within.take(piece);
                }
            }
        }
    }
}

/// Of a sealed file with a whole snapshot in it.
pub(super) fn say_opened(path: &Path, whole: &Whole, record: Option<&SnapshotRecord>, report: &Report) {
    report.data(&words::opened(path, whole.size, record));
    report.data(&words::sums(whole.file, whole.database));
}

pub(super) fn say(path: &Path, proven: &Proven, record: Option<&SnapshotRecord>, report: &Report) {
    report.data(&words::whole(path, proven, record));
    report.data(&words::sums(proven.whole.file, proven.whole.database));
}
