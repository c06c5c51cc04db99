//! Why a signer is not to be trusted here.

use std::fmt;

use payload::say;

use crate::signer::SignerError;

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { signer, known } => say!(
                f,
                en = "the bundle is signed by {signer}; this host accepts only bundles by {known}, \
                         and that signer has not named the bundle's as its successor",
                zh = "安装包由 {signer} 签名；本机只接受 {known} 的安装包，而后者没有指定前者为继任者"
            ),
            Self::Replaced { signer, known } => say!(
                f,
                en = "the bundle is signed by {signer}, which {known} has replaced on this host: \
                         it is not accepted any more, whatever words are given",
                zh = "安装包由 {signer} 签名，而在本机 {known} 已取代它：无论给出什么单词，都不会再接受它"
            ),
            Self::NotNamed { signer } => {
                say!(
                    f,
                    en = "the bundle is signed by {signer}, not by the signer that you named",
                    zh = "安装包由 {signer} 签名，不是你指定的签名者"
                )
            }
        }
    }
}
