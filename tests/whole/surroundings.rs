//! What a member would suffer from is said on a real host, changes nothing and does not stand in the way.

use serde_json::Value;
use whole::{Lab, SIGNER, Site, cluster, release, workspace};

fn site(hosts: &[(&str, &str)]) -> Site {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, hosts));
    site.build(&tarball);
    site
}

/// `/sys/fs/selinux` as an enforcing kernel shows it, for one command: this kernel has no SELinux.
fn under_selinux(line: &str) -> String {
    format!(
        "unshare -m sh -c 'mkdir -p /run/groups && mount --rbind /sys/fs/cgroup /run/groups && \
         mount -t tmpfs none /sys/fs && mkdir /sys/fs/cgroup /sys/fs/selinux && \
         mount --rbind /run/groups /sys/fs/cgroup && echo 1 > /sys/fs/selinux/enforce && {line}'"
    )
}

#[test]
fn what_a_member_would_suffer_from_is_said_and_does_not_stand_in_the_way() {
    let site = site(&[("n1", "10.82.0.11"), ("n2", "10.82.0.12"), ("n3", "10.82.0.13")]);
    let lab = Lab::up("twarnings", "supervisor", &["n1=10.82.0.11", "n2=10.82.0.12", "n3=10.82.0.13"]);
    lab.scp(&site.bundle("n1"), "n1");
    lab.scp(&workspace().join("installer/fixtures/firewalld-zones.txt"), "n1");
    let before = lab.disk("n1");
    // How fast its disk is, and how many files it may open, a host has from the machine that the lab is on.
    let findings = |line: &str, code: &str| -> Vec<(String, String)> {
        let plan: Value = serde_json::from_str(&lab.ssh("n1", line).ok()).expect("a plan in JSON");
        let findings = plan["findings"].as_array().expect("findings").iter();
        let text = |finding: &Value, key: &str| finding[key].as_str().expect("a text").to_owned();
        findings
            .filter(|finding| {
                finding["code"] == code || (finding["code"] != "slow-disk" && finding["code"] != "few-open-files")
            })
            .map(|finding| {
                assert_eq!(finding["severity"], "warn", "{finding}");
                (text(finding, "code"), format!("{} {}", text(finding, "text"), text(finding, "help")))
            })
            .collect()
    };
    let plan = "./n1.run plan --json";
    let warned = |prepare: &str, line: &str, code: &str, words: &str, mend: &str| {
        lab.sh("n1", prepare).ok();
        let now = lab.disk("n1");
        let found = findings(line, code);
        assert_eq!(lab.disk("n1"), now, "`{line}` changed the host");
        lab.sh("n1", mend).ok();
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        assert_eq!(found[0].0, code);
        assert!(found[0].1.contains(words), "{found:?}");
    };
    assert_eq!(findings(plan, ""), [], "hosts without etcd are no trouble");
    lab.cut("n3");
    unseen(&findings("./n1.run plan --json --first-install", ""));
    lab.mend("n3");
    lab.until("n1", "ping -c 1 -W 1 10.82.0.13");
    warned(
        "mkdir /data && mount -t tmpfs none /data",
        plan,
        "data-in-memory",
        "findmnt",
        "umount /data && rmdir /data",
    );
    warned(
        "prlimit --pid $(pgrep -o supervisord) --nofile=4096:4096",
        plan,
        "few-open-files",
        "4096 open files (this host's supervisord)",
        "true",
    );
    warned(
        "mv /run/systemd/container /run/aside",
        plan,
        "clock-unsynchronised",
        "timesyncd",
        "mv /run/aside /run/systemd/container",
    );
    warned(
        "echo ENABLED=yes > /etc/ufw/ufw.conf && \
         echo '### tuple ### allow tcp 2379 0.0.0.0/0 any 0.0.0.0/0 in' > /etc/ufw/user.rules",
        plan,
        "firewall-closed",
        "ufw allow 2380/tcp",
        "rm /etc/ufw/ufw.conf /etc/ufw/user.rules",
    );
    // firewalld's own listing, without a firewalld: the lab has no package of it.
    warned(
        "cp /usr/bin/sleep /run/firewalld && systemd-run --quiet --unit=wall /run/firewalld 600 && \
         printf '#!/bin/sh\\ncat /root/firewalld-zones.txt\\n' > /usr/local/bin/firewall-cmd && \
         chmod 755 /usr/local/bin/firewall-cmd && sed -i '/^work/,$d' /root/firewalld-zones.txt && \
         sed -i \"s/eth1/$(ip -o -4 addr | awk '/10.82.0.11/{print $2}')/\" /root/firewalld-zones.txt",
        plan,
        "firewall-closed",
        "--zone=internal --add-port=2379-2380/tcp",
        "systemctl stop wall; rm /usr/local/bin/firewall-cmd /run/firewalld",
    );
    warned(
        "mkdir -p /etc/systemd/system/etcd-server.service.d && \
         printf '[Service]\\nExecStart=\\nExecStart=/bin/true\\n' > /etc/systemd/system/etcd-server.service.d/x.conf",
        "./n1.run plan --json --service systemd",
        "unit-overridden",
        "sets `ExecStart=`",
        "rm -r /etc/systemd/system/etcd-server.service.d",
    );
    warned(
        DROP_INS,
        "./n1.run plan --json --service systemd",
        "unit-overridden",
        "etcd-.service.d/x.conf` sets `User=`",
        "rm -r /etc/systemd/system/etcd-.service.d /run/systemd/system/etcd-.service.d /etc/x.conf",
    );
    warned(
        "groupadd -r etcd && useradd -r -s /usr/sbin/nologin -N -g nogroup etcd",
        plan,
        "user-unfit",
        "primary group",
        "userdel etcd; groupdel etcd",
    );
    warned("true", &under_selinux(plan), "selinux-no-restorecon", "policycoreutils", "true");
    let after = lab.disk("n1");
    let differs = |(one, other): (&[String], &[String])| one.iter().find(|line| !other.contains(line)).cloned();
    assert_eq!((differs((&before, &after)), differs((&after, &before))), (None, None));
}

/// Nobody can say that an unseen founder has not begun the cluster: a plan says yes to that only by the word.
fn unseen(found: &[(String, String)]) {
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    assert!(codes.contains(&"would-bootstrap") && codes.len() == 2, "{found:?}");
    let unreachable = |(code, words): &(String, String)| {
        code == "peer-unreachable" && words.contains("member `n3` at 10.82.0.13:2380")
    };
    assert!(found.iter().any(unreachable), "{found:?}");
}

/// Through a link, in a directory for all units whose names begin so; and one that a link to nothing takes away.
const DROP_INS: &str = "mkdir -p /etc/systemd/system/etcd-.service.d /run/systemd/system/etcd-.service.d && \
     printf '[Service]\\nUser=root\\n' > /etc/x.conf && \
     ln -s /etc/x.conf /etc/systemd/system/etcd-.service.d/x.conf && \
     ln -s /dev/null /etc/systemd/system/etcd-.service.d/y.conf && \
     printf '[Service]\\nGroup=root\\n' > /run/systemd/system/etcd-.service.d/y.conf";

#[test]
fn every_place_gets_its_label_before_etcd_starts_and_once() {
    let site = site(&[("n1", "10.84.0.11")]);
    let lab = Lab::up("tlabels", "bare", &["n1=10.84.0.11"]);
    lab.scp(&site.bundle("n1"), "n1");
    let restorecon = "printf '#!/bin/sh\\necho \"$(pgrep -xc etcd) $*\" >> /run/labels\\n' > /usr/local/sbin/restorecon && \
                      chmod 755 /usr/local/sbin/restorecon";
    lab.sh("n1", restorecon).ok();
    let install = under_selinux(&format!("./n1.run install --yes --quiet {SIGNER}"));
    lab.ssh("n1", &install).ok();
    lab.ssh("n1", &install).ok();
    let said = lab.sh("n1", "cat /run/labels").ok();
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|line| line.starts_with("0 ")), "etcd ran already: {said:?}");
    assert!(said[0].contains("/etc/systemd/system/etcd-server.service"), "{said:?}");
    assert!(said[1].starts_with("0 -R ") && said[1].contains(" /opt/etcd-v3.5.1"), "{said:?}");
    lab.ssh("n1", "./n1.run uninstall --purge --yes --quiet").ok();
}
