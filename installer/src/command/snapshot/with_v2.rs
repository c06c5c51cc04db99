//! A snapshot with a copy of the member's data beside it, for what the v2 API has written: no snapshot has that, and no copy of a member
//! that runs is whole.
//!
//! While etcd is stopped, its data go into a file without a name on their own disk, which is as fast as can be. Where that goes then is
//! written once etcd runs again, however slow it is.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use payload::digest::Hasher;
use payload::etcd::{self, EtcdVersion, V2Server};
use payload::exit::ExitStatus;
use payload::manifest::Manifest;
use payload::recipient::Recipient;
use payload::snapshot::Whole;
use time::OffsetDateTime;

use super::goes_to_standard_output;
use super::save::Place;
use super::source::Source;
use super::way::Way;
use crate::although::Word;
use crate::backup;
use crate::cli::SnapshotArgs;
use crate::endpoint_status::EndpointStatus;
use crate::execute::{After, Again, Done, Execution, Failed, Sources};
use crate::facts::data::Places;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::data_copy::GROWTH;
use crate::host::interrupt::Interrupt;
use crate::host::inventory::inventory;
use crate::host::output::{Output, OutputError};
use crate::host::snapshot_copy::{self, NotCopied};
use crate::host::{clock, input, snapshots};
use crate::inventory::{Inventory, Manager};
use crate::operation::copy_data::CopyData;
use crate::plan::Plan;
use crate::records::Receipt;
use crate::report::Report;
use crate::service;
use crate::snapshot_record::{DataCopy, SnapshotRecord};
use crate::text::{help, outcomes, questions, refusals, snapshot as words};

/// What etcd is to have left beside a copy.
const MARGIN: u64 = 16 << 20;

pub(super) fn save(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    if goes_to_standard_output(args) {
        return Err(Failure::refused(words::TWO_FILES, with_v2("-o FILE")));
    }
    let source = Source::begin(args, report)?;
    let receipt = source.receipt()?;
    let manifest = &receipt.manifest;
    let taken = clock::now().truncate_to_second();
    let path = args.output.clone().unwrap_or_else(|| backup::name(manifest, taken, &args.recipient));
    let beside = SnapshotRecord::copy_beside(&path, !args.recipient.is_empty());
    for path in [&path, &beside] {
        if snapshots::is_taken(path) {
            return Err(Failure::refused(words::is_there(path), with_v2("-o OTHER-FILE")));
        }
    }
    let place = Place::open(&path)?;
    let to = Output::open(&beside).map_err(|error| unwritten(&beside, &error))?;
    let (status, v2_keys) = source.ask_of_both()?;
    serves_v2_keys(manifest.release.version, v2_keys)?;
    let copying = Copying { source: &source, receipt, args };
    let looked = report.while_waiting(&words::MEASURING, || copying.between(&to, &beside, status.db_size));
    let between = source.context.unless_told_to_stop(looked)?;
    let found = copying.inventory()?;
    let copy = CopyData { records: &source.context.records, receipt };
    let plan = copy.plan(&found, between.bytes, Word::of(args.v2.although_quorum_at_risk));
    report.findings(&plan.findings);
    if plan.is_refused() {
        report.note(&outcomes::NOTHING_CHANGED);
        return Ok(ExitStatus::Refused);
    }
    report.note(&words::will_stop(between.bytes, between.in_a_second));
    if !args.v2.yes {
        copying.consent(&plan, report)?;
    }
    source.context.unless_told_to_stop(Ok(()))?;
    let taking = Taking { copying, place, to, beside, status, taken };
    taking.take(&copy, &plan, between, report)
}

fn with_v2(more: &str) -> Help {
    Help::host_with("snapshot", format!("--with-v2 {more}"))
}

fn unwritten(path: &Path, error: &OutputError) -> Failure {
    Failure::refused(words::copy_not_written(path, error), with_v2("-o /OTHER/DIRECTORY/FILE"))
}

/// For what nobody is served, or is not there, no etcd is stopped. One that does not say so is taken to serve some.
fn serves_v2_keys(version: EtcdVersion, v2_keys: Option<bool>) -> Result<(), Failure> {
    let why = match (v2_keys, etcd::v2_server(version)) {
        (Some(true), _) | (None, V2Server::Always | V2Server::ByDefault) => return Ok(()),
        (Some(false), _) => words::NO_V2_KEYS.into(),
        (None, V2Server::OnRequest | V2Server::Gone) => words::not_served(version),
    };
    Err(Failure::refused(why, Help::host("snapshot")))
}

/// What is copied, and on whose word.
#[derive(Clone, Copy)]
struct Copying<'a> {
    source: &'a Source,
    receipt: &'a Receipt,
    args: &'a SnapshotArgs,
}

/// Where the data lie in between, how many bytes they have, and how many are copied there in a second.
struct Between {
    file: File,
    bytes: u64,
    in_a_second: u64,
}

impl Copying<'_> {
    fn manifest(&self) -> &Manifest {
        &self.receipt.manifest
    }

    /// Looks at the data as they are, whether there is room for them on both disks, beside a snapshot of so many bytes, and how fast they are
    /// copied.
    fn between(&self, to: &Output, beside: &Path, snapshot: u64) -> Result<Between, Failure> {
        let (tree, places) = (&self.source.context.tree, Places::from(&self.manifest().layout));
        let unread = |error| Failure::refused(words::data_not_copied(error), Help::host("status"));
        let bytes = tree.size_of_data(places).map_err(unread)?;
        let most = bytes.saturating_add(GROWTH).saturating_add(MARGIN);
        let placed = snapshot_copy::place_of(tree, places.data, most);
        let mut file = placed.map_err(|why| match why {
            NotCopied::Full { needed, free } => {
                Failure::refused(words::no_room_beside(needed, free), Help::command("df -h"))
            }
            NotCopied::Place(error) => Failure::refused(words::data_not_copied(error), help::when_the_cause_is_gone()),
            NotCopied::Source(error) | NotCopied::Write(error) => {
                Failure::refused(words::data_not_copied(error), help::when_the_cause_is_gone())
            }
            NotCopied::Sealed | NotCopied::NotOpened(_) | NotCopied::ToldToStop => {
                Failure::interrupted(help::the_same_again())
            }
        })?;
        let unwritten = |error: OutputError| unwritten(beside, &error);
        let shares = to.shares_the_disk_of(&file).map_err(unwritten)?;
        let copies = most.saturating_mul(if shares { 2 } else { 1 });
        let (needed, room) = (copies.saturating_add(snapshot), to.room().map_err(unwritten)?);
        if room < needed {
            let why = words::no_room_for_both(needed, room);
            return Err(Failure::refused(words::copy_not_written(beside, why), with_v2("-o /OTHER/DIRECTORY/FILE")));
        }
        let in_a_second = tree.copied_in_a_second(places, &mut file).map_err(unread)?;
        Ok(Between { file, bytes, in_a_second })
    }

    /// This host's etcd, and what the others do. One that its manager does not have is not to be stopped.
    fn inventory(&self) -> Result<Inventory, Failure> {
        let context = &self.source.context;
        let supervision = &self.receipt.supervision;
        let found = inventory(&context.tree, &context.state, &[], Some(self.manifest()), Some(supervision), None);
        let found = context.unless_told_to_stop(found.map_err(Failure::from))?;
        if found.running.is_empty() || found.manager != Manager::HasIt {
            return Err(Failure::refused(words::not_managed(supervision), Help::host("doctor")));
        }
        Ok(found)
    }

    fn consent(&self, plan: &Plan, report: &Report) -> Result<(), Failure> {
        if !report.can_ask() {
            return Err(Failure::refused(refusals::no_terminal(), with_v2("--yes")));
        }
        let question = if plan.says_at_risk() { questions::COPY_AT_RISK } else { questions::COPY };
        if report.ask_about(Some(plan), &question, &self.source.context.interrupt) {
            return Ok(());
        }
        Err(Failure::refused(refusals::not_confirmed(), with_v2("")))
    }
}

/// A snapshot on its way, and the copy beside it.
struct Taking<'a> {
    copying: Copying<'a>,
    place: Place<'a>,
    to: Output,
    beside: PathBuf,
    status: EndpointStatus,
    taken: OffsetDateTime,
}

impl Taking<'_> {
    /// The snapshot, then the copy, in `between`; where all is whole, each gets its name.
    fn take(self, copy: &CopyData, plan: &Plan, between: Between, report: &Report) -> Result<ExitStatus, Failure> {
        let Self { copying: Copying { source, receipt, args }, mut place, mut to, beside, status, taken } = self;
        let (context, recipients) = (&source.context, args.recipient.as_slice());
        let proven = place.receive(source, &status, recipients, 0, report)?;
        let lost = |error: io::Error| after_the_stop(&beside, error);
        let mut from = between.file.try_clone().map_err(|error| unwritten(&beside, &error.into()))?;
        let done = match execution(copy, args, source, report).run(copy, plan, Sources::of_data_copy(between.file)) {
            Ok(done) => done,
            Err(failed) => return Ok(say_failed(&failed, receipt, report)),
        };
        let up = say_again(done, report);
        let written = report.while_waiting(&words::WRITING_COPY, || write(&mut from, &mut to, recipients, source));
        let Whole { size, file: sha256, .. } = context.unless_told_to_stop(written.map_err(lost))?;
        let name = beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let record = SnapshotRecord::new(source.manifest()?, &status, &proven, None, recipients, taken);
        let record = record.with_copy(DataCopy { file: name, size, sha256 });
        place.put(Some((&beside, to)), &proven, &record, report)?;
        report.data(&words::copied(&beside, size, sha256));
        report.delivered().map_err(|error| {
            Failure::new(ExitStatus::NotRolledBack, words::copy_unsaid(&beside, error), help::standard_output())
        })?;
        Ok(up)
    }
}

/// etcd was stopped for it, and runs again; nothing came of it.
fn after_the_stop(path: &Path, error: impl std::fmt::Display) -> Failure {
    let help = with_v2("-o /OTHER/DIRECTORY/FILE");
    Failure::new(ExitStatus::RolledBack, words::copy_not_written(path, error), help)
}

fn execution<'a>(copy: &CopyData<'a>, args: &SnapshotArgs, source: &'a Source, report: &'a Report) -> Execution<'a> {
    let context = &source.context;
    Execution {
        tree: &context.tree,
        state: &context.state,
        records: copy.records,
        interrupt: &context.interrupt,
        report,
        at_risk: Word::of(args.v2.although_quorum_at_risk),
        unasked: Word::of(args.v2.yes),
    }
}

/// Into the file that is to be named, sealed where there are recipients. What came of it.
fn write(from: &mut File, to: &mut Output, recipients: &[Recipient], source: &Source) -> io::Result<Whole> {
    from.rewind()?;
    let (mut way, mut sum, mut size, mut failed) = (Way::begin(recipients)?, Hasher::default(), 0, None);
    let mut add = |bytes: &[u8]| to.add(bytes);
    input::pieces(from, &mut |piece| {
        if failed.is_none() && !source.context.interrupt.is_raised() {
            sum.update(piece);
            size += piece.len() as u64;
            failed = way.pass(piece, &mut add).err();
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let file = sum.finish();
    way.end(Whole { size, file, database: file }, &mut add)
}

/// For how long etcd was stopped, and whether it is up: the copy is whole, whatever came of that.
fn say_again(done: Done, report: &Report) -> ExitStatus {
    if let Some(error) = &done.unclosed {
        report.warn(&words::not_closed(error), Some(&help::look_at_the_state()));
    }
    match done.again {
        Some(Again { up: Err(error), .. }) => {
            report.error(&words::not_up_again(error), Some(&Help::host("status")));
            ExitStatus::NotHealthy
        }
        Some(Again { stopped, up: Ok(()) }) => {
            report.note(&words::was_stopped(stopped.unwrap_or(Duration::ZERO)));
            ExitStatus::Done
        }
        None => ExitStatus::Done,
    }
}

/// Nothing came of it. Whether etcd runs is looked at, not assumed.
fn say_failed(failed: &Failed, receipt: &Receipt, report: &Report) -> ExitStatus {
    let help = failed.error.help().unwrap_or_else(help::when_the_cause_is_gone);
    report.error(&outcomes::failed(failed), Some(&help));
    if matches!(failed.host, After::Untouched) {
        report.note(&outcomes::NOTHING_CHANGED);
        return failed.exit_status();
    }
    if !matches!(failed.host, After::Begun) {
        for line in outcomes::left(&failed.host) {
            report.error(&line, None);
        }
    }
    // Told to stop or not.
    if !service::is_running(&receipt.supervision, &Interrupt::default()) {
        report.error(&words::NOT_STARTED, Some(&Help::host("status")));
        return ExitStatus::NotRolledBack;
    }
    report.note(&words::RUNS_AGAIN);
    failed.exit_status()
}
