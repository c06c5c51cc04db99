//! Putting bundles together: what all hosts of an architecture share is written and hashed once, then each host's
//! own part behind it.

mod common;
mod dist;
mod error;
mod installer;
mod own;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use payload::cluster::Cluster;
use payload::digest::Digest;
use payload::etcd::Arch;

pub use error::PackError;

use crate::narrator::Narrator;
use crate::pki::{Issued, Keys};
use crate::release::Verified;
use crate::wheels::Carried;

/// Everything that goes into bundles, each part verified by those who made it.
pub(crate) struct Parts<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) releases: &'a BTreeMap<Arch, Verified>,
    pub(crate) wheels: &'a [Carried],
    pub(crate) issued: &'a Issued,
    pub(crate) keys: &'a Keys,
}

/// One bundle, in its place.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
}

/// Says at once, before anything is downloaded, when this builder has no installer for some host.
pub(crate) fn check_installers(cluster: &Cluster) -> Result<(), PackError> {
    cluster.hosts.iter().try_for_each(|host| installer::of(host.arch).map(drop))
}

/// Packs one bundle per host into `dir`, then writes `SHA256SUMS` beside them.
pub(crate) fn pack(parts: &Parts, dir: &Path, narrator: &mut dyn Narrator) -> Result<Vec<Made>, PackError> {
    let dist = dist::Dist::open(dir)?;
    let mut commons = BTreeMap::new();
    let mut made = Vec::new();
    for host in &parts.cluster.hosts {
        let common = match commons.entry(host.arch) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(common::write(parts, host.arch, &dist)?),
        };
        let own = own::entries(parts, host, common)?;
        made.push(dist.bundle(host, common, own)?);
    }
    dist.sums(&made)?;
    narrator.note(&format!("packed into {}:", dir.display()));
    Ok(made)
}
