//! `check`.

use std::fmt;

use payload::etcd::EtcdVersion;
use payload::founding::Phase;
use payload::language::Words;
use payload::name::ClusterName;
use payload::{say, words};
use time::OffsetDateTime;

pub(crate) const HOSTS: [Words; 5] = [
    words!(en = "HOST", zh = "主机"),
    words!(en = "MEMBER", zh = "成员"),
    words!(en = "ADDRESS", zh = "地址"),
    words!(en = "ARCH", zh = "架构"),
    words!(en = "CERTIFICATE", zh = "证书"),
];
pub(crate) const CA: &str = "CA";
pub(crate) const SIGNER: Words = words!(en = "signer", zh = "签名者");
pub(crate) const PASSPHRASE_ROW: Words = words!(en = "passphrase", zh = "口令");
pub(crate) const RELEASE: Words = words!(en = "release", zh = "发布包");
pub(crate) const CLUSTER: Words = words!(en = "cluster", zh = "集群");
pub(crate) const ASKS: Words = words!(en = "asks", zh = "将询问");
pub(crate) const REHEARSAL: Words = words!(en = "rehearsal", zh = "试运行");
pub(crate) const TRAVELS: Words = words!(en = "to carry", zh = "需要携带");

pub(crate) fn heading(file: &str, name: &str, etcd: &str, hosts: usize) -> String {
    let hosts = if hosts == 1 {
        say!(en = "one host", zh = "1 台主机")
    } else {
        say!(en = "{hosts} hosts", zh = "{hosts} 台主机")
    };
    say!(
        en = "{file}: cluster {name}, etcd {etcd}, {hosts}; `etcdpack build` would do this:",
        zh = "{file}：集群 {name}，etcd {etcd}，{hosts}；`etcdpack build` 将会："
    )
}

pub(crate) fn until(state: &str, end: OffsetDateTime) -> String {
    say!(en = "{state}, until {}", zh = "{state}，有效至 {}", end.date())
}

pub(crate) fn why(host: &str, why: &str) -> String {
    say!(en = "{host}: {why}", zh = "{host}：{why}")
}

pub(crate) fn authority(file: &str, state: &str, key: &str) -> String {
    say!(en = "{file}: {state}{key}", zh = "{file}：{state}{key}")
}

pub(crate) const KEY_LOCKED: Words = words!(en = "; its key is under a passphrase", zh = "；其私钥有口令保护");
pub(crate) const KEY_MISSING: Words = words!(en = "; its key is not beside it", zh = "；旁边没有它的私钥");
pub(crate) const KEY_ELSEWHERE: Words =
    words!(en = "; its key is not here: others sign", zh = "；其私钥不在这里：由他人签发");

pub(crate) const SIGNER_MADE: Words = words!(
    en = "a key to sign bundles is made; its twelve words are shown",
    zh = "将生成安装包的签名密钥，并显示它的十二个单词"
);
pub(crate) const PASSPHRASE_KEPT: Words = words!(
    en = "that of an earlier build: the private keys stay sealed with it",
    zh = "沿用以前构建时的：私钥仍以它加密"
);
pub(crate) const PASSPHRASE_MADE: Words = words!(
    en = "private keys are sealed anew: a passphrase is made and shown, or given with --passphrase-fd",
    zh = "私钥将重新加密：生成口令并显示，或用 --passphrase-fd 给出"
);

pub(crate) fn supply(file: &str, supply: &str) -> String {
    say!(en = "{file}, {supply}", zh = "{file}，{supply}")
}

pub(crate) const IN_CACHE: Words = words!(en = "in the cache", zh = "已在缓存中");

pub(crate) fn in_file(path: &str) -> String {
    say!(en = "from {path}", zh = "取自 {path}")
}

pub(crate) fn downloaded(places: &str) -> String {
    say!(en = "to be downloaded from {places}", zh = "将从 {places} 下载")
}

pub(crate) fn sum_of(origin: &str) -> String {
    say!(en = "its SHA-256 comes from: {origin}", zh = "SHA-256 的依据：{origin}")
}

pub(crate) fn published(version: EtcdVersion) -> String {
    say!(
        en = "upstream's list SHA256SUMS of {version}, to be downloaded with it",
        zh = "上游 {version} 的 SHA256SUMS，将一并下载"
    )
}

pub(crate) const FIRST_USE: Words =
    words!(en = "the first download (--trust-on-first-use)", zh = "首次下载（--trust-on-first-use）");

pub(crate) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Founding => words!(en = "not founded yet, as far as is known here", zh = "据此处所知，尚未建立").text(),
        Phase::Running => {
            words!(en = "runs: no bundle founds it again", zh = "在运行：任何安装包都不会再次建立它").text()
        }
    }
}

pub(crate) fn asks_for_data(changes: &[String]) -> String {
    say!(
        en = "whether any host holds data of this cluster, because the file has changed: {}",
        zh = "是否有主机存有该集群的数据，因为集群文件变了：{}",
        changes.join(&words!(en = "; ", zh = "；"))
    )
}

pub(crate) fn asks_for_name(cluster: &ClusterName) -> String {
    say!(
        en = "for the name of cluster {cluster}, which runs, before a new one takes its place",
        zh = "集群 {cluster} 正在运行；另建一个取代它之前，须输入它的名称"
    )
}

pub(crate) const ASKS_FOR_CA_KEY: Words = words!(en = "for the passphrase of the CA's key", zh = "CA 私钥的口令");

pub(crate) const HELD: Words = words!(en = "can be held on this machine", zh = "可以在本机进行");

pub(crate) fn not_held(why: impl fmt::Display) -> String {
    say!(en = "cannot be held: {why}", zh = "不能进行：{why}")
}

pub(crate) fn journey(what: &str, way: &str) -> String {
    say!(en = "{what}: {way}", zh = "{what}：{way}")
}

pub(crate) const BUNDLES: Words = words!(en = "the bundles, dist/HOST.run", zh = "安装包 dist/HOST.run");
pub(crate) const BY_STICK: Words =
    words!(en = "to the hosts, on a stick or by any other way", zh = "带到主机，用 U 盘或其他任何方式");
pub(crate) const LIKE_KEYS: Words = words!(
    en = "to the hosts, as carefully as keys: private keys are in them in the clear",
    zh = "带到主机，像保管私钥一样小心：其中有明文私钥"
);
pub(crate) const WORDS: Words = words!(en = "the signer's twelve words", zh = "签名者的十二个单词");
pub(crate) const BY_PAPER: Words = words!(
    en = "to whoever installs, by telephone or on paper, not with the bundles",
    zh = "交给安装的人，用电话或纸单，不与安装包同行"
);
pub(crate) const PASSPHRASE: Words = words!(en = "the passphrase", zh = "口令");
pub(crate) const SECRETLY: Words =
    words!(en = "to whoever installs, in secret, not with the bundles", zh = "秘密交给安装的人，不与安装包同行");
pub(crate) const REQUESTS_OF_HOSTS: Words =
    words!(en = "the hosts' requests, HOST.csr", zh = "主机的证书请求 HOST.csr");
pub(crate) const BACK_HERE: Words = words!(
    en = "from the hosts back here, for `etcdpack sign`; then its bundles to the hosts",
    zh = "从主机带回这里，供 `etcdpack sign`；然后再带一次安装包"
);
pub(crate) const REQUESTS_TO_CA: Words =
    words!(en = "requests (`etcdpack pki csr`)", zh = "证书请求（`etcdpack pki csr`）");
pub(crate) const AND_BACK: Words = words!(
    en = "to the CA, and its certificates back here (`etcdpack pki accept`)",
    zh = "送到 CA，再把签发的证书带回这里（`etcdpack pki accept`）"
);

pub(crate) fn would_be_refused(faults: usize) -> String {
    let faults = if faults == 1 {
        say!(en = "one fault", zh = "1 个错误")
    } else {
        say!(en = "{faults} faults", zh = "{faults} 个错误")
    };
    say!(en = "`etcdpack build` would be refused: {faults}", zh = "`etcdpack build` 会被拒绝：{faults}")
}

pub(crate) const AGAIN: Words =
    words!(en = "mend what is named above, then: etcdpack check", zh = "改正上面所列，然后：etcdpack check");

// What becomes of a certificate or CA.

pub(crate) const MADE: Words = words!(en = "made", zh = "新签发");
pub(crate) const KEPT: Words = words!(en = "kept", zh = "沿用");
pub(crate) const RENEWED: Words = words!(en = "renewed", zh = "重新签发");
pub(crate) const AWAITED: Words = words!(en = "awaited", zh = "等待签发");
