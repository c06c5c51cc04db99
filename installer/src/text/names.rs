//! What things are called in the middle of a sentence: changes, service managers, what waits for a restart, why nothing is seen of a member.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;

use payload::language::Words;
use payload::{say, words};

use crate::change::Change;
use crate::facts::cluster::Silence;
use crate::facts::data::wal::Identity;
use crate::restart::Part;
use crate::supervision::{Origin, Supervision, Supervisor};

/// What stands in front of a line on standard error.
pub(crate) const WARNING: Words = words!(en = "warning:", zh = "警告：");
pub(crate) const ERROR: Words = words!(en = "error:", zh = "错误：");
pub(crate) const HELP: Words = words!(en = "help:", zh = "提示：");
pub(crate) const BLANK: Words = words!(en = " ", zh = "");

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name } => say!(f, en = "group `{name}`", zh = "用户组 `{name}`"),
            Self::User { name, .. } => say!(f, en = "user `{name}`", zh = "用户 `{name}`"),
            Self::Service { supervision, .. } => {
                say!(f, en = "service under {supervision}", zh = "{supervision} 管理的服务")
            }
            Self::Timer { unit } => say!(f, en = "timer `{unit}`", zh = "定时器 `{unit}`"),
            Self::Textfile { path } => say!(f, en = "file `{path}`", zh = "文件 `{path}`"),
            Self::Loop { supervisor } => {
                say!(f, en = "program `{}` of supervisor", zh = "supervisor 的程序 `{}`", supervisor.program)
            }
            Self::Adopted { path, .. } => say!(f, en = "what is in `{path}`", zh = "`{path}` 中的内容"),
            Self::Access { path, .. } => say!(f, en = "owner and mode of `{path}`", zh = "`{path}` 的属主和权限"),
            Self::Restored { path, .. } => {
                say!(f, en = "what was restored into `{path}`", zh = "恢复到 `{path}` 的内容")
            }
            Self::Dir { path, .. }
            | Self::File { path, .. }
            | Self::Link { path, .. }
            | Self::MadeWay { path, .. }
            | Self::Tree { path } => write!(f, "`{path}`"),
        }
    }
}

impl fmt::Display for Supervision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Systemd { unit } => say!(f, en = "systemd ({unit})", zh = "systemd（{unit}）"),
            Self::Supervisor(Supervisor { conf, origin: Origin::Host, .. }) => {
                say!(f, en = "this host's supervisor ({conf})", zh = "本机的 supervisor（{conf}）")
            }
            Self::Supervisor(Supervisor { conf, origin: Origin::Bundle, .. }) => {
                say!(f, en = "the supervisor in the bundle ({conf})", zh = "安装包自带的 supervisor（{conf}）")
            }
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say!(f, en = "member {:x} of cluster {:x}", zh = "成员 {:x}（集群 {:x}）", self.member, self.cluster)
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => say!(f, en = "not asked", zh = "未询问"),
            Self::Nothing { seconds } => say!(f, en = "nothing within {seconds} s", zh = "{seconds} 秒内无响应"),
            Self::Failed(said) => f.write_str(said),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Unit => words!(en = "unit", zh = "unit 文件"),
            Self::StartupScript => words!(en = "startup script", zh = "启动脚本"),
            Self::Section => words!(en = "supervisor section", zh = "supervisor 配置段"),
            Self::Flags => words!(en = "etcd's flags", zh = "etcd 启动参数"),
            Self::Files => words!(en = "etcd's files", zh = "etcd 程序文件"),
        })
    }
}

/// All that waits for a restart.
pub(crate) fn parts(parts: &BTreeSet<Part>) -> String {
    several(&parts.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// One behind the other.
pub(crate) fn several<S: Borrow<str>>(names: &[S]) -> String {
    names.join(&words!(en = ", ", zh = "、"))
}

/// All of them: `n1 and n2`.
pub(crate) fn all<S: Borrow<str>>(names: &[S]) -> String {
    names.join(&words!(en = " and ", zh = "、"))
}
