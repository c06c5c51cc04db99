//! Why a bundle, or the private key in it, cannot be used.

use std::fmt;

use payload::say;

use crate::command::{CarriedError, KeyError};

impl fmt::Display for CarriedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(error) => fmt::Display::fmt(error, f),
            Self::CutOff => say!(
                f,
                en = "this file is only the beginning of a bundle: its end is missing",
                zh = "此文件只是安装包的开头部分：结尾缺失"
            ),
            Self::NoneHere => say!(
                f,
                en = "this program carries no bundle: which one is meant?",
                zh = "本程序不含安装包：请指定使用哪一个"
            ),
            Self::Named { path, error } => say!(f, en = "`{}`: {error}", zh = "`{}`：{error}", path.display()),
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(error) => fmt::Display::fmt(error, f),
            Self::NotAPassphrase(error) => fmt::Display::fmt(error, f),
            Self::Memory(error) => fmt::Display::fmt(error, f),
            Self::NoTerminal => {
                say!(
                    f,
                    en = "the private key is sealed, and there is no terminal to ask for the \
                             passphrase at",
                    zh = "私钥已加密，而没有可用于询问口令的终端"
                )
            }
            Self::Fd(fd, error) => say!(
                f,
                en = "reading the passphrase from file descriptor {fd}: {error}",
                zh = "从文件描述符 {fd} 读取口令：{error}"
            ),
            Self::Terminal(error) => say!(f, en = "reading the passphrase: {error}", zh = "读取口令：{error}"),
            Self::Cancelled => {
                say!(f, en = "no passphrase was given; nothing was changed", zh = "没有给出口令；未做任何更改")
            }
            Self::Wrong => say!(
                f,
                en = "the passphrase does not open the private key; nothing was changed",
                zh = "口令无法解开私钥；未做任何更改"
            ),
            Self::Sealed(error) => say!(f, en = "the sealed private key: {error}", zh = "加密的私钥：{error}"),
            Self::Another => say!(
                f,
                en = "the sealed private key is not the one that the manifest speaks of",
                zh = "加密的私钥不是清单中所说的那个"
            ),
            Self::Mismatch(error) => say!(f, en = "the sealed private key: {error}", zh = "加密的私钥：{error}"),
        }
    }
}
