//! Files that people bring themselves.

use std::fmt;
use std::path::Path;

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::language::{Words, padded};
use payload::{say, shell, words};

use crate::text::release::at_file;

pub(crate) const IN_CACHE: Words = words!(en = "already in the cache, nothing to bring", zh = "已在缓存中：不必带来");
pub(crate) const NEEDED: Words = words!(en = "needed", zh = "需要");
pub(crate) const RIGHT: Words = words!(en = "right", zh = "正确");
pub(crate) const MISSING: Words = words!(en = "missing", zh = "缺少");
pub(crate) const WRONG: Words = words!(en = "wrong", zh = "有误");
pub(crate) const UNVOUCHED: Words = words!(en = "no known checksum", zh = "没有已知的校验和");

pub(crate) fn row(file: &str, state: &str) -> String {
    say!(en = "{file}: {state}", zh = "{file}：{state}")
}

/// A word, and what there is to say of it.
fn cell(word: Words, said: impl fmt::Display) -> String {
    format!("{}{said}", padded(&word, 9))
}

const SUM: Words = words!(en = "sha256", zh = "SHA-256");

pub(crate) fn size(bytes: u64) -> String {
    cell(words!(en = "size", zh = "大小"), bytes)
}

pub(crate) fn url(url: &str) -> String {
    cell(words!(en = "from", zh = "来自"), url)
}

pub(crate) fn at(path: &Path) -> String {
    cell(words!(en = "file", zh = "文件"), path.display())
}

pub(crate) fn why(why: &str) -> String {
    cell(words!(en = "because", zh = "原因"), why)
}

pub(crate) fn sum(digest: Digest, origin: &str) -> String {
    cell(SUM, say!(en = "{digest} ({origin})", zh = "{digest}（{origin}）"))
}

pub(crate) fn sum_from(what: &str) -> String {
    cell(SUM, what)
}

pub(crate) fn hint(digest: Digest) -> String {
    let said = say!(
        en = "{digest}: one public source lists this sum; to compare only, it is not a proof",
        zh = "{digest}：有一个公开来源列出此值；只供比对，不是证明"
    );
    cell(words!(en = "hint", zh = "参考"), said)
}

/// Who says what the tarball must be.
pub(crate) const BY_LIST: Words = words!(en = "by SHA256SUMS, below", zh = "由下面的 SHA256SUMS 给出");
pub(crate) const BY_FIRST_USE: Words =
    words!(en = "none is known: what comes first is accepted", zh = "没有已知的值：采用首次收到的字节");
pub(crate) const BY_NOBODY: Words =
    words!(en = "none is known, and none was published", zh = "没有已知的值，也没有公布过");
pub(crate) const FOR_TARBALLS: Words = words!(en = "the tarballs are checked with it", zh = "用它核对 tarball");

/// What stands beside the rows.
pub(crate) fn all_here(url: &str) -> String {
    say!(
        en = "all that a build needs is here: `etcdpack build` needs no network; for another user or machine this directory is a \
              mirror: `etcdpack build --mirror {url}`",
        zh = "构建所需的文件都已齐备：`etcdpack build` 不需要网络；对其他用户或机器来说，此目录是一个镜像站：\
              `etcdpack build --mirror {url}`"
    )
}

pub(crate) fn left_where_it_is(path: &Path, why: impl fmt::Display) -> String {
    at_file(path, say!(en = "put into the cache, and not renamed here: {why}", zh = "已收入，文件留在原处：{why}"))
}

pub(crate) fn not_all_here(version: EtcdVersion, dir: &Path) -> String {
    say!(
        en = "`{dir}` lacks files that etcd {version} needs",
        zh = "`{dir}` 中还不齐 etcd {version} 所需的文件",
        dir = dir.display()
    )
}

/// What to type then.
pub(crate) fn bring_the_rest(dir: &Path) -> String {
    say!(
        en = "bring what is missing or wrong (`etcdpack fetch --list` says from where), then `etcdpack fetch --into {dir}` again",
        zh = "把缺少或有误的文件带来（`etcdpack fetch --list` 说明从哪里下载），然后再运行 `etcdpack fetch --into {dir}`",
        dir = shell::word(dir)
    )
}

/// A directory that cannot be read.
pub(crate) fn unreadable(dir: &Path, why: impl fmt::Display) -> String {
    at_file(dir, why)
}
