//! A cluster comes back elsewhere: at other addresses, on one host instead of two, by a later etcd, in a data directory that is a
//! mount point; and with what its snapshot brings along.

use std::fs;

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster, plain_keys, release};

const HOST: &str = "/usr/local/sbin/etcdpack-host";
const ETCDCTL: &str = "ETCDCTL_API=3 /usr/local/bin/etcdctl";
const DATA: &str = "/data/etcd/etcd-server";
const BEFORE: [(&str, &str); 2] = [("n1", "10.99.8.11"), ("n2", "10.99.8.12")];
const AFTER: [(&str, &str); 2] = [("n1", "10.99.8.21"), ("n2", "10.99.8.22")];
/// What little room the cluster has for its keys.
const QUOTA: &str = "[etcd]\nquota-backend-bytes = 20000000\n";

struct Move {
    lab: Lab,
    site: Site,
}

#[test]
fn a_cluster_comes_back_elsewhere() {
    ground::each("moved", Ground::of(Keeper::Supervisor, "3.4.23"), elsewhere);
}

fn elsewhere(ground: Ground) {
    let site = Site::new(&plain_keys(&(cluster(ground.version, &ground.tarball(), &BEFORE) + QUOTA)));
    site.build(&ground.tarball());
    let hosts = BEFORE.map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up("tmoved", &hosts.each_ref().map(String::as_str));
    let on = Move { lab, site };
    for (host, _) in BEFORE {
        on.lab.put(&on.site.bundle(host), host);
        on.run(host, "install --quiet").ok();
    }
    on.lab.until("n2", &format!("{ETCDCTL} put ship at-sea"));
    on.save("ship.db", &["n2"]);
    on.at_other_addresses(ground);
    on.lab.until("n1", &format!("{ETCDCTL} put ship in-port"));
    on.fill();
    on.save("full.db", &[]);
    on.alone(ground);
}

impl Move {
    fn sh(&self, host: &str, line: &str) -> Said {
        self.lab.sh(host, line)
    }

    fn run(&self, host: &str, words: &str) -> Said {
        self.sh(host, &format!("cd /root && ./{host}.run {words} --yes {SIGNER}"))
    }

    /// A snapshot of n1's, also on the other `hosts`.
    fn save(&self, name: &str, hosts: &[&str]) {
        self.sh("n1", &format!("cd /root && {HOST} snapshot -o {name}")).ok();
        for (host, name) in hosts.iter().flat_map(|host| [(host, name.to_owned()), (host, format!("{name}.json"))]) {
            let text = self.sh("n1", &format!("base64 -w0 /root/{name}")).ok();
            fs::write(self.site.path("carried"), text).expect("a file");
            self.site.shell(&format!("base64 -d carried >{name}")).ok();
            self.lab.put(&self.site.path(&name), host);
        }
    }

    /// Bundles for `hosts` and this version; whoever was a member is one no more, and keeps its data.
    fn rebuild(&self, version: &str, hosts: &[(&str, &str)]) {
        let tarball = release(version, "amd64");
        let text = plain_keys(&(cluster(version, &tarball, hosts) + QUOTA));
        fs::write(self.site.path("cluster.toml"), text).expect("the cluster file");
        self.site.build_new_cluster(&tarball);
        for (host, _) in hosts {
            self.sh(host, &format!("{HOST} uninstall --yes --although-quorum-at-risk")).ok();
            self.lab.put(&self.site.bundle(host), host);
        }
    }

    fn ship(&self, host: &str) -> String {
        self.sh(host, &format!("{ETCDCTL} get ship --print-value-only")).ok()
    }

    /// By the same `pki/`.
    fn at_other_addresses(&self, ground: Ground) {
        self.rebuild(ground.version, &AFTER);
        for (host, at) in AFTER {
            self.sh(host, &format!("ip address flush dev eth0 && ip address add {at}/24 dev eth0")).ok();
        }
        self.run("n1", "restore ship.db").ok();
        self.run("n2", "restore ship.db --wait 60").ok();
        let members = self.sh("n2", &format!("{ETCDCTL} member list")).ok();
        for (_, at) in AFTER {
            assert!(members.contains(&format!("https://{at}:2380")), "{members}");
        }
        assert!(BEFORE.iter().all(|(_, at)| !members.contains(at)), "{members}");
        assert_eq!((self.ship("n1"), self.ship("n2")), ("at-sea".to_owned(), "at-sea".to_owned()));
    }

    /// Until etcd takes no more.
    fn fill(&self) {
        let write = format!("{ETCDCTL} put k </root/value >/dev/null 2>&1 || exit 0");
        self.sh(
            "n1",
            &format!(
                "head -c 1000000 /dev/zero | tr '\\0' a >/root/value; for n in $(seq 40); do {write}; done; exit 1"
            ),
        )
        .ok();
    }

    /// On one host, by each later etcd in turn, on a disk of its own.
    fn alone(&self, ground: Ground) {
        let mut snapshot = "full.db";
        for (version, next) in ground.later().iter().zip(["first.db", "second.db"]) {
            self.rebuild(version, &AFTER[..1]);
            self.sh("n2", &format!("test ! -e {HOST} || {HOST} uninstall --yes --although-quorum-at-risk")).ok();
            if snapshot == "full.db" {
                let disk = format!("mkdir -p /disk/lost+found && mount --bind /disk {DATA} && chown etcd:etcd {DATA}");
                self.sh("n1", &disk).ok();
                self.with_its_alarm(version.starts_with("3.6"));
            } else {
                self.with_a_higher_revision(snapshot);
            }
            let members = self.sh("n1", &format!("{ETCDCTL} member list")).ok();
            assert_eq!((self.ship("n1"), members.lines().count()), ("in-port".to_owned(), 1), "{members}");
            let there = self.sh("n1", &format!("mountpoint -q {DATA} && test -e {DATA}/lost+found && {HOST} doctor"));
            assert_eq!(there.code, 0, "{version}: {there:?}");
            self.save(next, &[]);
            let drilled = self.sh("n1", &format!("{HOST} drill /root/{next}")).ok();
            assert!(drilled.starts_with("restorable: 2 keys, revision "), "{version}: {drilled}");
            self.sh("n1", &format!("{ETCDCTL} put ship under-way")).ok();
            snapshot = next;
        }
        self.sh("n1", &format!("{HOST} uninstall --purge --yes")).ok();
        assert_eq!(
            self.sh("n1", &format!("ls -A {DATA}")).ok(),
            "lost+found",
            "a mount point, and what is not ours, stay"
        );
    }

    /// Where etcd can: who watches from a revision of before is told so, and none of those comes a second time.
    fn with_a_higher_revision(&self, snapshot: &str) {
        let said = self.run("n1", &format!("restore {snapshot} --bump-revision 1000000000 --wait 60"));
        assert!(said.err.contains("kube-apiserver lists anew by itself"), "{said:?}");
        said.ok();
        let seen = self.sh("n1", &format!("{ETCDCTL} get ship -w json")).ok();
        assert!(seen.contains("\"revision\":10000"), "{seen}");
        let watched = self.sh("n1", &format!("timeout 30 env {ETCDCTL} watch ship --rev 5 2>&1")).out;
        assert!(watched.contains("required revision has been compacted"), "{watched}");
        let again = self.run("n1", &format!("restore {snapshot} --bump-revision 1000000000 --dry-run"));
        assert!(again.ok().contains("0 steps to take"), "it is restored");
    }

    /// Who restores is told of it, before and after; and what is shown takes it away.
    fn with_its_alarm(&self, can_raise: bool) {
        if !can_raise {
            self.run("n1", "restore full.db --bump-revision 1000").refused(3, "[cannot-raise]");
        }
        let said = self.run("n1", "restore full.db");
        assert_eq!(said.err.matches("[snapshot-alarmed]").count(), 2, "{said:?}");
        let help = said.err.lines().rev().find_map(|line| line.strip_prefix("help: ")).expect("help");
        let cure = help.split("   (").next().unwrap_or(help).to_owned();
        said.ok();
        self.lab.until("n1", &format!("{ETCDCTL} get ship"));
        assert_ne!(self.sh("n1", &format!("{ETCDCTL} put k v")).code, 0, "etcd takes nothing yet");
        self.sh("n1", &format!("export PATH=$PATH:/usr/local/bin; {cure}")).ok();
        self.sh("n1", &format!("{ETCDCTL} put k v")).ok();
    }
}
