//! The plan: what will happen on a host, in order, and what speaks against it. Which steps those are is up to each
//! operation; here is what plans have in common, and the rules that decide for a step whether it is to be taken.

pub(crate) mod closed;
pub(crate) mod conflict;
mod has_data;
pub(crate) mod inodes;
pub(crate) mod pending;
pub(crate) mod recovered;
pub(crate) mod steps;

use serde::Serialize;
use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Severity};
use crate::restart::Part;
use crate::signer::SignerStatus;
use crate::step::{Action, Source, State, Step};
use crate::supervision::{Origin, Supervision, Supervisor};

/// Findings and steps.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What the bundle's signer is to this host; `None` where there is no bundle, or it was not looked at.
    pub(crate) signer: Option<SignerStatus>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) steps: Vec<Planned>,
    /// What takes effect at the next restart only, when the steps have been taken.
    pub(crate) waits: BTreeSet<Part>,
    pub(crate) supervision: Option<Supervision>,
}

/// A plan as programs read it, with its findings in words.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'a, F> {
    signer: Option<SignerStatus>,
    findings: Vec<F>,
    steps: &'a [Planned],
    waits: &'a BTreeSet<Part>,
}

/// One step and whether it still has to be done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Planned {
    #[serde(flatten)]
    pub(crate) step: Step,
    pub(crate) state: State,
}

impl Planned {
    /// Whether something is there no more when it has been taken.
    pub(crate) fn goes(&self) -> bool {
        self.state != State::Stays && self.step.takes_away()
    }

    /// Whether etcd is stopped and started again by it.
    pub(crate) fn restarts(&self) -> bool {
        self.state == State::Pending && matches!(self.step, Step::Service { action: Action::Restart, .. })
    }

    /// This host's own supervisor, if the step has it read its configuration again.
    pub(crate) fn has_reread(&self) -> Option<&Supervisor> {
        match &self.step {
            Step::Service { supervision: Supervision::Supervisor(supervisor), action }
                if self.state == State::Pending && supervisor.origin == Origin::Host =>
            {
                matches!(action, Action::Start | Action::Restart).then_some(supervisor)
            }
            _ => None,
        }
    }
}

impl Plan {
    /// Of a bundle that nothing is known of but that `finding` stands against it.
    pub(crate) fn refused(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }

    /// For a program; `say` puts a finding into words.
    pub(crate) fn told<F>(&self, say: impl Fn(&Finding) -> F) -> Told<'_, F> {
        let findings = self.findings.iter().map(say).collect();
        Told { signer: self.signer, findings, steps: &self.steps, waits: &self.waits }
    }

    /// Whether anything stands against it.
    pub(crate) fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity() == Severity::Refuse)
    }

    /// Whether it has been said that the cluster serves nobody meanwhile, or from then on.
    pub(crate) fn says_at_risk(&self) -> bool {
        self.findings.iter().any(|finding| finding.code() == Code::QuorumAtRisk)
    }

    /// The sealed key, if it still has to come to its place.
    pub(crate) fn sealed_key(&self) -> Option<&Step> {
        let is_it = |planned: &&Planned| {
            matches!(planned.step, Step::File { source: Source::Sealed { .. }, .. }) && planned.state == State::Pending
        };
        self.steps.iter().find(is_it).map(|planned| &planned.step)
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_done(&self) -> bool {
        is_done(&self.steps)
    }
}

/// Whether none of these steps is still to be taken.
pub(crate) fn is_done(steps: &[Planned]) -> bool {
    steps.iter().all(|planned| planned.state != State::Pending)
}

#[cfg(test)]
mod tests {
    use payload::cluster::Manager;
    use payload::digest::Digest;
    use payload::manifest::{Purpose, When};
    use payload::path::AbsPath;

    use super::*;
    use crate::although::Although;
    use crate::facts::Facts;
    use crate::facts::machine::Selinux;
    use crate::facts::tests::{good, manifest};
    use crate::operation::install::plan;
    use crate::plan::steps::{Choices, PlanInput};
    use crate::restart::Restart;
    use crate::signer::Downgrade;
    use crate::supervision::Start;

    pub(super) fn plan_of(facts: &Facts) -> Plan {
        let mut manifest = manifest();
        if facts.managers.supervisor.is_some() {
            manifest.service.manager = Manager::Supervisor;
        }
        let [bundle, installer] = [b"bundle".as_slice(), b"elf"].map(Digest::of);
        let input = PlanInput { manifest: &manifest, bundle, installer, signer: SignerStatus::Known };
        let choices = Choices {
            manager: Manager::Auto,
            start: Start::Now,
            restart: Restart::IfNeeded,
            downgrade: Downgrade::Refuse,
            although: Although::default(),
        };
        plan(input, facts, choices).unwrap()
    }

    fn labels_of(facts: &Facts) -> Option<(Step, usize, usize)> {
        let plan = plan_of(facts);
        assert_eq!(plan.findings, []);
        let at = plan.steps.iter().position(|planned| matches!(planned.step, Step::Labels { .. }))?;
        Some((plan.steps[at].step.clone(), at, plan.steps.len()))
    }

    #[test]
    fn every_place_gets_its_label_before_the_service_starts() {
        assert_eq!(labels_of(&good()), None);
        let selinux = Selinux::On { enforcing: true, restorecon: true };
        let mut facts = good();
        facts.machine.selinux = selinux;
        let (step, at, of) = labels_of(&facts).unwrap();
        assert_eq!(at + 3, of, "only the service comes after, and that etcd has data");
        let Step::Labels { places, trees } = step else { unreachable!() };
        let manifest = manifest();
        let labelled = |path: &AbsPath| places.contains(path) || trees.iter().any(|tree| path.is_within(tree));
        for entry in &manifest.entries {
            if let Purpose::Place { path, when: When::Always | When::Systemd, .. } = &entry.purpose {
                assert!(labelled(path), "{path}");
            }
        }
        for path in [&manifest.layout.release_dir, &manifest.layout.link, &manifest.layout.data] {
            assert!(labelled(path), "{path}");
        }
        let above: AbsPath = "/data".parse().unwrap();
        assert!(places.contains(&above) && !trees.contains(&above), "a directory of others is not gone through");
    }

    #[test]
    fn a_set_of_certificates_is_whole_before_anything_leads_to_it() {
        let plan = plan_of(&good());
        let at = |name: &str| {
            let is_it = |planned: &Planned| match &planned.step {
                Step::File { path, .. } | Step::Link { path, .. } => path.name() == name,
                _ => false,
            };
            plan.steps.iter().position(is_it).unwrap()
        };
        for name in ["ca.pem", "etcd-peer.pem", "etcd-peer-key.pem"] {
            assert!(at(name) < at("current"), "{name}");
        }
        assert!(at("current") < at("certs") && at("certs") < at("etcd"), "what leads there comes from the inside out");
        assert!(at("etcd") < at("etcd-server.service"), "what starts etcd is last");
    }
}
