//! What facts are found out for: what a bundle brings, or what is installed here.

use std::fs::File;
use std::net::IpAddr;

use payload::bundle::Bundle;
use payload::manifest::{Found, Manifest};
use payload::render;
use payload::url::DnsName;

use super::{ProbeError, credentials};
use crate::facts::network::names::own;
use crate::host::{Tree, addresses, names};
use crate::records::Records;

/// Where it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Bundle,
    Installed,
}

/// A member as a manifest has it, with the bytes that its checks look into.
pub(crate) struct Subject<'a> {
    pub(super) of: Of,
    pub(super) manifest: &'a Manifest,
    /// `None` of a bundle without a certificate.
    pub(super) credentials: Option<credentials::Brought>,
    pub(super) script: Vec<u8>,
}

impl<'a> Subject<'a> {
    /// What this bundle brings.
    pub(crate) fn bundle(bundle: &'a mut Bundle<File>) -> Result<Self, ProbeError> {
        let credentials = credentials::Brought::read(bundle)?;
        let script = bundle.read(&format!("files/{}", render::STARTUP))?;
        Ok(Self { of: Of::Bundle, manifest: bundle.manifest(), credentials, script })
    }

    /// What is installed here by `manifest`, as it lies here now.
    pub(crate) fn installed(tree: &Tree, manifest: &'a Manifest) -> Result<Self, ProbeError> {
        let credentials = Some(credentials::Brought::in_use(tree, manifest)?);
        let path = manifest.layout.release_dir.join(render::STARTUP)?;
        let script = tree.read_if_there(&path, render::MAX_STARTUP).ok().flatten().unwrap_or_default();
        Ok(Self { of: Of::Installed, manifest, credentials, script })
    }
}

/// Finds which of its own addresses a host's member listens at, where its bundle has a name in their place: the one that the name
/// means here, as etcd looks it up. What an install has found stays so while the host has it, whatever the name means by then. Where a name means none of this host's addresses, or several, the name stays, and is refused.
pub(crate) fn settle(tree: &Tree, bundle: &mut Bundle<File>, records: &Records) -> Result<(), ProbeError> {
    let sought = bundle.manifest().sought();
    if sought.is_empty() || !tree.is_live() {
        return Ok(());
    }
    let here: Vec<IpAddr> = addresses::all()?.into_iter().map(|(_, address)| address).collect();
    let before = records.installed().map_or(&[][..], |installed| installed.found());
    let stays = |name: &DnsName| before.iter().find(|found| found.name == *name && here.contains(&found.address));
    let (known, new): (Vec<_>, Vec<_>) = sought.into_iter().partition(|name| stays(name).is_some());
    let mut found: Vec<Found> = known.iter().filter_map(stays).cloned().collect();
    for (name, means) in new.iter().zip(names::means(tree, &new)) {
        if let [address] = *own(means.addresses(), &here) {
            found.push(Found { name: name.clone(), address });
        }
    }
    Ok(bundle.settle(&found)?)
}
