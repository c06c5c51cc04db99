//! Files that people bring themselves, in English.

use std::fmt;
use std::path::Path;

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::shell;

use crate::text::release::at_file;

pub(crate) const IN_CACHE: &str = "in the cache: need not be brought";
pub(crate) const NEEDED: &str = "needed";
pub(crate) const RIGHT: &str = "right";
pub(crate) const MISSING: &str = "missing";
pub(crate) const WRONG: &str = "wrong";
pub(crate) const UNVOUCHED: &str = "nothing vouches for it";

pub(crate) fn row(file: &str, state: &str) -> String {
    format!("{file}: {state}")
}

pub(crate) fn size(bytes: u64) -> String {
    format!("size     {bytes}")
}

pub(crate) fn url(url: &str) -> String {
    format!("from     {url}")
}

pub(crate) fn at(path: &Path) -> String {
    format!("file     {}", path.display())
}

pub(crate) fn why(why: &str) -> String {
    format!("because  {why}")
}

pub(crate) fn sum(digest: Digest, origin: &str) -> String {
    format!("sha256   {digest} ({origin})")
}

pub(crate) fn sum_from(what: &str) -> String {
    format!("sha256   {what}")
}

pub(crate) fn hint(digest: Digest) -> String {
    format!("hint     {digest}: one public source lists this sum; to compare, it vouches for nothing")
}

/// Who says what the tarball must be.
pub(crate) const BY_LIST: &str = "by SHA256SUMS, below";
pub(crate) const BY_FIRST_USE: &str = "none is known: the first bytes are taken";
pub(crate) const BY_NOBODY: &str = "none is known, and none was published";
pub(crate) const FOR_TARBALLS: &str = "it vouches for the tarballs";

/// What stands beside the rows.
pub(crate) fn all_here(url: &str) -> String {
    format!(
        "all that a build needs is here: `etcdpack build` needs no network; for another user or machine it is a mirror, \
         `etcdpack build --mirror {url}`"
    )
}

pub(crate) fn left_where_it_is(path: &Path, why: impl fmt::Display) -> String {
    at_file(path, format_args!("taken in, and left where it is: {why}"))
}

pub(crate) fn not_all_here(version: EtcdVersion, dir: &Path) -> String {
    format!("`{}` has not all that etcd {version} takes", dir.display())
}

/// What to type then.
pub(crate) fn bring_the_rest(dir: &Path) -> String {
    format!(
        "bring what is missing or wrong (`etcdpack fetch --list` says from where), then `etcdpack fetch --into {}` again",
        shell::word(dir)
    )
}

/// A directory that cannot be read.
pub(crate) fn unreadable(dir: &Path, why: impl fmt::Display) -> String {
    at_file(dir, why)
}
