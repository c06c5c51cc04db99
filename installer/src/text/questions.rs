//! What somebody at the terminal is asked, and told before.

use std::fmt::Display;

use payload::language::Words;
use payload::{say, words};

use crate::finding::Question;
use crate::plan::Plan;
use crate::transaction::undo::Contents;

pub(crate) const INSTALL: Words = words!(en = "Install?", zh = "开始安装吗？");
pub(crate) const INSTALL_AT_RISK: Words = words!(
    en = "Install? The cluster serves nobody while etcd restarts.",
    zh = "开始安装吗？etcd 重启期间，整个集群无法提供服务。"
);

pub(crate) fn uninstall(contents: Contents, plan: &Plan) -> String {
    let stays = plan.steps.iter().any(|planned| !planned.goes());
    let what = match contents {
        Contents::Keep if stays => {
            words!(
                en = "Uninstall what goes, and keep what stays?",
                zh = "开始卸载吗？上面“将删除”的会删除，“将保留”的会保留。"
            )
        }
        Contents::Keep => words!(en = "Uninstall? Nothing stays.", zh = "开始卸载吗？不会保留任何内容。"),
        Contents::Remove => {
            words!(en = "Uninstall, and delete all data and logs?", zh = "开始卸载，并删除全部数据和日志吗？")
        }
    };
    let risk = words!(en = " The cluster serves nobody from then on.", zh = "此后整个集群无法提供服务。");
    if plan.says_at_risk() { format!("{what}{risk}") } else { what.into() }
}

pub(crate) const COPY: Words = words!(
    en = "Stop etcd here for the copy, and start it again?",
    zh = "停止本机的 etcd 以复制数据，然后重新启动吗？"
);
pub(crate) const COPY_AT_RISK: Words = words!(
    en = "Stop etcd here for the copy, and start it again? The cluster serves nobody meanwhile.",
    zh = "停止本机的 etcd 以复制数据，然后重新启动吗？期间整个集群无法提供服务。"
);

/// A bundle for a newer etcdpack, which `error` says.
pub(crate) fn newer(error: impl Display) -> String {
    say!(en = "this bundle is for a newer etcdpack: {error}", zh = "此安装包需要更新版本的 etcdpack：{error}")
}

pub(crate) const HAND_OVER: Words = words!(
    en = "Go on with the program in it? It is signed by the signer that this host knows.",
    zh = "改用其中的程序继续吗？它由本机已信任的签名者签名。"
);

/// Of a user of etcd's.
pub(crate) const PASSWORD: Words = words!(en = "Password of etcd's user: ", zh = "etcd 用户的密码：");
/// What opens a sealed snapshot.
pub(crate) const IDENTITY: Words = words!(
    en = "Secret half that opens the snapshot (AGE-SECRET-KEY-1...): ",
    zh = "打开快照的私钥（AGE-SECRET-KEY-1...）："
);
pub(crate) const PASSPHRASE: Words = words!(en = "Passphrase of the private key: ", zh = "私钥口令：");

/// Why this host cannot know whose a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewSigner {
    /// It has had none.
    First,
    /// It is not whose bundles were taken before the uninstall.
    Other,
}

/// Before the words of the signer's key are asked for.
pub(crate) fn about_the_words(new: NewSigner) -> [Words; 4] {
    [
        match new {
            NewSigner::First => words!(en = "This is the first bundle on this host.", zh = "这是本机的第一个安装包。"),
            NewSigner::Other => words!(
                en = "Before the uninstall this host took another signer's bundles. This one \
                         has a signer of its own.",
                zh = "卸载之前，本机信任的是另一个签名者。此安装包的签名者与之不同。"
            ),
        },
        words!(
            en = "`etcdpack build` showed twelve words, and wrote them to signing.words: the \
                     words of the key that signed the",
            zh = "`etcdpack build` 显示过十二个单词，并写入了 signing.words：\
                     它们对应本安装包的签名密钥。"
        ),
        words!(
            en = "bundle. Have them read to you by whoever built it, or take them from paper;",
            zh = "请让构建安装包的同事念给你听，或者对照纸单；"
        ),
        words!(
            en = "they must have come another way than this file. From then on this host takes \
                     no others' bundles.",
            zh = "这些单词必须与本文件走不同的途径送达。此后，本机只接受该签名者的安装包。"
        ),
    ]
}

pub(crate) fn word(number: usize) -> String {
    say!(en = "Word {number} of the twelve: ", zh = "十二个单词中的第 {number} 个：")
}

pub(crate) const WRONG_WORDS: Words =
    words!(en = "these are not the words of the key that signed this bundle", zh = "这些单词与本安装包的签名密钥不符");

/// One line, behind which `[y/N]` is put.
pub(crate) fn question(question: Question) -> Words {
    match question {
        Question::FirstInstall => words!(
            en = "Create a new cluster? Say y only if none of its hosts has ever run etcd.",
            zh = "建立新集群吗？只有它的所有主机都从未运行过 etcd，才回答 y。"
        ),
        Question::LeavesCluster => words!(
            en = "This member leaves the cluster that it is in now, and finds another or none. Go on?",
            zh = "本成员将离开当前所在的集群，之后可能加入另一个集群，也可能无集群可加入。继续吗？"
        ),
    }
}

/// Nobody was asked whether this member is to leave its cluster, or said no.
pub(crate) fn leaves_cluster_unsaid() -> Words {
    words!(
        en = "that this member leaves its cluster has to be said at a terminal; nothing was changed",
        zh = "本成员离开集群，必须在终端上确认；未做任何更改"
    )
}
