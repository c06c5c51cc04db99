//! Why a file is no bundle, or not the one that was built.

use std::io;

use crate::entry::EntryName;
use crate::fingerprint::Fingerprint;
use crate::manifest::ManifestError;
use crate::{say, words};

/// Why a file is no bundle, or not the one that was built.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("{}", say!(
        en = "reading the bundle: {_0}",
        zh = "读取安装包：{_0}"
    ))]
    Io(#[from] io::Error),
    /// The installer alone: built so, stripped, or cut off.
    #[error("{}", words!(
        en = "this is not a whole bundle: its end is missing, or a copy in text mode changed it, or \
             it is another file",
        zh = "这不是完整的安装包：结尾缺失，或以文本模式拷贝时被更改，或是其他文件"
    ))]
    NoBundle,
    #[error("{}", say!(
        en = "the bundle is damaged: {_0}",
        zh = "安装包已损坏：{_0}"
    ))]
    Damaged(&'static str),
    #[error("{}", words!(
        en = "the bundle's last line is no signature: it was cut off, changed, or never signed",
        zh = "安装包的最后一行不是签名：被截断、被更改，或从未签名"
    ))]
    NoSignature,
    /// Damaged, put together from two, or signed by somebody else in the name of this key.
    #[error("{}", say!(
        en = "the bundle is not what was signed: the signature in its last line is not by its \
             signer {signer} of these bytes",
        zh = "安装包不是当初签名的内容：最后一行的签名不是签名者 {signer} 对这些字节所做的签名"
    ))]
    Signature { signer: Fingerprint },
    #[error("{}", words!(
        en = "the bundle was changed while it was read",
        zh = "安装包在读取期间被更改"
    ))]
    Changed,
    #[error("{}", words!(
        en = "the bundle is larger than the 4 GiB that one has at most",
        zh = "安装包超过 4 GiB 的上限"
    ))]
    TooLarge,
    #[error("{}", say!(
        en = "the bundle is damaged: entry `{_0}` is not what the manifest says",
        zh = "安装包已损坏：条目 `{_0}` 与清单不符"
    ))]
    Entry(EntryName),
    #[error("{}", say!(
        en = "the bundle's manifest is not usable: {_0}",
        zh = "安装包的清单不可用：{_0}"
    ))]
    Manifest(#[from] ManifestError),
    #[error("{}", say!(
        en = "the bundle has no entry `{_0}`",
        zh = "安装包中没有条目 `{_0}`"
    ))]
    Missing(String),
}
