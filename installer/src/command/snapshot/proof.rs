//! Proving that a file is a whole snapshot, whoever took it. Whoever asks may read them.

use std::io;
use std::path::Path;

use payload::exit::ExitStatus;
use payload::snapshot::{Inspection, live_keys, revision};

use crate::cli::SnapshotVerifyArgs;
use crate::host::{copy, input};
use crate::report::Report;
use crate::snapshot_record::{LARGEST, Proven, SnapshotRecord};
use crate::text::snapshot as words;

pub(super) fn verify(args: &SnapshotVerifyArgs, report: &Report) -> ExitStatus {
    let mut ends = ExitStatus::Done;
    for path in &args.files {
        if let Err(text) = verify_one(path, report) {
            report.error(&words::of_file(path, &text), None);
            ends = ExitStatus::NotVerified;
        }
    }
    report.note(&words::SURE);
    ends
}

fn verify_one(path: &Path, report: &Report) -> Result<(), String> {
    let (proven, record) = prove(path)?;
    let fits = record.as_ref().is_some_and(|record| record.is_of(&proven.whole));
    if record.is_some() && !fits {
        report.warn(&words::of_another(&SnapshotRecord::beside(path)), None);
    }
    say(path, &proven, record.as_ref().filter(|_| fits), report);
    Ok(())
}

/// Reads every byte; with what lies beside it, whatever that speaks of. Or why it is no whole snapshot.
pub(super) fn prove(path: &Path) -> Result<(Proven, Option<SnapshotRecord>), String> {
    let unread = |error: io::Error| error.to_string();
    let mut file = copy::open(path).map_err(unread)?;
    let mut inspection = Inspection::default();
    input::pieces(&mut file, &mut |piece| inspection.take(piece)).map_err(unread)?;
    let whole = inspection.end().map_err(|flaw| words::flawed(&flaw))?;
    let revision = revision(&file).map_err(|error| words::no_database(&error))?;
    let record = input::small(&SnapshotRecord::beside(path), LARGEST).and_then(|text| SnapshotRecord::parse(&text));
    // Counted once, by whoever took it: another count of the same bytes finds the same.
    let counted = record.as_ref().filter(|record| record.is_of(&whole)).and_then(|record| record.keys);
    let keys = match counted {
        Some(keys) => Some(keys),
        None => live_keys(&file).map_err(|error| words::no_database(&error))?,
    };
    Ok((Proven { whole, revision, keys }, record))
}

pub(super) fn say(path: &Path, proven: &Proven, record: Option<&SnapshotRecord>, report: &Report) {
    report.data(&words::whole(path, proven, record));
    report.data(&words::sums(proven.whole.file, proven.whole.database));
}
