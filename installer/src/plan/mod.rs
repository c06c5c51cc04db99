//! The plan: what will happen on this host, in order. A pure function of manifest, facts and choices.

mod conflict;
pub(crate) mod standing;
mod steps;

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::path::NotAPath;
use serde::Serialize;

use crate::check::{self, confinement, logs, preflight, programs, units};
use crate::drift;
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::records::StateDir;
use crate::restart::{Part, Restart};
use crate::signer::{self, Downgrade, Standing};
use crate::step::{Source, State, Step};
use crate::supervision::{Grounds, Start, Supervision, choose};

use standing::{Standings, Stood};

/// What the operator chose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices {
    pub(crate) manager: payload::cluster::Manager,
    pub(crate) start: Start,
    pub(crate) restart: Restart,
    pub(crate) downgrade: Downgrade,
}

/// Findings and steps.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What the bundle's signer is to this host; `None` where the bundle was not looked at.
    pub(crate) signer: Option<Standing>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) steps: Vec<Planned>,
    /// What takes effect at the next restart only, when the steps have been taken.
    pub(crate) waits: BTreeSet<Part>,
    pub(crate) supervision: Option<Supervision>,
}

/// A plan as programs read it, with its findings in words.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'a, F> {
    signer: Option<Standing>,
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

/// The bundle as the plan needs it: its manifest, and the sums that the manifest does not have.
#[derive(Clone, Copy)]
pub(crate) struct Carried<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) bundle: Digest,
    pub(crate) installer: Digest,
    pub(crate) signer: Standing,
}

impl Plan {
    /// Of a bundle that nothing is known of but that `finding` stands against it.
    pub(crate) fn refused(finding: Finding) -> Self {
        Self { signer: None, findings: vec![finding], steps: Vec::new(), supervision: None, waits: BTreeSet::new() }
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

    /// The sealed key, if it still has to come to its place.
    pub(crate) fn sealed_key(&self) -> Option<&Step> {
        let is_it = |planned: &&Planned| {
            matches!(planned.step, Step::File { source: Source::Sealed { .. }, .. }) && planned.state == State::Pending
        };
        self.steps.iter().find(is_it).map(|planned| &planned.step)
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_done(&self) -> bool {
        self.steps.iter().all(|planned| planned.state != State::Pending)
    }
}

/// The plan for this host. An error means that a path in the manifest cannot be put together.
pub(crate) fn plan(carried: Carried, facts: &Facts, choices: Choices) -> Result<Plan, NotAPath> {
    let manifest = carried.manifest;
    let ours = facts.records.ours();
    let mut findings = preflight(manifest, facts);
    findings.extend(check::unfinished_other(carried.bundle, &facts.records, &StateDir::new()?));
    // Another signer, taken by the operator's word, numbers its bundles anew.
    if let (Some(provenance), Some(known)) = (&manifest.provenance, facts.records.known())
        && known.covers(provenance)
    {
        findings.extend(signer::order(provenance.serial, carried.bundle, &known, choices.downgrade));
    }
    let grounds = Grounds {
        manifest,
        target: facts.machine.target,
        managers: &facts.managers,
        chosen: facts.records.chosen(),
        asked: choices.manager,
    };
    let supervision = match choose(grounds) {
        Ok((supervision, more)) => {
            findings.extend(more);
            findings.extend(units(manifest, &facts.managers, &supervision));
            findings.extend(programs(&facts.managers, &supervision));
            findings.extend(confinement(facts.machine.setpriv, &supervision));
            findings.extend(logs(manifest, &facts.logs, &ours, &supervision));
            Some(supervision)
        }
        Err(finding) => {
            findings.push(*finding);
            None
        }
    };
    let steps = match &supervision {
        Some(supervision) => steps::steps(carried, facts, choices, supervision)?,
        None => Vec::new(),
    };
    let (steps, changed) = drift::keep_changes(steps, &facts.paths, &ours)?;
    findings.extend(changed);
    for step in &steps {
        findings.extend(conflict::conflicts(step, facts, &ours)?);
    }
    let standings =
        Standings { facts, layout: &manifest.layout, supervision: supervision.as_ref(), restart: choices.restart };
    let Stood { steps, waits } = standings.of(steps);
    findings.extend(supervision.as_ref().and_then(|supervision| check::pending(&waits, supervision)));
    Ok(Plan { signer: Some(carried.signer), findings, steps, waits, supervision })
}

#[cfg(test)]
mod tests {
    use payload::cluster::Manager;
    use payload::manifest::{Purpose, When};
    use payload::path::AbsPath;

    use super::*;
    use crate::facts::machine::Selinux;
    use crate::facts::tests::{good, manifest};

    pub(super) fn plan_of(facts: &Facts) -> Plan {
        let mut manifest = manifest();
        if facts.managers.supervisor.is_some() {
            manifest.service.manager = Manager::Supervisor;
        }
        let [bundle, installer] = [b"bundle".as_slice(), b"elf"].map(Digest::of);
        let carried = Carried { manifest: &manifest, bundle, installer, signer: Standing::Known };
        let choices = Choices {
            manager: Manager::Auto,
            start: Start::Now,
            restart: Restart::IfNeeded,
            downgrade: Downgrade::Refuse,
        };
        plan(carried, facts, choices).unwrap()
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
        assert_eq!(at + 2, of, "only the service comes after");
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
}
