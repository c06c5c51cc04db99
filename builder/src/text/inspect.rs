//! `inspect`: a label and what stands behind it.

use std::fmt;

use payload::backup::Backup;
use payload::language::{Words, padded};
use payload::manifest::{Purpose, SBOM, When};
use payload::path::AbsPath;
use payload::url::Url;
use payload::{say, words};

pub(crate) const SUM: &str = "sha256";
pub(crate) const ID: &str = "id";
pub(crate) const SIGNED_BY: Words = words!(en = "signed by", zh = "签名者");
pub(crate) const AFTER: Words = words!(en = "  after", zh = "  此前");
pub(crate) const NUMBER: Words = words!(en = "number", zh = "编号");
pub(crate) const FOR: Words = words!(en = "for", zh = "用于主机");
pub(crate) const MEMBER: Words = words!(en = "member", zh = "成员");
pub(crate) const ETCD: &str = "etcd";
pub(crate) const MADE_BY: Words = words!(en = "made by", zh = "构建程序");
pub(crate) const LISTENS: Words = words!(en = "listens", zh = "监听");
pub(crate) const LOG: Words = words!(en = "log", zh = "预写日志");
pub(crate) const SNAPSHOTS: Words = words!(en = "snapshots", zh = "快照");
pub(crate) const SEALED_FOR: Words = words!(en = "  for", zh = "  接收方");
pub(crate) const ENTRIES: Words = words!(en = "entries", zh = "条目");
pub(crate) const PARTS: Words = words!(en = "parts", zh = "部件");

/// A label, and what stands behind it.
pub(crate) fn row(label: &str, said: impl fmt::Display) -> String {
    format!("{} {said}", padded(label, 12))
}

pub(crate) fn sum_of_key(sum: impl fmt::Display) -> String {
    say!(en = "sha256 {sum} of signing.pub", zh = "signing.pub 的 sha256 {sum}")
}

/// What receipts on hosts name the bundle by.
pub(crate) fn id(id: impl fmt::Display) -> String {
    say!(en = "{id} (of all bytes before the signature)", zh = "{id}（签名之前的全部字节）")
}

pub(crate) fn number(serial: impl fmt::Display, cluster: impl fmt::Display) -> String {
    say!(en = "{serial} of its host, in cluster {cluster}", zh = "该主机的第 {serial} 号，集群 {cluster}")
}

pub(crate) fn host(name: impl fmt::Display, arch: impl fmt::Display) -> String {
    say!(en = "{name} ({arch})", zh = "{name}（{arch}）")
}

pub(crate) fn member(name: impl fmt::Display, cluster: impl fmt::Display) -> String {
    say!(en = "{name} of cluster {cluster}", zh = "{name}，属于集群 {cluster}")
}

pub(crate) fn etcd(version: impl fmt::Display, origin: impl fmt::Display) -> String {
    say!(en = "{version} (its checksum comes from: {origin})", zh = "{version}（校验和来自：{origin}）")
}

pub(crate) fn made_by(version: impl fmt::Display) -> String {
    format!("etcdpack {version}")
}

/// Where the write-ahead log lies, if not with the data.
pub(crate) fn log(wal: &AbsPath) -> String {
    say!(en = "written in {wal}, apart from the data", zh = "写在 {wal}，与数据分开")
}

/// How the host takes snapshots by itself.
pub(crate) fn snapshots(backup: &Backup) -> String {
    let Backup { every_seconds, keep, dir, recipients, drill_seconds, .. } = backup;
    let minutes = every_seconds.get() / 60;
    let drill = drill_seconds.map(|seconds| {
        let hours = seconds.get() / 3600;
        say!(en = "; a drill every {hours} hours", zh = "；每 {hours} 小时演练一次")
    });
    let drill = drill.unwrap_or_default();
    let sealed = if recipients.is_empty() {
        words!(en = "in the clear", zh = "不加密")
    } else {
        words!(en = "sealed", zh = "加密")
    };
    say!(
        en = "every {minutes} minutes into {dir}, {sealed}; {keep} are kept{drill}",
        zh = "每 {minutes} 分钟保存到 {dir}，{sealed}；保留 {keep} 个{drill}"
    )
}

/// Where the member listens, for peers and for clients.
pub(crate) fn listens(peers: &[Url], clients: &[Url]) -> String {
    let list = |urls: &[Url]| urls.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    say!(en = "{} for peers, {} for clients", zh = "成员间 {}，客户端 {}", list(peers), list(clients))
}

/// What becomes of an entry.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Release => say!(en = "etcd as released", zh = "etcd 官方发布包"),
        Purpose::Wheel => say!(en = "part of the carried supervisor", zh = "自带的 supervisor 的一部分"),
        Purpose::Reading => say!(en = "for reading", zh = "供阅读"),
        Purpose::Program => say!(en = "supervisor section", zh = "supervisor 配置段"),
        Purpose::Sealed { path, .. } => say!(en = "{path} 0600, sealed", zh = "{path} 0600，加密"),
        Purpose::Place { path, mode, when, .. } => {
            let when = match when {
                When::Always => String::new(),
                When::Systemd => say!(en = ", under systemd", zh = "，由 systemd 托管时"),
                When::Carried => say!(en = ", with the carried supervisor", zh = "，使用自带的 supervisor 时"),
            };
            format!("{path} {mode}{when}")
        }
    }
}

pub(crate) fn listed_in() -> String {
    say!(en = "as listed in {SBOM}, which has their licences", zh = "见 {SBOM}，其中有各自的许可证")
}

pub(crate) fn libraries(count: usize) -> String {
    if count > 0 { say!(en = "; {count} libraries in it", zh = "；其中有 {count} 个库") } else { String::new() }
}

pub(crate) fn unreadable_list(error: impl fmt::Display) -> String {
    say!(en = "`{SBOM}` cannot be read: {error}", zh = "`{SBOM}` 无法读取：{error}")
}

pub(crate) const RANDOM_BY_NATURE: Words = words!(
    en = "random by nature, kept in pki/ and so the same in the next build: private keys, CSRs, certificates",
    zh = "本身是随机的，但保存在 pki/ 中，下次构建时相同：私钥、证书请求、证书"
);
