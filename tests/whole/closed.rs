//! Places that are closed to root: read-only, full, immutable, not there, or no directory. The rule: `plan` refuses and names
//! the place, or `install` succeeds; likewise `uninstall --dry-run` and `uninstall`.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;
use whole::form::{Form, figures, form};
use whole::{Lab, SIGNER, Said, Site, cluster, release};

/// What can be wrong with a directory, and with a file.
const OF_DIRS: [&str; 6] = ["read-only", "full", "immutable", "append-only", "missing", "file"];
const OF_FILES: [&str; 3] = ["read-only", "immutable", "append-only"];

/// No host is one without these, or with a file in their place.
const OF_EVERY_HOST: [&str; 5] = ["/etc", "/run", "/usr", "/var", "/etc/systemd"];

/// A host under one service manager, and what an install by its bundle writes to.
struct Host {
    lab: Lab,
    manager: &'static str,
    failures: Vec<String>,
    tried: usize,
}

impl Host {
    fn up(name: &str, manager: &'static str, address: &str) -> Self {
        let tarball = release("3.5.1", "amd64");
        let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", address)]));
        site.build(&tarball);
        let lab = Lab::up(name, "supervisor", &[&format!("n1={address}")]);
        lab.put(&site.bundle("n1"), "n1");
        Self { lab, manager, failures: Vec::new(), tried: 0 }
    }

    fn sh(&self, line: &str) -> Said {
        self.lab.sh("n1", line)
    }

    fn bundle(&self, command: &str) -> Said {
        let manager = if command.starts_with("uninstall") { "" } else { self.manager };
        let signer = if command.starts_with("uninstall") { "" } else { SIGNER };
        let service = if manager.is_empty() { String::new() } else { format!("--service {manager}") };
        self.sh(&format!("/root/n1.run {command} {service} {signer}"))
    }

    /// What the steps write, the directories above, and what every run needs beside: by the plan of a fresh host.
    fn places(&self) -> BTreeSet<String> {
        let plan = self.bundle("plan --json");
        let plan: Value = serde_json::from_str(&plan.out).unwrap_or_else(|_| panic!("{plan:?}"));
        let steps = plan["steps"].as_array().expect("steps");
        let mut places: BTreeSet<String> =
            ["/run", "/var/lib", "/etc/systemd/system/multi-user.target.wants"].map(str::to_owned).into();
        for step in steps {
            let path = step["path"].as_str().or_else(|| step["dir"].as_str());
            if let Some(path) = path {
                let above = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|above| !above.is_empty());
                places.extend(above.chain([path]).map(str::to_owned));
            }
            if step["step"] == "user" {
                places.extend(["passwd", "group", "shadow", "gshadow"].map(|file| format!("/etc/{file}")));
            }
        }
        places
    }

    /// Every place that is there, with each thing that can be wrong with it; in the short form each place with some.
    fn cases(&self, places: &BTreeSet<String>) -> Vec<(String, &'static str)> {
        let list: Vec<&str> = places.iter().map(String::as_str).collect();
        // Links are their directory's concern.
        let look = "for place in \"$@\"; do [ -L $place ] || stat -c '%F %n' $place 2>/dev/null; done; true";
        let seen = self.sh(&format!("set -- {}; {look}", list.join(" "))).ok();
        let seen: Vec<(bool, &str)> =
            seen.lines().filter_map(|line| Some((line.starts_with("dir"), line.rsplit_once(' ')?.1))).collect();
        let mut cases = Vec::new();
        for (n, (is_dir, place)) in seen.iter().copied().enumerate() {
            let kinds: &[&'static str] = if is_dir { &OF_DIRS } else { &OF_FILES };
            for (m, kind) in kinds.iter().enumerate() {
                let is_gone = matches!(*kind, "missing" | "file");
                let is_every_hosts = OF_EVERY_HOST.contains(&place);
                // To fill it, what it holds is copied into memory.
                let is_large = *kind == "full" && place == "/usr";
                if (is_gone && is_every_hosts) || is_large {
                    continue;
                }
                if form() != Form::Short || (n + m) % 5 == 0 {
                    cases.push((place.to_owned(), *kind));
                }
            }
        }
        cases
    }

    fn close(&self, place: &str, kind: &str) -> Said {
        self.lab.guest("n1", "close.sh", &["close", kind, place])
    }

    fn open(&self, place: &str, kind: &str) {
        self.lab.guest("n1", "close.sh", &["open", kind, place]).ok();
    }

    /// `asked` is refused by name, or `done` succeeds: what is wrong otherwise. Returns whether it was done.
    fn agree(&mut self, (place, kind): (&str, &str), asked: &str, done: &str) -> bool {
        self.tried += 1;
        let (asked, done) = (self.bundle(asked), self.bundle(done));
        let names = |said: &Said| format!("{}{}", said.out, said.err).contains(place);
        let wrong = match (asked.code, done.code) {
            (0, 0) => None,
            (3, 3) if names(&asked) && names(&done) && done.err.contains("help: ") => None,
            _ => Some(format!("{kind} {place}: asked {asked:?}\ndone {done:?}")),
        };
        if let Some(wrong) = wrong {
            println!("{wrong}");
            self.failures.push(wrong);
        }
        done.code == 0
    }

    /// On a disk of its own for all that an install brings, with ever more inodes.
    fn short_of_inodes(&mut self) {
        let on_it = "/opt /data /var/lib /usr/local";
        let mount = format!(
            "mkdir -p /srv/few /data && mount -t tmpfs -o size=700m none /srv/few && for dir in {on_it}; do \
                             mkdir -p /srv/few$dir && cp -a $dir/. /srv/few$dir && mount --bind /srv/few$dir $dir; done"
        );
        self.sh(&mount).ok();
        let (mut refused, mut is_done) = (0, false);
        for free in (0..400).step_by(if form() == Form::Short { 13 } else { 1 }) {
            let used = "$(df --output=iused /srv/few | tail -n 1)";
            self.sh(&format!("mount -o remount,nr_inodes=$(({used} + {free})) /srv/few")).ok();
            let (asked, done) = ("plan", "install --yes --quiet");
            is_done = self.agree(("inodes", &format!("{free}")), asked, done);
            if is_done {
                self.sh("mount -o remount,nr_inodes=0 /srv/few").ok();
                self.bundle(PURGE).ok();
                break;
            }
            refused += 1;
        }
        assert!(is_done && refused > 2, "{refused}");
        self.sh(&format!("for dir in {on_it}; do umount -l $dir; done; umount -l /srv/few; rmdir /data")).ok();
    }

    fn end(self, what: &str, began: Instant) {
        figures("closed", &format!("{what} {}", self.manager), self.tried, self.failures.len(), began);
        assert!(self.tried > 8, "only {} places", self.tried);
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n\n"));
    }
}

const PURGE: &str = "uninstall --purge --yes --quiet";

fn installs(name: &str, manager: &'static str, address: &str) {
    let began = Instant::now();
    let mut host = Host::up(name, manager, address);
    let places = host.places();
    for (place, kind) in host.cases(&places) {
        host.close(&place, kind).ok();
        let is_installed = host.agree((&place, kind), "plan", "install --yes --quiet");
        if !is_installed && host.sh("test -e /var/lib/etcdpack").code == 0 {
            host.failures.push(format!("{kind} {place}: something is left"));
        }
        if is_installed {
            // What lay there before comes back when ours has gone, where that can go meanwhile.
            host.bundle(PURGE);
        }
        host.open(&place, kind);
        if is_installed {
            host.bundle(PURGE);
        }
    }
    host.short_of_inodes();
    host.end("installs", began);
}

fn uninstalls(name: &str, manager: &'static str, address: &str) {
    let began = Instant::now();
    let mut host = Host::up(name, manager, address);
    let places = host.places();
    host.bundle("install --yes --quiet").ok();
    for (place, kind) in host.cases(&places) {
        // Where something is not there that an install has made, there is less to do.
        if matches!(kind, "missing" | "file") {
            continue;
        }
        host.close(&place, kind).ok();
        let is_gone = host.agree((&place, kind), "uninstall --purge --dry-run", PURGE);
        host.open(&place, kind);
        if is_gone {
            host.bundle("install --yes --quiet").ok();
        }
    }
    host.bundle(PURGE).ok();
    host.end("uninstalls", began);
}

#[test]
fn under_systemd_plan_says_no_or_install_succeeds() {
    installs("tclosed1", "systemd", "10.87.1.11");
}

#[test]
fn under_supervisor_plan_says_no_or_install_succeeds() {
    installs("tclosed2", "supervisor", "10.87.2.11");
}

#[test]
fn under_systemd_a_dry_run_says_no_or_uninstall_succeeds() {
    uninstalls("tclosed3", "systemd", "10.87.3.11");
}

#[test]
fn under_supervisor_a_dry_run_says_no_or_uninstall_succeeds() {
    uninstalls("tclosed4", "supervisor", "10.87.4.11");
}
