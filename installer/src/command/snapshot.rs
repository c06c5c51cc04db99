//! `snapshot`: all keys in one file, which has its name once it is proven whole. `snapshot verify` proves any such file.

use std::path::{Path, PathBuf};

use payload::exit::ExitStatus;
use payload::manifest::Manifest;
use payload::snapshot::{Inspection, Whole, revision};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::context::{Context, Looking};
use crate::cli::{SnapshotArgs, SnapshotCommand, SnapshotVerifyArgs};
use crate::failure::Failure;
use crate::help::Help;
use crate::host::named_pipe::{Broken, NamedPipe};
use crate::host::output::{Output, OutputError};
use crate::host::{clock, copy, etcdctl, input};
use crate::report::Report;
use crate::snapshot_record::{LARGEST, SnapshotRecord};
use crate::text::refusals::Doing;
use crate::text::{help, refusals, snapshot as words};

/// Beside what the database has now: it grows while it is sent.
const MARGIN: u64 = 16 << 20;

pub(super) fn snapshot(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    match &args.command {
        Some(SnapshotCommand::Verify(args)) => Ok(verify(args, report)),
        None => save(args.output.as_deref(), report),
    }
}

/// Takes one from this host's member.
fn save(path: Option<&Path>, report: &Report) -> Result<ExitStatus, Failure> {
    let context = Looking::begin(Doing::TakingASnapshot, None)?.work()?;
    let Some(receipt) = &context.records.receipt else {
        return Err(Failure::refused(refusals::nothing_installed(""), Help::run("install")));
    };
    let manifest = &receipt.manifest;
    let taken = clock::now().truncate_to_second();
    let path = path.map_or_else(|| name(manifest, taken), Path::to_owned);
    let elsewhere = || Help::host_with("snapshot", "-o /OTHER/DIRECTORY/FILE");
    let unwritten = |error: OutputError| Failure::refused(words::not_written(&path, error), elsewhere());
    let beside = SnapshotRecord::beside(&path);
    let mut file = Output::open(&path).map_err(unwritten)?;
    let record_file = Output::open(&beside).map_err(unwritten)?;
    let status = manifest.me().and_then(|me| etcdctl::status(manifest, me, &context.interrupt));
    let status =
        context.unless_told_to_stop(status.ok_or_else(|| Failure::refused(words::NO_ANSWER, Help::host("status"))))?;
    let (needed, room) = (status.db_size.saturating_add(MARGIN), file.room().map_err(unwritten)?);
    if room < needed {
        return Err(Failure::refused(words::not_written(&path, words::no_room(needed, room)), elsewhere()));
    }
    let whole = report.while_waiting(&words::SAVING, || receive(&context, manifest, &path, &mut file))?;
    let revision = file
        .added()
        .map_err(|error| unwritten(error.into()))
        .and_then(|file| revision(file).map_err(|error| not_verified(words::no_database(&error))))?;
    let record = SnapshotRecord::new(manifest, &status, whole, revision, taken);
    context.unless_told_to_stop(Ok(()))?;
    file.keep_secret().map_err(unwritten)?;
    record_file.put(record.to_json().as_bytes()).map_err(|error| {
        Failure::new(ExitStatus::NotRolledBack, words::not_written(&beside, error), help::when_the_cause_is_gone())
    })?;
    say(&path, &whole, revision, Some(&record), report);
    Ok(ExitStatus::Done)
}

/// `CLUSTER-YYYYMMDDThhmmssZ.db`: names in the order of time.
fn name(manifest: &Manifest, taken: OffsetDateTime) -> PathBuf {
    let taken = taken.format(&Rfc3339).unwrap_or_default().replace(['-', ':'], "");
    format!("{}-{taken}.db", manifest.cluster).into()
}

fn not_verified(text: String) -> Failure {
    Failure::new(ExitStatus::NotVerified, text, Help::host("snapshot"))
}

/// All of it, in a file that has no name yet.
fn receive(context: &Context, manifest: &Manifest, path: &Path, file: &mut Output) -> Result<Whole, Failure> {
    let failed =
        |why: Broken| Failure::refused(words::not_written(path, words::broken(&why)), help::when_the_cause_is_gone());
    let pipe = NamedPipe::make().map_err(|error| failed(Broken::Pipe(error)))?;
    let call = manifest.me().and_then(|me| etcdctl::snapshot(manifest, me, &NamedPipe::path(), &context.interrupt));
    let call = call.ok_or_else(|| Failure::refused(words::NO_ANSWER, Help::host("status")))?;
    let mut inspection = Inspection::default();
    let said = pipe.drain(call, &mut |piece| {
        inspection.take(piece);
        file.add(piece)
    });
    let said = context.unless_told_to_stop(said.map_err(failed))?;
    inspection.end().map_err(|flaw| {
        let complaint = said.complaint().to_string();
        if etcdctl::wants_a_user(&complaint) {
            return Failure::refused(words::WANTS_A_USER, help::a_user_for_the_certificate(&manifest.member));
        }
        not_verified(words::not_whole(&flaw, &complaint))
    })
}

/// Whoever asks may read them.
fn verify(args: &SnapshotVerifyArgs, report: &Report) -> ExitStatus {
    let mut ends = ExitStatus::Done;
    for path in &args.files {
        if let Err(text) = verify_one(path, report) {
            report.error(&text, None);
            ends = ExitStatus::NotVerified;
        }
    }
    report.note(&words::SURE);
    ends
}

fn verify_one(path: &Path, report: &Report) -> Result<(), String> {
    let unread = |error: std::io::Error| words::unread(path, error);
    let mut file = copy::open(path).map_err(unread)?;
    let mut inspection = Inspection::default();
    input::pieces(&mut file, &mut |piece| inspection.take(piece)).map_err(unread)?;
    let whole = inspection.end().map_err(|flaw| words::bad(path, &flaw))?;
    let revision = revision(file).map_err(|error| words::unread(path, words::no_database(&error)))?;
    let beside = SnapshotRecord::beside(path);
    let record = input::small(&beside, LARGEST).and_then(|text| SnapshotRecord::parse(&text));
    let fits = record.as_ref().is_some_and(|record| record.is_of(&whole));
    if record.is_some() && !fits {
        report.warn(&words::of_another(&beside), None);
    }
    say(path, &whole, revision, record.as_ref().filter(|_| fits), report);
    Ok(())
}

fn say(path: &Path, whole: &Whole, revision: u64, record: Option<&SnapshotRecord>, report: &Report) {
    let whose = record.map(SnapshotRecord::whose);
    report.data(&words::whole(path, whole.size, revision, whose.as_deref()));
    report.data(&words::sums(whole.file, whole.database));
}
