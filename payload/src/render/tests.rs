//! Snapshots of everything that is rendered, for the guide's cluster on every minor version.

use super::{
    Call, HAS_DATA, MEMBER, RESTORING, Start, confine_alike, etcdctl, has_data, launcher, program, startup, unit,
};
use crate::cluster::Cluster;
use crate::founding::Phase;
use crate::name::ClusterToken;

const GUIDE: &str = include_str!("../../../examples/mfyxw/cluster.toml");

fn guide(version: &str) -> Cluster {
    let text = GUIDE.replace("3.1.20", version);
    Cluster::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{version}: {faults:?}")).cluster
}

fn token() -> ClusterToken {
    "etcd-cluster".parse().unwrap()
}

fn start(token: &ClusterToken) -> Start<'_> {
    Start { token, phase: Phase::Founding }
}

#[test]
fn a_cluster_that_runs_is_never_founded_again() {
    let cluster = guide("3.5.33");
    let script = |phase| startup(&cluster, &cluster.hosts[0], Start { token: &token(), phase }).unwrap();
    let (founding, running) = (script(Phase::Founding), script(Phase::Running));
    assert!(founding.contains("--initial-cluster-state new "));
    assert_eq!(running, founding.replace("-state new ", "-state existing "));
}

#[test]
fn the_guides_cluster_on_every_version() {
    for version in ["3.1.20", "3.2.32", "3.3.27", "3.4.45", "3.5.33", "3.6.14", "3.7.1"] {
        let cluster = guide(version);
        let host = &cluster.hosts[0];
        insta::assert_snapshot!(format!("startup-{version}"), startup(&cluster, host, start(&token())).unwrap());
        insta::assert_snapshot!(format!("ini-{version}"), program(&cluster, host).unwrap());
        insta::assert_snapshot!(format!("unit-{version}"), unit(&cluster, host).unwrap());
        insta::assert_snapshot!(format!("etcdctl-{version}"), etcdctl(&cluster, host).unwrap());
    }
}

/// A cluster whose first host has its log apart.
fn apart() -> Cluster {
    let text = GUIDE.replace("3.1.20", "3.5.33").replacen("[[host]]\n", "[[host]]\nwal-dir = \"/home/wal\"\n", 1);
    Cluster::parse(text.as_bytes()).unwrap().cluster
}

#[test]
fn a_log_apart_is_said_to_etcd_and_to_systemd_and_changes_nothing_elsewhere() {
    let (cluster, together) = (apart(), guide("3.5.33"));
    let both = |cluster: &Cluster, at: usize| {
        let host = &cluster.hosts[at];
        (startup(cluster, host, start(&token())).unwrap(), unit(cluster, host).unwrap())
    };
    assert_eq!(both(&cluster, 1), both(&together, 1));
    let (script, of_systemd) = both(&cluster, 0);
    assert!(script.contains("--data-dir /data/etcd/etcd-server \\\n--wal-dir /home/wal/wal \\\n"), "{script}");
    assert!(of_systemd.contains("\nRequiresMountsFor=/data/etcd/etcd-server /home/wal\n"), "{of_systemd}");
    assert!(of_systemd.contains("\nReadWritePaths=-/data/etcd/etcd-server -/home/wal\n"), "{of_systemd}");
    assert!(!of_systemd.contains("ProtectHome="), "{of_systemd}");
    let call = Call::of_script(&script).unwrap();
    assert!(!call.is_same_member(&Call::of_script(&both(&together, 0).0).unwrap()));
}

/// What lies in the two places, and what the script says of it.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test: a shell runs what is rendered")]
fn etcd_is_not_started_with_data_or_log_alone() {
    let dir = std::env::temp_dir().join(format!("etcdpack-apart-{}", std::process::id()));
    let (cluster, place) = (apart(), |name: &str| dir.join(name).display().to_string());
    let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
    let (look, _) = script.split_once("exec ").unwrap();
    let look = look.replace("/data/etcd/etcd-server", &place("data")).replace("/home/wal", &place("wal"));
    // As bbolt has it: binary, and a value without an end of line.
    let known = b"\0\0\xed\xda\x0c\xed\xff{\"id\":1,\"peerURLs\":[\"https://192.0.2.1:2380\"]}\0".as_slice();
    for (database, log, said) in [
        (None, false, None),
        (Some(b"\0\0\xed\xda\x0c\xed".as_slice()), false, None),
        (Some(known), true, None),
        (Some(b"\0"), true, None),
        (Some(known), false, Some("the log of the data")),
        (None, true, Some("the data of the log")),
    ] {
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(dir.join("data/member/snap")).unwrap();
        std::fs::create_dir_all(dir.join("wal/wal")).unwrap();
        if let Some(database) = database {
            std::fs::write(dir.join("data/member/snap/db"), database).unwrap();
        }
        if log {
            std::fs::write(dir.join("wal/wal/0000000000000000-0000000000000000.wal"), "").unwrap();
        }
        let told = std::process::Command::new("sh").args(["-c", &look]).output().unwrap();
        let text = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(i32::from(said.is_some())), "{database:?} {log}: {text}");
        assert!(said.is_none_or(|said| text.starts_with("etcdpack: ") && text.contains(said)), "{text}");
        assert_eq!(said.is_none(), text.is_empty(), "{text}");
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

/// The moment in which the power went, and what the script says at the boot after it.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test: a shell runs what is rendered")]
fn etcd_is_not_started_between_the_old_data_and_a_snapshots() {
    let dir = std::env::temp_dir().join(format!("etcdpack-between-{}", std::process::id()));
    let cluster = guide("3.5.33");
    let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
    let (look, _) = script.split_once("exec ").unwrap();
    let look = look.replace("/data/etcd/etcd-server", &dir.display().to_string());
    let coming = format!("{RESTORING}/{MEMBER}");
    for (there, is_held) in [
        (&[][..], false),
        (&[MEMBER], false),
        (&[MEMBER, &coming], false),
        (&["member.before-restored-1", &coming], true),
        // On the way back, what came is half removed.
        (&["member.before-restored-1", RESTORING], true),
        (&["member.before-restored-1", RESTORING, MEMBER], false),
    ] {
        drop(std::fs::remove_dir_all(&dir));
        for name in there {
            std::fs::create_dir_all(dir.join(name)).unwrap();
        }
        let told = std::process::Command::new("sh").args(["-c", &look]).output().unwrap();
        let text = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(i32::from(is_held)), "{there:?}: {text}");
        assert_eq!(text.contains("the same restore command has been run again"), is_held, "{there:?}: {text}");
    }
    drop(std::fs::remove_dir_all(&dir));
}

/// What the file says, whether data are there, and whether etcd is held back.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test: a shell runs what is rendered")]
fn etcd_does_not_begin_anew_where_it_has_had_data() {
    let dir = std::env::temp_dir().join(format!("etcdpack-gone-{}", std::process::id()));
    let cluster = guide("3.5.33");
    let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
    let (look, _) = script.split_once("exec ").unwrap();
    let look = look.replace("/data/etcd/etcd-server", &dir.join("data").display().to_string());
    let look = look.replace("/opt/etcd-v3.5.33", &dir.display().to_string());
    let says = has_data(&cluster.paths.data);
    for (said, is_there, is_held) in [
        (None, false, false),
        (None, true, false),
        (Some(""), false, false),
        (Some(says.as_str()), true, false),
        (Some(says.as_str()), false, true),
    ] {
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(dir.join("data").join(if is_there { MEMBER } else { "lost+found" })).unwrap();
        if let Some(said) = said {
            std::fs::write(dir.join(HAS_DATA), said).unwrap();
        }
        let told = std::process::Command::new("sh").args(["-c", &look]).output().unwrap();
        let text = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(i32::from(is_held)), "{said:?} {is_there}: {text}");
        assert_eq!(text.contains("etcdpack: the data of this member are not in "), is_held, "{text}");
    }
    drop(std::fs::remove_dir_all(&dir));
}

#[test]
fn every_flag_of_every_script_is_one_that_its_version_has() {
    for version in crate::etcd::NEWEST {
        let cluster = guide(&version.to_string());
        let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
        let flags: Vec<&str> =
            script.lines().filter_map(|line| line.strip_prefix("--")?.split([' ', '\\']).next()).collect();
        assert!(flags.len() >= 18, "{version}: {flags:?}");
        for flag in flags {
            assert!(
                matches!(crate::etcd::accepts(flag, version), crate::etcd::Verdict::Accepted(_)),
                "{version} has no --{flag}"
            );
        }
    }
}

#[test]
fn the_guides_plaintext_loopback_can_be_had() {
    let text = GUIDE.replace("loopback = \"https\"", "loopback = \"http\"");
    let parsed = Cluster::parse(text.as_bytes()).unwrap();
    let script = startup(&parsed.cluster, &parsed.cluster.hosts[0], start(&token())).unwrap();
    assert!(script.contains("--listen-client-urls https://192.168.80.20:2379,http://127.0.0.1:2379 "));
    assert!(
        script.contains("--advertise-client-urls https://192.168.80.20:2379 "),
        "never advertised: remote clients would be sent to themselves"
    );
    assert!(parsed.warnings.iter().any(|warning| warning.text.contains("loopback")));
}

#[test]
fn arm64_is_told_to_run_where_etcd_would_refuse() {
    for (version, told) in [("3.4.45", true), ("3.5.33", false)] {
        let text = GUIDE.replace("3.1.20", version).replace("arch = \"amd64\"", "arch = \"arm64\"");
        let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
        let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
        assert_eq!(script.contains(" ETCD_UNSUPPORTED_ARCH=arm64 "), told, "{version}");
    }
}

#[test]
fn ipv6_addresses_get_brackets() {
    let text = GUIDE.replace("192.168.80.20", "2001:db8::20");
    let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
    let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
    assert!(script.contains("--listen-client-urls https://[2001:db8::20]:2379,https://[::1]:2379 "), "{script}");
}

/// systemd 219 passes over what it does not know, but for values in a list: see [`super::systemd`].
#[test]
fn no_list_in_the_unit_can_become_one_that_allows_nothing() {
    let cluster = guide("3.5.33");
    let text = unit(&cluster, &cluster.hosts[0]).unwrap();
    let values = |key: &str| -> Vec<&str> {
        text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
    };
    let calls = values("SystemCallFilter");
    assert!(calls.len() > 5 && calls.iter().all(|calls| calls.starts_with('~') && !calls.contains('@')), "{calls:?}");
    let mut all: Vec<&str> = calls.iter().flat_map(|calls| calls[1..].split(' ')).collect();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    assert_eq!(all.len(), count, "a call is named once");
    assert_eq!(values("ProtectSystem"), ["full", "strict"]);
    assert_eq!(values("ReadWriteDirectories"), values("ReadWritePaths"));
    assert_eq!(values("RestrictAddressFamilies"), ["AF_UNIX AF_INET AF_INET6 AF_NETLINK"]);
    assert_eq!(values("SystemCallArchitectures"), ["native"]);
}

/// As the kernel would have it of the etcd that this script starts.
fn words(script: &str) -> Vec<String> {
    let (_, call) = script.split_once(" $confined ").unwrap();
    let words = call.split_whitespace().filter(|word| *word != "\\");
    words.map(|word| word.trim_matches('\'').to_owned()).collect()
}

#[test]
fn an_etcd_that_runs_is_known_by_its_call() {
    let cluster = guide("3.5.33");
    let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
    let call = Call::of_script(&script).unwrap();
    assert_eq!(Call::of_process(words(&script)), call);
    assert!(!Call::of_process(Vec::new()).is_same_member(&call), "what cannot be read");
    // As 0.1 wrote it.
    let older = script.split_once("exec ").unwrap().1.replacen(" $confined", "", 1);
    assert_eq!(Call::of_script(&format!("#!/bin/sh\n# etcd\nulimit -n 1\nexec {older}")), Some(call.clone()));
    for none in ["#!/bin/sh\nexec /opt/etcd/etcd --name n1\n", ""] {
        assert_eq!(Call::of_script(none), None);
    }

    let text = GUIDE.replace("3.1.20", "3.4.45").replace("arch = \"amd64\"", "arch = \"arm64\"");
    let text =
        format!("{text}\n[etcd.flags]\nexperimental-peer-skip-client-san-verification = \"true\"\ncors = \"a b\"\n");
    let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
    let call = Call::of_script(&startup(&cluster, &cluster.hosts[0], start(&token())).unwrap()).unwrap();
    let said = format!("{call:?}");
    assert!(said.contains("[\"/opt/etcd/etcd\", \"--name\", "), "after ETCD_UNSUPPORTED_ARCH: {said}");
    assert!(said.contains("\"--experimental-peer-skip-client-san-verification\""), "a switch: {said}");
    assert!(said.contains("\"--cors\", \"a b\""), "a value in quotes: {said}");
}

/// What is changed in a script, and whether a member with data runs the same after it, and is kept from the same.
#[test]
fn a_member_that_has_data_does_not_read_how_its_cluster_was_founded() {
    let cluster = guide("3.5.33");
    let script = startup(&cluster, &cluster.hosts[0], start(&token())).unwrap();
    let call = Call::of_script(&script).unwrap();
    for (old, new, same_member, alike) in [
        ("--initial-cluster-state new", "--initial-cluster-state existing", true, true),
        ("=https://192.168.80.30:2380", "=https://192.168.80.31:2380", true, true),
        ("--initial-cluster-token ", "--initial-cluster-token x-", true, true),
        (
            "--initial-advertise-peer-urls https://192.168.80.20",
            "--initial-advertise-peer-urls https://10.0.0.1",
            false,
            true,
        ),
        ("--name etcd", "--name xetcd", false, true),
        ("--client-cert-auth \\\n", "", false, true),
        ("/opt/etcd/etcd \\", "/opt/other/etcd \\", false, false),
        ("# setpriv", "# ", true, true),
        ("if [ -s ", "if [ -e ", true, true),
        ("ulimit -n", "ulimit -S -n", true, false),
        (" $confined", "", true, false),
    ] {
        let other = script.replace(old, new);
        assert_ne!(other, script, "{old}");
        let is_same = call.is_same_member(&Call::of_script(&other).unwrap());
        assert_eq!((is_same, confine_alike(&script, &other)), (same_member, alike), "{old}");
    }
}

#[test]
fn a_launcher_sets_its_search_path_before_it_imports_anything_else() {
    let path = |text: &str| text.parse().unwrap();
    let (python, site, conf) = (path("/usr/bin/python3"), path("/opt/s/site"), path("/etc/supervisord.conf"));
    let text = launcher(&python, &site, &conf, "supervisorctl");
    let mut lines = text.lines();
    // Kernels before 5.1 read 127 bytes of the first line.
    assert_eq!(lines.next(), Some("#!/usr/bin/python3 -BEsS"));
    let mut code = lines.filter(|line| !line.starts_with('#'));
    assert_eq!(code.next(), Some("import sys"));
    assert_eq!(code.next(), Some("sys.path[0] = \"/opt/s/site\""));
    assert!(code.any(|line| line.contains("\"/etc/supervisord.conf\"")) && text.ends_with("supervisorctl.main()\n"));
}
