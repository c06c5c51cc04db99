//! Findings about what earlier installs left on record.

mod relocation;

pub(super) use relocation::{address, place};

use payload::manifest::{Manifest, Phase};

use super::etcd;
use crate::change::Change;
use crate::drift;
use crate::facts::Etcd;
use crate::finding::records::{Begun, OfCluster};
use crate::finding::{BundleFinding, Code, Finding, RecordFinding};
use crate::plan::Planned;
use crate::records::{Operation, Records, StateDir};
use crate::step::{Source, State, Step};

/// What earlier runs left.
pub(super) fn earlier(manifest: &Manifest, records: &Records) -> Option<Finding> {
    let there = records.installed()?;
    if there.cluster != manifest.cluster || there.member != manifest.member {
        let whose = |manifest: &Manifest| (manifest.member.clone(), manifest.cluster.clone());
        return Some(RecordFinding::OtherMember { here: whose(there), bundle: whose(manifest) }.into());
    }
    let of = |manifest: &Manifest| OfCluster {
        id: manifest.provenance.as_ref().map(|provenance| provenance.site_id),
        token: manifest.token.clone(),
    };
    let (here, bundle) = (of(there), of(manifest));
    // Records from before bundles were signed have no id.
    if here.token != bundle.token || (here.id.is_some() && here.id != bundle.id) {
        return Some(RecordFinding::OtherCluster { cluster: there.cluster.clone(), here, bundle }.into());
    }
    let (here, bundle) = (there.release.version, manifest.release.version);
    (here != bundle).then(|| RecordFinding::OtherVersion { here, bundle }.into())
}

/// A bundle that would found the cluster which ran already when an earlier bundle was installed: the builder never goes back to
/// founding, so its `pki/` did.
pub(crate) fn founds_again(manifest: &Manifest, records: &Records) -> Option<Finding> {
    let ran = match records.installed() {
        // Of another cluster than the bundle's nothing follows.
        Some(there) => earlier(manifest, records).is_none().then_some(there.state.as_ref()?.phase),
        None => records.kept.as_ref().filter(|kept| kept.is_for(manifest))?.phase,
    };
    let founds = manifest.state.as_ref().is_some_and(|state| state.phase == Phase::Founding);
    (founds && ran == Some(Phase::Running)).then(|| BundleFinding::FoundsAgain { token: manifest.token.clone() }.into())
}

/// Half of one bundle and half of another is nothing that anybody tested.
pub(crate) fn unfinished_other(this: Operation, records: &Records, state: &StateDir) -> Option<Finding> {
    let (cut, bundle) = (records.unfinished.as_ref()?, this.installs()?);
    let (begun, other) = match cut.of {
        _ if this.may_go_on_after(cut, state) => return None,
        Operation::Install { bundle } => (Begun::Install, bundle),
        Operation::Restore { bundle, .. } => (Begun::Restore, bundle),
        Operation::MakeKey { bundle } => (Begun::Key, bundle),
        Operation::Uninstall | Operation::CopyData => return None,
    };
    Some(RecordFinding::UnfinishedOther { begun, other, bundle }.into())
}

/// Of an install whose receipt is lost: that it is written anew; or, where that cannot be, one finding in the place of all that
/// follows from it.
pub(crate) fn receipt_lost(records: &Records, etcd: &Etcd, mut findings: Vec<Finding>) -> Vec<Finding> {
    let Some(loss) = records.loss.clone() else { return findings };
    if records.receipt.is_some() {
        findings.push(RecordFinding::ReceiptMadeAnew { loss }.into());
        return findings;
    }
    let etcd = etcd.others.first().map(|process| process.pid);
    findings.retain(|found| !follows(found.code()));
    findings.insert(0, RecordFinding::ReceiptLost { loss, etcd }.into());
    findings
}

/// Whether it may be no more than what an install leaves that is not on record.
fn follows(code: Code) -> bool {
    etcd::follows(code)
        || matches!(
            code,
            Code::ByHand | Code::ClusterUnreachable | Code::RejoinNeeded | Code::WouldBootstrap | Code::UnsafeLogs
        )
}

/// A run that has not come to its end, for whoever only looks: it may still be at work.
pub(crate) fn unfinished(records: &Records) -> Option<Finding> {
    records.unfinished.as_ref().map(|cut| RecordFinding::Unfinished(cut.of).into())
}

/// What an install of the installed bundle would have to make again. How etcd does is told by its health, not here.
pub(crate) fn not_as_installed(steps: &[Planned], installed: &[Change]) -> Option<Finding> {
    // Where etcd was started by hand after an install, nothing has said yet that it has data.
    let is_said = |step: &Step| match step {
        Step::File { source: Source::HasData { .. }, path, .. } => !drift::recorded(path, installed).is_empty(),
        Step::File { source: Source::MayBegin, .. } => false,
        _ => true,
    };
    let is_lost = |planned: &&Planned| {
        planned.state == State::Pending
            && is_said(&planned.step)
            && !matches!(
                planned.step,
                Step::Service { .. }
                    | Step::Timer { .. }
                    | Step::Loop { .. }
                    | Step::Textfile { .. }
                    | Step::Labels { .. }
            )
    };
    let steps: Vec<Step> = steps.iter().filter(is_lost).map(|planned| planned.step.clone()).collect();
    (!steps.is_empty()).then(|| RecordFinding::NotAsInstalled { steps }.into())
}

#[cfg(test)]
mod tests {
    use payload::manifest::State;
    use payload::provenance::SiteId;

    use super::*;
    use crate::facts::data::wal::Identity;
    use crate::facts::tests::{manifest, provenance, receipt};
    use crate::records::Leftovers;
    use crate::text;

    /// Of one of two sites, founding or not.
    fn of_site(site: u8, phase: Phase) -> Manifest {
        let mut provenance = provenance(1);
        provenance.site_id = SiteId::new([site; 16]);
        let state = State { phase, founders: Vec::new() };
        Manifest { provenance: Some(provenance), state: Some(state), ..manifest() }
    }

    fn installed(manifest: Manifest) -> Records {
        crate::records::Receipt { manifest, ..receipt() }.into()
    }

    #[test]
    fn another_cluster_of_the_name_is_told_from_another_member() {
        type Edit = fn(&mut Manifest);
        let edits: [(Edit, Option<(&str, &str)>); 6] = [
            (|_| {}, None),
            (|bundle| bundle.token = "mine".parse().unwrap(), Some(("other-cluster", "--same-cluster=t "))),
            (|bundle| *bundle = of_site(2, Phase::Running), Some(("other-cluster", "--same-cluster=t "))),
            (|bundle| bundle.member = "n9".parse().unwrap(), Some(("other-member", "etcdpack-host status"))),
            (|bundle| bundle.cluster = "other".parse().unwrap(), Some(("other-member", "etcdpack-host status"))),
            (
                |bundle| bundle.release.version = "3.5.30".parse().unwrap(),
                Some(("other-version", "set `release.version` to")),
            ),
        ];
        for (edit, expected) in edits {
            let here = installed(of_site(1, Phase::Running));
            let mut bundle = of_site(1, Phase::Running);
            edit(&mut bundle);
            let found = earlier(&bundle, &here);
            assert_eq!(found.as_ref().map(|found| found.code().as_str()), expected.map(|(code, _)| code));
            if let (Some(found), Some((_, words))) = (&found, expected) {
                assert!(text::findings::help(found).to_string().contains(words), "{found:?}");
            }
        }
        // An old record has no id.
        assert_eq!(earlier(&of_site(1, Phase::Founding), &installed(manifest())), None);
    }

    #[test]
    fn what_ran_is_never_founded_again() {
        let kept = |manifest: &Manifest| -> Records {
            Leftovers::of(manifest, Vec::new(), Some(Identity { cluster: 5, member: 6 })).into()
        };
        for (here, of, again) in [
            (Phase::Running, of_site(1, Phase::Founding), true),
            (Phase::Running, of_site(1, Phase::Running), false),
            (Phase::Founding, of_site(1, Phase::Founding), false),
            (Phase::Founding, of_site(1, Phase::Running), false),
            // That is said by another finding.
            (Phase::Running, of_site(2, Phase::Founding), false),
        ] {
            for records in [installed(of_site(1, here)), kept(&of_site(1, here))] {
                let found = founds_again(&of, &records);
                assert_eq!(found.is_some(), again, "{here:?} {:?}", of.state);
                if let Some(found) = found {
                    assert_eq!(found.code().as_str(), "older-bundle");
                    assert!(text::findings::text(&found).contains("this `pki/` is an older copy"));
                    assert!(text::findings::help(&found).to_string().contains("etcdpack build --same-cluster=t,"));
                }
            }
        }
        assert_eq!(founds_again(&of_site(1, Phase::Founding), &Records::default()), None);
        assert_eq!(founds_again(&of_site(1, Phase::Founding), &installed(manifest())), None);
    }
}
