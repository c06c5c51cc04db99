//! What can be wrong with a release.

use std::io;

use crate::etcd::Arch;
use crate::{say, words};

/// What is wrong with a tarball.
#[derive(Debug, thiserror::Error)]
pub enum TarballError {
    #[error("{}", say!(
        en = "reading the release: {_0}",
        zh = "读取发布包：{_0}"
    ))]
    Read(#[from] io::Error),
    #[error("{}", say!(
        en = "`{_0}` in the release is not a regular file",
        zh = "发布包中的 `{_0}` 不是普通文件"
    ))]
    NotAFile(String),
    #[error("{}", say!(
        en = "`{_0}` is in the release twice",
        zh = "`{_0}` 在发布包中出现两次"
    ))]
    Twice(String),
    #[error("{}", say!(
        en = "the release has no `{_0}`",
        zh = "发布包中没有 `{_0}`"
    ))]
    Missing(String),
    #[error("{}", say!(
        en = "`{_0}` in the release is not the program that the manifest names",
        zh = "发布包中的 `{_0}` 不是清单所指的程序"
    ))]
    Other(String),
    #[error("{}", say!(
        en = "`{_0}` in the release has {_1} bytes, more than any etcd",
        zh = "发布包中的 `{_0}` 有 {_1} 字节，超过任何 etcd"
    ))]
    TooLarge(String, u64),
    #[error("{}", say!(
        en = "`{_0}` in the release has two names",
        zh = "发布包中的 `{_0}` 有两个名字"
    ))]
    Ambiguous(String),
    /// What no release has, and what tar's many readers do not all read in the same way.
    #[error("{}", say!(
        en = "the release is not in the form of one: it has {_0}",
        zh = "发布包的格式不正确：其中有 {_0}"
    ))]
    Form(&'static str),
    #[error("{}", words!(
        en = "something follows the end of the release",
        zh = "发布包结尾之后还有其他内容"
    ))]
    Trailing,
    #[error("`{0}` in the release is no program for {arch}", arch = .1.etcd_name())]
    Arch(String, Arch),
}

impl TarballError {
    /// Whether the system failed, and not the tarball.
    #[must_use]
    pub fn is_of_the_system(&self) -> bool {
        matches!(self, Self::Read(error) if error.raw_os_error().is_some())
    }
}
