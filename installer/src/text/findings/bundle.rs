//! The words of findings about the bundle itself.

use payload::{say, words};

use crate::finding::BundleFinding;
use crate::help::Help;

use super::same_cluster;

pub(super) fn text(found: &BundleFinding) -> String {
    match found {
        BundleFinding::NoCopy { tried, .. } => {
            say!(
                en = "the bundle cannot be copied to where root alone can open it: {}",
                zh = "无法把安装包拷贝到只有 root 能打开的位置：{}",
                tried.join(&words!(en = "; ", zh = "；"))
            )
        }
        BundleFinding::SameNumber { serial, newest } => say!(
            en = "this bundle and the one that was installed here ({}) both bear number \
                     {serial}, and differ: this `pki/` is an older copy, or one of two at work",
            zh = "本安装包与本机已安装过的安装包（{}）编号同为 {serial}，内容却不同：这个 \
                     `pki/` 是旧的副本，或者有两份在同时使用",
            newest.short()
        ),
        BundleFinding::Older { serial, newest } | BundleFinding::OlderAllowed { serial, newest } => {
            say!(
                en = "this bundle is number {serial}; number {newest} was installed here \
                         already: it is an older bundle, or this `pki/` is an older copy",
                zh = "本安装包编号为 {serial}，而本机已安装过编号 {newest}：这是旧的安装包，\
                         或者这个 `pki/` 是旧的副本"
            )
        }
        BundleFinding::FoundsAgain { .. } => {
            say!(
                en = "this bundle founds the cluster, which ran already when an earlier one was \
                         installed here: it is an older bundle, or this `pki/` is an older copy",
                zh = "本安装包用于建立集群，但此前安装时集群已在运行：这是旧的安装包，或者这个 \
                         `pki/` 是旧的副本"
            )
        }
        BundleFinding::OtherSigner { kept } => say!(
            en = "before the uninstall this host took bundles signed by {kept}, and that signer \
                     did not name the signer of this bundle as its successor: once this bundle is \
                     installed, the host takes bundles by the new signer only",
            zh = "卸载之前，本机接受由 {kept} 签名的安装包，\
                     而该签名者并未指定本安装包的签名者为继任者：安装之后，\
                     本机只接受新签名者的安装包"
        ),
    }
}

pub(super) fn help(found: &BundleFinding) -> Help {
    match found {
        BundleFinding::NoCopy { dir, .. } => Help::in_tree(format!("df -h {dir} /run; findmnt -T {dir}")),
        BundleFinding::SameNumber { .. } => Help::command("etcdpack inspect ")
            .and(Help::bundle_name())
            .and(Help::plain(words!(en = ", on the connected machine", zh = "，在联网机器上运行"))),
        BundleFinding::Older { .. } => {
            Help::plain(words!(en = "install the newest bundle, or: ", zh = "安装最新的安装包，或者："))
                .and(Help::run_with("install", "--allow-downgrade"))
        }
        BundleFinding::FoundsAgain { token } => Help::plain(say!(
            en = "install the newest bundle; if its `pki/` is lost, on the connected machine: \
                     {}, and carry the new file here",
            zh = "安装最新的安装包；若其 `pki/` 已丢失，在联网机器上运行：{}，再把新文件带到本机",
            same_cluster(token)
        )),
        BundleFinding::OtherSigner { .. } => crate::text::help::name_the_new_signer(),
        BundleFinding::OlderAllowed { .. } => Help::plain(super::BUILD),
    }
}
