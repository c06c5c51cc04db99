//! The snapshots in a directory, by what lies beside them, or read.

use std::path::Path;

use payload::exit::ExitStatus;

use super::super::deliver_json;
use super::proof::{Proof, prove, prove_copy};
use crate::cli::SnapshotListArgs;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::snapshots;
use crate::report::Report;
use crate::snapshot_record::{Found, Listed, SnapshotRecord, Standing};
use crate::text::snapshot as words;

pub(super) fn list(args: &SnapshotListArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let dir = args.dir.as_deref().unwrap_or(Path::new("."));
    let unread = |error| Failure::refused(words::no_directory(dir, error), Help::host_with("snapshot", "list DIR"));
    let found = snapshots::in_dir(dir).map_err(unread)?;
    let standings: Vec<Standing> =
        found.iter().map(|found| if args.verify { read(&found.path) } else { found.standing() }).collect();
    if args.json {
        let listed = |(found, how): (&Found, &Standing)| found.listed(how, words::standing(how));
        let rows: Vec<Listed> = found.iter().zip(&standings).map(listed).collect();
        deliver_json(&rows, report)?;
    } else if found.is_empty() {
        report.note(&words::none_there(dir));
    } else {
        report.data(&words::table(&found, &standings));
    }
    Ok(if standings.iter().any(Standing::is_bad) { ExitStatus::NotVerified } else { ExitStatus::Done })
}

fn read(path: &Path) -> Standing {
    match prove(path, None) {
        Ok((Proof::Sealed { .. }, None)) => Standing::Unrecorded,
        Ok((proof, Some(record))) if !proof.is_of(&record) => match proof {
            Proof::Sealed { .. } => Standing::Bad(words::not_known(true, &SnapshotRecord::beside(path))),
            Proof::Whole(_) | Proof::Opened(_) => Standing::OfAnother,
        },
        Ok((proof, record)) => match record.map(|record| prove_copy(path, &record)) {
            Some(Err(why)) => Standing::Bad(why),
            _ if matches!(proof, Proof::Sealed { .. }) => Standing::Sealed,
            _ => Standing::Whole,
        },
        Err(why) => Standing::Bad(why),
    }
}
