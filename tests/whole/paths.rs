//! What root opens and starts, held against the tables in `docs/trust.md`: every command, on every kind of host, is
//! run where somebody else owns the directory, and watched call by call.
//!
//! A path that fits no row fails, and one on whose way somebody else could have put something, unless the row says so
//! and the call is one that this cannot harm.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use payload::manifest::SCHEMA;
use whole::rule::Rule;
use whole::table::Tables;
use whole::trace::{Started, Trace, Who};
use whole::ways::Ways;
use whole::{Lab, Said, Site, cluster, plain_keys, release, signer, workspace};

use crate::attack::remake;

/// A directory of somebody else's, where all commands are run; what lies there is theirs.
const HOME: &str = "/home/alice";
const ALICE: u32 = 1000;

/// A host on which every command is watched.
struct Watched {
    lab: Lab,
    site: Site,
    tarball: PathBuf,
    /// The user of etcd, once there is one.
    etcd: Option<u32>,
    tables: Tables,
    /// The tree that `--root` names, or nothing.
    tree: &'static str,
    faults: BTreeSet<String>,
}

impl Watched {
    fn new(name: &str, variant: &str, keys: &str) -> Self {
        let tarball = release("3.5.1", "amd64");
        let address = "10.98.0.11";
        let text = cluster("3.5.1", &tarball, &[("n1", address)]);
        let site = Site::new(&text);
        fs::write(site.path("cluster.toml"), plain_keys(&format!("{text}{keys}"))).unwrap();
        site.build(&tarball);
        let lab = Lab::up(name, variant, &[&format!("n1={address}")]);
        lab.put(&site.bundle("n1"), "n1");
        let theirs = format!("mkdir -p {HOME} && cp /root/n1.run {HOME}/ && chown -R {ALICE}:{ALICE} {HOME}");
        lab.sh("n1", &theirs).ok();
        let tables = Tables::read(&[
            ("PROGRAM", "/root/n1.run"),
            ("BUNDLE", "/home/alice/n1.run"),
            ("REQUEST", "/home/alice/n1.csr"),
            ("REPORT", "/home/alice/report.html"),
            ("SNAPSHOT", "/home/alice/etcd.db"),
            ("SNAPSHOT.json", "/home/alice/etcd.db.json"),
            ("SAVED", "/home/alice/saved.db"),
            ("SAVED.json", "/home/alice/saved.db.json"),
            ("TREE", "/srv/tree"),
            ("HERE", HOME),
            ("ABOVE", "/home"),
        ]);
        Self { lab, site, tarball, etcd: None, tables, tree: "", faults: BTreeSet::new() }
    }

    /// Runs a command and takes down what is wrong with it.
    fn run(&mut self, words: &str) -> Said {
        let words: Vec<&str> = words.split(' ').collect();
        let before = Ways::of(&self.lab, "n1");
        let (said, trace) = Trace::of(&self.lab, "n1", HOME, &words);
        self.look(words[1], &trace, &before);
        said
    }

    fn look(&mut self, command: &str, trace: &Trace, before: &Ways) {
        let after = Ways::of(&self.lab, "n1");
        let uid = format!("sed -n 's/^etcd:[^:]*:\\([0-9]*\\):.*/\\1/p' {}/etc/passwd", self.tree);
        self.etcd = self.lab.sh("n1", &uid).out.trim().parse().ok().or(self.etcd);
        assert!(trace.named.len() > 2, "strace saw next to nothing of {command}: {trace:?}");
        let rule = Rule { tables: &self.tables, tree: self.tree, etcd: self.etcd };
        let mut opened = BTreeSet::new();
        for named in &trace.named {
            let mut weak = before.weak(&named.path, named.follows);
            weak.extend(after.weak(&named.path, named.follows));
            if let Err(fault) = rule.path(named, &weak, &mut opened) {
                let who = if named.who == Who::Itself { "" } else { " (a program it started)" };
                let more = weak.iter().map(|weak| format!("{} of {:?}", weak.path, weak.uid)).collect::<Vec<_>>();
                self.faults.insert(format!("{command}{who}: {}: {fault} {more:?}\n    {}", named.path, named.line));
            }
        }
        for started in &trace.started {
            if let Err(fault) = rule.program(started) {
                self.faults.insert(format!("{command}: {fault}: {started:?}"));
            }
        }
    }

    #[track_caller]
    fn end(self) {
        let faults = Vec::from_iter(self.faults);
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    }
}

const INSTALL: &str = concat!("/root/n1.run install --yes --wait 60 ", signer!());

const HOST: &str = "/usr/local/sbin/etcdpack-host";

/// A whole life on a host; `running` looks at its service manager meanwhile.
fn live(mut host: Watched, running: impl FnOnce(&mut Watched)) {
    let (before, open_to_all) = (Ways::of(&host.lab, "n1"), host.writable("nobody"));
    host.run(concat!("/root/n1.run plan ", signer!())).ok();
    host.run(INSTALL).ok();
    host.walk(&before, &open_to_all);
    host.run(INSTALL).ok();
    host.run(&format!("{HOST} status")).ok();
    host.run(&format!("{HOST} report -o report.html")).ok();
    host.run(&format!("{HOST} verify n1.run")).ok();
    host.run(&format!("{HOST} plan n1.run")).ok();
    running(&mut host);
    host.run(&format!("{HOST} uninstall --yes")).ok();
    host.run(INSTALL).ok();
    host.run(&format!("{HOST} status")).ok();
    // What a broken-into etcd could leave in its data.
    let plant = "cd /data/etcd/etcd-server && ln -s /etc link && mkfifo pipe && mkdir -p a/b/c && ln -s ../.. a/b/up";
    host.lab.sh("n1", &format!("setpriv --reuid etcd --regid etcd --clear-groups sh -ec '{plant}'")).ok();
    host.run(concat!("/root/n1.run plan ", signer!())).ok();
    host.run(&format!("{HOST} uninstall --purge --yes")).ok();
    host.lab.sh("n1", "! test -e /data && test -d /etc").ok();
    host.end();
}

impl Watched {
    /// Everything that an install made, and the way to it, is root's alone, but for etcd's data and its key; and
    /// etcd's user, tried as that user, can write there and wherever anybody can.
    fn walk(&mut self, before: &Ways, open_to_all: &BTreeSet<String>) {
        let etcds = |path: &str| {
            path.starts_with("/data/etcd/etcd-server")
                || path.starts_with("/wal/etcd")
                || (path.starts_with("/opt/etcd-certs/") && path.ends_with("/etcd-peer-key.pem"))
        };
        let systems =
            ["/run/", "/var/log/journal", "/var/lib/systemd/", "/var/log/lastlog", "/tmp", "/var/tmp", "/dev/"];
        let after = Ways::of(&self.lab, "n1");
        let made: Vec<&str> = after
            .new_since(before)
            .filter(|path| !etcds(path) && !systems.iter().any(|system| path.starts_with(system)))
            .collect();
        assert!(made.contains(&"/usr/local/sbin/etcdpack-host"), "{made:?}");
        for path in made {
            let weak = after.weak(path, true);
            if !weak.is_empty() {
                self.faults.insert(format!("installed: {path}: others can change it: {weak:?}"));
            }
        }
        let writable = self.writable("etcd");
        assert!(writable.iter().any(|path| etcds(path)), "etcd cannot write its data: {writable:?}");
        for path in writable.difference(open_to_all).filter(|path| !etcds(path)) {
            self.faults.insert(format!("installed: {path}: etcd's user can write it"));
        }
    }

    /// What a user can write, tried as that user.
    fn writable(&self, user: &str) -> BTreeSet<String> {
        let find = "find / \\( -path /proc -o -path /sys \\) -prune -o ! -type l -writable -print 2>/dev/null";
        let line = format!("cd / && setpriv --reuid {user} --regid $(id -g {user}) --clear-groups {find}; true");
        self.lab.sh("n1", &line).ok().lines().map(str::to_owned).collect()
    }

    /// What a person starts, who happens to be in somebody else's directory.
    fn supervisorctl(&mut self) {
        let before = Ways::of(&self.lab, "n1");
        let (said, trace) = Trace::of(&self.lab, "n1", HOME, &["/usr/local/bin/supervisorctl", "status"]);
        assert!(said.out.starts_with("n1 "), "{said:?}");
        self.look("supervisorctl", &trace.by_a_program(), &before);
    }

    /// What supervisord does as root while it starts etcd again, opens its logs again, and reads its configuration.
    fn supervisord(&mut self, conf: &str) {
        let before = Ways::of(&self.lab, "n1");
        let pid = self.lab.pid_outside("n1", &self.lab.sh("n1", "cat /run/supervisord.pid").ok());
        let line = format!(
            "pkill -9 -x etcd; sleep 2; kill -USR2 $(cat /run/supervisord.pid); sleep 1; \
             cd /; $(command -v supervisorctl) -c {conf} reload && sleep 4"
        );
        let (said, trace) = Trace::attached(&self.lab, "n1", &pid, &line);
        said.ok();
        let logs = trace.named.iter().filter(|named| named.path.ends_with("/etcd.stdout.log")).count();
        assert!(logs >= 3, "supervisord opened etcd's log {logs} times: {:?}", trace.named);
        self.look("supervisord", &trace.by_a_program(), &before);
    }

    /// What systemd and the child that becomes etcd do as root with our files while etcd is started.
    fn systemd(&mut self) {
        let before = Ways::of(&self.lab, "n1");
        let restart =
            "touch /etc/systemd/system/etcd-server.service && systemctl daemon-reload && systemctl restart etcd-server";
        let (said, mut trace) = Trace::attached(&self.lab, "n1", &self.lab.pid("n1"), restart);
        said.ok();
        let ours = ["/opt", "/data", "/usr/local", "/etc/systemd/system/etcd-server"];
        trace.named.retain(|named| ours.iter().any(|above| named.path.starts_with(above)));
        trace.started.clear();
        assert!(trace.named.iter().any(|named| named.path.ends_with("etcd-server.service")), "{:?}", trace.named);
        self.look("systemd", &trace.by_a_program(), &before);
    }

    /// Snapshots that it takes by itself, and again none.
    fn by_itself(&mut self) {
        let text = fs::read_to_string(self.site.path("cluster.toml")).unwrap();
        for section in ["\n[backup]\nevery = \"31d\"\n", ""] {
            fs::write(self.site.path("cluster.toml"), format!("{text}{section}")).unwrap();
            self.site.build(&self.tarball);
            self.lab.put(&self.site.bundle("n1"), "n1");
            if !section.is_empty() {
                self.run(INSTALL).ok();
                self.lab.sh("n1", "systemctl stop etcd-server-snapshot.timer").ok();
                self.lab.until("n1", "! systemctl is-active etcd-server-snapshot.service");
                self.run(&format!("{HOST} snapshot --timed")).ok();
                self.run(&format!("{HOST} snapshot list --verify /data/etcd/snapshots")).ok();
                self.run(&format!("{HOST} status")).ok();
                self.lab.sh("n1", "rm /data/etcd/snapshots/*").ok();
            }
        }
    }

    /// A bundle for a newer etcdpack, by this host's signer. The program in it is this one, which goes no further than its manifest.
    fn hand_over(&mut self) {
        let newer = self.site.path("newer.run");
        remake(&self.site.bundle("n1"), &newer, &[&format!("schema={}", SCHEMA + 1)]);
        self.lab.put(&newer, "n1");
        self.lab.sh("n1", &format!("mv /root/newer.run {HOME}/n1.run && chown {ALICE} {HOME}/n1.run")).ok();
        for words in ["plan n1.run --hand-over", "install n1.run --yes --hand-over"] {
            let before = Ways::of(&self.lab, "n1");
            let words: Vec<&str> = [HOST].into_iter().chain(words.split(' ')).collect();
            let (said, trace) = Trace::of(&self.lab, "n1", HOME, &words);
            said.refused(4, "schema");
            assert!(trace.started.iter().any(Started::is_hand_over), "{trace:?}");
            self.look(&format!("hand-over: {}", words[1]), &trace, &before);
        }
    }

    /// The request out, the certificate in; the key may be another than the one before.
    fn sign(&self, asked: Said) {
        let twelve = |line: &&str| line.split('-').count() == 12;
        let words = format!("n1={}", asked.err.lines().map(str::trim).find(twelve).expect("twelve words"));
        asked.ok();
        fs::write(self.site.path("n1.csr"), self.lab.sh("n1", "cat /home/alice/n1.csr").ok() + "\n").unwrap();
        let tarball = self.tarball.to_string_lossy();
        self.site.etcdpack(&["sign", "n1.csr", "--words", &words, "--new-key", "n1", "--release", &tarball]).ok();
        self.lab.put(&self.site.bundle("n1"), "n1");
    }
}

#[test]
fn under_this_hosts_supervisor() {
    live(Watched::new("twalksup", "supervisor", "wal-dir = \"/wal/etcd\"\n"), |host| {
        host.supervisord("/etc/supervisor/supervisord.conf");
    });
}

#[test]
fn under_a_supervisor_in_epels_layout() {
    live(Watched::new("twalkrhel", "rhel", ""), |host| host.supervisord("/etc/supervisord.conf"));
}

/// Of whatever Python the host has.
fn carried(variant: &str) {
    live(Watched::new(&format!("twalk{}", variant.replace('.', "")), variant, ""), |host| {
        host.supervisorctl();
        host.supervisord("/etc/supervisord.conf");
    });
}

#[test]
fn under_the_carried_supervisor() {
    carried("python");
}

#[test]
fn under_the_carried_supervisor_and_python_2_7() {
    carried("python2.7");
}

#[test]
#[ignore = "the oldest Python is tried on each push, the newest too: scripts/torture"]
fn under_the_carried_supervisor_and_python_3_6() {
    carried("python3.6");
}

#[test]
fn under_the_carried_supervisor_without_systemd() {
    carried("plain");
}

#[test]
fn under_systemd() {
    live(Watched::new("twalksys", "bare", ""), |host| {
        host.systemd();
        host.run(&format!("{HOST} snapshot -o etcd.db")).ok();
        host.lab.sh("n1", &format!("cd {HOME} && mv etcd.db saved.db && mv etcd.db.json saved.db.json")).ok();
        host.run(&format!("{HOST} snapshot verify saved.db")).ok();
        host.run(&format!("{HOST} drill saved.db")).ok();
        host.run(&format!("{HOST} restore saved.db n1.run --yes --wait 60")).ok();
        host.by_itself();
        host.hand_over();
    });
}

#[test]
fn in_a_tree_and_with_a_key_of_the_hosts_own() {
    let mut host = Watched::new("twalktree", "bare", "[pki]\nkeys = \"host-key\"\n");
    host.lab.sh("n1", "mkdir /srv/tree").ok();
    for tree in ["/srv/tree", ""] {
        host.tree = tree;
        let (root, wait) = if tree.is_empty() { ("", " --wait 60") } else { (" --root /srv/tree", "") };
        host.run(&format!("/root/n1.run csr -o n1.csr{root}")).ok();
        let said = host.run(&format!("/root/n1.run csr -o n1.csr{root}"));
        host.sign(said);
        let install = format!("/root/n1.run install --yes{wait}{root} {}", whole::SIGNER);
        host.run(&install).ok();
        host.run(&install).ok();
        host.run(&format!("/root/n1.run uninstall --yes{root}")).ok();
        let said = host.run(&format!("/root/n1.run csr -o n1.csr{root}"));
        host.sign(said);
        host.run(&install).ok();
        host.run(&format!("/root/n1.run uninstall --purge --yes{root}")).ok();
    }
    host.end();
}

#[test]
fn on_the_builders_machine() {
    let tables = Tables::read(&[]);
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.98.0.11")]));
    site.give_signing_key();
    let (here, cache) = (site.path(".").canonicalize().unwrap(), workspace().join("target/test-cache/etcdpack"));
    let mut faults = BTreeSet::new();
    for words in ["build", "build", "pki show", "pki client ops", "verify dist/n1.run", "inspect dist/n1.run"] {
        let mut args: Vec<&str> = words.split(' ').collect();
        let release = tarball.to_string_lossy();
        if args == ["build"] {
            args.extend(["--release", &release]);
        }
        let (said, trace) = Trace::here(&site.command(&args));
        said.ok();
        assert!(trace.named.len() > 2, "strace saw next to nothing of {words}: {trace:?}");
        let ways = Ways::here(trace.named.iter().map(|named| named.path.as_str()));
        for named in &trace.named {
            // What a word of the table stands for, and what follows; where that lies is the person's choice.
            let known = [("HERE", here.as_path()), ("CACHE", &cache), ("RELEASE", &tarball)];
            let known = known.iter().find(|(_, above)| Path::new(&named.path).starts_with(above));
            let path = match known {
                Some((word, above)) => named.path.replacen(&above.display().to_string(), word, 1),
                None => named.path.clone(),
            };
            let weak = ways.weak(&named.path, named.follows);
            let mut weak =
                weak.iter().filter(|weak| known.is_none_or(|(_, above)| Path::new(&weak.path).starts_with(above)));
            let fault = match tables.builder_row(&path) {
                None => "no row has it".to_owned(),
                Some(row) if !row.is_open && weak.next().is_some() => {
                    format!("others can change it: {:?}", ways.weak(&named.path, true))
                }
                Some(_) => continue,
            };
            faults.insert(format!("{words}: {path}: {fault}\n    {}", named.line));
        }
        faults.extend(trace.started.iter().map(|started| format!("{words}: it starts a program: {started:?}")));
    }
    assert!(faults.is_empty(), "{}", Vec::from_iter(faults).join("\n"));
}
