//! Snapshots of everything that is rendered, for the guide's cluster on every minor version.

use super::{command_line, etcdctl, launcher, program, startup, unit};
use crate::cluster::Cluster;

const GUIDE: &str = include_str!("../../../examples/mfyxw/cluster.toml");

fn guide(version: &str) -> Cluster {
    let text = GUIDE.replace("3.1.20", version);
    Cluster::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{version}: {faults:?}")).cluster
}

#[test]
fn the_guides_cluster_on_every_version() {
    for version in ["3.1.20", "3.2.32", "3.3.27", "3.4.45", "3.5.33", "3.6.14", "3.7.1"] {
        let cluster = guide(version);
        let host = &cluster.hosts[0];
        insta::assert_snapshot!(format!("startup-{version}"), startup(&cluster, host).unwrap());
        insta::assert_snapshot!(format!("ini-{version}"), program(&cluster, host).unwrap());
        insta::assert_snapshot!(format!("unit-{version}"), unit(&cluster, host).unwrap());
        insta::assert_snapshot!(format!("etcdctl-{version}"), etcdctl(&cluster, host).unwrap());
    }
}

#[test]
fn every_flag_of_every_script_is_one_that_its_version_has() {
    for version in crate::etcd::NEWEST {
        let cluster = guide(&version.to_string());
        let script = startup(&cluster, &cluster.hosts[0]).unwrap();
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
    let script = startup(&parsed.cluster, &parsed.cluster.hosts[0]).unwrap();
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
        let script = startup(&cluster, &cluster.hosts[0]).unwrap();
        assert_eq!(script.contains(" ETCD_UNSUPPORTED_ARCH=arm64 "), told, "{version}");
    }
}

#[test]
fn ipv6_addresses_get_brackets() {
    let text = GUIDE.replace("192.168.80.20", "2001:db8::20");
    let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
    let script = startup(&cluster, &cluster.hosts[0]).unwrap();
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

#[test]
fn scripts_that_start_the_same_etcd_are_known_by_its_command_line() {
    let cluster = guide("3.5.33");
    let script = startup(&cluster, &cluster.hosts[0]).unwrap();
    let line = command_line(&script).unwrap();
    assert!(line.starts_with(" /opt/etcd/etcd \\\n--name "), "{line}");
    // As 0.1 wrote it.
    let head = "#!/bin/sh\n# etcd\nulimit -n 1\nexec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    assert_eq!(command_line(&format!("{head}{line}")), Some(line.clone()));
    let other = script.replace("--initial-cluster-state new", "--initial-cluster-state existing");
    assert!(other != script && command_line(&other) != Some(line));
    assert_eq!(command_line("#!/bin/sh\nexec /opt/etcd/etcd --name n1\n"), None);

    let text = GUIDE.replace("3.1.20", "3.4.45").replace("arch = \"amd64\"", "arch = \"arm64\"");
    let cluster = Cluster::parse(text.as_bytes()).unwrap().cluster;
    let line = command_line(&startup(&cluster, &cluster.hosts[0]).unwrap()).unwrap();
    assert!(line.starts_with(" ETCD_UNSUPPORTED_ARCH=arm64 /opt/etcd/etcd "), "{line}");
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
