//! The cluster file that `init` writes: a comment for every choice, in the language of whoever writes it.

use std::fmt::{Display, Write as _};
use std::net::IpAddr;

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::language::Words;
use payload::name::HostName;
use payload::url::UrlHost;
use payload::{say, words};

/// By what members know each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peers {
    ByName,
    /// Older versions of etcd know no other way.
    ByCa,
}

/// What of TLS is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suites {
    /// This list.
    Listed(&'static str),
    /// This version of etcd has no flag for it.
    Fixed,
}

/// A host, by what the others reach it, and its own address, where that is another.
pub(crate) type NewHost<'a> = (&'a HostName, &'a UrlHost, Option<IpAddr>);

/// What a file is to say; `keys` and `manager` as the cluster file has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) version: EtcdVersion,
    pub(crate) sha256: Option<Digest>,
    pub(crate) hosts: &'a [NewHost<'a>],
    pub(crate) keys: Option<&'a str>,
    pub(crate) manager: Option<&'a str>,
    pub(crate) peers: Peers,
    pub(crate) suites: Suites,
}

/// The whole file. Without hosts, three examples.
pub(crate) fn cluster_file(chosen: Chosen<'_>) -> String {
    let Chosen { version, sha256, hosts, keys, manager, peers, suites } = chosen;
    let sha256 = match sha256 {
        Some(sum) => format!("sha256 = \"{sum}\""),
        None => say!(
            en = "# sha256 = \"...\"             # SHA-256 of the tarball; it counts before every other source",
            zh = "# sha256 = \"...\"             # tarball 应有的 SHA-256；以你写的值为准"
        ),
    };
    let mut text = say!(
        en = r#"# An etcd cluster on hosts without a network. `etcdpack build` makes one bundle per host from this file.
# Commented-out keys show their defaults; with etcd's own options, examples.

[cluster]
name = "etcd"
# token = "etcd-1"             # tells clusters on one network apart; drawn at the first build, unless you give one

[release]
version = "{version}"
# arch = "amd64"               # or "arm64"; a host can have its own
{sha256}
# mirror = "huaweicloud"       # or "daocloud", "qingstor": where upstream is slow; the sum never comes from there
# mirrors = []                 # asked before upstream: "https://mirror.example/etcd", "file:///media/etcd"
"#,
        zh = r#"# 无网络主机上的 etcd 集群。`etcdpack build` 由此文件为每台主机构建一个安装包。
# 注释掉的键显示默认值；etcd 自身的参数则是示例。

[cluster]
name = "etcd"
# token = "etcd-1"             # 区分同一网络中的集群；不写则首次构建时随机生成

[release]
version = "{version}"
# arch = "amd64"               # 或 "arm64"；每台主机可另设
{sha256}
# mirror = "huaweicloud"       # 或 "daocloud"、"qingstor"：访问上游慢时使用；校验和从不取自那里
# mirrors = []                 # 先于上游询问："https://mirror.example/etcd"、"file:///media/etcd"
"#
    );
    let example = [("n1", "192.0.2.1"), ("n2", "192.0.2.2"), ("n3", "192.0.2.3")];
    if hosts.is_empty() {
        for (name, address) in example {
            host(&mut text, &name, &address);
        }
    }
    for (name, address, listen) in hosts {
        host(&mut text, name, address);
        // Writing to a string cannot fail.
        let _ = listen.map_or(Ok(()), |listen| writeln!(text, "listen = \"{listen}\""));
    }
    let keys = match keys {
        Some(keys) => format!("keys = \"{keys}\""),
        None => say!(
            en = "# keys = \"passphrase\"        # \"host-key\": made on the hosts; \"plaintext\": in the clear",
            zh = "# keys = \"passphrase\"        # \"host-key\"：在主机上生成；\"plaintext\"：明文"
        ),
    };
    let manager = match manager {
        Some(manager) => format!("manager = \"{manager}\""),
        None => say!(
            en = "# manager = \"auto\"             # the host's supervisor, else the carried one, else systemd; or name one of them",
            zh = "# manager = \"auto\"             # 主机的 supervisor，其次自带的，再次 systemd；也可指定其一"
        ),
    };
    let peers = match peers {
        Peers::ByName => words!(
            en = "peers = \"by-name\"            # peers must have the hosts' common name; \"by-ca\": any certificate",
            zh = "peers = \"by-name\"            # 只认主机证书的通用名；\"by-ca\"：该 CA 的任何证书"
        ),
        Peers::ByCa => words!(
            en = "# peers = \"by-ca\"              # any certificate of the CA will do for a peer: etcd before 3.3 cannot ask more",
            zh = "# peers = \"by-ca\"              # 该 CA 的任何证书：3.3 之前的 etcd 只会这样"
        ),
    };
    let suites = match suites {
        Suites::Listed(list) => say!(
            en = "# TLS 1.2 with forward secrecy and AEAD alone; etcd's own list has more. TLS 1.3 has no list.\n\
                  cipher-suites = \"{list}\"\n",
            zh = "# TLS 1.2，只用前向保密和 AEAD；etcd 自己的列表更长。TLS 1.3 没有列表。\n\
                  cipher-suites = \"{list}\"\n"
        ),
        Suites::Fixed => String::new(),
    };
    text.push_str(
        &REST
            .replacen("KEYS", &keys, 1)
            .replacen("MANAGER", &manager, 1)
            .replacen("PEERS", &peers, 1)
            .replacen("SUITES", &suites, 1),
    );
    text
}

fn host(text: &mut String, name: &dyn Display, address: &dyn Display) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[[host]]\nname = \"{name}\"\naddress = \"{address}\"\n");
}

const REST: Words = words!(
    en = r#"# member = "..."               # etcd's --name; the host's name, unless you say otherwise
# names = []                   # further names and addresses that clients call this host by
# addresses = []
# listen = "0.0.0.0"           # where etcd listens, if not at the address; also listen-clients, listen-peers
# client-address = "198.51.100.1"   # where clients reach it, if not at the address
# client-port = 2379           # where this host has other ports than `[etcd]` says for all
# peer-port = 2380

[pki]
KEYS
# mode = "per-host"            # one key per host; "shared": one pair for all
# algorithm = "ecdsa-p256"     # "rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-p384"
# validity = "10y"             # or in hours or days: "87600h", "3650d"
# ca-validity = "20y"
# common-name = "etcd-peer"
# country = "CN"               # and state, locality, organization, organizational-unit
# spare-addresses = []         # in every certificate: a spare host can take over as it is
# spare-names = []
# ca = "ca.pem"                # a CA that you have; else one is made and kept in pki/
# ca-key = "ca-key.pem"        # its key; left out, others sign what `etcdpack pki csr` writes

[etcd]
PEERS
# user = "etcd"
# client-port = 2379
# peer-port = 2380
# quota-backend-bytes = "2GiB"
# heartbeat-interval = 100     # milliseconds; about the round trip between the hosts
# election-timeout = 1000      # at least ten round trips
# snapshot-count = 100000
# auto-compaction-mode = "periodic"
# auto-compaction-retention = "1h"
# log-level = "info"

[etcd.flags]
SUITES# any other flag that this version of etcd has, for example:
# listen-metrics-urls = "http://127.0.0.1:2381"

[client]
# loopback = "https"           # "http" gives every local user full access; "off"

[service]
MANAGER
# name = "etcd-server"         # of the unit, and of the supervisor section's file

[supervisor]
# carry = "wheels"             # "nothing": the hosts have supervisor or run systemd
# startsecs = 30
# startretries = 100
# log-megabytes = 64
# log-backups = 4

# Snapshots that each host takes by itself: docs/operations.md
# [backup]
# every = "6h"
# keep = 28
# keep-bytes = "20GB"
# dir = "/data/etcd/snapshots"
# drill = "weekly"             # try to restore one, apart from the member
# `recipients` seals them: etcdpack pki backup-key

# [monitoring]
# textfile = "/var/lib/node_exporter/textfile_collector"   # metrics of snapshots and drills

[paths]
# opt = "/opt"
# data = "/data/etcd/etcd-server"
# wal-dir = "/wal/etcd"          # the write-ahead log on a disk of its own
# logs = "/data/logs/etcd-server"
# bin = "/usr/local/bin"
# sbin = "/usr/local/sbin"
"#,
    zh = r#"# member = "..."               # etcd 的 --name；不写则为主机名
# names = []                   # 客户端访问此主机所用的其他名称和地址
# addresses = []
# listen = "0.0.0.0"           # etcd 监听的地址，与 address 不同时才写；另有 listen-clients、listen-peers
# client-address = "198.51.100.1"   # 客户端访问它的地址，与 address 不同时才写
# client-port = 2379           # 此主机的端口与 `[etcd]` 中的不同时
# peer-port = 2380

[pki]
KEYS
# mode = "per-host"            # 每台主机一把私钥；"shared"：共用一套
# algorithm = "ecdsa-p256"     # "rsa-2048"、"rsa-3072"、"rsa-4096"、"ecdsa-p384"
# validity = "10y"             # 或用小时、天："87600h"、"3650d"
# ca-validity = "20y"
# common-name = "etcd-peer"
# country = "CN"               # 另有 state、locality、organization、organizational-unit
# spare-addresses = []         # 写入每个证书：备用主机可以直接接替
# spare-names = []
# ca = "ca.pem"                # 你已有的 CA；不写则新建，保存在 pki/
# ca-key = "ca-key.pem"        # 它的私钥；不写则由他人签发 `etcdpack pki csr` 写出的请求

[etcd]
PEERS
# user = "etcd"
# client-port = 2379
# peer-port = 2380
# quota-backend-bytes = "2GiB"
# heartbeat-interval = 100     # 毫秒；约为主机之间的往返时间
# election-timeout = 1000      # 至少十个往返
# snapshot-count = 100000
# auto-compaction-mode = "periodic"
# auto-compaction-retention = "1h"
# log-level = "info"

[etcd.flags]
SUITES# 此版本 etcd 的其他任何参数，例如：
# listen-metrics-urls = "http://127.0.0.1:2381"

[client]
# loopback = "https"           # "http" 让本机任何用户都能读写全部数据；"off"

[service]
MANAGER
# name = "etcd-server"         # unit 和 supervisor 配置文件的名称

[supervisor]
# carry = "wheels"             # "nothing"：主机已有 supervisor，或运行 systemd
# startsecs = 30
# startretries = 100
# log-megabytes = 64
# log-backups = 4

# 每台主机自动保存的快照：docs/operations.zh-CN.md
# [backup]
# every = "6h"
# keep = 28
# keep-bytes = "20GB"
# dir = "/data/etcd/snapshots"
# drill = "weekly"             # 在隔离环境中试恢复
# `recipients` 使其加密：etcdpack pki backup-key

# [monitoring]
# textfile = "/var/lib/node_exporter/textfile_collector"   # 快照和演练的指标

[paths]
# opt = "/opt"
# data = "/data/etcd/etcd-server"
# wal-dir = "/wal/etcd"          # 把预写日志放在单独的磁盘上
# logs = "/data/logs/etcd-server"
# bin = "/usr/local/bin"
# sbin = "/usr/local/sbin"
"#
);
