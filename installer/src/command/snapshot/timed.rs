//! A snapshot that is due, as the cluster file's `[backup]` says: into its directory, and those that are superfluous then go.

use payload::backup::Backup;
use payload::exit::ExitStatus;

use super::super::context::Looking;
use super::save::take;
use super::source::Source;
use crate::backup;
use crate::cli::SnapshotArgs;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::{clock, snapshots};
use crate::report::Report;
use crate::snapshot_record::{Failed, Found};
use crate::text::refusals::Doing;
use crate::text::{help, snapshot as words};

pub(super) fn save(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::TakingASnapshot, None)?;
    let records = looking.records()?;
    let Some(manifest) = records.receipt.as_ref().map(|receipt| &receipt.manifest) else {
        return Ok(ExitStatus::Done);
    };
    // Taken out of the cluster file since: the timer is left, and has nothing to do.
    let Some(backup) = &manifest.backup else {
        report.note(&words::NOT_TIMED);
        return Ok(ExitStatus::Done);
    };
    // Most of the time it is not: nothing is held for that.
    let is_due = |there: &[Found]| backup::is_due(manifest, backup, there, clock::now());
    let is_ours = snapshots::is_roots_alone(&looking.tree, &backup.dir);
    if is_ours && snapshots::in_dir(backup.dir.as_path()).is_ok_and(|there| !is_due(&there)) {
        report.note(&words::NOT_DUE);
        return Ok(ExitStatus::Done);
    }
    let source = Source::begin(args, report)?;
    let done = take_due(&source, backup, &is_due, report);
    let failed = done
        .as_ref()
        .err()
        .map(|failure| Failed { when: clock::now().truncate_to_second(), why: failure.text.clone() });
    // Where that cannot be written, the age of the last good one tells.
    if let Err(error) = snapshots::put_failed(backup.dir.as_path(), failed.as_ref()) {
        report.warn(&words::not_noted(&backup.dir, error), None);
    }
    done
}

fn take_due(
    source: &Source,
    backup: &Backup,
    is_due: &dyn Fn(&[Found]) -> bool,
    report: &Report,
) -> Result<ExitStatus, Failure> {
    let dir = backup.dir.as_path();
    if !snapshots::is_roots_alone(&source.context.tree, &backup.dir) {
        return Err(Failure::refused(words::not_roots_alone(&backup.dir), help::look_at_the_way(&backup.dir)));
    }
    let unread = |error| Failure::refused(words::no_directory(dir, error), Help::host("doctor"));
    snapshots::clear(dir).map_err(unread)?;
    // Somebody may have taken one while the lock was waited for.
    if !is_due(&snapshots::in_dir(dir).map_err(unread)?) {
        return Ok(ExitStatus::Done);
    }
    let taken = clock::now().truncate_to_second();
    let path = dir.join(backup::name(source.manifest()?, taken, &backup.recipients));
    let record = take(source, &path, &backup.recipients, taken, backup::reserve, report)?;
    let there = snapshots::in_dir(dir).map_err(unread)?;
    for found in backup::superfluous(backup, &there, &record.cluster_id, &path) {
        snapshots::remove(found)
            .map_err(|error| Failure::refused(words::not_removed(&found.path, error), Help::host("doctor")))?;
        report.note(&words::removed(&found.path));
    }
    Ok(ExitStatus::Done)
}
