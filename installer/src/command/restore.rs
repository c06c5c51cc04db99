//! `restore`: an install that begins with a snapshot. Here the snapshot is read, once, into a copy that is judged and used.

use std::fs::File;
use std::path::Path;

use payload::manifest::Manifest;
use payload::name::ClusterToken;
use payload::snapshot::{Flaw, Inspection, Whole, revision};

use super::context::Context;
use crate::cli::{FromArgs, InstallArgs};
use crate::facts::Restore;
use crate::facts::restore::{Label, Sum, identity};
use crate::failure::Failure;
use crate::host::input;
use crate::host::snapshot_copy::{self, NotCopied};
use crate::report::Report;
use crate::snapshot_record::{LARGEST, SnapshotRecord};
use crate::text::refusals::Doing;
use crate::text::restore as words;
use crate::text::{help, refusals};

/// A snapshot that was brought.
pub(super) struct Brought {
    pub(super) restore: Restore,
    /// All of it, where nobody else can come to it.
    pub(super) copy: File,
}

/// What `args` name, if they name a snapshot.
pub(super) fn brought(
    args: &InstallArgs,
    manifest: &Manifest,
    context: &Context,
    report: &Report,
) -> Result<Option<Brought>, Failure> {
    let Some(path) = &args.restore else {
        return if args.from.is_given() { Err(words::nothing_to_restore()) } else { Ok(None) };
    };
    if args.installing.target.root.is_some() {
        return Err(words::not_in_an_image());
    }
    report.while_waiting(&words::READING, || read(path, &args.from, manifest, context)).map(Some)
}

/// A copy of a snapshot, judged.
pub(super) struct Judged {
    pub(super) copy: File,
    pub(super) whole: Whole,
    pub(super) sum: Sum,
    pub(super) revision: u64,
    /// What the file beside it says, where it speaks of this one.
    pub(super) record: Option<SnapshotRecord>,
}

/// Copies the snapshot at `path` near the data of `manifest`, reading it once.
pub(super) fn judged(
    path: &Path,
    unverified: bool,
    manifest: &Manifest,
    (context, doing): (&Context, Doing),
) -> Result<Judged, Failure> {
    let mut inspection = Inspection::default();
    let copied = snapshot_copy::copy(path, &context.tree, &manifest.layout.data, &context.interrupt, &mut |piece| {
        inspection.take(piece);
    });
    let (copy, head) = copied.map_err(|why| words::not_copied(path, &why))?;
    let (whole, sum) = whole(inspection, unverified).map_err(|flaw| words::flawed(doing, path, &head, &flaw))?;
    let beginning = copy.try_clone().map_err(|error| words::not_copied(path, &NotCopied::Write(error)))?;
    let revision = revision(beginning).map_err(|error| words::no_database(path, &error))?;
    let record = input::small(&SnapshotRecord::beside(path), LARGEST).and_then(|text| SnapshotRecord::parse(&text));
    let record = record.filter(|record| record.is_of(&whole));
    Ok(Judged { copy, whole, sum, revision, record })
}

fn read(path: &Path, from: &FromArgs, manifest: &Manifest, context: &Context) -> Result<Brought, Failure> {
    let Judged { copy, whole, sum, revision, record } =
        judged(path, from.unverified, manifest, (context, Doing::Installing))?;
    let label = record.map(|record| Label { etcd: record.etcd.parse().ok(), cluster: record.cluster });
    let again = from.again;
    let token = ClusterToken::restored(whole.database, again);
    let me = manifest.me().and_then(|me| identity(manifest, me, &token));
    let identity = me.ok_or_else(|| Failure::refused(refusals::no_peer_url(), help::build()))?;
    let although_running = from.although_running.iter().cloned().collect();
    let database = whole.database;
    Ok(Brought { restore: Restore { database, revision, again, sum, label, token, identity, although_running }, copy })
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
