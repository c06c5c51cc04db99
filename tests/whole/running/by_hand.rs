//! A member that was set up by hand, as the guide has it, and runs: a bundle for it is one refusal, and nobody is told to move
//! anything.

use whole::ground::{self, Ground, Keeper};
use whole::{SIGNER, Site, cluster};

/// The guide's steps 5 to 13, on the host: all of it is etcd's own.
const BY_HAND: &str = "\
set -e
useradd --system --no-create-home --shell /usr/sbin/nologin etcd
mkdir -p /opt/etcd-vVERSION/certs /data/etcd/etcd-server /data/logs/etcd-server
tar -xzf etcd-vVERSION-linux-amd64.tar.gz --strip-components=1 -C /opt/etcd-vVERSION
ln -s /opt/etcd-vVERSION /opt/etcd
mv ca.pem etcd-peer.pem etcd-peer-key.pem /opt/etcd/certs/
cat >/opt/etcd/etcd-server-startup.sh <<'END'
#!/bin/sh
./etcd --name n1 --data-dir /data/etcd/etcd-server \\
 --listen-peer-urls https://10.115.0.11:2380 --listen-client-urls https://10.115.0.11:2379,http://127.0.0.1:2379 \\
 --initial-advertise-peer-urls https://10.115.0.11:2380 --advertise-client-urls https://10.115.0.11:2379 \\
 --initial-cluster n1=https://10.115.0.11:2380 \\
 --cert-file ./certs/etcd-peer.pem --key-file ./certs/etcd-peer-key.pem --client-cert-auth \\
 --trusted-ca-file ./certs/ca.pem --peer-cert-file ./certs/etcd-peer.pem --peer-key-file ./certs/etcd-peer-key.pem \\
 --peer-client-cert-auth --peer-trusted-ca-file ./certs/ca.pem
END
chmod a+x /opt/etcd/etcd-server-startup.sh
chown -R etcd:etcd /opt/etcd-vVERSION /data/etcd /data/logs
";

/// Its step 14: under this host's supervisor.
const SUPERVISOR: &str = "\
cat >/etc/supervisor/conf.d/etcd-server.conf <<'END'
[program:etcd-server]
command=/opt/etcd/etcd-server-startup.sh
directory=/opt/etcd
user=etcd
redirect_stderr=true
stdout_logfile=/data/logs/etcd-server/etcd.stdout.log
END
supervisorctl update
";

/// What many write in its place.
const SYSTEMD: &str = "\
cat >/etc/systemd/system/etcd.service <<'END'
[Service]
User=etcd
WorkingDirectory=/opt/etcd
ExecStart=/opt/etcd/etcd-server-startup.sh
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable --now etcd
";

#[test]
fn the_guides_member_is_one_finding_and_is_left_as_it_runs() {
    ground::each("by-hand", Ground::of(Keeper::Supervisor, "3.5.1"), by_hand);
}

fn by_hand(ground: Ground) {
    let (version, tarball) = (ground.version, ground.tarball());
    let site = Site::new(&cluster(version, &tarball, &[("n1", "10.115.0.11")]));
    site.build(&tarball);
    let lab = ground.up("tbyhand", &["n1=10.115.0.11"]);
    let (kept, dir) = match ground.keeper {
        Keeper::Supervisor => (SUPERVISOR, "/etc/supervisor"),
        Keeper::Systemd => (SYSTEMD, "/etc/systemd/system"),
    };
    let sh = |line: &str| lab.sh("n1", &format!("cd /root && {line}"));
    lab.put(&tarball, "n1");
    lab.put(&site.path("pki/ca.pem"), "n1");
    for file in ["etcd-peer.pem", "etcd-peer-key.pem"] {
        lab.put(&site.path(&format!("pki/hosts/n1/{file}")), "n1");
    }
    lab.put(&site.bundle("n1"), "n1");
    sh(&format!("{}{kept}", BY_HAND.replace("VERSION", version))).ok();
    let etcdctl = "ETCDCTL_API=3 /opt/etcd/etcdctl --endpoints http://127.0.0.1:2379";
    lab.until("n1", &format!("{etcdctl} put ship at-sea"));
    let ids = sh(&format!(
        "{etcdctl} endpoint status -w json | grep -oE '(cluster|member)_id\":[0-9]+' | grep -oE '[0-9]+$'"
    ))
    .ok();
    let [cluster, member] = [0, 1].map(|at| format!("{:x}", ids.lines().nth(at).unwrap().parse::<u64>().unwrap()));
    let newer = format!("find /opt /data/etcd {dir} -type f -newer /root/n1.run | sort");
    let (before, pids) = (sh(&newer).ok(), lab.etcds("n1"));
    assert_eq!(pids.len(), 1);
    for command in ["plan", "install --yes"] {
        let said = sh(&format!("./n1.run {command} {SIGNER}"));
        let refusals: Vec<&str> = said.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(matches!(refusals[..], [one] if one.ends_with("[by-hand]")), "{said:?}");
        for words in [&*cluster, &member, "n1", "etcd-server-sta"] {
            assert!(refusals[0].contains(words), "no `{words}` in {said:?}");
        }
        assert!(!said.err.contains("mv "), "{said:?}");
        assert_eq!(said.code, 3, "{said:?}");
    }
    assert_eq!(lab.etcds("n1"), pids, "it runs on");
    assert_eq!(sh(&newer).ok(), before);
    assert_eq!(sh(&format!("{etcdctl} get ship --print-value-only")).ok(), "at-sea");
}
