//! What stands on paper, in each language: `cluster` the sheet about all hosts, `host` that about one, `trouble` what to do when it does
//! not go as written, `calendar` when certificates end. Words in backticks are shown as they are typed.

pub(crate) mod calendar;
pub(crate) mod cluster;
pub(crate) mod host;
pub(crate) mod trouble;

use std::path::Path;

use payload::say;

pub(crate) fn wrote(dir: &Path) -> String {
    let dir = dir.display();
    say!(
        en = "to print: {dir}/*.html; the words are on it: never onto the stick with the bundles",
        zh = "请打印：{dir}/*.html；上面有那些单词：切勿放进装安装包的 U 盘"
    )
}

pub(crate) fn in_the_bundles(dir: &Path) -> String {
    let dir = dir.display();
    say!(
        en = "`{dir}` is where the bundles go; paper does not travel with them",
        zh = "`{dir}` 是放安装包的目录；纸单不与安装包同行"
    )
}

pub(crate) const ELSEWHERE: &str = "etcdpack build -o dist";

pub(crate) fn two_signers(path: &Path) -> String {
    let path = path.display();
    say!(
        en = "`{path}` is signed by another key than the bundles before it",
        zh = "`{path}` 的签名者与前面的安装包不同"
    )
}

/// Above the twelve words.
pub(crate) fn the_words() -> String {
    say!(en = "The twelve words of the signer", zh = "签名者的十二个单词")
}

pub(crate) fn about_the_words() -> String {
    say!(
        en = "Public. Each host asks for three of them, by number, before its first install. They prove something only if this sheet \
              did not travel with the bundles.",
        zh = "可公开。每台主机首次安装前按编号询问其中三个。本单不得与安装包同行，否则核对毫无意义。"
    )
}

pub(crate) fn sum_of_the_key() -> String {
    say!(en = "SHA-256 of `signing.pub`", zh = "`signing.pub` 的 SHA-256")
}
