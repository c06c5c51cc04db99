//! Why a command was refused, where that has no code of its own or was found before there were findings.

use std::fmt::Display;
use std::path::Path;

use payload::fingerprint::Fingerprint;
use payload::name::MemberName;
use payload::{say, words};

use crate::finding::Code;
use crate::host::lock::Holder;
use crate::host::own_program::Unsafe;

/// What needs root, as in "installing needs root".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Planning,
    Installing,
    MakingAKey,
    ReadingTheStatus,
    Examining,
    Reporting,
    Uninstalling,
    Drilling,
    TakingASnapshot,
}

pub(crate) fn needs_root(doing: Doing) -> String {
    let doing = match doing {
        Doing::Planning => words!(en = "planning", zh = "查看计划"),
        Doing::Installing => words!(en = "installing", zh = "安装"),
        Doing::MakingAKey => words!(en = "making a key", zh = "生成私钥"),
        Doing::ReadingTheStatus => words!(en = "reading the status", zh = "查看状态"),
        Doing::Examining => words!(en = "examining this host", zh = "检查本机"),
        Doing::Reporting => words!(en = "a report", zh = "生成报告"),
        Doing::Uninstalling => words!(en = "uninstalling", zh = "卸载"),
        Doing::Drilling => words!(en = "a drill", zh = "恢复演练"),
        Doing::TakingASnapshot => words!(en = "taking a snapshot", zh = "保存快照"),
    };
    say!(en = "{doing} needs root [{}]", zh = "{doing}需要 root 权限 [{}]", Code::NotRoot)
}

/// What its ids are computed from.
pub(crate) fn no_peer_url() -> String {
    say!(
        en = "the bundle does not say where its member listens for peers",
        zh = "安装包没有说明其成员在何处监听成员间连接"
    )
}

pub(crate) fn another_at_work(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder { pid, command }) => say!(
            en = "another etcdpack is at work on this host: `{command}`, process {pid}",
            zh = "本机已有另一个 etcdpack 在运行：`{command}`，进程 {pid}"
        ),
        None => say!(en = "another etcdpack is at work on this host", zh = "本机已有另一个 etcdpack 在运行"),
    }
}

pub(crate) fn told_to_stop() -> String {
    say!(en = "told to stop; nothing was changed", zh = "已按要求停止；未做任何更改")
}

pub(crate) fn not_confirmed() -> String {
    say!(en = "not confirmed; nothing was changed", zh = "未确认；未做任何更改")
}

pub(crate) fn no_terminal() -> String {
    say!(en = "there is no terminal to ask on", zh = "没有可供询问的终端")
}

pub(crate) fn no_signals(error: impl Display) -> String {
    say!(en = "listening for signals: {error}", zh = "监听信号：{error}")
}

pub(crate) fn no_root(root: &Path, error: impl Display) -> String {
    say!(en = "opening `{}`: {error}", zh = "打开 `{}`：{error}", root.display())
}

pub(crate) fn no_json(error: impl Display) -> String {
    say!(en = "writing JSON: {error}", zh = "写入 JSON：{error}")
}

pub(crate) fn no_standard_output(error: impl Display) -> String {
    say!(en = "writing to standard output: {error}", zh = "写入标准输出：{error}")
}

pub(crate) fn no_random_numbers(error: impl Display) -> String {
    say!(en = "drawing random numbers: {error}", zh = "获取随机数：{error}")
}

pub(crate) fn no_random_bytes(error: impl Display) -> String {
    say!(en = "drawing random bytes: {error}", zh = "获取随机字节：{error}")
}

pub(crate) fn no_output(path: &Path, error: impl Display) -> String {
    say!(en = "writing `{}`: {error}", zh = "写入 `{}`：{error}", path.display())
}

pub(crate) fn signer_changed() -> String {
    say!(
        en = "before the uninstall this host took another signer's bundles, who has not named \
                 this one its successor; nobody was asked [{}]",
        zh = "卸载之前，本机接受另一个签名者的安装包，该签名者并未指定本安装包的签名者为继任者；\
                 且未经人确认 [{}]",
        Code::SignerChanged
    )
}

pub(crate) fn signer_unknown() -> String {
    say!(
        en = "this host does not know yet whose bundles it may take, and nobody was asked [{}]",
        zh = "本机尚不知道应接受谁的安装包，且未经人确认 [{}]",
        Code::SignerUnknown
    )
}

pub(crate) fn words_differ() -> String {
    say!(
        en = "the words that were given are not those of the key that signed this bundle; \
                 nothing was changed",
        zh = "给出的单词与本安装包的签名密钥不符；未做任何更改"
    )
}

pub(crate) fn words_not_asked(error: impl Display) -> String {
    say!(en = "asking for the signer's words: {error}", zh = "询问签名者的单词：{error}")
}

pub(crate) fn signer_not_confirmed() -> String {
    say!(en = "the signer was not confirmed; nothing was changed", zh = "签名者未经确认；未做任何更改")
}

pub(crate) fn brings_its_key() -> String {
    say!(
        en = "this bundle brings its private key: there is nothing to ask a certificate for",
        zh = "本安装包自带私钥：无需申请证书"
    )
}

pub(crate) fn other_member(here: &str, bundle: &MemberName) -> String {
    say!(
        en = "this host is member `{here}`, the bundle is for member `{bundle}`",
        zh = "本机是成员 `{here}`，安装包用于成员 `{bundle}`"
    )
}

pub(crate) fn install_cut_off() -> String {
    say!(en = "an install was cut off here", zh = "本机有一次安装曾中断")
}

pub(crate) fn run_cut_off() -> String {
    say!(en = "an earlier run was cut off here", zh = "本机有一次操作曾中断")
}

pub(crate) fn nothing_installed(left: &str) -> String {
    say!(en = "etcdpack has installed nothing on this host{left}", zh = "etcdpack 没有在本机安装任何内容{left}")
}

pub(crate) fn newer_in_an_image(path: &Path, error: impl Display) -> String {
    let path = path.display();
    say!(
        en = "`{path}` is for a newer etcdpack, and the record in an image does not decide what \
                 runs here: {error}",
        zh = "`{path}` 需要更新版本的 etcdpack，而镜像中的记录不能决定在本机运行什么：{error}"
    )
}

pub(crate) fn newer_by_another(path: &Path, known: Fingerprint, error: impl Display) -> String {
    let path = path.display();
    say!(
        en = "`{path}` is for a newer etcdpack, and it is not signed by the signer that this \
                 host knows, {known}: {error}",
        zh = "`{path}` 需要更新版本的 etcdpack，且不是由本机信任的签名者 {known} 签名：{error}"
    )
}

pub(crate) fn newer_by_nobody_known(path: &Path, error: impl Display) -> String {
    let path = path.display();
    say!(
        en = "`{path}` is for a newer etcdpack, and this host does not know yet whose bundles \
                 it may take: {error}",
        zh = "`{path}` 需要更新版本的 etcdpack，而本机尚不知道应接受谁的安装包：{error}"
    )
}

pub(crate) fn hand_over_unasked(newer: &str) -> String {
    say!(
        en = "{newer}; to go on with the program in it has to be asked for",
        zh = "{newer}；要改用其中的程序继续，须明确指定"
    )
}

pub(crate) fn not_started(path: &Path, error: impl Display) -> String {
    say!(en = "starting the program in `{}`: {error}", zh = "启动 `{}` 中的程序：{error}", path.display())
}

/// Others than root could have put the program at `path` there.
pub(crate) fn unsafe_program(path: &Path, found: &Unsafe) -> String {
    let program = path.display();
    let text = match found {
        Unsafe::Writable { path: at, mode, uid } if at == path => {
            say!(
                en =
                    "others than root can write the program that runs here, `{program}` (mode {mode:04o}, owner {uid})",
                zh = "除 root 以外的用户可以改写正在运行的程序 `{program}`（权限 {mode:04o}，\
                         属主 {uid}）"
            )
        }
        Unsafe::Writable { path: at, mode, uid } => say!(
            en = "others than root can put another program in the place of `{program}`, which \
                     runs here: they can write to `{}` (mode {mode:04o}, owner {uid})",
            zh = "除 root 以外的用户可以替换正在运行的程序 `{program}`：他们可以写入 `{}`（权限 \
                     {mode:04o}，属主 {uid}）",
            at.display()
        ),
        Unsafe::Replaced => {
            say!(
                en = "`{program}` is not the program any more that runs here: it was replaced meanwhile",
                zh = "`{program}` 已不是正在运行的程序：运行期间被替换"
            )
        }
    };
    format!("{text} [{}]", Code::UnsafeProgram)
}
