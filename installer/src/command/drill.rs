//! `drill`: a snapshot is restored where nobody sees it, and the installed etcd serves what is in it. The member is not touched.

use std::collections::BTreeSet;
use std::path::Path;

use payload::etcd::{AlarmKind, EtcdVersion};
use payload::exit::ExitStatus;
use payload::manifest::Manifest;
use payload::snapshot::live_keys;
use serde::Serialize;

use super::context::{Context, Looking};
use super::deliver_json;
use super::restore::{Judged, On, given, judged};
use crate::cli::DrillArgs;
use crate::failure::Failure;
use crate::finding::RestoreFinding;
use crate::help::Help;
use crate::host::clock::{Pace, Stopwatch};
use crate::host::drill::{Counted, Stage};
use crate::host::exec::ExecError;
use crate::host::probe::ProbeError;
use crate::host::restored::DRILL;
use crate::host::write::Ids;
use crate::host::{apart, etcdutl, memory, priority, snapshot_copy};
use crate::report::Report;
use crate::snapshot_record::SnapshotRecord;
use crate::text::refusals::Doing;
use crate::text::{drill as words, help, refusals, snapshot as snapshot_words};

/// How often etcd is asked, while it reads its data.
const PACE: std::time::Duration = std::time::Duration::from_millis(250);

/// What is said for programs.
#[derive(Serialize)]
struct Outcome {
    restorable: bool,
    keys: Option<u64>,
    revision: u64,
    /// Those that came along.
    alarms: BTreeSet<AlarmKind>,
    seconds: f64,
}

pub(super) fn drill(args: &DrillArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let took = Stopwatch::start();
    let context = Looking::begin(Doing::Drilling, None)?.work(report)?;
    let Some(receipt) = &context.records.receipt else {
        return Err(Failure::refused(refusals::nothing_installed(""), Help::run("install")));
    };
    let of = Drill { context: &context, manifest: &receipt.manifest, path: &args.snapshot };
    let back = of.of_file(args.identity_fd, args.unverified, report)?;
    let seconds = took.elapsed();
    if args.json {
        let seconds = (seconds.as_secs_f64() * 10.0).round() / 10.0;
        let Back { counted: Counted { revision, keys }, alarms } = back;
        deliver_json(&Outcome { restorable: true, keys, revision, alarms, seconds }, report)?;
    } else {
        report.data(&words::restorable(back.counted, &back.alarms, seconds));
    }
    Ok(ExitStatus::Done)
}

/// What came back of a snapshot.
pub(super) struct Back {
    pub(super) counted: Counted,
    /// Under these, etcd refuses writes.
    pub(super) alarms: BTreeSet<AlarmKind>,
}

/// A drill on this host.
#[derive(Clone, Copy)]
pub(super) struct Drill<'a> {
    pub(super) context: &'a Context,
    /// Of what is installed.
    pub(super) manifest: &'a Manifest,
    /// What the snapshot is called.
    pub(super) path: &'a Path,
}

impl Drill<'_> {
    /// What etcd serves of the file, which is what was saved; or why that is not shown.
    pub(super) fn of_file(self, identity: Option<i32>, unverified: bool, report: &Report) -> Result<Back, Failure> {
        self.begin()?;
        let on = On { tree: &self.context.tree, interrupt: &self.context.interrupt, doing: Doing::Drilling };
        let given = given(self.path, identity, on, report)?;
        self.has_memory(given.len())?;
        let reading = || judged(given, unverified, self.manifest, on);
        self.of_judged(report.while_waiting(&words::READING, reading)?, report)
    }

    /// Likewise, of one that nobody has as a file: `take` gets it.
    pub(super) fn of_fresh(
        self,
        take: impl FnOnce() -> Result<Judged, Failure>,
        report: &Report,
    ) -> Result<Back, Failure> {
        self.begin()?;
        let snapshot = take()?;
        self.has_memory(snapshot.whole.size)?;
        self.of_judged(snapshot, report)
    }

    fn begin(self) -> Result<(), Failure> {
        priority::give_way();
        // Of a drill that was killed.
        Ok(self.context.tree.clear_drill(&self.manifest.layout.data).map_err(ProbeError::from)?)
    }

    fn of_judged(self, snapshot: Judged, report: &Report) -> Result<Back, Failure> {
        let Self { context, manifest, path } = self;
        has_the_version(&snapshot, manifest)?;
        let etcd = manifest.release.version;
        let alarmed = snapshot.alarms.iter().map(|kind| RestoreFinding::Alarmed { kind: *kind, etcd }.into());
        report.findings(&alarmed.collect::<Vec<_>>());
        let (expected, alarms) = (expected(path, &snapshot)?, snapshot.alarms.clone());
        let counted = report.while_waiting(&words::DRILLING, || held(context, manifest, path, snapshot));
        // Whatever came of it.
        let cleared = context.tree.clear_drill(&manifest.layout.data);
        cleared.map_err(|error| {
            Failure::new(ExitStatus::NotRolledBack, words::left_behind(&error), Help::host_with("drill", "FILE"))
        })?;
        let counted = context.unless_told_to_stop(counted)?;
        match differs(counted, expected) {
            Some(why) => Err(not_verified(path, &why)),
            None => Ok(Back { counted, alarms }),
        }
    }

    /// etcd maps its database, and reads all of it.
    fn has_memory(self, len: u64) -> Result<(), Failure> {
        let needed = len.saturating_mul(2);
        match memory::left() {
            Some(left) if left < needed => {
                Err(Failure::refused(words::no_memory(self.path, needed, left), Help::command("free -m")))
            }
            _ => Ok(()),
        }
    }
}

/// What is in it by whoever took it; else by our own reading.
fn expected(path: &Path, snapshot: &Judged) -> Result<Counted, Failure> {
    if let Some(SnapshotRecord { revision, keys: Some(keys), .. }) = snapshot.record {
        return Ok(Counted { revision, keys: Some(keys) });
    }
    let keys = snapshot.copy.try_clone().map_err(Into::into).and_then(live_keys);
    let keys = keys.map_err(|error| not_verified(path, &snapshot_words::no_database(&error)))?;
    Ok(Counted { revision: snapshot.revision, keys })
}

/// Where either does not know the keys, the revision alone is compared.
fn differs(is: Counted, expected: Counted) -> Option<String> {
    if is.revision != expected.revision {
        return Some(words::other_revision(is.revision, expected.revision));
    }
    match (is.keys, expected.keys) {
        (Some(is), Some(expected)) if is != expected => Some(words::other_keys(is, expected)),
        _ => None,
    }
}

/// `etcdutl` restores a newer minor's, on which etcd does not start: that says nothing against the file.
fn has_the_version(snapshot: &Judged, manifest: &Manifest) -> Result<(), Failure> {
    let of = snapshot.record.as_ref().and_then(|record| record.etcd.parse::<EtcdVersion>().ok());
    let bundle = manifest.release.version;
    match of.filter(|of| of.is_newer_minor_than(bundle)) {
        Some(snapshot) => Err(Failure::of_finding(RestoreFinding::Newer { snapshot, bundle }.into())),
        None => Ok(()),
    }
}

fn not_verified(path: &Path, why: &str) -> Failure {
    Failure::new(ExitStatus::NotVerified, words::not_restorable(path, why), help::another_snapshot())
}

/// Restores it, and lets etcd serve it until it is counted.
fn held(context: &Context, manifest: &Manifest, path: &Path, snapshot: Judged) -> Result<Counted, Failure> {
    let account = context.tree.user(&manifest.user).map_err(ProbeError::from)?;
    let account = account.ok_or_else(|| Failure::refused(words::no_user(&manifest.user), Help::host("doctor")))?;
    let ids = Ids { uid: account.uid, gid: account.gid };
    let data = &manifest.layout.data.join(DRILL).map_err(ProbeError::from)?;
    let stage = Stage { manifest, data, ids, interrupt: &context.interrupt };
    let Judged { copy, sum, revision, .. } = snapshot;
    let copy = snapshot_copy::for_a_program_of(copy, ids).map_err(ProbeError::from)?;
    let restoring = etcdutl::restore_alone(stage, copy, sum).map_err(ProbeError::from)?;
    let serving = stage.etcd().map_err(ProbeError::from)?;
    let held = apart::from_the_network(|| -> Result<Option<Counted>, ExecError> {
        restoring.run()?;
        let (mut pace, mut counted) = (Pace::new(PACE), None);
        serving.run_until(|| {
            if counted.is_none() && pace.is_due() {
                counted = stage.counted(revision);
            }
            counted.is_some()
        })?;
        Ok(counted)
    });
    let held = held.map_err(|error| Failure::refused(words::no_network(&error), help::network_of_its_own(&error)))?;
    let counted = held.map_err(|error| not_verified(path, &error.to_string()))?;
    counted.ok_or_else(|| not_verified(path, &words::ENDED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_back_is_what_was_saved() {
        let of = |revision, keys| Counted { revision, keys };
        for (is, expected, fits) in [
            (of(7, Some(3)), of(7, Some(3)), true),
            (of(7, None), of(7, Some(3)), true),
            (of(7, Some(3)), of(7, None), true),
            (of(7, Some(2)), of(7, Some(3)), false),
            (of(6, None), of(7, None), false),
            (of(6, Some(3)), of(7, Some(3)), false),
        ] {
            assert_eq!(differs(is, expected).is_none(), fits, "{is:?} {expected:?}");
        }
    }
}
