//! Why there is no passphrase.

use std::fmt;

use payload::say;

use crate::passphrase_source::PassphraseError;

impl fmt::Display for PassphraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTerminal(error) => say!(
                f,
                en = "a passphrase is needed and there is no terminal to ask on: {error}",
                zh = "需要口令，而没有可供询问的终端：{error}"
            ),
            Self::Descriptor(number, error) => say!(
                f,
                en = "reading the passphrase from file descriptor {number}: {error}",
                zh = "从文件描述符 {number} 读取口令：{error}"
            ),
            Self::Empty => say!(f, en = "the passphrase is empty", zh = "口令为空"),
            Self::Differ => say!(f, en = "the two passphrases differ", zh = "两次输入的口令不同"),
        }
    }
}
