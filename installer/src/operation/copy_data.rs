//! Copying what the member knows, while it is stopped: for the keys of the v2 API, which no snapshot has. Pure.

use payload::manifest::Manifest;

use super::{Operate, Outcome};
use crate::although::Word;
use crate::check;
use crate::execute::StepError;
use crate::finding::cluster::Stop;
use crate::finding::{Finding, RecordFinding};
use crate::inventory::Inventory;
use crate::plan::{Plan, Planned};
use crate::records::{self, Receipt, Records};
use crate::step::{Action, State, Step};
use crate::transaction::undo::Contents;
use crate::transaction::{AdoptedData, Policy, Remains, ServiceFate, WaitingKey};

/// Copying the data of what is installed.
pub(crate) struct CopyData<'a> {
    pub(crate) records: &'a Records,
    pub(crate) receipt: &'a Receipt,
}

impl CopyData<'_> {
    /// What speaks against it, and the steps, of data of so many bytes.
    pub(crate) fn plan(&self, found: &Inventory, bytes: u64, at_risk: Word) -> Plan {
        let layout = &self.receipt.manifest.layout;
        let (data, wal) = (layout.data.clone(), layout.wal.clone());
        let steps = [self.service(Action::Stop), Step::CopyData { data, wal, bytes }, self.service(Action::StartAgain)];
        Plan { findings: self.findings(found, at_risk), ..of(steps) }
    }

    /// What is left to do of one that was cut off.
    pub(crate) fn rest(&self) -> Plan {
        of([self.service(Action::StartAgain)])
    }

    fn service(&self, action: Action) -> Step {
        Step::Service { supervision: self.receipt.supervision.clone(), action }
    }

    fn findings(&self, found: &Inventory, at_risk: Word) -> Vec<Finding> {
        let Inventory { cluster: seen, own: data, .. } = found;
        let member = check::Member { manifest: &self.receipt.manifest, seen, data: *data };
        let cut = self.records.unfinished.as_ref().map(|cut| RecordFinding::Unfinished(cut.of).into());
        let of_cluster = check::not_asked(seen).into_iter().chain(check::quorum(member, Stop::Copy, at_risk));
        cut.into_iter().chain(of_cluster.map(Finding::from)).collect()
    }
}

fn of(steps: impl IntoIterator<Item = Step>) -> Plan {
    let steps = steps.into_iter().map(|step| Planned { step, state: State::Pending });
    Plan { steps: steps.collect(), ..Plan::default() }
}

impl Operate for CopyData<'_> {
    fn header(&self) -> records::Operation {
        records::Operation::CopyData
    }

    fn manifest(&self) -> Option<&Manifest> {
        Some(&self.receipt.manifest)
    }

    fn policy(&self) -> Policy {
        let (contents, adopted_data, service) = (Contents::Keep, AdoptedData::IsTheirs, ServiceFate::StartsAgain);
        Policy { contents, adopted_data, service, stop_seconds: self.receipt.manifest.service.stop_seconds }
    }

    /// What was on record before.
    fn leaves(&self, _: &Outcome) -> Result<Remains, StepError> {
        let (receipt, kept) = (Some(self.receipt.clone()), self.records.kept.clone());
        Ok(Remains { receipt, kept, waiting_key: WaitingKey::Stays, replaced: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::facts::Cluster;
    use crate::facts::machine::Target;
    use crate::facts::paths::Paths;
    use crate::facts::tests::receipt;
    use crate::finding::Code;
    use crate::inventory::Manager;
    use crate::records::Unfinished;

    fn found() -> Inventory {
        Inventory {
            target: Target::Live,
            paths: Paths::default(),
            accounts: BTreeSet::new(),
            running: vec![7],
            manager: Manager::HasIt,
            data: None,
            cas: BTreeSet::new(),
            cluster: Cluster::default(),
            own: None,
        }
    }

    #[test]
    fn etcd_is_stopped_copied_and_started_again() {
        let (records, receipt) = (Records::from(receipt()), receipt());
        let copy = CopyData { records: &records, receipt: &receipt };
        let plan = copy.plan(&found(), 5, Word::NotSaid);
        assert!(!plan.is_refused() && !plan.is_done());
        let actions = |plan: &Plan| -> Vec<Option<Action>> {
            let action = |planned: &Planned| match planned.step {
                Step::Service { action, .. } => Some(action),
                _ => None,
            };
            plan.steps.iter().map(action).collect()
        };
        assert_eq!(actions(&plan), [Some(Action::Stop), None, Some(Action::StartAgain)]);
        assert_eq!(actions(&copy.rest()), [Some(Action::StartAgain)]);
    }

    #[test]
    fn what_is_half_installed_is_not_stopped() {
        let (mut records, receipt) = (Records::from(receipt()), receipt());
        let codes = |records: &Records| -> Vec<Code> {
            let copy = CopyData { records, receipt: &receipt };
            copy.plan(&found(), 5, Word::NotSaid).findings.iter().map(Finding::code).collect()
        };
        assert_eq!(codes(&records), []);
        let of = records::Operation::Uninstall;
        records.unfinished =
            Some(Unfinished { of, changes: Vec::new(), open: None, manifest: None, lines: 1, entry: None });
        assert_eq!(codes(&records), [Code::Unfinished]);
    }
}
