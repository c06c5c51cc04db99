//! Three real hosts, the guide's own cluster: carried by scp, run by ssh, and what happens to it then.

use whole::{Lab, SIGNER, Site, guide, release};

const HOSTS: [&str; 3] = ["mfyxw20.mfyxw.com", "mfyxw30.mfyxw.com", "mfyxw40.mfyxw.com"];
const ADDRESSES: [&str; 3] =
    ["mfyxw20.mfyxw.com=192.168.80.20", "mfyxw30.mfyxw.com=192.168.80.30", "mfyxw40.mfyxw.com=192.168.80.40"];

#[test]
fn the_guides_cluster_lives_through_everything() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&guide("3.5.1", &tarball));
    site.build(&tarball);
    let lab = Lab::up("tcluster", "supervisor", &ADDRESSES);
    let [first, second, third] = HOSTS;
    let before = lab.disk(third);

    // The first host of three cannot be healthy alone, and that is no failure.
    for host in HOSTS {
        lab.scp(&site.bundle(host), host);
    }
    let said = lab.ssh(first, &format!("./{first}.run install --yes {SIGNER}"));
    assert!(said.err.contains("run the bundles of the others"), "{said:?}");
    assert!(said.err.contains(&format!("{second}.run and {third}.run")), "{said:?}");
    said.ok();
    assert_eq!(lab.ssh(first, "etcdpack-host status").code, 7, "alone it is not healthy");
    lab.ssh(second, &format!("./{second}.run install --yes {SIGNER} --quiet")).ok();
    lab.ssh(third, &format!("./{third}.run install --yes {SIGNER} --quiet --wait 60")).ok();

    // Written here, read there, by an etcdctl that needs no flags.
    lab.ssh(first, "etcdctl put ship at-sea").ok();
    assert_eq!(lab.ssh(third, "etcdctl get ship --print-value-only").ok(), "at-sea");
    let members = lab.ssh(second, "etcdctl member list").ok();
    assert_eq!(members.matches(", started, etcd-server-80-").count(), 3, "{members}");
    lab.ssh(second, "etcdctl snapshot save /root/snapshot.db").ok();
    // A stranger without a certificate gets nowhere, and the key is nobody else's.
    assert_ne!(
        lab.ssh(first, "/opt/etcd/etcdctl --endpoints https://192.168.80.20:2379 --insecure-skip-tls-verify get ship")
            .code,
        0
    );
    assert_eq!(lab.ssh(first, "stat -c '%a %U:%G' /opt/etcd/certs/etcd-peer-key.pem").ok(), "600 etcd:etcd");

    again_changes_nothing(&lab, first);
    one_etcd_after_restart_and_crash(&lab, first);
    power_and_cable(&lab);
    gone_and_back(&lab, third);

    lab.ssh(third, "etcdpack-host uninstall --purge --yes").ok();
    assert_eq!(lab.etcds(third), Vec::<String>::new());
    let after = lab.disk(third);
    let new: Vec<&String> = after.iter().filter(|line| !before.contains(line)).collect();
    let lost: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
    assert!(new.is_empty() && lost.is_empty(), "left: {new:#?}\nlost: {lost:#?}");
}

fn again_changes_nothing(lab: &Lab, host: &str) {
    let (files, pids) = (lab.installed(host), lab.etcds(host));
    let said = lab.ssh(host, &format!("./{host}.run install --yes {SIGNER}"));
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    said.ok();
    assert_eq!(lab.installed(host), files);
    assert_eq!(lab.etcds(host), pids, "etcd was restarted");
}

fn one_etcd_after_restart_and_crash(lab: &Lab, host: &str) {
    let old = lab.etcds(host);
    lab.ssh(host, "supervisorctl restart etcd-server-80-20").ok();
    lab.until(host, "etcdpack-host status");
    let new = lab.etcds(host);
    assert_eq!(new.len(), 1, "{new:?}");
    assert_ne!(new, old, "restart did not restart");
    lab.ssh(host, "pkill -9 -x etcd").ok();
    lab.until(host, "etcdpack-host status");
    let newest = lab.etcds(host);
    assert_eq!(newest.len(), 1, "{newest:?}");
    assert_ne!(newest, new, "the crashed etcd did not come back");
}

fn power_and_cable(lab: &Lab) {
    let [first, second, third] = HOSTS;
    lab.crash(first);
    lab.until(second, "etcdpack-host status");
    lab.ssh(second, "etcdctl put while one-was-away").ok();
    lab.boot(first);
    lab.until(first, "etcdpack-host status");
    let local = "etcdctl --endpoints https://192.168.80.20:2379 get while --print-value-only";
    assert_eq!(lab.ssh(first, local).ok(), "one-was-away");
    assert_eq!(lab.etcds(first).len(), 1);

    lab.cut(third);
    lab.until(first, "etcdpack-host status | grep -q 192.168.80.40.*unreachable");
    assert_eq!(lab.sh(third, "etcdpack-host status").code, 7, "without its peers it is not healthy");
    lab.mend(third);
    lab.until(third, "etcdpack-host status");
}

fn gone_and_back(lab: &Lab, host: &str) {
    lab.ssh(host, "etcdpack-host uninstall --yes").ok();
    assert_eq!(lab.etcds(host), Vec::<String>::new());
    assert_eq!(lab.sh(host, "test -e /opt/etcd").code, 1);
    lab.sh(host, "test -d /data/etcd/etcd-server/member && id etcd").ok();
    lab.ssh(host, &format!("./{host}.run install --yes {SIGNER} --quiet --wait 60")).ok();
    let local = "etcdctl --endpoints https://192.168.80.40:2379 get ship --print-value-only";
    assert_eq!(lab.ssh(host, local).ok(), "at-sea");
}
