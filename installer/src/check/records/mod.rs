//! Findings about what earlier installs left on record.

mod relocation;

pub(super) use relocation::{address, place};

use payload::digest::Digest;
use payload::manifest::Manifest;

use crate::finding::records::Begun;
use crate::finding::{Finding, RecordFinding};
use crate::records::{Operation, Records, StateDir};

/// What earlier runs left.
pub(super) fn earlier(manifest: &Manifest, records: &Records) -> Option<Finding> {
    let there = records.installed()?;
    let id = |manifest: &Manifest| manifest.provenance.as_ref().map(|provenance| provenance.site_id);
    // Records from before bundles were signed have no id.
    let other_id = id(there).is_some_and(|there| id(manifest) != Some(there));
    let other_name = there.cluster != manifest.cluster || there.token != manifest.token;
    if let Some(here) = id(there).filter(|_| other_id && !other_name) {
        return Some(RecordFinding::OtherCluster { cluster: there.cluster.clone(), here, bundle: id(manifest) }.into());
    }
    if other_name || there.member != manifest.member {
        let whose = |manifest: &Manifest| (manifest.member.clone(), manifest.cluster.clone());
        return Some(RecordFinding::OtherMember { here: whose(there), bundle: whose(manifest) }.into());
    }
    let (here, bundle) = (there.release.version, manifest.release.version);
    (here != bundle).then(|| RecordFinding::OtherVersion { here, bundle }.into())
}

/// Half of one bundle and half of another is nothing that anybody tested.
pub(crate) fn unfinished_other(bundle: Digest, records: &Records, state: &StateDir) -> Option<Finding> {
    let cut = records.unfinished.as_ref()?;
    let (begun, other) = match cut.of {
        _ if (Operation::Install { bundle }).may_go_on_after(cut, state) => return None,
        Operation::Install { bundle } => (Begun::Install, bundle),
        Operation::MakeKey { bundle } => (Begun::Key, bundle),
        Operation::Uninstall => return None,
    };
    Some(RecordFinding::UnfinishedOther { begun, other, bundle }.into())
}
