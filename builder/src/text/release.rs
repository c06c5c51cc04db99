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

/// Who is asked for which file, and how long that may take.
pub(crate) fn asks(host: &str, file: &str, connect: Duration, answer: Duration) -> String {
    format!("asking {host} for {file}: at most {connect:?} to connect, {answer:?} for an answer")
}

pub(crate) fn getting(place: impl fmt::Display) -> String {
    format!("getting {place}")
}

pub(crate) fn tries_again(place: impl fmt::Display, why: impl fmt::Display, pause: Duration) -> String {
    format!("{place}: {why}; trying again in {pause:?}")
}

pub(crate) const STARTS_OVER: &str = "the resumed download is corrupt; starting over";
pub(crate) const ANOTHER_DOWNLOADS: &str = "another etcdpack is downloading the same file; waiting for it";
pub(crate) const DOES_NOT_GO_ON: &str = "what it sends does not go on where the last download stopped";
pub(crate) const NOT_THE_WHOLE_FILE: &str = "the answer is not the whole file";
pub(crate) const NO_CERTIFICATE: &str = "no PEM certificate in it";
pub(crate) const NOT_UTF8: &str = "it is not UTF-8";
pub(crate) const NOT_A_DIRECTORY: &str = "not a directory";
pub(crate) const NOT_A_FILE: &str = "not a regular file";

/// The first line of `etcdpack.lock`.
pub(crate) const LOCK_HEAD: &str =
    "# The etcd releases that etcdpack accepted here. Keep this file with the cluster file.";

pub(crate) const A_DAY: &str = "a day is written as `2026-01-31`";

pub(crate) fn one_tarball(files: &[String]) -> String {
    format!(
        "the cluster has hosts of two architectures, and the name of the file that `--release` gives is none of {}",
        files.join(", ")
    )
}
pub(crate) const ONE_TARBALL_HELP: &str =
    "`etcdpack fetch --release FILE` once for each of them, under the name that upstream gave it";

pub(crate) const MIRROR_EXAMPLE: &str = "etcdpack fetch --mirror https://mirror.example/etcd";

pub(crate) fn three_ways(arch: Arch, file: &str, has_list: bool) -> String {
    let list = if has_list { ", or put upstream's `SHA256SUMS` beside it and leave that flag out" } else { "" };
    format!(
        "write a sum that you trust into the cluster file: `release.sha256-{arch} = \"HEX\"`, or `etcdpack init --sha256 HEX`\n\
         take a tarball that you have checked yourself: `etcdpack fetch --release {file} --trust-on-first-use`{list}\n\
         accept the first bytes that come and lock them: `etcdpack fetch --trust-on-first-use`"
    )
}

/// What to type where `path`, with this sum, was given, and nothing says what it should be.
pub(crate) fn vouch_for_the_file(path: &Path, sum: Digest, arch: Arch, list: Option<&str>) -> String {
    let list = list.map(|list| {
        let beside = path.with_file_name("SHA256SUMS");
        format!("download {list} to `{}`, then the same command again\n", beside.display())
    });
    format!(
        "{}or, if you know this sum to be right, write it into the cluster file: `release.sha256-{arch} = \"{sum}\"`\n\
         or accept these bytes and lock them: `etcdpack fetch --release {} --trust-on-first-use`",
        list.unwrap_or_default(),
        path.display()
    )
}

pub(crate) const WRITE_SUM: &str = "write the sum into the cluster file (`release.sha256`), or use an `https:` mirror";

/// What to carry here from where, with which list, and what to type then: `flag` as well.
pub(crate) fn bring_it(tarball: &str, list: Option<&str>, file: &str, flag: Option<&str>) -> String {
    let and_list = list.map(|list| format!(" and {list}")).unwrap_or_default();
    let flag = flag.map(|flag| format!(" {flag}")).unwrap_or_default();
    format!(
        "on a machine with a network download {tarball}{and_list}, carry that here into one directory, then \
         `etcdpack fetch --release DIRECTORY/{file}{flag}`, and this command again\n\
         or by a proxy or from a mirror: `HTTPS_PROXY=http://PROXY:PORT etcdpack fetch`, `etcdpack fetch --mirror URL`"
    )
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
