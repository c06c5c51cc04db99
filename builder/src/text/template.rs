//! The cluster file that `init` writes: a comment for every choice.

use std::fmt::{Display, Write as _};

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::url::UrlHost;

use crate::cli::NewHost;

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

/// What a file is to say; `keys` and `manager` as the cluster file has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) version: EtcdVersion,
    pub(crate) sha256: Option<Digest>,
    pub(crate) hosts: &'a [NewHost],
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
        None => "# sha256 = \"...\"             # what the tarball must hash to; your word wins over everything else"
            .to_owned(),
    };
    let mut text = format!(
        r#"# An etcd cluster on hosts without a network. `etcdpack build` makes one bundle per host from this file.
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
"#
    );
    let example = [("n1", "192.0.2.1"), ("n2", "192.0.2.2"), ("n3", "192.0.2.3")];
    if hosts.is_empty() {
        for (name, address) in example {
            host(&mut text, &name, &address);
        }
    }
    for NewHost { name, address, listen } in hosts {
        host(&mut text, name, address);
        // Writing to a string cannot fail.
        let _ = match (address, listen) {
            (_, Some(listen)) => writeln!(text, "listen = \"{listen}\""),
            (UrlHost::Name(_), None) => writeln!(text, "{LISTEN_EVERYWHERE}"),
            (UrlHost::Ip(_), None) => Ok(()),
        };
    }
    let keys = match keys {
        Some(keys) => format!("keys = \"{keys}\""),
        None => {
            "# keys = \"passphrase\"        # \"host-key\": made on the hosts; \"plaintext\": in the clear".to_owned()
        }
    };
    let manager = match manager {
        Some(manager) => format!("manager = \"{manager}\""),
        None => {
            "# manager = \"auto\"             # the host's supervisor, else the carried one, else systemd; or name one of them"
                .to_owned()
        }
    };
    let peers = match peers {
        Peers::ByName => {
            "peers = \"by-name\"            # who has the hosts' common name; \"by-ca\": who has any certificate"
        }
        Peers::ByCa => {
            "# peers = \"by-ca\"              # who has any certificate of the CA: etcd before 3.3 knows no other way"
        }
    };
    let suites = match suites {
        Suites::Listed(list) => format!(
            "# TLS 1.2 with forward secrecy and AEAD alone; etcd's own list has more. TLS 1.3 has no list.\n\
             cipher-suites = \"{list}\"\n"
        ),
        Suites::Fixed => String::new(),
    };
    text.push_str(
        &REST
            .replacen("KEYS", &keys, 1)
            .replacen("MANAGER", &manager, 1)
            .replacen("PEERS", peers, 1)
            .replacen("SUITES", &suites, 1),
    );
    text
}

/// Etcd listens at no name.
const LISTEN_EVERYWHERE: &str =
    "listen = \"0.0.0.0\"             # at all addresses of this host; better one of its own: listen = \"192.0.2.1\"";

fn host(text: &mut String, name: &dyn Display, address: &dyn Display) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[[host]]\nname = \"{name}\"\naddress = \"{address}\"\n");
}

const REST: &str = r#"# member = "..."               # etcd's --name; the host's name, unless you say otherwise
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

[paths]
# opt = "/opt"
# data = "/data/etcd/etcd-server"
# wal-dir = "/wal/etcd"          # the write-ahead log on a disk of its own
# logs = "/data/logs/etcd-server"
# bin = "/usr/local/bin"
# sbin = "/usr/local/sbin"
"#;
