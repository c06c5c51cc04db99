//! Why a program, a service manager or the carried supervisor did not do as told.

use std::fmt;

use payload::say;

use crate::host::exec::{ExecError, ExecTrouble};
use crate::host::wheels::WheelError;
use crate::service::{ServiceError, StateWord};

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say!(f, en = "running `{}`: ", zh = "运行 `{}`：", self.line)?;
        match &self.why {
            ExecTrouble::NotFound => say!(
                f,
                en = "this host has no `{}` that root alone can change",
                zh = "本机没有只有 root 能更改的 `{}`",
                self.line
            ),
            ExecTrouble::Io(error) => fmt::Display::fmt(error, f),
            ExecTrouble::ToldToStop => f.write_str(&super::TOLD_TO_STOP),
            ExecTrouble::NoEnd(limit) => say!(f, en = "no end within {} s", zh = "{} 秒内没有结束", limit.as_secs()),
            ExecTrouble::Failed { status, tail } => say!(f, en = "{status}: {tail}", zh = "{status}：{tail}"),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exec(error) => fmt::Display::fmt(error, f),
            Self::NoAnswer { conf, said: None, .. } => {
                say!(f, en = "supervisord ({conf}) does not answer", zh = "supervisord（{conf}）没有应答")
            }
            Self::NoAnswer { conf, said: Some(said), .. } => say!(
                f,
                en = "supervisord ({conf}) does not answer; it says: {said}",
                zh = "supervisord（{conf}）没有应答，它的原话是：{said}"
            ),
            Self::CannotReread { conf, said, .. } => say!(
                f,
                en = "supervisord cannot read its configuration ({conf}); it says: {said}",
                zh = "supervisord 无法读取其配置（{conf}），它的原话是：{said}"
            ),
            Self::Interrupted => f.write_str(&super::TOLD_TO_STOP),
        }
    }
}

impl fmt::Display for StateWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(word) => f.write_str(word),
            Self::NotAsked(error) => fmt::Display::fmt(error, f),
            Self::Unknown => {
                say!(f, en = "supervisord has no program for it", zh = "supervisord 中没有它的程序")
            }
            Self::NoAnswer => say!(f, en = "supervisord does not answer", zh = "supervisord 没有应答"),
        }
    }
}

impl fmt::Display for WheelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Zip(name, error) => {
                say!(f, en = "reading the wheel `{name}`: {error}", zh = "读取 wheel `{name}`：{error}")
            }
            Self::TooLarge(name) => say!(
                f,
                en = "the wheel `{name}` is larger than any that etcdpack carries",
                zh = "wheel `{name}` 比 etcdpack 自带的任何 wheel 都大"
            ),
            Self::Strange(name) => say!(
                f,
                en = "the wheel `{name}` is not the one whose digest etcdpack knows",
                zh = "wheel `{name}` 的摘要与 etcdpack 所知的不符"
            ),
        }
    }
}
