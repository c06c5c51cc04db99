//! Undoing many changes: in which order, and what stays. One way for a run that failed and for a member that goes; they
//! differ in their [`Policy`] alone.

use super::undo::{self, Contents, UndoError, Undone};
use super::{Permit, Transaction};
use crate::HOST_COMMAND;
use crate::change::Change;
use crate::facts::managers::Init;
use crate::host::Tree;
use crate::host::interrupt::Interrupt;
use crate::layout;
use crate::service::{self, Others};
use crate::step::Action;
use crate::supervision::{Supervision, Supervisor};

/// How changes are undone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    pub(crate) contents: Contents,
    pub(crate) adopted_data: AdoptedData,
    pub(crate) service: ServiceFate,
    /// How long etcd may take to stop.
    pub(crate) stop_seconds: u32,
}

/// A directory for data that was there before us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdoptedData {
    /// It is emptied where contents are removed: all that is in it came after us.
    IsOurs,
    /// It held something, somebody's only copy perhaps, that no etcd of ours can have written.
    IsTheirs,
}

/// What becomes of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceFate {
    /// It is stopped and taken from its manager, which goes back to how it was as far as others can do without it.
    Goes,
    /// Likewise, a moment after it was put there: its manager goes back to how it was.
    IsTakenBack,
    /// An earlier install has it, and it did not run before this run began.
    Rests,
    /// An earlier install has it, and it ran: it gets its files back, then a restart. It may never have been touched.
    RunsAgain { systemd: Init },
    /// Likewise, and what it ran on is being changed: it does not run until that is as it was.
    RunsAgainAfterwards { systemd: Init },
    /// An earlier install has it, and nothing of it is changed: where this run has stopped it, it starts again.
    StartsAgain,
}

/// Changes on their way back.
pub(crate) struct Undoing {
    /// What it reads heeds an interrupt where the undoing may stop, and none where it must come to its end.
    tree: Tree,
    policy: Policy,
    /// All that is on record: a file goes if it is one that any run of ours has written.
    known: Vec<Change>,
    /// Of the service that was undone.
    service: Option<Supervision>,
    /// What stays because it is not ours alone, in the order in which it was come to.
    stays: Vec<Change>,
    /// What could not be undone.
    left: Vec<(Change, UndoError)>,
}

/// In which order changes are undone: services first, for their programs and data must not go under a process that runs, and before
/// them what runs beside; then the newest first. The program that stays on the host goes last, with the directories that lead to it, so that
/// whoever was cut off can go on with it.
pub(crate) fn in_order(changes: &[Change]) -> Vec<&Change> {
    let (loops, others): (Vec<_>, Vec<_>) =
        changes.iter().rev().partition(|change| matches!(change, Change::Loop { .. }));
    let (services, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|change| matches!(change, Change::Service { .. }));
    let (last, first): (Vec<_>, Vec<_>) = others.into_iter().partition(|change| is_of_command(change, changes));
    loops.into_iter().chain(services).chain(first).chain(last).collect()
}

fn is_of_command(change: &Change, changes: &[Change]) -> bool {
    let command = changes.iter().filter_map(Change::path).find(|path| path.name() == HOST_COMMAND);
    command.zip(change.path()).is_some_and(|(command, path)| command.is_within(path))
}

impl Undoing {
    pub(crate) fn new(tree: Tree, policy: Policy, known: Vec<Change>) -> Self {
        Self { tree, policy, known, service: None, stays: Vec::new(), left: Vec::new() }
    }

    /// What tells it to stop.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        self.tree.interrupt()
    }

    /// What stays, in the order in which it was made; what could not be undone.
    pub(crate) fn into_outcome(mut self) -> (Vec<Change>, Vec<(Change, UndoError)>) {
        self.stays.reverse();
        (self.stays, self.left)
    }

    /// Undoes one change, and remembers what became of it. Only being told to stop is an error: what cannot be undone is
    /// left, and the others are undone all the same.
    pub(crate) fn undo(&mut self, transaction: &mut Transaction, change: &Change) -> Result<Undone, UndoError> {
        if self.must_stay(change) {
            self.stays.push(change.clone());
            return Ok(Undone::Stays);
        }
        match self.try_undo(transaction, change) {
            Err(error) if error.is_interrupt() => Err(error),
            Err(error) => {
                self.left.push((change.clone(), error));
                Ok(Undone::Left)
            }
            Ok(undone) => {
                if undone == Undone::Stays {
                    self.stays.push(change.clone());
                }
                Ok(undone)
            }
        }
    }

    /// Likewise, where nothing else may be undone unless this is.
    pub(crate) fn try_undo(&mut self, transaction: &mut Transaction, change: &Change) -> Result<Undone, UndoError> {
        if let Change::Service { supervision, .. } = change {
            self.service = Some(supervision.clone());
        }
        transaction.journal.undo(change, |permit| self.undo_one(permit, change))
    }

    fn undo_one(&self, permit: &Permit, change: &Change) -> Result<Undone, UndoError> {
        let Policy { contents, adopted_data, service, stop_seconds } = self.policy;
        match (change, service) {
            (Change::Service { .. }, ServiceFate::RunsAgain { .. } | ServiceFate::StartsAgain) => Ok(Undone::Yes),
            (Change::Service { supervision, .. }, ServiceFate::RunsAgainAfterwards { .. }) => {
                service::control::stop(permit, supervision, stop_seconds, self.interrupt())?;
                Ok(Undone::Yes)
            }
            (Change::Service { supervision, was }, ServiceFate::Rests) => {
                let (interrupt, others) = (self.interrupt(), Others::Stop);
                service::control::stop_and_put_back(permit, supervision, *was, others, stop_seconds, interrupt)?;
                Ok(Undone::Yes)
            }
            // It has its owner back already: that change came after this one.
            (Change::Adopted { .. }, _) if change.is_of_data() && adopted_data == AdoptedData::IsTheirs => {
                Ok(Undone::Yes)
            }
            _ => {
                let others = if matches!(service, ServiceFate::IsTakenBack) { Others::Stop } else { Others::Spare };
                undo::undo(permit, &self.tree, change, &self.known, contents, (others, stop_seconds))
            }
        }
    }

    /// While data stays, so does the user that owns it: its id must not go to somebody else. While something is left, so is
    /// the program that can go on with it.
    fn must_stay(&self, change: &Change) -> bool {
        let is_account = matches!(change, Change::User { .. } | Change::Group { .. });
        let left = self.left.iter().map(|(change, _)| change);
        let is_kept = is_account && self.stays.iter().chain(left).any(Change::is_kept_without_purge);
        is_kept || (!self.left.is_empty() && is_of_command(change, &self.known))
    }

    /// After the files: lets the service manager see what has become of them.
    pub(crate) fn settle(&self, transaction: &Transaction) -> Result<(), UndoError> {
        let permit = transaction.journal.permit();
        for supervisor in self.known.iter().filter_map(|change| renewed(change, transaction.changes())) {
            service::beside::start(permit, supervisor, self.interrupt())?;
        }
        match (self.policy.service, &self.service) {
            (ServiceFate::RunsAgain { .. } | ServiceFate::RunsAgainAfterwards { .. }, Some(supervision)) => {
                service::start(permit, supervision, Action::Restart, self.interrupt())?;
            }
            (ServiceFate::StartsAgain, Some(supervision)) => transaction.start_again(supervision, self.interrupt())?,
            // A unit that is back in its place is read again: etcd went on with what it had.
            (ServiceFate::RunsAgain { systemd } | ServiceFate::RunsAgainAfterwards { systemd }, None)
                if systemd == Init::Running =>
            {
                let is_read = |path| layout::is_unit(path) || layout::is_drop_in(path);
                if transaction.changes().iter().filter_map(Change::path).any(is_read) {
                    service::control::reload(permit, self.interrupt())?;
                }
            }
            (ServiceFate::Goes | ServiceFate::IsTakenBack | ServiceFate::Rests, Some(supervision)) => {
                service::control::forget(permit, supervision, self.interrupt())?;
            }
            (_, None) => {}
        }
        Ok(())
    }
}

/// A loop that an earlier install has started, and whose section is another than supervisord has read, or is back.
fn renewed<'a>(known: &'a Change, changes: &[Change]) -> Option<&'a Supervisor> {
    let Change::Loop { supervisor } = known else { return None };
    let is_touched = changes.iter().any(|change| change.path() == Some(&supervisor.section));
    (is_touched && !changes.contains(known)).then_some(supervisor)
}

#[cfg(test)]
mod tests {
    use payload::path::AbsPath;

    use super::*;
    use crate::change::Holds;
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;

    #[test]
    fn services_go_first_and_the_program_that_goes_on_goes_last() {
        let dir = |path: &str| Change::Dir { path: path.parse::<AbsPath>().unwrap(), holds: Holds::Files };
        let supervision = Supervision::Systemd { unit: "etcd-server.service".to_owned() };
        let service = Change::Service { supervision, was: None };
        let Supervision::Supervisor(supervisor) = supervisor(Origin::Host) else { unreachable!() };
        let beside = Change::Loop { supervisor };
        let command = Change::Link {
            path: "/usr/local/sbin/etcdpack-host".parse().unwrap(),
            target: "x".to_owned(),
            before: None,
        };
        let made = [dir("/usr/local"), dir("/opt/a"), beside.clone(), command.clone(), service.clone(), dir("/opt/b")];
        let order: Vec<Change> = in_order(&made).into_iter().cloned().collect();
        assert_eq!(order, [beside, service, dir("/opt/b"), dir("/opt/a"), command, dir("/usr/local")]);
    }
}
