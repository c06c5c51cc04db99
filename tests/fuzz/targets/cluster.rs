//! A cluster file that is taken renders to text that needs no quoting; one that is not is refused in plain words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payload::cluster::Cluster;
use payload::founding::Phase;
use payload::name::ClusterToken;
use payload::render::{self, Start};

fuzz_target!(|bytes: &[u8]| {
    let parsed = match Cluster::parse(bytes) {
        Ok(parsed) => parsed,
        Err(faults) => return assert!(!faults.is_empty(), "refused without a reason"),
    };
    let cluster = parsed.cluster;
    assert!(!cluster.hosts.is_empty());
    assert!(cluster.etcd.stop_seconds() >= 8);
    let token = cluster.token.clone().unwrap_or_else(|| ClusterToken::drawn(&cluster.name, 0));
    let start = Start { token: &token, phase: Phase::Founding };
    for host in &cluster.hosts {
        let texts = [
            render::startup(&cluster, host, start).expect("a script"),
            render::etcdctl(&cluster, host).expect("a wrapper"),
            render::program(&cluster, host).expect("a section"),
            render::unit(&cluster, host).expect("a unit"),
        ];
        for text in texts {
            assert!(text.ends_with('\n') && !text.contains(|c: char| c.is_control() && !"\n\t".contains(c)), "{text:?}");
        }
        // One file name and one line each.
        assert!(!host.name.as_str().contains(['/', '\n']) && !host.member.as_str().contains(['/', '\n']));
    }
    let mut names: Vec<_> = cluster.hosts.iter().map(|host| (&host.name, &host.member)).collect();
    names.sort();
    names.dedup_by(|a, b| a.0 == b.0 || a.1 == b.1);
    assert_eq!(names.len(), cluster.hosts.len(), "two hosts or members of one name");
});
