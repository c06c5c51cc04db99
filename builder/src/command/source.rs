//! The first half of `build`, and all of `fetch`: from options and cluster file to verified releases.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock and the environment")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use payload::etcd::Arch;
use time::OffsetDateTime;

use super::cluster_file::Loaded;
use crate::cache;
use crate::cli::SourceArgs;
use crate::failure::Failure;
use crate::release::{self, FirstUse, Limits, Mirror, ReleaseRequest, Verified, asset};
use crate::report::Narrator;
use crate::text;

/// The release for every architecture in the cluster.
pub(super) fn releases(
    args: &SourceArgs,
    loaded: &Loaded,
    narrator: &mut dyn Narrator,
) -> Result<BTreeMap<Arch, Verified>, Failure> {
    let mut verified = BTreeMap::new();
    for request in requests(args, loaded)? {
        let got = release::obtain(&request, narrator)?;
        narrator.note(&text::release::got(request.version, request.arch, got.digest(), got.origin()));
        verified.insert(request.arch, got);
    }
    Ok(verified)
}

/// What is wanted for each architecture in the cluster, and on which terms.
pub(super) fn requests(args: &SourceArgs, loaded: &Loaded) -> Result<Vec<ReleaseRequest>, Failure> {
    let release = &loaded.cluster.release;
    let mut archs: Vec<Arch> = loaded.cluster.hosts.iter().map(|host| host.arch).collect();
    archs.sort_unstable();
    archs.dedup();
    // Of several architectures the one that the file's name says.
    let named = args.release.as_ref().map(|path| (path, path.file_name()));
    let local = |arch| {
        let mine = |(_, name): &(_, Option<&OsStr>)| *name == Some(OsStr::new(&asset(release.version, arch)));
        named.filter(|named| archs.len() == 1 || mine(named)).map(|(path, _)| path.clone())
    };
    if named.is_some() && archs.iter().all(|arch| local(*arch).is_none()) {
        let files: Vec<String> = archs.iter().map(|arch| asset(release.version, *arch)).collect();
        return Err(Failure::usage(text::release::one_tarball(&files), text::release::ONE_TARBALL_HELP));
    }
    let own = args.mirrors.iter().map(String::as_str);
    let named = release.mirror.iter().map(|mirror| mirror.word());
    let mirrors: Vec<&str> = own.chain(named).chain(release.mirrors.iter().map(String::as_str)).collect();
    let sources = Mirror::before_upstream(&mirrors)?;
    let cache = cache()?;
    let request = |arch| ReleaseRequest {
        version: release.version,
        arch,
        sha256: release.sha256.get(&arch).copied(),
        sources: sources.clone(),
        local: local(arch),
        list: None,
        first_use: if args.trust_on_first_use { FirstUse::Trust } else { FirstUse::Refuse },
        ca_cert: args.ca_cert.clone(),
        lock: loaded.home.join("etcdpack.lock"),
        cache: cache.clone(),
        limits: Limits::default(),
        today: OffsetDateTime::now_utc().date(),
    };
    Ok(archs.iter().copied().map(request).collect())
}

/// The cache directory.
pub(super) fn cache() -> Result<PathBuf, Failure> {
    cache::default_root().ok_or_else(|| Failure::usage(text::cache::NO_ROOT.into(), text::cache::NO_ROOT_HELP))
}
