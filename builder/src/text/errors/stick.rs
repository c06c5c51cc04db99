//! Why a stick does not have what it should.

use std::fmt;

use payload::say;

use crate::stick::StickError;

impl fmt::Display for StickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable { dir, error } => say!(f, en = "`{}`: {error}", zh = "`{}`：{error}", dir.display()),
            Self::ReadOnly(dir) => {
                say!(f, en = "`{}` is mounted read-only", zh = "`{}` 以只读方式挂载", dir.display())
            }
            Self::NoRoom { dir, free, lacks } => say!(
                f,
                en = "`{}` has {free} bytes free, and {lacks} more are needed; nothing was written",
                zh = "`{}` 剩余 {free} 字节，还差 {lacks} 字节；未写入任何内容",
                dir.display()
            ),
            Self::TooLarge(name) => say!(
                f,
                en = "FAT holds no file as large as `{name}`; nothing was written",
                zh = "FAT 放不下 `{name}` 这么大的文件；未写入任何内容"
            ),
            Self::Foreign(path) => say!(
                f,
                en = "`{}` is there, and etcdpack did not write it; it was left alone",
                zh = "`{}` 已存在，且不是 etcdpack 写入的；未动它",
                path.display()
            ),
            Self::Changed(path) => {
                say!(f, en = "`{}` was changed while it was copied", zh = "`{}` 在拷贝期间被修改", path.display())
            }
            Self::Read { path, error } => {
                say!(f, en = "reading `{}`: {error}", zh = "读取 `{}`：{error}", path.display())
            }
            Self::Write { path, error } => {
                say!(f, en = "writing `{}`: {error}", zh = "写入 `{}`：{error}", path.display())
            }
            Self::Differs { path, written, read } => say!(
                f,
                en = "`{}` reads back as {read}, and {written} was written",
                zh = "`{}` 读回的是 {read}，写入的是 {written}",
                path.display()
            ),
        }
    }
}
