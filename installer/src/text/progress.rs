//! What is going on while a command is at work.

use std::fmt::Display;
use std::path::Path;

use payload::language::Words;
use payload::name::UserName;
use payload::{say, words};

use crate::change::{Before, Change};

pub(crate) fn verifying(bytes: u64) -> String {
    say!(en = "verifying {bytes} bytes", zh = "正在校验 {bytes} 字节")
}

/// Another program goes on: the one in the bundle at `path`.
pub(crate) fn going_on_with(path: &Path) -> String {
    say!(en = "going on with the program in `{}`", zh = "改由 `{}` 中的程序继续", path.display())
}

pub(crate) const PASSPHRASE_OPENS: Words = words!(
    en = "the passphrase opens the private key, and that is the certificate's",
    zh = "口令正确，可解开私钥，且私钥与证书匹配"
);
pub(crate) const DOES_NOT_OPEN: Words = words!(en = "that does not open the private key", zh = "该口令无法解开私钥");

pub(crate) fn removed(change: &Change) -> String {
    match change {
        Change::File { path, before: Before::Theirs { .. }, .. } => {
            say!(
                en = "gave back `{path}`, with the owner and mode that it had",
                zh = "已恢复 `{path}` 及其原有属主和权限"
            )
        }
        change => say!(en = "removed {change}", zh = "已删除 {change}"),
    }
}

pub(crate) fn kept(change: &Change) -> String {
    say!(en = "kept {change}", zh = "已保留 {change}")
}

/// Processes of a user that we have not made, by their ids.
pub(crate) fn strays(user: &UserName, pids: &str) -> String {
    say!(
        en = "as the user `{user}` there still runs what is not ours to end: process {pids}",
        zh = "用户 `{user}` 名下仍有不由我们管理的进程在运行：进程 {pids}"
    )
}

/// A run failed, and is taken back.
pub(crate) fn undoing(error: impl Display) -> String {
    say!(en = "{error}: undoing what was done", zh = "{error}：正在撤销已做的更改")
}

/// What was done stands, or has been taken back; only the history does not say so.
pub(crate) fn not_remembered(error: impl Display) -> String {
    say!(
        en = "the history of this host does not say how this run ended: {error}",
        zh = "本机的操作历史未能记录此次运行的结果：{error}"
    )
}

/// A line of etcd's own log.
pub(crate) fn of_the_log(line: &str) -> String {
    format!("  etcd: {line}")
}

pub(crate) const ASKING: Words =
    words!(en = "looking at this host and asking the members", zh = "正在检查本机并询问各成员");

pub(crate) const COPY_CUT_OFF: Words = words!(
    en = "a copy of this member's data was cut off, for which etcd is stopped: it is started again",
    zh = "此前复制本成员数据时（期间 etcd 停止）中途中断：现在重新启动 etcd"
);

pub(crate) const STILL_WAITING: Words = words!(en = "waiting", zh = "等待中");

pub(crate) const WAITING_FOR_ETCD: Words = words!(en = "waiting for etcd to listen", zh = "等待 etcd 开始监听");

pub(crate) fn waiting_for_health(seconds: u64) -> String {
    say!(en = "waiting up to {seconds} s for a healthy member", zh = "最多等待 {seconds} 秒，直到本成员健康")
}
