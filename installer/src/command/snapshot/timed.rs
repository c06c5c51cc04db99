//! What is due of that which the cluster file's `[backup]` says: a snapshot into its directory, after which those that are superfluous go,
//! and a drill.

use std::path::PathBuf;

use payload::backup::Backup;
use payload::exit::ExitStatus;
use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::super::context::Looking;
use super::super::drill::Drill;
use super::fresh;
use super::save::take;
use super::source::Source;
use crate::backup::{self, Against, Drills, FailedDrill, GoodDrill};
use crate::cli::SnapshotArgs;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::clock::{self, Stopwatch};
use crate::host::drill::Counted;
use crate::host::lock::Locked;
use crate::host::snapshots;
use crate::report::Report;
use crate::snapshot_record::{Failed, Found};
use crate::text::refusals::Doing;
use crate::text::{drill as drill_words, help, snapshot as words};

pub(super) fn save(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::TakingASnapshot, None)?;
    let records = looking.records()?;
    let Some(receipt) = &records.receipt else { return Ok(ExitStatus::Done) };
    // Taken out of the cluster file since: what looks is left, and has nothing to do.
    let Some(timed) = Timed::of(&receipt.manifest) else {
        report.note(&words::NOT_TIMED);
        return Ok(ExitStatus::Done);
    };
    // Whoever takes the lock starts etcd again that was stopped for a copy; whoever holds it may be copying.
    let is_cut_off = records.is_copy_cut_off();
    if is_cut_off && !matches!(looking.tree.lock("snapshot"), Ok(Locked::Ours(_))) {
        return Ok(ExitStatus::Done);
    }
    // Most of the time nothing is due: nothing is held for that.
    let is_ours = snapshots::is_roots_alone(&looking.tree, &timed.backup.dir);
    if !is_cut_off
        && is_ours
        && timed.there().is_ok_and(|there| !timed.is_due(&there) && timed.to_drill(&there).is_none())
    {
        report.note(&words::NOT_DUE);
        if timed.telling().is_some()
            && let Ok(Locked::Ours(_lock)) = looking.tree.lock("snapshot")
        {
            timed.tell(report);
        }
        return Ok(ExitStatus::Done);
    }
    let source = Source::begin(args, report)?;
    // Another may have been installed while the lock was waited for.
    let Some(timed) = Timed::of(source.manifest()?) else { return Ok(ExitStatus::Done) };
    let (done, backup) = (timed.take(&source, report), timed.backup);
    let failed = done
        .as_ref()
        .err()
        .map(|failure| Failed { when: clock::now().truncate_to_second(), why: failure.text.clone() });
    // Where that cannot be written, the age of the last good one tells.
    if let Err(error) = snapshots::put_failed(backup.dir.as_path(), failed.as_ref()) {
        report.warn(&words::not_noted(&backup.dir, error), None);
    }
    let done = done.and_then(|()| timed.drill(&source, report));
    timed.tell(report);
    done.map(|()| ExitStatus::Done)
}

/// What the host does by itself, as its manifest says.
#[derive(Clone, Copy)]
struct Timed<'a> {
    manifest: &'a Manifest,
    backup: &'a Backup,
}

/// What a drill is held on.
enum Drilled {
    File(PathBuf),
    /// What lies there is sealed.
    Fresh,
}

impl<'a> Timed<'a> {
    /// `None` where it does nothing by itself.
    fn of(manifest: &'a Manifest) -> Option<Self> {
        manifest.backup.as_ref().map(|backup| Self { manifest, backup })
    }

    /// Whether a snapshot is to be taken now.
    fn is_due(self, there: &[Found]) -> bool {
        backup::is_due(self.manifest, self.backup, there, clock::now())
    }

    /// What a drill is to be held on now; `None` where none is due, and where there is nothing yet.
    fn to_drill(self, there: &[Found]) -> Option<Drilled> {
        let Self { manifest, backup } = self;
        if !snapshots::drills(backup.dir.as_path()).is_due(manifest, backup, clock::now()) {
            return None;
        }
        if !backup.recipients.is_empty() {
            return Some(Drilled::Fresh);
        }
        backup::newest_in_the_clear(there).map(|path| Drilled::File(path.to_owned()))
    }

    fn take(self, source: &Source, report: &Report) -> Result<(), Failure> {
        let Self { manifest, backup } = self;
        let dir = backup.dir.as_path();
        if !snapshots::is_roots_alone(&source.context.tree, &backup.dir) {
            return Err(Failure::refused(words::not_roots_alone(&backup.dir), help::look_at_the_way(&backup.dir)));
        }
        snapshots::clear(dir).map_err(|error| self.unread(error))?;
        // Somebody may have taken one while the lock was waited for.
        if !self.is_due(&self.there()?) {
            return Ok(());
        }
        let taken = clock::now().truncate_to_second();
        let path = dir.join(backup::name(manifest, taken, &backup.recipients));
        let record = take(source, &path, &backup.recipients, taken, backup::reserve, report)?;
        let there = self.there()?;
        for found in there.iter().filter(|found| found.record.is_none()) {
            report.warn(&words::stays(&found.path), None);
        }
        for found in backup::superfluous(backup, &there, &record.cluster_id, &path) {
            snapshots::remove(found)
                .map_err(|error| Failure::refused(words::not_removed(&found.path, error), Help::host("doctor")))?;
            report.note(&words::removed(&found.path));
        }
        Ok(())
    }

    /// Holds one if it is due, and puts on record what came of it.
    fn drill(self, source: &Source, report: &Report) -> Result<(), Failure> {
        let Self { manifest, backup } = self;
        let Some(drilled) = self.to_drill(&self.there()?) else { return Ok(()) };
        let (took, dir) = (Stopwatch::start(), backup.dir.as_path());
        let context = &source.context;
        let back = match &drilled {
            Drilled::File(path) => Drill { context, manifest, path }.of_file(None, false, report),
            Drilled::Fresh => {
                let path = &backup::name(manifest, clock::now(), &[]);
                let taken = || fresh::taken(source, path, report);
                Drill { context, manifest, path }.of_fresh(taken, report)
            }
        };
        let back = context.unless_told_to_stop(back);
        let ended = match &back {
            Ok(back) => {
                report.data(&drill_words::restorable(back.counted, &back.alarms, took.elapsed()));
                let Counted { revision, keys } = back.counted;
                let (when, seconds) = (clock::now().truncate_to_second(), took.elapsed().as_secs());
                Ok(GoodDrill { when, revision, keys, alarms: back.alarms.clone(), seconds })
            }
            Err(failure) if failure.status == ExitStatus::RolledBack => return back.map(drop),
            Err(failure) => {
                let against = if failure.status == ExitStatus::NotVerified { Against::Snapshot } else { Against::Host };
                Err(FailedDrill { when: clock::now().truncate_to_second(), why: failure.text.clone(), against })
            }
        };
        // Where that cannot be written, the age of the last good one tells.
        let drills: Drills = snapshots::drills(dir).and(ended);
        if let Err(error) = snapshots::put_drills(dir, &drills) {
            report.warn(&words::not_noted(&backup.dir, error), None);
        }
        back.map(drop)
    }

    /// Where it is to be told what there is, and what; `None` where it stands there already.
    fn telling(self) -> Option<(AbsPath, String)> {
        let Self { manifest, backup } = self;
        let (path, dir) = (backup::textfile(manifest).ok()??, backup.dir.as_path());
        let (failed, drills) = (snapshots::failed(dir), snapshots::drills(dir));
        let ended = (failed.as_ref(), &drills);
        let text = backup::metrics(manifest, backup, &self.there().ok()?, ended, clock::now());
        (snapshots::told(&path).as_deref() != Some(text.as_bytes())).then_some((path, text))
    }

    /// Tells it. While the host's lock is held: an uninstall takes the file away.
    fn tell(self, report: &Report) {
        if let Some((path, text)) = self.telling()
            && let Err(error) = snapshots::tell(&path, &text)
        {
            report.warn(&words::not_told(&path, error), None);
        }
    }

    fn there(self) -> Result<Vec<Found>, Failure> {
        snapshots::in_dir(self.backup.dir.as_path()).map_err(|error| self.unread(error))
    }

    fn unread(self, error: std::io::Error) -> Failure {
        Failure::refused(words::no_directory(self.backup.dir.as_path(), error), Help::host("doctor"))
    }
}
