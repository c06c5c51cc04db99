//! The installer dies on a running host: with its children, or one child alone, under real systemd and supervisor, with
//! a real etcd. `sweep.rs` kills it at every call in a tree; here is what only a running host has.

use std::collections::BTreeSet;
use std::time::Instant;

use whole::form::{Form, figures, form};
use whole::{Lab, Said, signer};

const INSTALL: &str = concat!("/root/first.run install --yes --quiet ", signer!());
const REINSTALL: &str = concat!("/root/second.run install --yes --quiet ", signer!());
const PURGE: &str = "/root/first.run uninstall --purge --yes --quiet";

/// What a host looks like: a line a file, and some more.
type State = BTreeSet<String>;

/// One host with two bundles of one member, and what it looks like in either state.
struct Victim {
    lab: Lab,
    variant: &'static str,
    bare: State,
    installed: State,
}

impl Victim {
    fn new(name: &'static str, variant: &'static str, address: &str) -> Self {
        let lab = Lab::with_two_bundles(name, variant, address);
        let mut victim = Self { lab, variant, bare: State::new(), installed: State::new() };
        // The first time leaves what any first time leaves: account backups, a supervisor that has been asked.
        victim.sh(INSTALL).ok();
        victim.sh(PURGE).ok();
        victim.bare = victim.state();
        victim.sh(INSTALL).ok();
        victim.installed = victim.state();
        victim.sh(PURGE).ok();
        assert_eq!(victim.wrong(&victim.bare), [""; 0], "an undisturbed purge");
        victim
    }

    /// What it looks like with the second bundle over the first; it is bare afterwards.
    fn replaced(&self) -> State {
        self.sh(INSTALL).ok();
        self.sh(REINSTALL).ok();
        let replaced = self.state();
        self.sh(PURGE).ok();
        assert_eq!(self.wrong(&self.bare), [""; 0], "an undisturbed purge");
        replaced
    }

    fn sh(&self, line: &str) -> Said {
        self.lab.sh("n1", line)
    }

    /// Names, modes, owners, and the content of all that is not etcd's own data or a record with a time in it.
    fn state(&self) -> State {
        let mut lines: State = self.lab.disk("n1").into_iter().collect();
        lines.retain(|line| !line.contains("/data/etcd/etcd-server/"));
        // A killed useradd or userdel leaves its own locks and drafts, and the next one takes them over.
        let accounts = ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"];
        let of_theirs = accounts.map(|file| [format!(" /etc/{file}."), format!(" /etc/{file}+")]).concat();
        lines.retain(|line| !of_theirs.iter().any(|file| line.contains(file)));
        let sums = "find /opt /usr/local /etc/systemd /etc/supervisor* -type f -exec sha256sum {} + | sort -k2; \
                    grep -h ^etcd: /etc/passwd /etc/group /etc/shadow /etc/gshadow; systemctl is-enabled etcd-server";
        lines.extend(self.sh(sums).out.lines().map(str::to_owned));
        lines
    }

    /// How the host differs from a state that it should be in.
    fn wrong(&self, wanted: &State) -> Vec<String> {
        let now = self.state();
        let missing = wanted.difference(&now).map(|line| format!("missing: {line}"));
        let more = now.difference(wanted).map(|line| format!("too much: {line}"));
        missing.chain(more).collect()
    }

    /// The member serves, and is one.
    fn serves(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let said =
            self.sh("for n in $(seq 20); do etcdpack-host status >/dev/null 2>&1 && exit 0; sleep 0.5; done; exit 7");
        if said.code != 0 {
            wrong.push(format!("not healthy: {:?}", self.sh("etcdpack-host status")));
        }
        let etcds = self.lab.etcds("n1").len();
        if etcds != 1 {
            wrong.push(format!("{etcds} etcds run"));
        }
        wrong
    }

    /// Runs a command in a scope of its own, and beside it what is to harm it.
    fn harmed(&self, command: &str, harm: &str) -> Said {
        self.lab.guest("n1", "harmed.sh", &[command, harm])
    }

    /// Puts a script in the place of a program.
    #[track_caller]
    fn wrap(&self, program: &str, script: &str) {
        self.lab.guest("n1", "wrap.sh", &[program, script]).ok();
    }

    #[track_caller]
    fn unwrap(&self, program: &str) {
        self.lab.guest("n1", "unwrap.sh", &[program]).ok();
    }

    /// The command again ends where an undisturbed one ends.
    fn converges(&self, command: &str, wanted: &State) -> Vec<String> {
        let said = self.sh(command);
        let mut wrong = Vec::new();
        if said.code != 0 && !(command == PURGE && said.found_nothing()) {
            wrong.push(format!("the same command again: {said:?}"));
        }
        if command != PURGE {
            wrong.extend(self.serves());
        }
        if command == REINSTALL
            && self.sh("tr '\\0' ' ' </proc/$(pgrep -x etcd)/cmdline | grep -q 4294967296").code != 0
        {
            wrong.push("etcd runs on by the old script".to_owned());
        }
        wrong.extend(self.wrong(wanted));
        wrong
    }

    /// How many moments of one command are tried. Each question to a supervisor starts a Python: fewer in the short form.
    fn moments(&self) -> u8 {
        match (form(), self.variant) {
            (Form::Short, "supervisor") => 2,
            (Form::Short, _) => 3,
            _ => 40,
        }
    }

    /// Kills the whole tree of processes at evenly spread moments.
    fn killed(&self, name: &str, prepare: &[&str], command: &str, wanted: &State, most: f64) -> Vec<String> {
        let (began, points) = (Instant::now(), self.moments());
        let mut all = Vec::new();
        for point in 0..points {
            let delay = most * f64::from(point) / f64::from(points) + 0.02;
            for line in prepare {
                self.sh(line).ok();
            }
            self.harmed(command, &format!("sleep {delay:.2}; systemctl kill --signal=KILL victim.scope"));
            let mut wrong = Vec::new();
            if command == REINSTALL {
                // It was running, and nobody has told it to stop for good.
                wrong.extend(self.serves());
            }
            wrong.extend(self.converges(command, wanted));
            if command != PURGE {
                wrong.extend(self.converges(PURGE, &self.bare));
            }
            all.extend(wrong.iter().map(|text| format!("{} {name} killed after {delay:.2} s: {text}", self.variant)));
        }
        figures("crash", &format!("{}-{name}", self.variant), points.into(), all.len(), began);
        all
    }

    /// What is wrong after an install that lived to say how it ended: all in place or all undone, and good to go on from.
    fn ended(&self, said: &Said) -> Vec<String> {
        let mut wrong = match said.code {
            0 => self.wrong(&self.installed),
            // Before it looks at the host, a signal ends it as it ends any program: the shell's number, and nothing was begun.
            5 | 143 | 130 | 129 => self.wrong(&self.bare),
            _ => vec![format!("{said:?}")],
        };
        wrong.extend(self.converges(INSTALL, &self.installed));
        wrong.extend(self.converges(PURGE, &self.bare));
        wrong
    }

    /// Kills one child as soon as it is there: the installer lives, and must undo or go on.
    fn orphaned(&self, children: &[&str]) -> Vec<String> {
        let (began, mut all) = (Instant::now(), Vec::new());
        for child in children {
            let hunt = format!("for n in $(seq 4000); do pkill -KILL -x {child} && break; done");
            let said = self.harmed(INSTALL, &hunt);
            let wrong = self.ended(&said);
            all.extend(
                wrong.iter().map(|text| format!("{} `{child}` killed (exit {}): {text}", self.variant, said.code)),
            );
        }
        figures("crash", &format!("{}-child", self.variant), children.len(), all.len(), began);
        all
    }

    /// Asks it to stop at some moments.
    fn told(&self, signals: &[&str]) -> Vec<String> {
        let (began, mut all) = (Instant::now(), Vec::new());
        let signals = &signals[..signals.len().min(self.moments().into())];
        for (at, signal) in signals.iter().enumerate() {
            let delay = 0.2 + 0.5 * f64::from(u32::try_from(at).unwrap());
            let harm = format!("sleep {delay:.1}; pkill -{signal} -x first.run");
            let said = self.harmed(INSTALL, &harm);
            let wrong = self.ended(&said);
            all.extend(wrong.iter().map(|text| format!("{} SIG{signal} (exit {}): {text}", self.variant, said.code)));
        }
        figures("crash", &format!("{}-signal", self.variant), signals.len(), all.len(), began);
        all
    }

    /// Kills the whole tree of an install's processes.
    fn install(&self) -> Vec<String> {
        self.killed("install", &[], INSTALL, &self.installed, 3.0)
    }

    fn reinstall(&self) -> Vec<String> {
        self.killed("reinstall", &[INSTALL], REINSTALL, &self.replaced(), 3.0)
    }

    /// Kills the whole tree of an uninstall's processes; then asks installs to stop.
    fn uninstall_and_signals(&self) -> Vec<String> {
        let mut wrong = self.killed("uninstall", &[INSTALL], PURGE, &self.bare, 1.0);
        wrong.extend(self.told(&["TERM", "INT", "HUP"]));
        wrong
    }
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn under_systemd_a_killed_install_converges() {
    let victim = Victim::new("tcrashsys0", "bare", "10.91.0.11");
    none(&victim.install());
}

#[test]
fn under_systemd_a_killed_reinstall_converges() {
    let victim = Victim::new("tcrashsys1", "bare", "10.91.1.11");
    none(&victim.reinstall());
}

#[test]
fn under_systemd_a_killed_uninstall_and_a_stopped_install_converge() {
    let victim = Victim::new("tcrashsys2", "bare", "10.91.2.11");
    none(&victim.uninstall_and_signals());
}

#[test]
fn under_systemd_an_install_with_a_killed_child_converges() {
    let victim = Victim::new("tcrashsys3", "bare", "10.91.3.11");
    none(&victim.orphaned(&["groupadd", "useradd", "systemctl"]));
}

#[test]
fn under_the_hosts_supervisor_a_killed_install_converges() {
    let victim = Victim::new("tcrashsup0", "supervisor", "10.92.0.11");
    none(&victim.install());
}

#[test]
fn under_the_hosts_supervisor_a_killed_reinstall_converges() {
    let victim = Victim::new("tcrashsup1", "supervisor", "10.92.1.11");
    none(&victim.reinstall());
}

#[test]
fn under_the_hosts_supervisor_a_killed_uninstall_and_a_stopped_install_converge() {
    let victim = Victim::new("tcrashsup2", "supervisor", "10.92.2.11");
    none(&victim.uninstall_and_signals());
}

#[test]
fn under_the_hosts_supervisor_an_install_with_a_killed_child_converges() {
    let victim = Victim::new("tcrashsup3", "supervisor", "10.92.3.11");
    none(&victim.orphaned(&["useradd", "supervisorctl"]));
}

#[test]
fn the_power_may_go_in_the_middle() {
    let victim = Victim::new("tcrashpow", "bare", "10.93.0.11");
    for delay in ["0.1", "0.4", "1.5"] {
        let line = format!("setsid {INSTALL} >/dev/null 2>&1 </dev/null & sleep {delay}");
        victim.sh(&line);
        victim.lab.crash("n1");
        victim.lab.boot("n1");
        victim.lab.until("n1", "ip -o addr | grep -q 10.93.0.11");
        let mut wrong = victim.converges(INSTALL, &victim.installed);
        wrong.extend(victim.converges(PURGE, &victim.bare));
        assert_eq!(wrong, [""; 0], "power off after {delay} s");
    }
}

#[test]
fn a_step_that_was_killed_is_made_up_for() {
    let victim = Victim::new("tcrashuser", "bare", "10.94.0.11");
    // userdel takes the group of its user's name along, where login.defs says so, as Debian's does. useradd has done its
    // work, and the installer dies before it has heard of it.
    victim.wrap("/usr/sbin/useradd", "/usr/sbin/useradd.aside \"$@\"; kill -KILL $PPID");
    assert_ne!(victim.sh(INSTALL).code, 0, "it was to be killed");
    victim.unwrap("/usr/sbin/useradd");
    victim.sh("getent passwd etcd").ok();
    let mut wrong = victim.converges(INSTALL, &victim.installed);
    wrong.extend(victim.converges(PURGE, &victim.bare));
    // The group was there before us, with an id of its own.
    victim.sh("groupadd --system --gid 450 etcd").ok();
    let before = victim.state();
    victim.sh(INSTALL).ok();
    assert_eq!(victim.sh("id -g etcd").ok(), "450");
    victim.sh(PURGE).ok();
    wrong.extend(victim.wrong(&before));
    victim.sh("groupdel etcd").ok();
    // userdel writes passwd, shadow, group and gshadow one after the other, and dies after the first or the third.
    for kept in ["shadow group gshadow", "gshadow"] {
        victim.sh(INSTALL).ok();
        victim.wrap(
            "/usr/sbin/userdel",
            &format!("cd /etc; cp -a {kept} /root\n/usr/sbin/userdel.aside \"$@\"\ncd /root; cp -a {kept} /etc; kill -KILL $PPID"),
        );
        assert_ne!(victim.sh(PURGE).code, 0, "it was to be killed");
        victim.unwrap("/usr/sbin/userdel");
        victim.sh("! getent passwd etcd && grep -q ^etcd: /etc/gshadow").ok();
        wrong.extend(victim.converges(PURGE, &victim.bare));
    }
    // The files of another bundle are in their places, and the restart does not come.
    let replaced = victim.replaced();
    victim.sh(INSTALL).ok();
    victim.wrap(
        "/usr/bin/systemctl",
        "case \"$*\" in *restart*) kill -KILL $PPID;; esac\nexec /usr/bin/systemctl.aside \"$@\"",
    );
    assert_ne!(victim.sh(REINSTALL).code, 0, "it was to be killed");
    victim.unwrap("/usr/bin/systemctl");
    wrong.extend(victim.converges(REINSTALL, &replaced));
    wrong.extend(victim.converges(PURGE, &victim.bare));
    assert_eq!(wrong, [""; 0]);
}
