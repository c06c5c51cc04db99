//! Why a manifest cannot be used, in one line whatever it holds.

use crate::cluster::PathFault;
use crate::entry::{EntryName, NotAnEntryName};
use crate::etcd::Unavailable;
use crate::line::plain;
use crate::name::MemberName;
use crate::path::NotAPath;
use crate::provenance::BadSuccession;
use crate::{say, words};

use super::SCHEMA;

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("{}", say!(
        en = "its manifest has schema {_0}, and this program reads schema {SCHEMA}: a newer \
             etcdpack has built it",
        zh = "其清单的 schema 为 {_0}，本程序可读取的是 schema {SCHEMA}：它由更新版本的 etcdpack 构建"
    ))]
    Newer(u32),
    #[error("{}", say!(
        en = "its manifest has schema {_0}, and this program reads schema {SCHEMA}: an older \
             etcdpack has built it, so build it again",
        zh = "其清单的 schema 为 {_0}，本程序可读取的是 schema {SCHEMA}：它由较旧版本的 etcdpack \
             构建，请重新构建"
    ))]
    Older(u32),
    /// A part that has its form already, and that only a later version acts on.
    #[error("{}", say!(
        en = "its `{_0}` says what this program cannot do yet: a newer etcdpack has built it",
        zh = "其 `{_0}` 的内容本程序尚不支持：它由更新版本的 etcdpack 构建"
    ))]
    Later(&'static str),
    #[error("{}", shown(.0))]
    Form(serde_json::Error),
    #[error("{}", words!(
        en = "it does not say who signed the bundle",
        zh = "其中没有说明由谁签名"
    ))]
    NoProvenance,
    #[error(transparent)]
    Succession(#[from] BadSuccession),
    #[error("{}", say!(
        en = "it does not list `{_0}`, its own host's member",
        zh = "其中没有列出 `{_0}`，即本安装包所属主机的成员"
    ))]
    NoSelf(MemberName),
    /// What no cluster file says.
    #[error("its `{0}` {1}")]
    Field(&'static str, &'static str),
    #[error(transparent)]
    Release(#[from] Unavailable),
    #[error("{}", say!(
        en = "its layout is none: {_0}",
        zh = "其布局无效：{_0}"
    ))]
    Layout(#[from] PathFault),
    /// Something else than the table of entries has.
    #[error("its entry `{0}` {1}")]
    Entry(EntryName, &'static str),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error(transparent)]
    Name(#[from] NotAnEntryName),
}

impl ManifestError {
    /// Whether a newer program than this one would take the manifest.
    #[must_use]
    pub fn is_of_a_newer(&self) -> bool {
        matches!(self, Self::Newer(_) | Self::Later(_))
    }
}

/// No source: whoever shows causes would show the parser's words as they are.
impl From<serde_json::Error> for ManifestError {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error)
    }
}

/// The parser's words quote the manifest, which may be of any length and hold anything.
fn shown(error: &serde_json::Error) -> String {
    let at = format!("line {} column {}", error.line(), error.column());
    let text: String = plain(&error.to_string()).chars().take(200).collect();
    if text.ends_with(&at) { text } else { format!("{text} ... at {at}") }
}
