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

use payload::cluster::{Cluster, Host};
use payload::etcd::Arch;
use payload::manifest::Manifest;
use payload::name::ClusterName;

pub(crate) use bundle::Made;
pub(crate) use dist::{START_HERE, SUMS};
pub use error::PackError;
pub(crate) use parts::Parts;
pub(crate) use survey::survey;

use bundle::HostBundle;
use common::Common;
use dist::Dist;
use own::Draft;

use crate::carried::installer;
use crate::parallel;
use crate::rehearsal::{Cannot, Member};
use crate::report::Narrator;
use crate::text::{self, start_here::Line};

/// Bundles that are written at a time: enough for a disk to be busy, few enough for one that has to seek.
const AT_ONCE: usize = 4;

/// Says at once, before anything is downloaded, when this builder has no installer for some host.
pub(crate) fn check_installers(cluster: &Cluster) -> Result<(), PackError> {
    cluster.hosts.iter().try_for_each(|host| Ok(installer(host.arch).map(drop)?))
}

/// Whether members would take `host`, with this certificate, for one of them.
pub(crate) fn check_peer(cluster: &Cluster, host: &Host, certificate: &str) -> Result<(), PackError> {
    own::is_a_peer(cluster, host, certificate)
}

/// All that bundles will hold, but for their numbers. Nothing has a final name yet.
pub(crate) struct Drafts {
    dist: Dist,
    commons: BTreeMap<Arch, Common>,
    /// One for each host, in the order of the cluster file.
    own: Vec<Draft>,
}

/// Drafts one bundle per host, to lie in `dir`.
pub(crate) fn draft(parts: &Parts, dir: &Path) -> Result<Drafts, PackError> {
    let dist = Dist::open(dir)?;
    let mut commons = BTreeMap::new();
    for host in &parts.cluster.hosts {
        if let Entry::Vacant(new) = commons.entry(host.arch) {
            new.insert(common::write(parts, host.arch, &dist)?);
        }
    }
    let common = |arch: Arch| commons.get(&arch).ok_or(PackError::NoRelease(arch));
    let own = parts.cluster.hosts.iter().map(|host| Draft::new(parts, host, common(host.arch)?));
    let own = own.collect::<Result<_, _>>()?;
    Ok(Drafts { dist, commons, own })
}

impl Drafts {
    /// The members that these bundles make, with everything that they get.
    pub(crate) fn members(&self, parts: &Parts) -> Result<Vec<Member>, Cannot> {
        self.own.iter().map(|draft| draft.member(parts)).collect()
    }
}

/// Signs the drafts, one bundle per host, then writes beside them what is in them and what they are checked by.
pub(crate) fn pack(
    Drafts { dist, commons, own }: Drafts,
    parts: &mut Parts,
    dir: &Path,
    narrator: &mut dyn Narrator,
) -> Result<Vec<Made>, PackError> {
    let mut drafts = Vec::new();
    let mut contents = Vec::new();
    for (host, draft) in parts.cluster.hosts.iter().zip(own) {
        let common = commons.get(&host.arch).ok_or(PackError::NoRelease(host.arch))?;
        contents.push((host.name.clone(), draft.content(common)?));
        drafts.push((host, common, draft));
    }
    // All at once: each time is a file made anew and synced.
    let serials = parts.signing.number(&contents)?;
    let mut bundles = Vec::new();
    for ((host, common, draft), serial) in drafts.into_iter().zip(serials) {
        let (own, manifest) = draft.numbered(parts.signing.provenance(serial))?;
        bundles.push(HostBundle { host, common, own, manifest });
    }
    // While one waits for the disk, the next is copied.
    let signing = &*parts.signing;
    let made = parallel::map(&bundles, AT_ONCE, |bundle| bundle.write(&dist, signing))?;
    for (arch, common) in &commons {
        dist.sbom(*arch, &common.sbom)?;
    }
    dist.sums(made.iter().map(|bundle| (bundle.path.as_path(), bundle.digest)))?;
    dist.signer(parts.signing)?;
    dist.start_here(&start_here(&parts.cluster.name, made.iter().map(|made| &made.manifest)))?;
    dist.sync()?;
    narrator.note(&text::pack::packed(dir));
    Ok(made)
}

/// What travels beside bundles with these manifests, and says which is for which host.
pub(crate) fn start_here<'a>(cluster: &ClusterName, manifests: impl Iterator<Item = &'a Manifest>) -> String {
    let lines: Vec<Line> = manifests
        .map(|manifest| Line {
            host: &manifest.host,
            address: manifest.advertised().iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            command: if manifest.has_certificate() {
                "install".to_owned()
            } else {
                format!("csr -o {}.csr", manifest.host)
            },
        })
        .collect();
    text::start_here::start_here(cluster, &lines)
}
