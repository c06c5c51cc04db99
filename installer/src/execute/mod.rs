//! Carrying out a plan, of whatever operation: its steps in their order, each in the journal before it is made; then what is
//! on record from now on. What is special to an operation is in `operation`, and not here.
//!
//! A run that fails is taken back, unless it is past its point of no return: what that is, each step says.

mod apply;
mod error;
mod last_look;
mod sources;

pub(crate) use error::{After, At, Failed, Missing, NotUndone, StepError};
pub(crate) use sources::Sources;

use std::time::Duration;

use crate::although::Word;
use crate::change::{Change, fold};
use crate::facts::paths::Seen;
use crate::health::NotUp;
use crate::host::clock::Stopwatch;
use crate::host::interrupt::Interrupt;
use crate::host::probe::{self, data};
use crate::host::{FsError, Tree, clock};
use crate::operation::{Operate, Outcome, taken_back};
use crate::plan::{Plan, Planned};
use crate::records::{self, Entry, History, Records, StateDir};
use crate::report::Report;
use crate::step::{PointOfNoReturn, State, Step};
use crate::text::progress;
use crate::transaction::undo::UndoError;
use crate::transaction::{self, Remains, Transaction, Undoing, in_order};

/// What a run works on.
pub(crate) struct Execution<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) state: &'a StateDir,
    pub(crate) records: &'a Records,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) report: &'a Report,
    /// Whether it was said that the cluster may stop serving.
    pub(crate) at_risk: Word,
    /// Whether nobody is to be asked (`--yes`): whatever is only warned of is taken, also what shows at the last look.
    pub(crate) unasked: Word,
}

/// How a run ended whose steps were all taken.
pub(crate) struct Done {
    /// What is on record now. Not so where something is left: then the journal stays.
    pub(crate) remains: Remains,
    /// Of what was undone: what is not ours alone, in the order in which it was made.
    pub(crate) stays: Vec<Change>,
    /// Of what was undone: what could not be.
    pub(crate) left: Vec<(Change, UndoError)>,
    /// What is over could not all be removed after the records were written. The next run does that.
    pub(crate) unclosed: Option<UndoError>,
    /// Where etcd was stopped and started again: what came of that.
    pub(crate) again: Option<Again>,
}

/// An etcd that was started again.
pub(crate) struct Again {
    /// For how long it was not there; not known where a run before this one had stopped it.
    pub(crate) stopped: Option<Duration>,
    /// Whether it is up.
    pub(crate) up: Result<(), NotUp>,
}

/// One run under way.
struct Run<'a> {
    on: &'a Execution<'a>,
    operation: &'a dyn Operate,
    plan: &'a Plan,
    sources: Sources<'a>,
    transaction: Transaction<'a>,
    /// Whether what was done can still be taken back.
    stage: Stage,
    /// Since etcd was told to stop.
    stopped: Option<Stopwatch>,
    again: Option<Again>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    CanBeTakenBack,
    PastThePoint,
    /// Every change of the run goes the other way.
    IsTakenBack,
}

/// Where a run stopped, before anything was undone.
struct Stopped {
    at: At,
    error: StepError,
}

impl Execution<'_> {
    /// Takes every step that is to be taken, and writes down what is on record then.
    pub(crate) fn run(&self, operation: &dyn Operate, plan: &Plan, mut sources: Sources) -> Result<Done, Box<Failed>> {
        let ready = sources.make_ready(self.tree, plan).and_then(|()| self.unless_told_to_stop());
        if let Err(error) = ready {
            let error = if error.is_interrupt() { StepError::Interrupted } else { error };
            return Err(Box::new(Failed { at: At::Bundle, error, host: After::Untouched }));
        }
        if let Err((at, error)) = self.look_ahead(operation, plan) {
            return Err(Box::new(Failed { at, error, host: After::Untouched }));
        }
        let Self { tree, state, .. } = *self;
        let (manifest, on_record, stage) = match operation.header() {
            // The records that say what it is about go before it has come to its end. Of no bundle it says that it is
            // installed. And it has nothing to take back, not even before its first step: what stands in the journal then
            // is what a run before it had begun, and that is for the next uninstall to undo.
            records::Operation::Uninstall => (None, fold(&self.records.ours(), &[]), Stage::PastThePoint),
            records::Operation::Install { .. }
            | records::Operation::Restore { .. }
            | records::Operation::MakeKey { .. }
            | records::Operation::CopyData => {
                // What the receipt replaces may have begun to go.
                let is_over = self.records.is_all_but_closed(operation.header(), plan.is_done());
                let stage = if is_over { Stage::PastThePoint } else { Stage::CanBeTakenBack };
                (operation.manifest(), Vec::new(), stage)
            }
        };
        let entry = self.records.history.next();
        let begun = Transaction::begin(tree, state, operation.header(), manifest, &on_record, entry);
        let transaction = begun.map_err(|error| {
            let left = transaction::clean_up(tree, state).err().map(|error| NotUndone::Records(error.into()));
            let host = After::Undone { left: left.into_iter().collect() };
            Box::new(Failed { at: At::Journal, error: error.into(), host })
        })?;
        let transaction = transaction.knowing(self.records.ours());
        let mut run = Run { on: self, operation, plan, sources, transaction, stage, stopped: None, again: None };
        match run.all_steps() {
            Ok(done) => Ok(run.close(done)),
            Err(Stopped { at, error }) if run.stage == Stage::PastThePoint => {
                self.show_log(&error);
                run.remember_if_possible(records::Outcome::Left);
                Err(Box::new(Failed { at, error, host: After::Begun }))
            }
            Err(Stopped { at, error }) => {
                self.report.warn(&progress::undoing(&error), None);
                self.show_log(&error);
                Err(Box::new(Failed { at, error, host: After::Undone { left: run.take_back() } }))
            }
        }
    }

    /// What etcd logged, once, as lines.
    fn show_log(&self, error: &StepError) {
        for line in error.log() {
            self.report.note(&progress::of_the_log(line));
        }
    }

    fn unless_told_to_stop(&self) -> Result<(), StepError> {
        if self.interrupt.is_raised() { Err(StepError::Interrupted) } else { Ok(()) }
    }
}

impl Run<'_> {
    /// Every step, then the records: from then on the run counts as done.
    fn all_steps(&mut self) -> Result<Done, Stopped> {
        let is_due = |planned: &&Planned| planned.is_due();
        let steps: Vec<Step> = self.plan.steps.iter().filter(is_due).map(|planned| planned.step.clone()).collect();
        // What is undone clears up after itself, and can be undone where something else cannot be cleared.
        if !steps.iter().any(|step| matches!(step, Step::Undo { .. })) {
            self.transaction.clear_leftovers().map_err(|error| Stopped { at: At::Leftovers, error: error.into() })?;
        }
        let tree = self.on.tree.undisturbed().heeding(self.on.interrupt);
        let mut undoing = Undoing::new(tree, self.operation.policy(), self.on.records.ours());
        self.take(&steps, &mut undoing)?;
        let finish = |run: &Self| -> Result<Done, StepError> {
            undoing.settle(&run.transaction)?;
            let (stays, left) = undoing.into_outcome();
            let remains = run.operation.leaves(&run.outcome(&stays)?)?;
            if left.is_empty() {
                run.transaction.sync_others_work()?;
                // Before the records, from which on the run counts as done: whoever is cut off in between has a journal.
                if remains.are_any() {
                    run.remember(records::Outcome::Done, stays.len())?;
                }
                run.transaction.commit(&remains)?;
            } else {
                run.remember_if_possible(records::Outcome::Left);
            }
            Ok(Done { remains, stays, left, unclosed: None, again: None })
        };
        finish(self).map_err(|error| Stopped { at: At::Receipt, error })
    }

    /// Takes the steps, forwards or back. There is one loop for both: a run that is taken back, and a member that goes, are
    /// steps of [`Step::Undo`], of which one that fails does not keep the others from being taken.
    fn take(&mut self, steps: &[Step], undoing: &mut Undoing) -> Result<(), Stopped> {
        for step in steps {
            let stopped = |error| Stopped { at: At::Step(Box::new(step.clone())), error };
            if undoing.interrupt().is_raised() {
                return Err(stopped(StepError::Interrupted));
            }
            if self.stage == Stage::CanBeTakenBack {
                self.on.last_look(self.operation, self.plan, step).map_err(stopped)?;
            }
            let point = step.point_of_no_return();
            self.pass(point, PointOfNoReturn::Begun);
            // What is undone is told afterwards: it may stay.
            if !matches!(step, Step::Undo { .. }) {
                self.on.report.step(&step.to_string());
            }
            let report = self.on.report;
            report.while_waiting(&step.to_string(), || self.apply(step, undoing)).map_err(stopped)?;
            self.pass(point, PointOfNoReturn::Taken);
        }
        Ok(())
    }

    /// A point of no return is passed once. Taking back is no way on from there.
    fn pass(&mut self, point: PointOfNoReturn, passed: PointOfNoReturn) {
        if self.stage == Stage::CanBeTakenBack && point == passed {
            self.stage = Stage::PastThePoint;
        }
    }

    /// Undoes every change in the journal, those of runs that were cut off before included, and removes the journal. What
    /// is left, in words: with something left the journal stays, and the same command goes on from there.
    fn take_back(mut self) -> Vec<NotUndone> {
        self.stage = Stage::IsTakenBack;
        let (tree, state) = (self.on.tree, self.on.state);
        let changes = self.transaction.changes().to_vec();
        let known: Vec<Change> = self.on.records.ours().into_iter().chain(changes.clone()).collect();
        // To be taken back is what being told to stop asks for: it goes on to its end.
        let mut undoing = Undoing::new(tree.undisturbed(), self.operation.policy(), known.clone());
        // A service in an image is not this system's.
        // A key of the host's own that stands in the journal of an install was put there by an uninstall that was cut off, or
        // made by a run before: it is not this one's to take back, and there is no other copy of it.
        let installs = self.operation.header().installs().is_some();
        let stays = |change: &Change| state.holds(change) || (installs && state.is_of_key(change));
        let is_ours = |change: &&Change| !stays(change) && (tree.is_live() || !change.is_of_service());
        let steps = in_order(&changes).into_iter().filter(is_ours);
        let steps: Vec<Step> = steps.map(|change| Step::Undo { change: change.clone() }).collect();
        if let Err(Stopped { at, error }) = self.take(&steps, &mut undoing) {
            self.remember_if_possible(records::Outcome::Left);
            return vec![NotUndone::Step(at, error)];
        }
        let settled = undoing.settle(&self.transaction).err().map(|error| NotUndone::Records(error.into()));
        let (stays, left) = undoing.into_outcome();
        for change in stays.iter().rev() {
            self.on.report.note(&progress::kept(change));
        }
        let mut left: Vec<_> = left.into_iter().map(|(change, error)| NotUndone::Change(change, error)).collect();
        left.extend(settled);
        if left.is_empty() {
            left.extend(self.close_taken_back(&stays, &known).err().map(NotUndone::Records));
        } else {
            self.remember_if_possible(records::Outcome::Left);
        }
        left
    }

    fn close_taken_back(self, stays: &[Change], known: &[Change]) -> Result<(), StepError> {
        let remains = taken_back(self.operation, self.on.records, &self.outcome(stays)?);
        // First of all: what is written down then may need the room.
        self.transaction.drop_backups()?;
        self.transaction.commit(&remains)?;
        if remains.are_any() && self.may_be_remembered_as_done() {
            self.remember(records::Outcome::RolledBack, 0)?;
        } else if remains.are_any() {
            self.remember_if_possible(records::Outcome::RolledBack);
        }
        Ok(self.transaction.close(&remains, known)?)
    }

    /// Writes down what came of the operation, of which so many changes stay that were to go.
    fn remember(&self, outcome: records::Outcome, stays: usize) -> Result<(), FsError> {
        let Self { on: Execution { records, .. }, operation, transaction, .. } = self;
        let header = operation.header();
        let changes = match header {
            records::Operation::Uninstall => fold(&records.ours(), &[]).len().saturating_sub(stays),
            _ => fold(&[], transaction.changes()).len(),
        };
        let entry = Entry {
            n: transaction.entry(),
            at: clock::now(),
            operation: header.into(),
            outcome,
            changes,
            etcdpack: env!("CARGO_PKG_VERSION").to_owned(),
            bundle: operation.manifest().map(|manifest| records::Of::new(header, manifest, records)),
        };
        transaction.remember(&records.history.with(entry))
    }

    /// Likewise where that is all that is left to do: a disk that is full is no reason not to come to an end.
    fn remember_if_possible(&self, outcome: records::Outcome) {
        if let Err(error) = self.remember(outcome, 0) {
            self.on.report.warn(&progress::not_remembered(&error), None);
        }
    }

    /// Whether the history may say that the operation is done: this run has come as far as that, or one that was cut off.
    fn may_be_remembered_as_done(&self) -> bool {
        let is_this = |entry: &Entry| entry.n == self.transaction.entry() && entry.outcome == records::Outcome::Done;
        let history = History::read(&self.on.tree.undisturbed(), &self.on.state.history);
        history.map_or(true, |history| history.entries().any(is_this))
    }

    /// What is left to do once the records are written.
    fn close(self, done: Done) -> Done {
        if !done.left.is_empty() {
            return done;
        }
        let known: Vec<Change> =
            self.on.records.ours().into_iter().chain(self.transaction.changes().iter().cloned()).collect();
        let unclosed = self.transaction.close(&done.remains, &known).err();
        Done { unclosed, again: self.again, ..done }
    }

    /// What a record is made of, beside what the operation knows itself.
    fn outcome<'s>(&'s self, stays: &'s [Change]) -> Result<Outcome<'s>, StepError> {
        // etcd may be up, and only the receipt is missing: nothing stops that.
        let tree = &self.on.tree.undisturbed();
        let manifest = self.operation.manifest();
        let here = manifest.and_then(|manifest| data::identity(tree, (&manifest.layout).into()));
        Ok(Outcome {
            now: clock::now(),
            state: self.on.state,
            changes: self.transaction.changes(),
            stays,
            instances: match manifest.filter(|_| !self.plan.waits.is_empty()) {
                Some(manifest) => probe::instances(tree, manifest)?,
                None => Vec::new(),
            },
            data: here.filter(|_| stays.iter().any(Change::is_kept_without_purge)),
            here,
            key_waits: matches!(tree.look(&self.on.state.host_key_file()?)?, Seen::File { .. }),
        })
    }
}

impl Planned {
    /// Whether it is taken. What is to be undone is looked at anew when its turn comes: beside what has gone, a run that was
    /// killed may have left something, and what stays has to be found to stay.
    fn is_due(&self) -> bool {
        self.state == State::Pending || matches!(self.step, Step::Undo { .. })
    }
}
