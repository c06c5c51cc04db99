//! What every command that works on a host begins with, in one order.
//!
//! 1. The program is one that root may run, and root runs it: before anything is read, by a program that others may have
//!    changed.
//! 2. The tree: the running system, or an image. What comes after is about it.
//! 3. Here the command looks at its bundle. That takes long and changes nothing; and where the bundle is for a newer
//!    program, that one goes on, which needs the lock for itself.
//! 4. Signals: from now on there is something to put in order, so that they are answered between steps.
//! 5. The lock. What is read from here on stays true until the command ends.
//! 6. What a run left that was cut off while the state directory came or went. It stands where the records will be.
//! 7. The records, which say what is here.
//! 8. A copy of the data that was cut off has stopped etcd, perhaps: it is started again before anything else is done.
//!
//! Who only looks (`plan`, `status`, `doctor`, `report`, `uninstall --dry-run`) stops at 3, and reads the records without the lock: it must not
//! wait for a run under way, and must not clean up after it.

use std::path::Path;

use super::program;
use crate::although::Word;
use crate::execute::{Execution, Sources};
use crate::failure::Failure;
use crate::finding::RecordFinding;
use crate::help::Help;
use crate::host::Tree;
use crate::host::interrupt::Interrupt;
use crate::host::lock::{Lock, Locked};
use crate::host::own_program;
use crate::host::probe::ProbeError;
use crate::host::unrecorded;
use crate::operation::copy_data::CopyData;
use crate::records::{RecordError, Records, StateDir};
use crate::report::Report;
use crate::text::refusals::{self, Doing};
use crate::text::{help, outcomes, progress};
use crate::transaction;

/// Root, and the tree that is looked at. Nothing is held.
pub(super) struct Looking {
    pub(super) doing: Doing,
    pub(super) tree: Tree,
    pub(super) state: StateDir,
}

/// The tree that is worked on, by nobody else meanwhile.
pub(super) struct Context {
    doing: Doing,
    pub(super) tree: Tree,
    pub(super) state: StateDir,
    pub(super) records: Records,
    /// Whether an uninstall had come to its end but for the last name, which has gone now.
    pub(super) ended: Ended,
    pub(super) interrupt: Interrupt,
    _lock: Lock,
}

/// What the clean-up at the beginning has brought to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Nothing,
    Uninstall,
}

impl Looking {
    /// The first two steps.
    pub(super) fn begin(doing: Doing, root: Option<&Path>) -> Result<Self, Failure> {
        root_only(doing)?;
        let state = StateDir::new().map_err(ProbeError::from)?;
        Ok(Self { doing, tree: tree(root)?, state })
    }

    /// What stands in the state directory now. Another run may change it meanwhile.
    pub(super) fn records(&self) -> Result<Records, Failure> {
        unless_lost(self.doing, &self.tree, Records::read(&self.tree, &self.state)?)
    }

    /// What is typed to look once more.
    pub(super) fn again(&self) -> Help {
        again(self.doing)
    }

    /// The steps from the signals on.
    pub(super) fn work(self, report: &Report) -> Result<Context, Failure> {
        let Self { doing, tree, state } = self;
        let interrupt = interruptible()?;
        let lock = match tree.lock(command(doing)).map_err(ProbeError::from)? {
            Locked::Ours(lock) => lock,
            Locked::By(holder) => {
                return Err(Failure::refused(refusals::another_at_work(holder.as_ref()), help::who_is_at_work()));
            }
        };
        let tree = tree.heeding(&interrupt);
        let ended = transaction::clean_up(&tree, &state).map_err(RecordError::from)?;
        let ended = if ended { Ended::Uninstall } else { Ended::Nothing };
        let records = Records::read(&tree, &state).map_err(Failure::from);
        let records = records.and_then(|records| unless_lost(doing, &tree, records));
        let records = unless_told_to_stop(&interrupt, records, again(doing))?;
        let mut context = Context { doing, tree, state, records, ended, interrupt, _lock: lock };
        context.start_again(report)?;
        Ok(context)
    }
}

impl Context {
    /// What was done, unless we were told to stop meanwhile.
    pub(super) fn unless_told_to_stop<T>(&self, done: Result<T, Failure>) -> Result<T, Failure> {
        unless_told_to_stop(&self.interrupt, done, again(self.doing))
    }

    /// Starts etcd again where a copy of its data was cut off that had stopped it. What is in the way of that is for the command to find,
    /// and may be what it mends.
    fn start_again(&mut self, report: &Report) -> Result<(), Failure> {
        let Self { tree, state, records, interrupt, .. } = &*self;
        let (Some(receipt), true) = (&records.receipt, records.is_copy_cut_off()) else { return Ok(()) };
        report.warn(&progress::COPY_CUT_OFF, None);
        let copy = CopyData { records, receipt };
        // It stops nothing.
        let (at_risk, unasked) = (Word::NotSaid, Word::NotSaid);
        let execution = Execution { tree, state, records, interrupt, report, at_risk, unasked };
        if let Err(failed) = execution.run(&copy, &copy.rest(), Sources::default()) {
            report.warn(&outcomes::failed(&failed), Some(&Help::host("status")));
        }
        let records = Records::read(tree, state).map_err(Failure::from);
        self.records = self.unless_told_to_stop(records)?;
        Ok(())
    }
}

/// What is on record, for what is to be done. Only a bundle can tell what stands here of an install whose receipt is lost: whoever
/// installs it compares.
pub(super) fn unless_lost(doing: Doing, tree: &Tree, records: Records) -> Result<Records, Failure> {
    if matches!(doing, Doing::Planning | Doing::Installing) || !records.may_be_lost() {
        return Ok(records);
    }
    match unrecorded::lost(tree, &records).map_err(ProbeError::from)? {
        Some((loss, etcd)) => Err(Failure::of_finding(RecordFinding::ReceiptLost { loss, etcd }.into())),
        None => Ok(records),
    }
}

/// Only root may read the receipt and the key, let alone change the host; and only by a program that nobody else could have
/// put there. Refused before anything is read.
fn root_only(doing: Doing) -> Result<(), Failure> {
    if own_program::is_root() {
        return program::check(command(doing));
    }
    Err(Failure::refused(refusals::needs_root(doing), Help::plain("sudo ").and(again(doing))))
}

/// The command that does it.
fn command(doing: Doing) -> &'static str {
    match doing {
        Doing::Planning => "plan",
        Doing::Installing => "install",
        Doing::MakingAKey => "csr",
        Doing::ReadingTheStatus => "status",
        Doing::Examining => "doctor",
        Doing::Reporting => "report",
        Doing::Uninstalling => "uninstall",
        Doing::Drilling => "drill",
        Doing::TakingASnapshot => "snapshot",
    }
}

/// What is typed to do it again.
fn again(doing: Doing) -> Help {
    match doing {
        Doing::ReadingTheStatus
        | Doing::Examining
        | Doing::Reporting
        | Doing::Uninstalling
        | Doing::TakingASnapshot => Help::host(command(doing)),
        Doing::Drilling => Help::host_with(command(doing), "FILE"),
        Doing::Planning | Doing::Installing | Doing::MakingAKey => Help::run(command(doing)),
    }
}

/// From here on signals are answered between steps.
pub(super) fn interruptible() -> Result<Interrupt, Failure> {
    Interrupt::listen().map_err(|error| Failure::refused(refusals::no_signals(error), help::limits()))
}

/// What was done, unless we were told to stop meanwhile: then it may have gone wrong for that alone, or be half the truth.
pub(super) fn unless_told_to_stop<T>(
    interrupt: &Interrupt,
    done: Result<T, Failure>,
    help: Help,
) -> Result<T, Failure> {
    if interrupt.is_raised() { Err(Failure::interrupted(help)) } else { done }
}

/// The tree to work on: the running system, or an image.
pub(super) fn tree(root: Option<&Path>) -> Result<Tree, Failure> {
    let root = root.unwrap_or(Path::new("/"));
    Tree::open(root).map_err(|error| Failure::refused(refusals::no_root(root, error), help::make_the_root(root)))
}
