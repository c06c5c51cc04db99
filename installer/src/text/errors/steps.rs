//! Why a step failed, or what it did could not be undone.

use std::fmt;

use payload::{say, words};

use crate::execute::{At, Missing, StepError};
use crate::health::NotUp;
use crate::text;
use crate::text::findings::health;
use crate::text::pids::pids;
use crate::transaction::undo::UndoError;

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) | Self::NotCopied(error) => fmt::Display::fmt(error, f),
            Self::Account(error) => fmt::Display::fmt(error, f),
            Self::Exec(error) => fmt::Display::fmt(error, f),
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::Tarball(error) => fmt::Display::fmt(error, f),
            Self::Wheel(error) => fmt::Display::fmt(error, f),
            Self::Service(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Journal(error) => fmt::Display::fmt(error, f),
            Self::Undo(error) => fmt::Display::fmt(error, f),
            Self::NotUp(error) => fmt::Display::fmt(error, f),
            Self::NoUser(user) => say!(
                f,
                en = "the user `{user}` is not there although it was just made",
                zh = "刚刚创建的用户 `{user}` 不存在"
            ),
            Self::NoSource(missing) => {
                say!(f, en = "{missing} was not at hand when it was needed", zh = "需要时没有找到{missing}")
            }
            Self::NoManager => say!(f, en = "the plan names no service manager", zh = "计划中没有服务管理器"),
            Self::StillRuns(running) => say!(
                f,
                en = "etcd still runs (process {}), and not under its service manager: it was \
                         left as it is",
                zh = "etcd 仍在运行（进程 {}），但不在其服务管理器管理之下：保持原样",
                pids(running)
            ),
            Self::Interrupted => f.write_str(&super::TOLD_TO_STOP),
            Self::Planted(finding) | Self::AtRisk(finding) => f.write_str(&text::findings::text(finding)),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Bundle => words!(en = "the bundle", zh = "安装包"),
            Self::Manifest => words!(en = "the manifest", zh = "清单"),
            Self::PrivateKey => words!(en = "the private key", zh = "私钥"),
            Self::NewKey => words!(en = "the new key", zh = "新私钥"),
            Self::Snapshot => words!(en = "the snapshot", zh = "快照"),
            Self::DataCopy => words!(en = "the file for the copy", zh = "存放副本的文件"),
        })
    }
}

impl fmt::Display for NotUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str(&super::TOLD_TO_STOP),
            Self::Ended(down) => say!(
                f,
                en = "etcd did not come up ({}): {}",
                zh = "etcd 未能启动（{}）：{}",
                down.state,
                health::why(down)
            ),
        }
    }
}

impl fmt::Display for UndoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Account(error) => fmt::Display::fmt(error, f),
            Self::Service(error) => fmt::Display::fmt(error, f),
            Self::Journal(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
        }
    }
}

/// Where a run was when it failed.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle => say!(f, en = "reading the bundle", zh = "读取安装包"),
            Self::Journal => say!(f, en = "journal", zh = "日志记录"),
            Self::Leftovers => say!(f, en = "what was cut off", zh = "中断的操作"),
            Self::Step(step) => fmt::Display::fmt(step, f),
            Self::Receipt => say!(f, en = "receipt", zh = "安装记录"),
        }
    }
}
