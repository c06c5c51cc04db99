//! The last look before etcd is stopped: everybody is asked afresh whether the cluster goes on meanwhile. Whatever operation
//! stops or restarts etcd passes here. A run that is taken back does not: it brings back what served before.

use std::time::Duration;

use payload::manifest::Manifest;

use super::{At, Execution, StepError};
use crate::although::Word;
use crate::check::{self, Member};
use crate::facts::Cluster;
use crate::finding::cluster::Stop;
use crate::finding::{Finding, Severity};
use crate::host::clock;
use crate::host::probe::{self, cluster, data};
use crate::operation::Operate;
use crate::plan::Plan;
use crate::records;
use crate::step::{Action, Step};

/// How long members may take to agree on a leader: some seconds at most, with etcd's own times.
const ELECTION: Duration = Duration::from_secs(5);

/// When it is looked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Before the first change.
    Ahead,
    /// After others, right before the stop.
    Again,
}

impl Execution<'_> {
    /// Of all steps that will stop etcd, before the first of any is taken.
    pub(super) fn look_ahead(&self, operation: &dyn Operate, plan: &Plan) -> Result<(), (At, StepError)> {
        for planned in plan.steps.iter().filter(|planned| planned.is_due()) {
            let at = |error| (At::Step(Box::new(planned.step.clone())), error);
            self.look(operation, plan, &planned.step, Look::Ahead).map_err(at)?;
        }
        Ok(())
    }

    /// Likewise, right before it is taken.
    pub(super) fn last_look(&self, operation: &dyn Operate, plan: &Plan, step: &Step) -> Result<(), StepError> {
        self.look(operation, plan, step, Look::Again)
    }

    /// Whether the cluster goes on while etcd is stopped by `step`, or that it does not was said before.
    fn look(&self, operation: &dyn Operate, plan: &Plan, step: &Step, look: Look) -> Result<(), StepError> {
        let Step::Service { action, .. } = step else { return Ok(()) };
        let stop = match (action, operation.header()) {
            (Action::Restart, _) => Stop::Restart,
            (Action::Remove, _) => Stop::Uninstall,
            (Action::Stop, records::Operation::CopyData) => Stop::Copy,
            _ => return Ok(()),
        };
        let Some(manifest) = self.records.installed().or(operation.manifest()).filter(|_| self.tree.is_live()) else {
            return Ok(());
        };
        if probe::running(self.tree, manifest)?.is_empty() {
            return Ok(());
        }
        let data = data::identity(self.tree, (&manifest.layout).into());
        let seen = self.settled(manifest, |seen| check::is_electing(Member { manifest, seen, data }));
        self.unless_told_to_stop()?;
        let found = check::quorum(Member { manifest, seen: &seen, data }, stop, self.at_risk);
        // What was installed meanwhile may have another CA, by which nobody can be asked: what was seen before counts then.
        let found = found.filter(|found| look == Look::Ahead || !found.is_of_silence());
        let Some(found) = found.map(Finding::from) else { return Ok(()) };
        let was_shown = plan.says_at_risk();
        if !is_taken(found.severity(), was_shown, self.unasked) {
            return Err(StepError::AtRisk(Box::new(found)));
        }
        if !was_shown && look == Look::Ahead {
            self.report.findings(&[found]);
        }
        Ok(())
    }

    /// What is seen of everybody, once that does not change by itself any more.
    fn settled(&self, manifest: &Manifest, is_electing: impl Fn(&Cluster) -> bool) -> Cluster {
        let look = || cluster::everybody(manifest, self.interrupt);
        let seen = clock::poll(ELECTION, || {
            let seen = look();
            (self.interrupt.is_raised() || !is_electing(&seen)).then_some(seen)
        });
        seen.unwrap_or_else(look)
    }
}

/// Whether what is found right before the stop is agreed to: by whoever saw it in the plan, or by who said that nothing is to be
/// asked. What is refused without a word of its own never is.
fn is_taken(severity: Severity, was_shown: bool, unasked: Word) -> bool {
    severity == Severity::Warn && (was_shown || unasked == Word::Said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_only_at_the_last_look_is_agreed_to_by_who_is_not_to_be_asked() {
        for (severity, was_shown, unasked, expected) in [
            (Severity::Warn, true, Word::NotSaid, true),
            // An only voter had no leader yet when the plan was made.
            (Severity::Warn, false, Word::Said, true),
            (Severity::Warn, false, Word::NotSaid, false),
            (Severity::Refuse, true, Word::Said, false),
            (Severity::Refuse, false, Word::Said, false),
        ] {
            assert_eq!(is_taken(severity, was_shown, unasked), expected, "{severity:?} {was_shown} {unasked:?}");
        }
    }
}
