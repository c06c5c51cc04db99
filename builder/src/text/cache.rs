//! The cache and files that are written whole.

use std::path::Path;

use payload::language::Words;
use payload::{say, words};

/// What stands where a file should be put.
pub(crate) const NOT_A_FILE_STAYS: Words = words!(
    en = "a link, pipe, device or directory lies there, and is left alone",
    zh = "那里是链接、管道、设备或目录，予以保留"
);

pub(crate) const NOT_A_FILE: Words = words!(en = "not a regular file", zh = "不是普通文件");

/// A file in the cache whose bytes are not those that were put there.
pub(crate) fn changed(path: &Path) -> String {
    say!(
        en = "`{}` has changed since it was put there; removing it",
        zh = "`{}` 放入缓存之后被改动过；将其删除",
        path.display()
    )
}

pub(crate) fn root(path: &Path) -> String {
    say!(en = "cache: {}", zh = "缓存：{}", path.display())
}

pub(crate) const NO_ROOT: Words = words!(
    en = "neither `XDG_CACHE_HOME` nor `HOME` says where the cache is",
    zh = "`XDG_CACHE_HOME` 和 `HOME` 都没有说明缓存在哪里"
);
pub(crate) const NO_ROOT_HELP: &str = "HOME=~ etcdpack fetch";
