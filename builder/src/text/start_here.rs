//! `START-HERE.txt`, which lies beside the bundles and travels with them: in English and in Chinese, whoever builds them. Without the
//! twelve words: whoever can swap a bundle can swap this file.

use std::fmt::Write as _;

use payload::language::Language;
use payload::name::{ClusterName, HostName};
use payload::say;

/// A bundle: for which host, at which address, and what is typed there.
pub(crate) struct Line<'a> {
    pub(crate) host: &'a HostName,
    pub(crate) address: String,
    pub(crate) command: String,
}

/// As Windows reads it: with a mark in front that says UTF-8, and with its ends of lines.
pub(crate) fn start_here(cluster: &ClusterName, lines: &[Line]) -> String {
    let [english, chinese] =
        [Language::English, Language::Chinese].map(|language| language.meanwhile(|| text(cluster, lines)));
    format!("\u{feff}{english}\n{chinese}").replace('\n', "\r\n")
}

fn text(cluster: &ClusterName, lines: &[Line]) -> String {
    let mut text = say!(
        en = "etcd cluster {cluster}: a file for each host.\n\n\
              This text is not signed: anybody who had this stick could have changed it. If the printed sheets say something else, believe the sheets.\n\n\
              The file for each host, and the command to run there as root, in a directory that root alone can write to (not on the stick):\n\n",
        zh = "etcd 集群 {cluster}：每台主机一个文件。\n\n\
              本文没有签名：拿过这个 U 盘的人都可能改过它。与打印的纸单不一致时，以纸单为准。\n\n\
              哪台主机用哪个文件，以及在该主机上以 root 输入的命令（在只有 root 可写的目录中，不要在 U 盘上运行）：\n\n"
    );
    for Line { host, address, command } in lines {
        let _ = writeln!(text, "    {host} ({address})    ./{host}.run {command}");
    }
    text.push_str(&say!(
        en = "\nWhom to ask: whoever gave you the printed sheets; the telephone number is on them. Without the sheets, run nothing: the twelve words that\n\
              the host asks for are on them. Words that are on this stick prove nothing.\n",
        zh = "\n有疑问找谁：给你纸单的人，电话在纸单上。没有纸单就什么都不要运行：主机会询问十二个单词，以纸单上的为准；U 盘里的单词不能证明什么。\n"
    ));
    text
}
