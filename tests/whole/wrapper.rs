//! `etcdctl` as it is typed on a host: with nothing said, and with what a person says.

use whole::{Lab, SIGNER, Site, cluster, release};

#[test]
fn what_a_person_says_to_etcdctl_wins() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.116.0.11")]));
    site.build(&tarball);
    let lab = Lab::up("twrapper", "bare", &["n1=10.116.0.11"]);
    lab.put(&site.bundle("n1"), "n1");
    lab.sh("n1", &format!("/root/n1.run install --yes --quiet {SIGNER} --wait 60")).ok();
    for (line, code, words) in [
        ("etcdctl put ship at-sea", 0, "OK"),
        ("ETCDCTL_WRITE_OUT=json etcdctl member list", 0, "\"members\":[{"),
        ("ETCDCTL_WRITE_OUT=json etcdctl --write-out simple member list", 0, ", started, n1, "),
        ("ETCDCTL_WRITE_OUT=json etcdctl --write-out=simple member list", 0, ", started, n1, "),
        ("ETCDCTL_ENDPOINTS=https://127.0.0.1:1 etcdctl --command-timeout 1s get ship", 1, "127.0.0.1:1"),
        ("ETCDCTL_ENDPOINTS=https://127.0.0.1:1 etcdctl --endpoints https://10.116.0.11:2379 get ship", 0, "at-sea"),
        ("ETCDCTL_CACERT=/none etcdctl --command-timeout 1s get ship", 128, "/none"),
        ("ETCDCTL_CACERT=/none etcdctl --cacert /opt/etcd/certs/ca.pem --insecure-skip-tls-verify get ship", 1, ""),
        ("HTTPS_PROXY=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 etcdctl get ship", 0, "at-sea"),
        ("ETCDCTL_API=2 etcdctl --version", 0, "etcdctl version"),
    ] {
        let said = lab.sh("n1", line);
        assert!(said.code == code && format!("{}{}", said.out, said.err).contains(words), "{line}: {said:?}");
    }
    // With etcd's own users.
    lab.sh(
        "n1",
        "etcdctl user add root:one --interactive=false && etcdctl user grant-role root root && etcdctl auth enable",
    )
    .ok();
    assert!(lab.sh("n1", "ETCDCTL_USER=root:one etcdctl get ship --print-value-only").ok() == "at-sea");
    assert!(lab.sh("n1", "ETCDCTL_USER=none:one etcdctl --user root:one get ship --print-value-only").ok() == "at-sea");
}
