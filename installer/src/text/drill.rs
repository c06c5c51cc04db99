//! What is said of a drill.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use payload::etcd::AlarmKind;
use payload::language::Words;
use payload::name::UserName;
use payload::{say, words};

use crate::finding::Code;
use crate::host::drill::Counted;
use crate::text::snapshot::mib;

pub(crate) const READING: Words = words!(en = "reading the snapshot", zh = "正在读取快照");
pub(crate) const DRILLING: Words = words!(en = "restoring it where nobody sees it", zh = "正在隔离环境中恢复");
pub(crate) const ENDED: Words = words!(en = "etcd ended by itself", zh = "etcd 自行退出");

/// How it ended well, in one line.
pub(crate) fn restorable(Counted { revision, keys }: Counted, alarms: &BTreeSet<AlarmKind>, took: Duration) -> String {
    let seconds = format!("{:.1}", took.as_secs_f64());
    let came = match keys {
        Some(keys) => say!(
            en = "restorable: {keys} keys, revision {revision}, in {seconds} s",
            zh = "可以恢复：{keys} 个键，修订号 {revision}，用时 {seconds} 秒"
        ),
        None => say!(
            en = "restorable: revision {revision}, in {seconds} s; keys were not counted: etcd's authentication is on in it",
            zh = "可以恢复：修订号 {revision}，用时 {seconds} 秒；没有统计键的数量：其中启用了 etcd 认证"
        ),
    };
    if alarms.is_empty() {
        return came;
    }
    let alarms = alarms.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    say!(
        en = "{came}; with alarm {alarms}, under which etcd takes no writes",
        zh = "{came}；带有告警 {alarms}，此时 etcd 不接受写入"
    )
}

pub(crate) fn not_restorable(path: &Path, why: &str) -> String {
    say!(en = "{}: not shown to be restorable: {why}", zh = "{}：未能证明可以恢复：{why}", path.display())
}

pub(crate) fn other_revision(is: u64, expected: u64) -> String {
    say!(
        en = "etcd has revision {is} of it, and the file goes up to {expected}",
        zh = "恢复后 etcd 的修订号是 {is}，而文件中是 {expected}"
    )
}

pub(crate) fn other_keys(is: u64, expected: u64) -> String {
    say!(
        en = "etcd has {is} keys of it, and there were {expected}",
        zh = "恢复后 etcd 中有 {is} 个键，而原来有 {expected} 个"
    )
}

pub(crate) fn no_memory(path: &Path, needed: u64, left: u64) -> String {
    let (path, needed, left, code) = (path.display(), mib(needed), mib(left), Code::LowMemory);
    say!(
        en = "{path}: a drill takes {needed} of memory, and this host has {left} to spare [{code}]",
        zh = "{path}：演练需要 {needed} 内存，而本机只剩 {left} 可用 [{code}]"
    )
}

pub(crate) fn no_network(why: impl Display) -> String {
    let code = Code::NoNamespace;
    say!(
        en = "the kernel gives a drill no network of its own, apart from the member's: {why} [{code}]",
        zh = "内核没有为演练提供与成员隔离的网络：{why} [{code}]"
    )
}

pub(crate) fn no_user(user: &UserName) -> String {
    say!(en = "there is no user `{user}` to run etcd as", zh = "没有可用来运行 etcd 的用户 `{user}`")
}

pub(crate) fn left_behind(why: impl Display) -> String {
    say!(en = "what the drill restored is left behind: {why}", zh = "演练恢复出来的数据没有清除掉：{why}")
}
