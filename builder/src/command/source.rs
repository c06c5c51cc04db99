//! `fetch`, and the same first half of `build`: from options and cluster file to verified releases.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock and the environment")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use payload::etcd::Arch;
use time::OffsetDateTime;

use super::cluster_file::{self, Loaded};
use crate::cache;
use crate::cli::{FetchArgs, SourceArgs};
use crate::failure::Failure;
use crate::release::{self, FirstUse, Limits, Mirror, ReleaseRequest, Verified};
use crate::report::Narrator;
use crate::text;

/// Downloads and verifies the release for every architecture in the cluster.
pub(super) fn fetch(args: &FetchArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let loaded = cluster_file::load(args.cluster.path(), narrator)?;
    releases(&args.source, &loaded, narrator).map(drop)
}

/// The release for every architecture in the cluster.
pub(super) fn releases(
    args: &SourceArgs,
    loaded: &Loaded,
    narrator: &mut dyn Narrator,
) -> Result<BTreeMap<Arch, Verified>, Failure> {
    let release = &loaded.cluster.release;
    let mut archs: Vec<Arch> = loaded.cluster.hosts.iter().map(|host| host.arch).collect();
    archs.sort_unstable();
    archs.dedup();
    if args.release.is_some() && archs.len() > 1 {
        return Err(Failure::usage(text::release::ONE_TARBALL.to_owned(), text::release::ONE_TARBALL_HELP));
    }
    let mirrors: Vec<&String> = args.mirrors.iter().chain(&release.mirrors).collect();
    let sources = Mirror::before_upstream(&mirrors)?;
    let mut verified = BTreeMap::new();
    for arch in archs {
        let request = ReleaseRequest {
            version: release.version,
            arch,
            sha256: release.sha256.get(&arch).copied(),
            sources: sources.clone(),
            local: args.release.clone(),
            first_use: if args.trust_on_first_use { FirstUse::Trust } else { FirstUse::Refuse },
            ca_cert: args.ca_cert.clone(),
            lock: loaded.home.join("etcdpack.lock"),
            cache: cache()?,
            limits: Limits::default(),
            today: OffsetDateTime::now_utc().date(),
        };
        let got = release::obtain(&request, narrator)?;
        narrator.note(&text::release::got(release.version, arch, got.digest(), got.origin()));
        verified.insert(arch, got);
    }
    Ok(verified)
}

/// The cache directory.
pub(super) fn cache() -> Result<PathBuf, Failure> {
    cache::default_root().ok_or_else(|| Failure::usage(text::cache::NO_ROOT.to_owned(), text::cache::NO_ROOT_HELP))
}
