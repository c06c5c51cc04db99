//! A snapshot for whatever our output goes to. Its last bytes, by which one is known to be whole, are passed on once it is: who
//! does not look at the exit code has no snapshot either, where there is none.

use payload::exit::ExitStatus;
use payload::snapshot::TRAILER;

use super::source::Source;
use super::way::Way;
use crate::cli::SnapshotArgs;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::console;
use crate::report::Report;
use crate::text::{help, snapshot as words};

pub(super) fn save(args: &SnapshotArgs, report: &Report) -> Result<ExitStatus, Failure> {
    if console::writes_to_a_terminal() {
        return Err(Failure::refused(words::TO_A_TERMINAL, Help::host_with("snapshot", "-o FILE")));
    }
    let source = Source::begin(args, report)?;
    source.ask(report)?;
    let stopped = |why: String| Failure::refused(words::not_passed_on(why), help::when_the_cause_is_gone());
    let interrupt = &source.context.interrupt;
    let mut way = Way::begin(&args.recipient).map_err(|error| stopped(error.to_string()))?;
    let mut held = Vec::new();
    let mut take = |piece: &[u8]| {
        held.extend_from_slice(piece);
        let sure = held.len().saturating_sub(TRAILER);
        way.pass(held.get(..sure).unwrap_or_default(), &mut |bytes| console::pass_on(bytes, interrupt))?;
        held.drain(..sure);
        Ok(())
    };
    let whole = report.while_waiting(&words::SAVING, || source.receive(&mut take, stopped))?;
    let write = &mut |bytes: &[u8]| console::pass_on(bytes, interrupt);
    let passed = way.pass(&held, write).and_then(|()| way.end(whole, write));
    let whole = source.context.unless_told_to_stop(passed.map_err(|error| stopped(error.to_string())))?;
    report.note(&words::passed_on(&whole));
    Ok(ExitStatus::Done)
}
