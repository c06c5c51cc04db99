//! Passphrases and the terminal that they are typed on.

use std::fmt;

use payload::language::Words;
use payload::{say, words};

/// Asks for one that exists.
pub(crate) fn known(what: &str) -> String {
    say!(en = "passphrase of {what}: ", zh = "口令（{what}）：")
}

/// Asks for one that is set now.
pub(crate) fn fresh(what: &str) -> String {
    say!(en = "new passphrase for {what}: ", zh = "新口令（{what}）：")
}

pub(crate) const ONCE_MORE: Words = words!(en = "once more: ", zh = "再输入一次：");

pub(crate) const CA_BY_DESCRIPTOR: Words = words!(
    en = "give it by a file descriptor: --ca-passphrase-fd 3 3< FILE",
    zh = "经文件描述符给出：--ca-passphrase-fd 3 3< FILE"
);

pub(crate) const FOR_WRITING_ONLY: Words = words!(en = "it is open for writing only", zh = "它只能写入");
pub(crate) const NOT_OPEN: Words = words!(en = "it is not open", zh = "它没有打开");
pub(crate) const NOT_UTF8: Words = words!(en = "not a text", zh = "不是文本");

pub(crate) fn line_too_long(most: usize) -> String {
    say!(en = "the line is longer than {most} bytes", zh = "该行超过 {most} 字节")
}

/// What the passphrase of the hosts' keys is called when it is asked for.
pub(crate) const PRIVATE_KEYS: Words = words!(en = "the private keys", zh = "私钥");
pub(crate) const KEYS_BY_DESCRIPTOR: &str = "etcdpack build --passphrase-fd 3 3<FILE";
pub(crate) const NO_TERMINAL_TO_SHOW: Words =
    words!(en = "there is no terminal to show a passphrase on", zh = "没有可以显示口令的终端");

/// Shown when keys were sealed with a generated passphrase.
pub(crate) fn generated(holders: &str, passphrase: &str) -> String {
    say!(
        en = "\nThe passphrase of the private keys for {holders}, seven words:\n\n    {passphrase}\n\n\
              `install` asks for it on the host. Keep it secret. It is stored nowhere: write it down now, and\n\
              carry it separately from the bundles. It is shown once more at the end of this command.\n\n",
        zh = "\n私钥的口令，七个单词（{holders}）：\n\n    {passphrase}\n\n\
              主机上的 `install` 会询问它。请保密。它不会保存在任何地方：现在就抄下来，\n\
              并与安装包分开传递。本命令结束时会再显示一次。\n\n"
    )
}

/// Shown at the end: the lines above may have left the screen.
pub(crate) fn once_more(passphrase: &str) -> String {
    say!(
        en = "\nOnce more, because it is stored nowhere: the seven words of the passphrase. They are secret, and open the\n\
              private keys; the twelve words above are public, and say who signed.\n\n    {passphrase}\n\n",
        zh = "\n再显示一次，因为它不会保存：口令的七个单词。它们是机密，能打开私钥；\n\
              上面的十二个单词是公开的，说明由谁签名。\n\n    {passphrase}\n\n"
    )
}

pub(crate) fn no_random_bytes(error: impl fmt::Display) -> String {
    say!(en = "drawing random bytes: {error}", zh = "获取随机字节：{error}")
}
