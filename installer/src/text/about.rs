//! What a file is, whose it is, and what can be done with it.

use std::fmt::Display;

use payload::language::Words;
use payload::manifest::{KeyFrom, Manifest};
use payload::provenance::Provenance;
use payload::{say, words};

use crate::signer::SignerStatus;

/// This program where it carries no bundle.
pub(crate) fn program(version: &str) -> String {
    say!(
        en = "etcdpack-host {version}: looks after the etcd member on this host
  etcdpack-host \
                 status      how the member does
  etcdpack-host install HOST.run   verify a new \
                 bundle of this member and install it
  etcdpack-host uninstall   take it off this \
                 host; data stays unless --purge",
        zh = "etcdpack-host {version}：照看本机的 etcd 成员\n  etcdpack-host status      \
                 查看成员状态\n  etcdpack-host install HOST.run   校验并安装本成员的新安装包\n  \
                 etcdpack-host uninstall   从本机卸载；不加 --purge 则保留数据"
    )
}

/// A bundle, from what it says of itself.
pub(crate) fn bundle(manifest: &Manifest) -> Vec<String> {
    let address = manifest.me().map(|me| me.address.to_string()).unwrap_or_default();
    let file = format!("./{}.run", manifest.host);
    let mut lines = vec![
        say!(
            en = "etcd {} for host {} ({address}), member {} of cluster {}",
            zh = "etcd {}，用于主机 {}（{address}），成员 {}，集群 {}",
            manifest.release.version,
            manifest.host,
            manifest.member,
            manifest.cluster
        ),
        say!(
            en = "made by etcdpack {}; nothing has been changed. How to go on, as root:",
            zh = "由 etcdpack {} 构建；未做任何更改。后续步骤（以 root 运行）：",
            manifest.etcdpack
        ),
    ];
    if manifest.key_from() == KeyFrom::Host && !manifest.has_certificate() {
        lines.push(say!(
            en = "  {file} {:<10} first of all: make this host's key, print its request",
            zh = "  {file} {:<10} 首先执行：生成本机的私钥，输出证书请求",
            "csr"
        ));
    }
    let commands: [(&str, Words); 5] = [
        ("verify", words!(en = "check this file, byte by byte", zh = "逐字节校验本文件")),
        ("plan", words!(en = "what an install would do here", zh = "查看安装将执行的步骤")),
        ("install", words!(en = "do it", zh = "开始安装")),
        ("status", words!(en = "how the member does", zh = "查看成员状态")),
        ("uninstall", words!(en = "undo it; data stays unless --purge", zh = "撤销安装；不加 --purge 则保留数据")),
    ];
    lines.extend(commands.map(|(command, says)| format!("  {file} {command:<10} {says}")));
    lines
}

/// What is to be installed.
pub(crate) fn headline(manifest: &Manifest) -> String {
    say!(
        en = "etcd {} for host {}, member {} of cluster {}",
        zh = "etcd {}，用于主机 {}，成员 {}，集群 {}",
        manifest.release.version,
        manifest.host,
        manifest.member,
        manifest.cluster
    )
}

/// A bundle of this size that is whole; its file has this sum.
pub(crate) fn whole(manifest: &Manifest, size: u64, sum: impl Display) -> String {
    say!(
        en = "ok: {size} bytes, {} entries, etcd {} for {}; sha256 {sum}",
        zh = "校验通过：{size} 字节，{} 个条目，etcd {}，用于 {}；sha256 {sum}",
        manifest.entries.len() + 1,
        manifest.release.version,
        manifest.host
    )
}

pub(crate) const WHOLE_IS_NOT_WHOSE: Words = words!(
    en = "this shows that the file is whole, not who made it: compare the words with those that \
             the builder showed",
    zh = "这只说明文件完整，不说明出自谁手：请与构建时显示的单词核对"
);

/// Who signed, and what that one is to this host.
pub(crate) fn signer(provenance: &Provenance, status: SignerStatus) -> String {
    let signer = provenance.signer.fingerprint();
    let to_us = match status {
        SignerStatus::Known => words!(en = "whose bundles this host takes", zh = "为本机信任的签名者"),
        SignerStatus::Successor => words!(
            en = "the successor of whose bundles this host takes, by that one's word",
            zh = "为本机信任的签名者指定的继任者"
        ),
        SignerStatus::Named => words!(en = "as you named it", zh = "与你指定的一致"),
        SignerStatus::Changed => words!(
            en = "and not by whose bundles this host took before its uninstall",
            zh = "不是本机卸载之前信任的签名者"
        ),
        SignerStatus::Unknown => words!(en = "whom this host does not know yet", zh = "本机尚不认识"),
    };
    say!(en = "signed by {signer}, {to_us}", zh = "签名者 {signer}，{to_us}")
}

/// Likewise before an install: of a signer whom this host does not know no word, for they are asked for.
pub(crate) fn signer_before_the_words(provenance: &Provenance, status: SignerStatus) -> String {
    match status {
        SignerStatus::Unknown => {
            say!(en = "signed by a key that this host does not know yet", zh = "签名密钥本机尚不认识")
        }
        SignerStatus::Changed => {
            say!(en = "signed by another key than the one that this host knows", zh = "签名密钥与本机所知的不同")
        }
        SignerStatus::Known | SignerStatus::Successor | SignerStatus::Named => signer(provenance, status),
    }
}
