//! What `init` asks.

use std::fmt;

use payload::language::Words;
use payload::line;
use payload::{say, words};

pub(crate) const BEFORE: Words = words!(
    en = "The hosts of the cluster, one by one; mostly three or five. An empty line ends the list.\n",
    zh = "逐台输入集群的主机，一般是三台或五台。空行结束。\n"
);

pub(crate) fn name_of(number: usize) -> String {
    say!(en = "host {number}: name:", zh = "第 {number} 台主机的名称：")
}

pub(crate) fn address_of(name: impl fmt::Display) -> String {
    say!(
        en = "IP address, or DNS name, at which the others reach {name}:",
        zh = "其他主机访问 {name} 所用的 IP 地址或 DNS 名称："
    )
}

pub(crate) fn listen_of(name: impl fmt::Display) -> String {
    say!(
        en = "own IP address of {name}, where etcd listens [what the DNS name means there]:",
        zh = "{name} 自己的 IP 地址，etcd 在此监听 [该名称所指的地址]："
    )
}

pub(crate) fn twice(name: impl fmt::Display) -> String {
    say!(en = "{name} is in the list already", zh = "{name} 已在列表中")
}

pub(crate) fn not_an_address(line: &str) -> String {
    say!(
        en = "`{}` is not an IP address, such as 192.0.2.1 or 2001:db8::1, nor a DNS name in lower case, such as etcd-1.example",
        zh = "`{}` 既不是 IP 地址（如 192.0.2.1 或 2001:db8::1），也不是小写的 DNS 名称（如 etcd-1.example）",
        line::plain(line)
    )
}

pub(crate) fn not_an_ip(line: &str) -> String {
    say!(
        en = "`{}` is not an IP address, such as 192.0.2.1 or 2001:db8::1",
        zh = "`{}` 不是 IP 地址，例如 192.0.2.1 或 2001:db8::1",
        line::plain(line)
    )
}

pub(crate) fn not_a_choice(line: &str, words: &[String]) -> String {
    say!(en = "`{}` is not one of {}", zh = "`{}` 不是其中之一：{}", line::plain(line), words.join(", "))
}

pub(crate) fn not_so(why: &str) -> String {
    format!("{}\n", line::plain(why))
}

pub(crate) const KEYS: Words = words!(
    en = "How the hosts get their private keys:
  passphrase  in the bundles, sealed with a passphrase of seven words
  host-key    made on the hosts: no private key ever travels, but a request and a second bundle do
  plaintext   in the bundles, in the clear: for labs
",
    zh = "主机如何得到私钥：
  passphrase  放在安装包里，用七个单词的口令加密
  host-key    在主机上生成：私钥不离开主机，但要多走一趟：带回证书请求，再带去第二个安装包
  plaintext   放在安装包里，明文：用于实验环境
"
);
pub(crate) const WHICH_KEYS: &str = "keys [passphrase]:";

pub(crate) const MANAGERS: Words = words!(
    en = "Service manager that keeps etcd running:
  auto        decided on each host: its own supervisor, else the one in the bundle, else systemd
  supervisor  supervisor, the host's own or the one in the bundle
  systemd     systemd alone
",
    zh = "由谁托管 etcd：
  auto        在每台主机上决定：先用主机自己的 supervisor，其次安装包自带的，再次 systemd
  supervisor  supervisor：主机自己的，或安装包自带的
  systemd     只用 systemd
"
);
pub(crate) const WHICH_MANAGER: &str = "manager [auto]:";

pub(crate) fn unasked(error: impl fmt::Display) -> String {
    say!(en = "asking at the terminal: {error}", zh = "在终端上询问：{error}")
}
pub(crate) const BY_OPTIONS: &str = "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3";
