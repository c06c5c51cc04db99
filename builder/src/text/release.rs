//! Getting the release, in English.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};

pub(crate) fn other_sum_is_public(hints: &[Digest]) -> String {
    let hints: Vec<String> = hints.iter().map(Digest::to_string).collect();
    format!("a single public source lists another sum for this release: {}", hints.join(", "))
}

pub(crate) fn trusted_on_first_use(version: EtcdVersion, arch: Arch, digest: Digest) -> String {
    format!("nothing vouches for etcd {version} on {arch}; trusting these bytes from now on: {digest}")
}

pub(crate) fn got(version: EtcdVersion, arch: Arch, digest: Digest, origin: impl fmt::Display) -> String {
    format!("etcd {version} for {}: sha256 {digest} ({origin})", arch.etcd_name())
}

/// What a place did not deliver, and why.
pub(crate) fn at(place: impl fmt::Display, why: impl fmt::Display) -> String {
    format!("{place}: {why}")
}

pub(crate) fn at_file(path: &Path, why: impl fmt::Display) -> String {
    format!("`{}`: {why}", path.display())
}

pub(crate) fn tries_again(place: impl fmt::Display, why: impl fmt::Display, pause: Duration) -> String {
    format!("{place}: {why}; trying again in {pause:?}")
}

pub(crate) const NO_PLACE: &str = "there is none";
pub(crate) const STARTS_OVER: &str = "what several attempts put together is not the release; starting over";
pub(crate) const ANOTHER_DOWNLOADS: &str = "another etcdpack is downloading the same file; waiting for it";
pub(crate) const DOES_NOT_GO_ON: &str = "what it sends does not go on where the last download stopped";
pub(crate) const NOT_THE_WHOLE_FILE: &str = "the answer is not the whole file";
pub(crate) const NO_CERTIFICATE: &str = "no PEM certificate in it";
pub(crate) const NOT_UTF8: &str = "it is not UTF-8";
pub(crate) const NOT_A_FILE: &str = "not a regular file";

/// The first line of `etcdpack.lock`.
pub(crate) const LOCK_HEAD: &str =
    "# The etcd releases that etcdpack accepted here. Keep this file with the cluster file.";

pub(crate) const A_DAY: &str = "a day is written as `2026-01-31`";

pub(crate) const ONE_TARBALL: &str = "`--release` names one tarball, but the cluster has hosts of two architectures";
pub(crate) const ONE_TARBALL_HELP: &str = "etcdpack build --mirror file:///DIR";

pub(crate) const MIRROR_EXAMPLE: &str = "etcdpack fetch --mirror https://mirror.example/etcd";

pub(crate) fn three_ways(arch: Arch, file: &str) -> String {
    format!(
        "write a sum that you trust into the cluster file: `release.sha256-{arch} = \"HEX\"`, or `etcdpack init --sha256 HEX`\n\
         take a tarball that you have checked yourself: `etcdpack fetch --release {file} --trust-on-first-use`\n\
         accept the first bytes that come and lock them: `etcdpack fetch --trust-on-first-use`"
    )
}

pub(crate) const WRITE_SUM: &str = "write the sum into the cluster file (`release.sha256`), or use an `https:` mirror";

pub(crate) fn another_place(file: &str) -> String {
    format!("`etcdpack fetch --mirror URL`, or `etcdpack fetch --release {file}`")
}

pub(crate) const LOG_IN: &str = "log in to the network, set `HTTPS_PROXY`, or `etcdpack fetch --mirror URL`";
pub(crate) const ONCE_MORE: &str = "once more, or from another place: `etcdpack fetch --mirror URL`";
pub(crate) const TRUST_AUTHORITY: &str = "`etcdpack fetch --ca-cert FILE`";
pub(crate) const RESTORE_LOCK: &str = "restore `etcdpack.lock` from your backup or version control";
pub(crate) const ANOTHER_CACHE: &str = "`XDG_CACHE_HOME=/a/writable/directory etcdpack fetch`";

/// Where the bytes have another sum than the lock file says.
pub(crate) const NOT_AS_LOCKED: &str = "find out why the release changed; if the new one is right, write its sum into the cluster file as `release.sha256`";

/// Than the cluster file says.
pub(crate) const NOT_AS_WRITTEN: &str = "compare `release.sha256` in the cluster file with a source that you trust";

/// Than anybody else says.
pub(crate) const NOT_AS_PUBLISHED: &str =
    "leave that mirror or file out; if its bytes are right, write their sum into the cluster file as `release.sha256`";
