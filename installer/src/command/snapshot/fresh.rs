//! A fresh snapshot for a drill, where the others are sealed: in a file without a name beside the data, which are in the clear anyway.

use std::io::Write as _;
use std::path::Path;

use payload::snapshot::{alarms, revision};

use super::super::restore::Judged;
use super::source::{Source, not_verified};
use crate::facts::restore::Sum;
use crate::failure::Failure;
use crate::host::snapshot_copy;
use crate::report::Report;
use crate::text::refusals::Doing;
use crate::text::{help, restore, snapshot as words};

/// `path` is what it is called where something is said of it.
pub(super) fn taken(source: &Source, path: &Path, report: &Report) -> Result<Judged, Failure> {
    let (status, _) = source.ask(report)?;
    let (tree, data) = (&source.context.tree, &source.manifest()?.layout.data);
    let place = snapshot_copy::place(tree, data, status.db_size);
    let mut copy = place.map_err(|why| restore::not_copied(Doing::Drilling, path, &why))?;
    let stopped = |why: String| Failure::refused(words::not_written(path, why), help::when_the_cause_is_gone());
    let whole = report.while_waiting(&words::SAVING, || source.receive(&mut |piece| copy.write_all(piece), stopped))?;
    let beginning = || copy.try_clone().map_err(|error| stopped(error.to_string()));
    let no_database = |error| not_verified(words::no_database(&error));
    let revision = revision(beginning()?).map_err(no_database)?;
    let alarms = alarms(beginning()?).map_err(no_database)?;
    Ok(Judged { copy, whole, sum: Sum::Proven, revision, alarms, record: None })
}
