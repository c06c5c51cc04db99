//! Which keys a cluster file has, and what some of them take, for who explains it. What the parser takes, `file` says.

use crate::language::Words;
use crate::words;

/// Every key, by section; a test holds this to the parser.
pub(super) const SECTIONS: [(&str, &str); 11] = [
    ("[cluster]", "name token"),
    ("[release]", "version arch sha256 sha256-amd64 sha256-arm64 mirrors mirror"),
    (
        "[[host]]",
        "name address member arch names addresses client-port peer-port client-address listen listen-clients listen-peers wal-dir",
    ),
    (
        "[pki]",
        "mode keys algorithm validity ca-validity common-name country state locality organization organizational-unit \
         spare-addresses spare-names ca ca-key",
    ),
    (
        "[etcd]",
        "user client-port peer-port quota-backend-bytes heartbeat-interval election-timeout snapshot-count max-request-bytes \
         auto-compaction-mode auto-compaction-retention log-level peers flags",
    ),
    ("[client]", "loopback"),
    ("[paths]", "opt data wal-dir logs bin sbin"),
    ("[service]", "manager name"),
    ("[supervisor]", "carry startsecs startretries log-megabytes log-backups"),
    ("[backup]", "every keep keep-bytes dir recipients drill"),
    ("[monitoring]", "textfile"),
];

/// The section that is called so, as it is written, and its keys.
pub(super) fn section(name: &str) -> Option<(&'static str, &'static str)> {
    SECTIONS.into_iter().find(|(section, _)| section.trim_matches(['[', ']']) == name)
}

/// What keys take that take one of a few words; a test holds this to the parser.
pub(super) const WORDS: [(&str, &str); 11] = [
    ("mode", "per-host shared"),
    ("keys", "passphrase host-key plaintext"),
    ("algorithm", "rsa-2048 rsa-3072 rsa-4096 ecdsa-p256 ecdsa-p384"),
    ("arch", "amd64 arm64"),
    ("mirror", "huaweicloud daocloud qingstor"),
    ("auto-compaction-mode", "periodic revision"),
    ("log-level", "debug info warn error panic fatal"),
    ("peers", "by-name by-ca"),
    ("loopback", "https http off"),
    ("manager", "auto supervisor systemd"),
    ("carry", "wheels nothing"),
];

const PORT: Words = words!(en = "a port is a whole number from 1 to 65535", zh = "端口是 1 至 65535 的整数");
const NUMBER: Words = words!(en = "it is a whole number", zh = "它是整数");
const COUNT: Words = words!(en = "it is a whole number from 1 on", zh = "它是从 1 起的整数");

/// A whole number as it may stand for each key, and which ones may.
pub(super) const NUMBERS: [(&str, &str, Words); 8] = [
    ("client-port", "2379", PORT),
    ("peer-port", "2380", PORT),
    ("snapshot-count", "100000", NUMBER),
    ("startsecs", "10", NUMBER),
    ("startretries", "3", NUMBER),
    ("log-megabytes", "50", NUMBER),
    ("log-backups", "10", NUMBER),
    ("keep", "28", COUNT),
];

/// What other files and tools call a key of a section, and the key.
const ELSEWHERE: [(&str, &str, &str); 5] = [
    (
        "[[host]]",
        "address",
        "ip host hostname fqdn endpoint ansible_host ansible_ssh_host access_ip private_ip internalAddress internal-ip",
    ),
    ("[[host]]", "listen", "listen-client-urls listen-peer-urls"),
    ("[pki]", "ca", "ca-cert ca_cert cacert ca-file ca_file ca-crt ca-certificate trusted-ca-file"),
    ("[backup]", "every", "interval schedule cron frequency period"),
    ("[backup]", "keep", "retention copies"),
];

/// The key of `section` that other files call `written`.
pub(super) fn called_elsewhere(section: &str, written: &str) -> Option<&'static str> {
    let (.., key, _) =
        ELSEWHERE.iter().find(|(of, _, words)| *of == section && words.split(' ').any(|word| word == written))?;
    Some(key)
}

/// Whether some section has this key.
pub(super) fn is_key(name: &str) -> bool {
    SECTIONS.iter().any(|(_, keys)| keys.split(' ').any(|key| key == name))
}
