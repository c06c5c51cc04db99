//! A snapshot in a file.

use std::io;
use std::path::Path;

use payload::exit::ExitStatus;
use payload::recipient::Recipient;
use payload::snapshot::{live_keys, revision};
use time::OffsetDateTime;

use super::proof::{say, say_opened};
use super::source::{Source, not_verified};
use super::way::Way;
use crate::backup;
use crate::cli::SnapshotArgs;
use crate::endpoint_status::EndpointStatus;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::clock;
use crate::host::output::{Output, OutputError};
use crate::report::Report;
use crate::snapshot_record::{Proven, SnapshotRecord};
use crate::text::{help, snapshot as words};

/// Beside what the database has now: it grows while it is sent.
const MARGIN: u64 = 16 << 20;

pub(super) fn save(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let source = Source::begin(args, report)?;
    let manifest = source.manifest()?;
    let taken = clock::now().truncate_to_second();
    let path = args.output.clone().unwrap_or_else(|| backup::name(manifest, taken, &args.recipient));
    take(&source, &path, &args.recipient, taken, |_| 0, report)?;
    report.delivered().map_err(|error| {
        Failure::new(ExitStatus::NotRolledBack, words::unsaid(&path, error), help::standard_output())
    })?;
    Ok(ExitStatus::Done)
}

/// One under this name, on a disk of which `reserve` says how much is to stay free, by how much it has. It has its name once it is
/// proven whole, and its record beside it; then it is said.
pub(super) fn take(
    source: &Source,
    path: &Path,
    recipients: &[Recipient],
    taken: OffsetDateTime,
    reserve: impl Fn(u64) -> u64,
    report: &Report,
) -> Result<SnapshotRecord, Failure> {
    let mut place = Place::open(path)?;
    let (status, v2_keys) = source.ask(report)?;
    let reserve = place.file.disk().map(reserve).map_err(|error| place.unwritten(error))?;
    place.has_room(status.db_size, reserve)?;
    let proven = place.receive(source, &status, recipients, reserve, report)?;
    let record = SnapshotRecord::new(source.manifest()?, &status, &proven, v2_keys, recipients, taken);
    source.context.unless_told_to_stop(Ok(()))?;
    place.put(None, &proven, &record, report)?;
    Ok(record)
}

/// Where a snapshot goes, and its record: both without their names yet.
pub(super) struct Place<'a> {
    path: &'a Path,
    pub(super) file: Output,
    record: Output,
}

impl<'a> Place<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, Failure> {
        let unwritten = |error| Failure::refused(words::not_written(path, error), elsewhere());
        let file = Output::open(path).map_err(unwritten)?;
        let record = Output::open(&SnapshotRecord::beside(path)).map_err(unwritten)?;
        Ok(Self { path, file, record })
    }

    fn unwritten(&self, error: OutputError) -> Failure {
        Failure::refused(words::not_written(self.path, error), elsewhere())
    }

    /// Whether there is room for a database of so many bytes, and what is to stay free.
    pub(super) fn has_room(&self, bytes: u64, reserve: u64) -> Result<(), Failure> {
        let (needed, room) = (bytes.saturating_add(MARGIN), self.file.room().map_err(|error| self.unwritten(error))?);
        let room = room.saturating_sub(reserve);
        if room < needed {
            return Err(Failure::refused(words::not_written(self.path, words::no_room(needed, room)), elsewhere()));
        }
        Ok(())
    }

    /// Takes it down, until it is proven whole.
    pub(super) fn receive(
        &mut self,
        source: &Source,
        status: &EndpointStatus,
        recipients: &[Recipient],
        reserve: u64,
        report: &Report,
    ) -> Result<Proven, Failure> {
        let Self { path, file, .. } = self;
        let unwritten = |error: OutputError| Failure::refused(words::not_written(path, error), elsewhere());
        let stopped = |why: String| Failure::refused(words::not_written(path, why), help::when_the_cause_is_gone());
        let mut way = Way::begin(recipients).map_err(|error| unwritten(error.into()))?;
        let mut since_looked = 0;
        let mut add = |piece: &[u8]| {
            since_looked += piece.len() as u64;
            if since_looked > MARGIN {
                since_looked = 0;
                // Others write there, too, etcd for one.
                if file.room().is_ok_and(|room| room < reserve) {
                    return Err(io::ErrorKind::StorageFull.into());
                }
            }
            file.add(piece)
        };
        let mut pass = |piece: &[u8]| way.pass(piece, &mut add);
        let whole = report.while_waiting(&words::SAVING, || source.receive(&mut pass, stopped))?;
        let whole = way.end(whole, &mut add).map_err(|error| unwritten(error.into()))?;
        if !recipients.is_empty() {
            // The database lies in no file that it could be read in.
            return Ok(Proven { whole, revision: status.revision, keys: None });
        }
        let added = || file.added().map_err(|error| unwritten(error.into()));
        let unproven = |error| not_verified(words::no_database(&error));
        let revision = added().and_then(|file| revision(file).map_err(unproven))?;
        let keys = added().and_then(|file| live_keys(file).map_err(unproven))?;
        Ok(Proven { whole, revision, keys })
    }

    /// Gives both their names, and a `copy` that the record names, and says so. First the record: without its snapshot it says nothing, and
    /// what had none would never go by itself.
    pub(super) fn put(
        self,
        copy: Option<(&Path, Output)>,
        proven: &Proven,
        record: &SnapshotRecord,
        report: &Report,
    ) -> Result<(), Failure> {
        let Self { path, file, record: record_file } = self;
        record_file
            .put(record.to_json().as_bytes())
            .map_err(|error| Failure::refused(words::not_written(&SnapshotRecord::beside(path), error), elsewhere()))?;
        for (path, file) in copy.into_iter().chain([(path, file)]) {
            file.keep_secret().map_err(|error| {
                let text = words::not_written(path, error);
                Failure::new(ExitStatus::NotRolledBack, text, help::when_the_cause_is_gone())
            })?;
        }
        if record.recipients.is_empty() {
            say(path, proven, Some(record), report);
        } else {
            say_opened(path, &proven.whole, Some(record), report);
        }
        Ok(())
    }
}

fn elsewhere() -> Help {
    Help::host_with("snapshot", "-o /OTHER/DIRECTORY/FILE")
}
