//! Findings about what earlier installs left on record.

mod relocation;

pub(super) use relocation::{address, place};

use payload::digest::Digest;
use payload::manifest::Manifest;

use super::{Finding, refuse};
use crate::records::{Operation, Records, StateDir};

/// What earlier runs left.
pub(super) fn earlier(manifest: &Manifest, records: &Records) -> Option<Finding> {
    let there = records.installed()?;
    let id = |manifest: &Manifest| manifest.provenance.as_ref().map(|provenance| provenance.cluster_id);
    // Records from before bundles were signed have no id.
    let other_id = id(there).is_some_and(|there| id(manifest) != Some(there));
    let other_name = there.cluster != manifest.cluster || there.token != manifest.token;
    if other_id && !other_name {
        let text = format!(
            "this host is a member of another cluster of the name `{}`: its id is {}, the bundle's is {}",
            there.cluster,
            id(there).map(|id| id.to_string()).unwrap_or_default(),
            id(manifest).map(|id| id.to_string()).unwrap_or_default()
        );
        return Some(refuse("other-cluster", text, "etcdpack-host status"));
    }
    if other_name || there.member != manifest.member {
        let text = format!(
            "this host is member `{}` of cluster `{}`; the bundle is for member `{}` of `{}`",
            there.member, there.cluster, manifest.member, manifest.cluster
        );
        return Some(refuse("other-member", text, "etcdpack-host status   (says which member's bundle belongs here)"));
    }
    if there.release.version != manifest.release.version {
        let text = format!(
            "etcd {} is installed, the bundle has {}: changing the version of a running member is not an install",
            there.release.version, manifest.release.version
        );
        return Some(refuse("other-version", text, "etcdpack-host status"));
    }
    None
}

/// Half of one bundle and half of another is nothing that anybody tested.
pub(crate) fn unfinished_other(bundle: Digest, records: &Records, state: &StateDir) -> Option<Finding> {
    let cut = records.unfinished.as_ref()?;
    let (what, command, other) = match cut.of {
        _ if (Operation::Install { bundle }).may_go_on_after(cut, state) => return None,
        Operation::Install { bundle } => ("an install of", "install", bundle),
        Operation::MakeKey { bundle } => ("making a key for", "csr", bundle),
        Operation::Uninstall => return None,
    };
    let text = format!("{what} another bundle ({}) was cut off here; this one is {}", other.short(), bundle.short());
    let help = format!("run the other bundle's {command} again, or: etcdpack-host uninstall");
    Some(refuse("unfinished-other", text, help))
}
