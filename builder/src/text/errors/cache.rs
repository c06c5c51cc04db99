//! What the disk did not let the builder do.

use std::fmt;

use payload::words;

use crate::cache::{DiskAction, DiskError};

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, path, .. } = self;
        write!(f, "{action} `{}`", path.display())
    }
}

impl fmt::Display for DiskAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::CopyBundle => words!(en = "copying the bundle to", zh = "拷贝安装包到"),
            Self::Create => words!(en = "creating", zh = "创建"),
            Self::CreateFileIn => words!(en = "creating a file in", zh = "创建文件，位于"),
            Self::CreatePrivateFileIn => words!(en = "making a private file in", zh = "创建私有文件，位于"),
            Self::Empty => words!(en = "emptying", zh = "清空"),
            Self::Lock => words!(en = "locking", zh = "加锁"),
            Self::Open => words!(en = "opening", zh = "打开"),
            Self::Read => words!(en = "reading", zh = "读取"),
            Self::Remove => words!(en = "removing", zh = "删除"),
            Self::RemoveBeside => words!(en = "removing what belongs to", zh = "删除附属文件，所属为"),
            Self::RenameTo => words!(en = "renaming to", zh = "重命名为"),
            Self::Write => words!(en = "writing", zh = "写入"),
        })
    }
}
