//! `restore`: an install that begins with a snapshot. Here the snapshot is read, once, into a copy that is judged and used.

use std::collections::BTreeSet;
use std::fs::File;
use std::num::NonZeroU64;
use std::path::Path;

use payload::etcd::AlarmKind;
use payload::manifest::Manifest;
use payload::name::ClusterToken;
use payload::recipient::{Identity, is_sealed};
use payload::snapshot::{Flaw, Inspection, Whole, alarms, revision};

use crate::cli::{BeginArgs, FromArgs};
use crate::facts::Restore;
use crate::facts::restore::{Label, Sum, identity};
use crate::failure::Failure;
use crate::host::interrupt::Interrupt;
use crate::host::snapshot_copy::{self, NotCopied};
use crate::host::terminal::Asked;
use crate::host::{Tree, age_identity, harden, input, snapshots};
use crate::report::Report;
use crate::snapshot_record::SnapshotRecord;
use crate::text::refusals::Doing;
use crate::text::restore as words;
use crate::text::{help, questions, refusals, snapshot};

/// A snapshot that was brought.
pub(super) struct Brought {
    pub(super) restore: Restore,
    /// All of it, where nobody else can come to it.
    pub(super) copy: File,
}

/// What `args` name, if they name a snapshot.
pub(super) fn brought(
    args: &BeginArgs,
    manifest: &Manifest,
    on: On,
    report: &Report,
) -> Result<Option<Brought>, Failure> {
    let Some(path) = &args.restore else {
        return if args.from.is_given() { Err(words::nothing_to_restore()) } else { Ok(None) };
    };
    if !on.tree.is_live() {
        return Err(words::not_in_an_image());
    }
    let given = given(path, args.from.identity_fd, on, report)?;
    report.while_waiting(&words::READING, || read(given, &args.from, manifest, on)).map(Some)
}

/// The host on which a snapshot is read, and for what.
#[derive(Clone, Copy)]
pub(super) struct On<'a> {
    pub(super) tree: &'a Tree,
    pub(super) interrupt: &'a Interrupt,
    pub(super) doing: Doing,
}

/// A snapshot as it was brought.
pub(super) struct Given<'a> {
    path: &'a Path,
    /// Opened once.
    file: File,
    /// What opens it, where it is sealed.
    identity: Option<Identity>,
}

impl Given<'_> {
    /// In bytes. What cannot be asked is said by whoever reads it.
    pub(super) fn len(&self) -> u64 {
        self.file.metadata().map_or(0, |file| file.len())
    }
}

/// Opens the file. Where it is sealed, who is at the terminal is asked for what opens it, unless that comes by a descriptor.
pub(super) fn given<'a>(
    path: &'a Path,
    fd: Option<i32>,
    On { interrupt, doing, .. }: On,
    report: &Report,
) -> Result<Given<'a>, Failure> {
    let unread = |error| Failure::refused(snapshot::no_identity(error), words::with_an_identity(doing, path));
    let file = snapshot_copy::open(path).map_err(|why| words::not_copied(doing, path, &why))?;
    let identity = match fd {
        Some(fd) => Some(age_identity::of_fd(fd).map_err(unread)?),
        None if !input::begins(&file, is_sealed) => None,
        None => {
            harden::guard_secrets();
            match report.terminal().and_then(|mut terminal| terminal.ask(&questions::IDENTITY, interrupt)) {
                Ok(Asked::Line(line)) => Some(age_identity::of_text(&line).map_err(unread)?),
                Ok(Asked::Cancelled) => return Err(Failure::interrupted(help::the_same_again())),
                // Without a terminal: that it is sealed is said where it is read.
                Err(_) => None,
            }
        }
    };
    Ok(Given { path, file, identity })
}

/// A copy of a snapshot, judged.
pub(super) struct Judged {
    pub(super) copy: File,
    pub(super) whole: Whole,
    pub(super) sum: Sum,
    pub(super) revision: u64,
    pub(super) alarms: BTreeSet<AlarmKind>,
    /// What the file beside it says, where it speaks of this one.
    pub(super) record: Option<SnapshotRecord>,
}

/// Copies what was brought near the data of `manifest`, opened and reading it once.
pub(super) fn judged(
    given: Given<'_>,
    unverified: bool,
    manifest: &Manifest,
    On { tree, interrupt, doing }: On,
) -> Result<Judged, Failure> {
    let Given { path, file, identity } = given;
    let mut inspection = Inspection::default();
    let copied = snapshot_copy::copy(file, tree, &manifest.layout.data, identity.as_ref(), interrupt, &mut |piece| {
        inspection.take(piece);
    });
    let not_copied = |why| words::not_copied(doing, path, &why);
    let (copy, head) = copied.map_err(not_copied)?;
    let (whole, sum) = whole(inspection, unverified).map_err(|flaw| words::flawed(doing, path, &head, &flaw))?;
    let beginning = || copy.try_clone().map_err(|error| not_copied(NotCopied::Write(error)));
    let no_database = |error| words::no_database(path, &error);
    let (revision, alarms) = (revision(beginning()?).map_err(no_database)?, alarms(beginning()?).map_err(no_database)?);
    let record = snapshots::record(path).filter(|record| record.is_of_opened(&whole));
    Ok(Judged { copy, whole, sum, revision, alarms, record })
}

fn read(given: Given<'_>, from: &FromArgs, manifest: &Manifest, on: On) -> Result<Brought, Failure> {
    let Judged { copy, whole, sum, revision, alarms, record } = judged(given, from.unverified, manifest, on)?;
    let label = record.map(|record| Label { etcd: record.etcd.parse().ok(), cluster: record.cluster });
    let (again, bump) = (from.again, from.bump());
    let token = ClusterToken::restored(whole.database, again, bump);
    let revision = revision.saturating_add(bump.map_or(0, NonZeroU64::get));
    let me = manifest.me().and_then(|me| identity(manifest, me, &token));
    let identity = me.ok_or_else(|| Failure::refused(refusals::no_peer_url(), help::build()))?;
    let although_running = from.although_running.iter().cloned().collect();
    let database = whole.database;
    let restore = Restore { database, revision, bump, again, sum, alarms, label, token, identity, although_running };
    Ok(Brought { restore, copy })
}

/// A file with a sum is held to it, whatever was said.
fn whole(inspection: Inspection, unverified: bool) -> Result<(Whole, Sum), Flaw> {
    let unproven = if unverified { inspection.clone().unproven() } else { None };
    match (inspection.end(), unproven) {
        (Ok(whole), _) => Ok((whole, Sum::Proven)),
        (Err(_), Some(whole)) => Ok((whole, Sum::Unproven)),
        (Err(flaw), None) => Err(flaw),
    }
}
