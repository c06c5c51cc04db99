//! `init`: a cluster file to start from, with a comment for every choice.
#![expect(clippy::disallowed_methods, reason = "edge: writes the cluster file")]

mod asking;

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use payload::cluster::Cluster;
use payload::etcd;

use crate::atomic_file::{self, FileMode, dir_of};
use crate::cli::{InitArgs, KeysArg, ManagerArg};
use crate::failure::Failure;
use crate::report::Narrator;
use crate::text::{
    self,
    template::{Peers, Suites},
};
use crate::tty::Tty;

/// Writes the file; an existing one is never touched.
pub(super) fn init(mut args: InitArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let is_there = fs::symlink_metadata(&args.output).is_ok();
    // A script that has a terminal is not asked: its input or its messages go elsewhere.
    if args.hosts.is_empty() && !is_there && io::stdin().is_terminal() && io::stderr().is_terminal() {
        let asked = Tty::open().and_then(|mut tty| asking::ask(&mut args, &mut tty));
        asked.map_err(|error| Failure::refused(text::init::unasked(error), text::init::BY_OPTIONS))?;
    }
    let args = &args;
    let text = template(args);
    let parsed = Cluster::parse(text.as_bytes()).map_err(|faults| Failure::of_cluster_file(&args.output, faults))?;
    for warning in &parsed.warnings {
        narrator.warn(&warning.text);
    }
    let path = &args.output;
    write(&args.output, &text).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::refused(text::command::exists(path), text::command::INIT_ELSEWHERE),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Failure::usage(text::command::writing(path, error), text::command::INIT_AT_HOME)
        }
        _ => Failure::refused(text::command::writing(path, error), text::help::room(dir_of(path))),
    })?;
    if args.hosts.is_empty() {
        narrator.note(&text::command::wrote_example(path));
    } else {
        narrator.note(&text::command::wrote(path));
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
    let version = args.version.unwrap_or(etcd::DEFAULT);
    let peers = match etcd::accepts("peer-cert-allowed-cn", version) {
        etcd::Verdict::Accepted(_) => Peers::ByName,
        _ => Peers::ByCa,
    };
    let suites = match etcd::accepts("cipher-suites", version) {
        etcd::Verdict::Accepted(_) => Suites::Listed(etcd::STRONG),
        _ => Suites::Fixed,
    };
    let hosts: Vec<_> = args.hosts.iter().map(|host| (&host.name, &host.address, host.listen)).collect();
    text::template::cluster_file(text::template::Chosen {
        version,
        sha256: args.sha256,
        hosts: &hosts,
        keys: args.keys.map(KeysArg::as_str),
        manager: args.manager.map(ManagerArg::as_str),
        peers,
        suites,
    })
}

#[cfg(test)]
mod tests {
    use payload::cluster::{Keys, Manager};
    use payload::etcd::EtcdVersion;

    use super::*;
    use crate::cli::NewHost;

    fn args() -> InitArgs {
        InitArgs {
            hosts: Vec::new(),
            version: None,
            sha256: None,
            keys: None,
            manager: None,
            output: "cluster.toml".into(),
        }
    }

    #[test]
    fn the_template_is_a_cluster_file_without_a_warning() {
        let parsed = Cluster::parse(template(&args()).as_bytes()).unwrap();
        assert_eq!((parsed.cluster.hosts.len(), parsed.warnings.len()), (3, 0));
    }

    #[test]
    fn a_list_of_suites_is_written_where_etcd_has_the_flag() {
        for (version, listed) in [((3, 1, 20), false), ((3, 2, 21), false), ((3, 2, 22), true), ((3, 7, 1), true)] {
            let version = EtcdVersion::new(version.0, version.1, version.2);
            let text = template(&InitArgs { version: Some(version), ..args() });
            let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
            assert_eq!(cluster.etcd.flags.contains_key("cipher-suites"), listed, "{version}");
        }
    }

    #[test]
    fn every_key_that_is_shown_is_one() {
        // With its comments opened, the file must still have no unknown key.
        let text = template(&args());
        let opened = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(key)
                    if key.starts_with('[')
                        || key.split_once(" = ").is_some_and(|(key, _)| {
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
        let host = |name: &str, address: &str, listen: Option<&str>| NewHost {
            name: name.parse().unwrap(),
            address: address.parse().unwrap(),
            listen: listen.map(|listen| listen.parse().unwrap()),
        };
        let hosts = vec![
            host("a", "2001:db8::1", None),
            host("b", "etcd-2.corp.example", Some("192.0.2.2")),
            host("c", "etcd-3.corp.example", None),
        ];
        let sum = payload::digest::Digest::of(b"x");
        let keys = Some(KeysArg::HostKey);
        let manager = Some(ManagerArg::Systemd);
        let version = Some(EtcdVersion::new(3, 5, 24));
        let args = InitArgs { hosts, version, sha256: Some(sum), keys, manager, ..args() };
        let cluster = Cluster::parse(template(&args).as_bytes()).unwrap().cluster;
        assert_eq!(cluster.release.version, EtcdVersion::new(3, 5, 24));
        assert_eq!(cluster.pki.keys, Keys::HostKey);
        assert_eq!(cluster.service.manager, Manager::Systemd);
        assert_eq!(cluster.release.sha256.into_values().collect::<Vec<_>>(), [sum]);
        let all = ["2001:db8::1 [2001:db8::1]", "etcd-2.corp.example [192.0.2.2]", "etcd-3.corp.example []"];
        let hosts = cluster.hosts.iter().map(|host| format!("{} {:?}", host.address, host.listen_peers));
        assert!(hosts.eq(all));
    }
}
