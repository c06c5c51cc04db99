//! Why the host could not be read.

use std::fmt;

use payload::say;

use crate::host::accounts::AccountError;
use crate::host::probe::ProbeError;

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Account(error) => fmt::Display::fmt(error, f),
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::Record(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Thread(error) => say!(f, en = "starting a thread: {error}", zh = "启动线程：{error}"),
            Self::Kernel(error) => say!(f, en = "asking the kernel: {error}", zh = "查询内核：{error}"),
        }
    }
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Exec(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::IsPrimary(user) => say!(
                f,
                en = "the group `{user}` stays: it is the primary group of the user `{user}`, who is still there",
                zh = "用户组 `{user}` 保留：它是用户 `{user}` 的主组，而该用户仍在"
            ),
            Self::NoFreeId(user) => say!(
                f,
                en = "no free system id between 100 and 999 for `{user}`",
                zh = "100 到 999 之间没有可供 `{user}` 使用的系统 id"
            ),
            Self::StillRuns { name, pids } => say!(
                f,
                en = "processes of `{name}` do not end (process {pids})",
                zh = "`{name}` 的进程没有结束（进程 {pids}）"
            ),
        }
    }
}
