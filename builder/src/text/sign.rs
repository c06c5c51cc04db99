//! `sign`.

use std::fmt;
use std::path::Path;

use payload::fingerprint::Fingerprint;
use payload::language::Words;
use payload::line;
use payload::name::HostName;
use payload::shell::word;
use payload::url::UrlHost;
use payload::{say, words};

pub(crate) const NOTHING_TO_SIGN: Words = words!(
    en = "there is nothing to sign: in this cluster, the bundles bring the hosts their keys",
    zh = "此集群的主机由安装包提供私钥：没有要签发的"
);
pub(crate) const NOTHING_TO_SIGN_HELP: Words = words!(
    en = "keys = \"host-key\"   # in `[pki]`, if hosts are to make their own keys",
    zh = "keys = \"host-key\"   # 写在 `[pki]` 中，若要由主机自行生成私钥"
);

pub(crate) fn taken_for(path: &Path, says: &str, host: &HostName) -> String {
    say!(
        en = "the request `{}` says that it is for `{}`: used for {host}, as you said",
        zh = "证书请求 `{}` 自称用于 `{}`：按给出的主机名，用于 {host}",
        path.display(),
        says.escape_debug()
    )
}

/// A request that cannot be signed; `why` goes on after its name.
pub(crate) fn bad(path: &Path, why: impl fmt::Display) -> String {
    say!(en = "the request `{}` {why}", zh = "证书请求 `{}` {why}", path.display())
}

pub(crate) fn show_request(path: &Path) -> String {
    format!("openssl req -in {} -noout -text -verify", word(path))
}

pub(crate) fn second(host: &HostName) -> String {
    say!(en = "is a second one for `{host}`", zh = "是 `{host}` 的第二个请求")
}

pub(crate) fn unknown_host(name: &str) -> String {
    say!(
        en = "is for `{}`, which the cluster file does not have",
        zh = "用于 `{}`，而集群文件中没有这台主机",
        name.escape_debug()
    )
}

pub(crate) fn called_after(path: &Path, called: &str, host: &HostName) -> String {
    say!(
        en = "the file `{}` has the name of {called}, but the request in it says that it is for {host}",
        zh = "证书请求 `{}` 的文件名是 {called} 的，内容却自称用于 {host}",
        path.display()
    )
}

pub(crate) fn called_after_help(path: &Path, called: &str, host: &HostName) -> String {
    say!(
        en = "./{called}.run csr -o {called}.csr   # on {called}; or, if the request really is of {host}: etcdpack sign --host {host}={}",
        zh = "./{called}.run csr -o {called}.csr   # 在 {called} 上；如果请求确是 {host} 的：etcdpack sign --host {host}={}",
        word(path)
    )
}

pub(crate) fn not_among_these(host: &HostName) -> String {
    say!(en = "no request of `{host}` was given", zh = "其中没有 `{host}` 的证书请求")
}

pub(crate) fn sign_it(host: &HostName) -> String {
    format!("etcdpack sign {host}.csr")
}

pub(crate) fn had_another_key(host: &HostName, before: Fingerprint) -> String {
    say!(en = "{host} had another key until now: {before}", zh = "{host} 此前用的是另一把私钥：{before}")
}

pub(crate) fn new_key(path: &Path, host: &HostName, before: Fingerprint) -> String {
    say!(
        en = "{host} had another key until now ({before}), and the request `{}` has a new one",
        zh = "{host} 此前用的是另一把私钥（{before}），而证书请求 `{}` 用的是新的",
        path.display()
    )
}

pub(crate) fn new_key_help(path: &Path, host: &HostName) -> String {
    say!(
        en = "if {host} has made a new key: etcdpack sign --new-key {host} {}",
        zh = "如果 {host} 确实生成了新私钥：etcdpack sign --new-key {host} {}",
        word(path)
    )
}

pub(crate) fn by_named_key(path: &Path, host: &HostName) -> String {
    say!(
        en = "{}: for {host}, with the key whose words you gave",
        zh = "{}：用于 {host}，私钥与给出的一致",
        path.display()
    )
}

pub(crate) fn other_key(path: &Path, host: &HostName, words: Fingerprint) -> String {
    say!(
        en = "the key in the request `{}` is not the one of {host} whose words you gave: its words are {words}",
        zh = "证书请求 `{}` 中的密钥与给出的 {host} 的单词不符：它的单词是 {words}",
        path.display()
    )
}

pub(crate) fn show_words(host: &HostName) -> String {
    say!(
        en = "./{host}.run csr   # on {host}: it shows the words of its key",
        zh = "./{host}.run csr   # 在 {host} 上：显示其私钥的单词"
    )
}

pub(crate) fn give_words(path: &Path, host: &HostName) -> String {
    say!(
        en = "etcdpack sign --words {host}=WORDS {}   # WORDS: those that `./{host}.run csr` showed",
        zh = "etcdpack sign --words {host}=WORDS {}   # WORDS：`./{host}.run csr` 显示的单词",
        word(path)
    )
}

pub(crate) fn nobody_to_ask(path: &Path, host: &HostName) -> String {
    say!(
        en = "nobody has confirmed that the key in the request `{}` is that of {host}, and there is no terminal to ask on",
        zh = "尚未确认证书请求 `{}` 的私钥是 {host} 的，而没有可供询问的终端",
        path.display()
    )
}

/// The request and the words of its key, four a line.
pub(crate) fn words(path: &Path, host: &HostName, address: &UrlHost, words: Fingerprint) -> String {
    let words = words.to_string();
    let lines: Vec<String> =
        words.split('-').collect::<Vec<_>>().chunks(4).map(|four| format!("    {}\n", four.join("  "))).collect();
    say!(
        en = "\n{} asks for a certificate for {host} ({address}). Words of the key in it:\n\n{}\n",
        zh = "\n{} 为 {host}（{address}）申请证书。其中私钥的单词：\n\n{}\n",
        line::plain(&path.display().to_string()),
        lines.concat()
    )
}

pub(crate) fn are_they_the_words(host: &HostName) -> String {
    say!(
        en = "Are they the words that `./{host}.run csr` showed on {host}?",
        zh = "它们与 {host} 上 `./{host}.run csr` 显示的单词一致吗？"
    )
}

pub(crate) fn asking(error: impl fmt::Display) -> String {
    say!(en = "asking at the terminal: {error}", zh = "在终端上询问：{error}")
}

pub(crate) fn not_confirmed(host: &HostName) -> String {
    say!(en = "the key of {host} was not confirmed; nothing was signed", zh = "{host} 的私钥未经确认；没有签发任何证书")
}

pub(crate) const NOT_A_FILE: Words = words!(en = "it is not a file", zh = "它不是文件");
