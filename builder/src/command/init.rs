//! `init`: a cluster file to start from, with a comment for every choice.
#![expect(clippy::disallowed_methods, reason = "edge: writes the cluster file")]

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use payload::cluster::Cluster;
use payload::etcd::{self, EtcdVersion};
use payload::name::HostName;
use payload::shell::word;

use super::Error;
use crate::atomic_file::{self, FileMode, dir_of};
use crate::cli::InitArgs;
use crate::report::Narrator;

/// Taken where the user names none: the newest patch of a minor that is supported and no longer new.
const VERSION: EtcdVersion = EtcdVersion::new(3, 6, 14);

/// Writes the file; an existing one is never touched.
pub(super) fn init(args: &InitArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let text = template(args);
    let parsed =
        Cluster::parse(text.as_bytes()).map_err(|faults| Error::Cluster { path: args.output.clone(), faults })?;
    for warning in &parsed.warnings {
        narrator.warn(&warning.text);
    }
    let path = args.output.display();
    write(&args.output, &text).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::Refused {
            text: format!("`{path}` is there already and was not touched"),
            help: "etcdpack init -o other.toml".to_owned(),
        },
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Error::Usage {
            text: format!("writing `{path}`: {error}"),
            help: "etcdpack init -o ~/cluster.toml".to_owned(),
        },
        _ => Error::Refused {
            text: format!("writing `{path}`: {error}"),
            help: format!("df -h {dir}; ls -ld {dir}", dir = word(dir_of(&args.output))),
        },
    })?;
    if args.hosts.is_empty() {
        narrator.note(&format!("wrote {path} with three example hosts: put in yours, then: etcdpack build {path}"));
    } else {
        narrator.note(&format!("wrote {path}; next: etcdpack build {path}"));
    }
    Ok(())
}

/// The name never stands for half of it, which would be in the way of the next try.
fn write(path: &Path, text: &str) -> io::Result<()> {
    // Where nothing may be written either, this is what stands in the way.
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    atomic_file::create(path, text.as_bytes(), FileMode::LessUmask(0o666))
}

fn template(args: &InitArgs) -> String {
    let version = args.version.unwrap_or(VERSION);
    let sha256 = match args.sha256 {
        Some(sum) => format!("sha256 = \"{sum}\""),
        None => "# sha256 = \"...\"             # what the tarball must hash to; your word wins over everything else"
            .to_owned(),
    };
    let mut text = format!(
        r#"# An etcd cluster on hosts without a network. `etcdpack build` makes one bundle per host from this file.
# Commented-out keys show their defaults; with etcd's own options, examples.

[cluster]
name = "etcd"
# token = "etcd"               # tells clusters on one network apart; the name, unless you say otherwise

[release]
version = "{version}"
# arch = "amd64"               # or "arm64"; a host can have its own
{sha256}
# mirrors = []                 # asked before upstream: "https://mirror.example/etcd", "file:///media/etcd"
"#
    );
    let example = [("n1", "192.0.2.1"), ("n2", "192.0.2.2"), ("n3", "192.0.2.3")];
    if args.hosts.is_empty() {
        for (name, address) in example {
            host(&mut text, &name, &address);
        }
    }
    for (name, address) in &args.hosts {
        let (name, address): (&HostName, &IpAddr) = (name, address);
        host(&mut text, name, address);
    }
    let keys = match args.keys {
        Some(keys) => format!("keys = \"{}\"", keys.as_str()),
        None => {
            "# keys = \"passphrase\"        # \"host-key\": made on the hosts; \"plaintext\": in the clear".to_owned()
        }
    };
    let peers = match etcd::accepts("peer-cert-allowed-cn", version) {
        etcd::Verdict::Accepted(_) => {
            "peers = \"by-name\"            # who has the hosts' common name; \"by-ca\": who has any certificate"
        }
        _ => "# peers = \"by-ca\"              # who has any certificate of the CA: etcd before 3.3 knows no other way",
    };
    text.push_str(&REST.replacen("KEYS", &keys, 1).replacen("PEERS", peers, 1));
    text
}

fn host(text: &mut String, name: &dyn std::fmt::Display, address: &dyn std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[[host]]\nname = \"{name}\"\naddress = \"{address}\"\n");
}

const REST: &str = r#"# member = "..."               # etcd's --name; the host's name, unless you say otherwise
# names = []                   # further names and addresses that clients call this host by
# addresses = []

[pki]
KEYS
# mode = "per-host"            # one key per host; "shared": one pair for all
# algorithm = "ecdsa-p256"     # "rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-p384"
# validity = "87600h"          # ten years
# ca-validity = "175200h"
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
# quota-backend-bytes = 2147483648
# heartbeat-interval = 100     # milliseconds; about the round trip between the hosts
# election-timeout = 1000      # at least ten round trips
# snapshot-count = 100000
# auto-compaction-mode = "periodic"
# auto-compaction-retention = "1h"
# log-level = "info"

[etcd.flags]
# any other flag that this version of etcd has, for example:
# listen-metrics-urls = "http://127.0.0.1:2381"

[client]
# loopback = "https"           # "http" gives every local user full access; "off"

[service]
# manager = "auto"             # the host's supervisor, else the carried one, else systemd; or name one of them
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
# logs = "/data/logs/etcd-server"
# bin = "/usr/local/bin"
# sbin = "/usr/local/sbin"
"#;

#[cfg(test)]
mod tests {
    use payload::cluster::Keys;

    use super::*;
    use crate::cli::KeysArg;

    fn args() -> InitArgs {
        InitArgs { hosts: Vec::new(), version: None, sha256: None, keys: None, output: "cluster.toml".into() }
    }

    #[test]
    fn the_template_is_a_cluster_file_without_a_warning() {
        let parsed = Cluster::parse(template(&args()).as_bytes()).unwrap();
        assert_eq!((parsed.cluster.hosts.len(), parsed.warnings.len()), (3, 0));
    }

    #[test]
    fn every_key_that_is_shown_is_one() {
        // With its comments opened, the file must still have no unknown key.
        let text = template(&args());
        let opened = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(key)
                    if key.split_once(" = ").is_some_and(|(key, _)| {
                        key.chars().all(|c| c.is_ascii_lowercase() || "-0123456789".contains(c))
                    }) =>
                {
                    key
                }
                _ => line,
            })
            .filter(|line| !line.starts_with("sha256") && !line.starts_with("member"))
            .collect::<Vec<_>>()
            .join("\n");
        let parsed = Cluster::parse(opened.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert!(parsed.cluster.pki.own_ca.is_some());
    }

    #[test]
    fn what_was_asked_for_is_written() {
        let hosts = vec![("a".parse().unwrap(), "2001:db8::1".parse().unwrap())];
        let sum = payload::digest::Digest::of(b"x");
        let keys = Some(KeysArg::HostKey);
        let args = InitArgs { hosts, version: Some(EtcdVersion::new(3, 5, 24)), sha256: Some(sum), keys, ..args() };
        let cluster = Cluster::parse(template(&args).as_bytes()).unwrap().cluster;
        assert_eq!(cluster.release.version, EtcdVersion::new(3, 5, 24));
        assert_eq!(cluster.pki.keys, Keys::HostKey);
        assert_eq!(cluster.release.sha256.into_values().collect::<Vec<_>>(), [sum]);
        assert_eq!(cluster.hosts[0].address.to_string(), "2001:db8::1");
    }
}
