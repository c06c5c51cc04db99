//! `snapshot`: all keys in one file, which has its name once it is proven whole. `snapshot verify` proves any such file,
//! `snapshot list` shows those in a directory.

mod fresh;
mod list;
mod login;
mod proof;
mod save;
mod source;
mod stream;
mod timed;
mod way;
mod with_v2;

use std::path::Path;

use payload::exit::ExitStatus;

use crate::cli::{SnapshotArgs, SnapshotCommand};
use crate::failure::Failure;
use crate::report::Report;

/// The standard output, as a file's name.
const STANDARD_OUTPUT: &str = "-";

/// Whether it is to go there.
fn goes_to_standard_output(args: &SnapshotArgs) -> bool {
    args.output.as_deref() == Some(Path::new(STANDARD_OUTPUT))
}

pub(super) fn snapshot(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    match &args.command {
        Some(SnapshotCommand::Verify(args)) => proof::verify(args, report),
        Some(SnapshotCommand::List(args)) => list::list(args, report),
        None if args.timed => timed::save(args, report),
        None if args.v2.with_v2 => with_v2::save(args, report),
        None if goes_to_standard_output(args) => stream::save(args, report),
        None => save::save(args, report),
    }
}
