//! Real hosts, driven by the lab's own commands.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use payload::digest::Digest;

use crate::{Site, answered, cluster, plain_keys, release, run, workspace};

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// This command must have succeeded; its standard output without the last newline.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out.trim_end().to_owned()
    }

    /// Whether this was an uninstall where an earlier one had come to its end: nothing was left to do.
    pub fn found_nothing(&self) -> bool {
        self.code == 3 && self.err.contains("installed nothing")
    }

    /// This command must have ended so, with these words on standard error and a help line.
    #[track_caller]
    pub fn refused(self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(words), "no `{words}` in {self:?}");
        assert!(self.err.contains("help: "), "no help in {self:?}");
    }
}

/// Some hosts on one switch; they go when this does.
pub struct Lab {
    name: String,
}

impl Lab {
    /// Boots `hosts`, each written `NAME=IP` or `NAME=IP:VARIANT`.
    /// The lab is named after `name` and the checkout, so that two checkouts do not take each other's hosts down.
    pub fn up(name: &str, variant: &str, hosts: &[&str]) -> Self {
        let checkout = Digest::of(workspace().as_os_str().as_encoded_bytes()).to_string();
        let lab = Self { name: format!("{name}{}", &checkout[..4]) };
        lab.lab(&["down"]).ok();
        let mut args = vec!["up", "--variant", variant];
        args.extend(hosts);
        lab.lab(&args).ok();
        lab
    }

    /// One host, `n1`, with two bundles of one member in root's home: `first.run`, and `second.run` with another pair and for
    /// another quota.
    pub fn with_two_bundles(name: &str, variant: &str, address: &str) -> Self {
        Self::with_two_bundles_of(name, variant, address, "")
    }

    /// The same, with more sections in the cluster file.
    pub fn with_two_bundles_of(name: &str, variant: &str, address: &str, sections: &str) -> Self {
        let tarball = release("3.5.1", "amd64");
        let cluster = cluster("3.5.1", &tarball, &[("n1", address)]) + sections;
        let site = Site::new(&cluster);
        let lab = Self::up(name, variant, &[&format!("n1={address}")]);
        for (file, more) in [("first.run", ""), ("second.run", "[etcd]\nquota-backend-bytes = 4294967296\n")] {
            fs::write(site.path("cluster.toml"), plain_keys(&format!("{cluster}{more}"))).expect("the cluster file");
            drop(fs::remove_dir_all(site.path("pki/hosts/n1")));
            site.build(&tarball);
            fs::rename(site.bundle("n1"), site.path(file)).expect("a bundle");
            lab.put(&site.path(file), "n1");
        }
        lab
    }

    fn lab(&self, args: &[&str]) -> Said {
        run(Command::new(workspace().join("tests/lab/lab")).args(args).env("ETCDPACK_LAB", &self.name))
    }

    /// The lab's command for this lab, as the first words of a shell line.
    pub fn shell_command(&self) -> String {
        format!("ETCDPACK_LAB={} {}", self.name, workspace().join("tests/lab/lab").display())
    }

    /// Carries a file to root's home by real scp.
    pub fn scp(&self, file: &Path, host: &str) {
        self.lab(&["scp", &file.to_string_lossy(), &format!("{host}:/root/")]).ok();
    }

    /// Puts a file into root's home through the host's disk, for hosts without sshd.
    pub fn put(&self, file: &Path, host: &str) {
        let name = file.file_name().expect("a name").to_string_lossy();
        self.lab(&["put", &file.to_string_lossy(), &format!("{host}:/root/{name}")]).ok();
    }

    /// Runs a shell line by real ssh.
    pub fn ssh(&self, host: &str, line: &str) -> Said {
        self.lab(&["ssh", host, line])
    }

    /// Runs a shell line in the host without ssh.
    pub fn sh(&self, host: &str, line: &str) -> Said {
        self.lab(&["run", host, "/bin/sh", "-c", line])
    }

    /// Runs a shell line in the host at a terminal, answered as [`answered`] does it; the lines of `meanwhile` are for a shell out here.
    pub fn answered(&self, host: &str, line: &str, (question, answer): (&str, &str), meanwhile: &str) -> Said {
        let mut command = answered(question, answer, meanwhile);
        command.arg(workspace().join("tests/lab/lab")).args(["run", host, "/bin/sh", "-c", line]);
        run(command.env("ETCDPACK_LAB", &self.name))
    }

    /// Runs `guest/SCRIPT` in the host with these arguments.
    pub fn guest(&self, host: &str, script: &str, args: &[&str]) -> Said {
        let text = fs::read_to_string(workspace().join("tests/lab/guest").join(script)).expect("a script for hosts");
        self.lab(&[&["run", host, "/bin/sh", "-c", &text, script], args].concat())
    }

    /// A program in the host, as root, in root's home: to be run, or watched, from out here.
    pub fn command(&self, host: &str, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", self.pid(host).trim(), "-a", "--", "/usr/bin/env", "-i", "-C", "/root", "HOME=/root"]);
        command.arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").args(words);
        command
    }

    /// Where the host's disk is, out here.
    pub fn root(&self, host: &str) -> String {
        self.lab(&["root", host]).ok()
    }

    /// Power off as it should be.
    pub fn stop(&self, host: &str) {
        self.lab(&["stop", host]).ok();
    }

    /// Power off without a warning.
    pub fn crash(&self, host: &str) {
        self.lab(&["crash", host]).ok();
    }

    pub fn boot(&self, host: &str) {
        self.lab(&["boot", host]).ok();
    }

    /// Pulls the network cable.
    pub fn cut(&self, host: &str) {
        self.lab(&["cut", host]).ok();
    }

    pub fn mend(&self, host: &str) {
        self.lab(&["mend", host]).ok();
    }

    /// Waits until a shell line succeeds; it must within a minute.
    #[track_caller]
    pub fn until(&self, host: &str, line: &str) {
        self.answer(host, line);
    }

    /// Likewise; what it says then, without the last newline.
    #[track_caller]
    pub fn answer(&self, host: &str, line: &str) -> String {
        let end = Instant::now() + Duration::from_mins(1);
        loop {
            let said = self.sh(host, line);
            if said.code == 0 {
                return said.ok();
            }
            assert!(Instant::now() < end, "`{line}` on {host} did not succeed within a minute: {said:?}");
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// Runs a program of this machine's in the network of the host.
    pub fn outside(&self, host: &str, command: &[&str]) -> Said {
        let network = format!("--net=/proc/{}/ns/net", self.pid(host).trim());
        run(Command::new("nsenter").arg(network).arg("--").args(command))
    }

    /// Its first process, by its number out here.
    pub fn pid(&self, host: &str) -> String {
        self.lab(&["pid", host]).ok()
    }

    /// The number out here of what has the number `pid` in the host.
    pub fn pid_outside(&self, host: &str, pid: &str) -> String {
        let space = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let hosts = space(&self.pid(host));
        let numbers =
            fs::read_dir("/proc").expect("/proc").flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let is_it = |outside: &String| {
            let status = fs::read_to_string(format!("/proc/{outside}/status")).unwrap_or_default();
            let inside = status.lines().find_map(|line| line.strip_prefix("NSpid:")?.split_whitespace().last());
            inside == Some(pid.trim()) && space(outside) == hosts
        };
        numbers.into_iter().find(is_it).unwrap_or_else(|| panic!("{host} has no process {pid}"))
    }

    /// The process ids of etcd.
    pub fn etcds(&self, host: &str) -> Vec<String> {
        self.sh(host, "pgrep -x etcd").out.split_whitespace().map(str::to_owned).collect()
    }

    /// Every file, link and directory on the host's disk with mode, owner, size and target, but for what a running
    /// system writes by itself: journals, login records, account backups, and what only time changes.
    pub fn disk(&self, host: &str) -> Vec<String> {
        let find = "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev \
                    -o -path /var/log -o -path /var/tmp -o -path /var/lib/systemd -o -path /root \
                    -o -name '*-' -o -name __pycache__ -o -name .updated -o -name .pwd.lock \\) -prune \
                    -o -printf '%y %m %U:%G %p %l\\n'";
        let mut lines: Vec<String> = self.sh(host, find).ok().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Names, times and sums of everything that an install touches. By cksum, in a tenth of the time of sha256sum: what changes by
    /// accident does not keep its sum.
    pub fn installed(&self, host: &str) -> String {
        self.sh(
            host,
            "find /opt /usr/local /etc /var/lib/etcdpack -printf '%y %m %U:%G %T@ %p %l\\n' | sort; \
             find /opt /usr/local /etc /var/lib/etcdpack -type f -exec cksum {} + | sort",
        )
        .ok()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let said = self.lab(&["down"]);
        if said.code != 0 {
            eprintln!("taking the lab `{}` down: {}", self.name, said.err);
        }
    }
}
