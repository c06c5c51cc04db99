//! Bundles and what goes into them.

use std::path::Path;

use payload::language::Words;
use payload::{say, words};

pub(crate) fn packed(dir: &Path) -> String {
    say!(en = "packed into {}:", zh = "已打包到 {}：", dir.display())
}

pub(crate) const BUILD_ETCDPACK: Words =
    words!(en = "scripts/build   # in etcdpack's own source", zh = "scripts/build   # 在 etcdpack 自己的源码目录中");
pub(crate) const FETCH: &str = "etcdpack fetch";
