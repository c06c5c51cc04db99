//! Putting bundles together: what all hosts of an architecture share is written and hashed once, then each host's
//! own part behind it.

mod bundle;
mod common;
mod dist;
mod error;
mod own;
mod parts;
mod survey;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use payload::cluster::Cluster;

pub(crate) use bundle::Made;
pub use error::PackError;
pub(crate) use parts::Parts;
pub(crate) use survey::survey;

use bundle::HostBundle;
use dist::Dist;
use own::Draft;

use crate::carried::installer;
use crate::parallel;
use crate::report::Narrator;
use crate::text;

/// Bundles that are written at a time: enough for a disk to be busy, few enough for one that has to seek.
const AT_ONCE: usize = 4;

/// Says at once, before anything is downloaded, when this builder has no installer for some host.
pub(crate) fn check_installers(cluster: &Cluster) -> Result<(), PackError> {
    cluster.hosts.iter().try_for_each(|host| Ok(installer(host.arch).map(drop)?))
}

/// Packs one signed bundle per host into `dir`, then writes beside them what is in them and what they are checked by.
pub(crate) fn pack(parts: &mut Parts, dir: &Path, narrator: &mut dyn Narrator) -> Result<Vec<Made>, PackError> {
    let dist = Dist::open(dir)?;
    let mut commons = BTreeMap::new();
    for host in &parts.cluster.hosts {
        if let Entry::Vacant(new) = commons.entry(host.arch) {
            new.insert(common::write(parts, host.arch, &dist)?);
        }
    }
    let mut drafts = Vec::new();
    let mut contents = Vec::new();
    for host in &parts.cluster.hosts {
        let common = commons.get(&host.arch).ok_or(PackError::NoRelease(host.arch))?;
        let draft = Draft::new(parts, host, common)?;
        contents.push((host.name.clone(), draft.content(common)?));
        drafts.push((host, common, draft));
    }
    // All at once: each time is a file made anew and synced.
    let serials = parts.signing.number(&contents)?;
    let mut bundles = Vec::new();
    for ((host, common, draft), serial) in drafts.into_iter().zip(serials) {
        bundles.push(HostBundle { host, common, own: draft.numbered(parts.signing.provenance(serial))? });
    }
    // While one waits for the disk, the next is copied.
    let signing = &*parts.signing;
    let made = parallel::map(&bundles, AT_ONCE, |bundle| bundle.write(&dist, signing))?;
    for (arch, common) in &commons {
        dist.sbom(*arch, &common.sbom)?;
    }
    dist.sums(made.iter().map(|bundle| (bundle.path.as_path(), bundle.digest)))?;
    dist.signer(parts.signing)?;
    dist.sync()?;
    narrator.note(&text::pack::packed(dir));
    Ok(made)
}
