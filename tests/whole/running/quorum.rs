//! etcd is stopped on a member of a cluster that serves: by a bundle that needs a restart, and by an uninstall. Not where the others
//! would be too few, unless that is said; and where they are too few anyhow, freely.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use whole::ground::{self, Ground, Keeper};
use whole::strace::{self, Fault};
use whole::{Lab, SIGNER, Said, Site, cluster, plain_keys, run};

pub(super) const STATUS: &str = "/usr/local/sbin/etcdpack-host status";
pub(super) const WORD: &str = "--although-quorum-at-risk";

/// Bundles of all hosts in root's home: `n1.run`, and `n1-2.run` and so on with another quota, which takes a restart.
pub(super) fn carried(lab: &Lab, ground: Ground, hosts: &[(&str, &str)], more: &str, quotas: usize) {
    let tarball = ground.tarball();
    let text = cluster(ground.version, &tarball, hosts) + more;
    let site = Site::new(&text);
    for n in 1..=quotas {
        let quota = format!("[etcd]\nquota-backend-bytes = {}\n", (n as u64) << 30);
        fs::write(site.path("cluster.toml"), plain_keys(&format!("{text}{quota}"))).expect("the cluster file");
        site.build(&tarball);
        for (host, _) in hosts {
            let name = if n == 1 { format!("{host}.run") } else { format!("{host}-{n}.run") };
            let place: PathBuf = site.path(&name);
            fs::rename(site.bundle(host), &place).expect("a bundle");
            lab.put(&place, host);
        }
    }
}

pub(super) fn up(name: &str, ground: Ground, hosts: &[(&str, &str)]) -> Lab {
    let hosts: Vec<String> = hosts.iter().map(|(name, at)| format!("{name}={at}")).collect();
    ground.up(name, &hosts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What must be the same where nothing was changed.
fn state(lab: &Lab, host: &str) -> (String, Vec<String>) {
    (lab.installed(host), lab.etcds(host))
}

/// Refused with this code and these words, and nothing is another than before.
#[track_caller]
pub(super) fn stays(lab: &Lab, host: &str, line: &str, words: &[&str]) -> Said {
    let before = state(lab, host);
    let said = lab.sh(host, line);
    assert_eq!(said.code, 3, "{line}: {said:?}");
    for words in words {
        assert!(said.err.contains(words) || said.out.contains(words), "{line}: no `{words}` in {said:?}");
    }
    assert_eq!(state(lab, host), before, "{line}");
    said
}

/// Goes on, with one restart.
#[track_caller]
pub(super) fn restarts(lab: &Lab, host: &str, line: &str) -> Said {
    let before = lab.etcds(host);
    let said = lab.sh(host, line);
    assert_eq!(said.code, 0, "{line}: {said:?}");
    let after = lab.etcds(host);
    assert!(after.len() == 1 && after != before, "{line}: {before:?} {after:?}");
    lab.until(host, STATUS);
    said
}

/// Runs a line on a host at a terminal; when it asks, does `meanwhile` out here and answers yes.
fn answered(lab: &Lab, host: &str, line: &str, meanwhile: &str) -> Said {
    lab.answered(host, line, ("[y/N]", "y"), meanwhile)
}

#[test]
fn three_members_are_not_left_without_a_quorum() {
    ground::each("quorum-of-three", Ground::of(Keeper::Systemd, "3.5.1"), three);
}

fn three(ground: Ground) {
    let hosts = [("n1", "10.95.2.11"), ("n2", "10.95.2.12"), ("n3", "10.95.2.13")];
    let lab = up("tquorum", ground, &hosts);
    carried(&lab, ground, &hosts, "", 4);
    lab.sh("n1", &format!("./n1.run install --yes --quiet {SIGNER}")).ok();
    // It has no leader yet: restarted, taken away and made anew as one likes.
    let said = restarts_alone(&lab);
    assert!(!said.err.contains("quorum-at-risk"), "{said:?}");
    for host in ["n2", "n3"] {
        lab.sh(host, &format!("./{host}.run install --yes --quiet {SIGNER} --wait 60")).ok();
    }
    lab.until("n1", STATUS);
    lab.sh("n1", "ETCDCTL_API=3 etcdctl put ship at-sea").ok();

    a_dead_member(&lab);
    // All are up: nothing is in the way, and who plans is told to go from host to host.
    let said = lab.sh("n1", "./n1-3.run plan").ok();
    assert!(said.contains("one host at a time"), "{said}");
    let said = restarts(&lab, "n1", "./n1-3.run install --yes --wait 60");
    assert!(!said.err.contains("quorum-at-risk"), "{said:?}");
    the_last_look(&lab);
    authentication(&lab);
    uninstalls(&lab);
}

fn restarts_alone(lab: &Lab) -> Said {
    let before = lab.etcds("n1");
    let said = lab.sh("n1", "./n1-2.run install --yes");
    assert!(said.code == 0 && lab.etcds("n1") != before, "{said:?}");
    lab.sh("n1", "/usr/local/sbin/etcdpack-host uninstall --purge --yes").ok();
    lab.sh("n1", &format!("./n1-2.run install --yes --quiet {SIGNER}")).ok();
    said
}

fn a_dead_member(lab: &Lab) {
    lab.crash("n3");
    lab.until("n2", "ETCDCTL_API=3 etcdctl put ship at-sea");
    let words = &["[quorum-at-risk]", "of the 3 voters", "n3 at https://10.95.2.13:2380", WORD];
    stays(lab, "n2", "./n2-2.run install --yes", words);
    stays(lab, "n2", "./n2-2.run plan", words);
    stays(lab, "n2", "./n2-2.run install --yes --restart", words);
    stays(lab, "n2", "./n2-2.run plan --json", &["\"quorum-at-risk\"", "\"refuse\""]);
    // What takes no restart is not in the way of anybody.
    let before = lab.etcds("n2");
    lab.sh("n2", "./n2-2.run install --yes --no-start").ok();
    assert_eq!(lab.etcds("n2"), before);
    stays(lab, "n2", "./n2-2.run install --yes", words);
    let uninstall = "/usr/local/sbin/etcdpack-host uninstall";
    stays(lab, "n2", &format!("{uninstall} --yes"), words);
    stays(lab, "n2", &format!("{uninstall} --purge --yes"), words);
    stays(lab, "n2", &format!("{uninstall} --dry-run"), words);
    stays(lab, "n2", &format!("{uninstall} --dry-run --json"), &["\"quorum-at-risk\"", "\"still-member\""]);
    let said = restarts(lab, "n2", &format!("./n2-2.run install --yes {WORD}"));
    assert!(said.err.contains("warning: while etcd restarts here, too few"), "{said:?}");
    lab.boot("n3");
    lab.until("n3", STATUS);
    assert_eq!(lab.sh("n3", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
}

/// A member dies while somebody is asked, and between the first change and the stop.
fn the_last_look(lab: &Lab) {
    let before = state(lab, "n2");
    let said = answered(lab, "n2", "/root/n2-3.run install", &format!("{} crash n3", lab.shell_command()));
    assert!(said.code == 3 && said.out.contains("too few of the 3 voters"), "{said:?}");
    assert!(said.out.contains("nothing was changed"), "{said:?}");
    assert_eq!(state(lab, "n2"), before);
    lab.boot("n3");
    lab.until("n3", STATUS);

    // Before the first file is put aside, when everybody was asked for the second time.
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{} run n2 /root/n2-3.run install --yes", lab.shell_command())]);
    let said = thread::scope(|scope| {
        let install = scope.spawn(|| strace::inject(&command, "mkdirat", 1, Fault::Signal("STOP")));
        let end = Instant::now() + Duration::from_mins(1);
        // Its first record is on the disk before the call at which it is stopped.
        let has_begun = || lab.sh("n2", "test -e /var/lib/etcdpack/journal.jsonl").code == 0;
        while !has_begun() && !install.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(200));
        }
        let has_begun = has_begun();
        lab.crash("n3");
        // What has brought it into the host stops with it, and goes on before it.
        run(Command::new("pkill").args(["-CONT", "-f", &format!("^nsenter -t {} ", lab.pid("n2"))])).ok();
        lab.sh("n2", "pkill -CONT -f '^/root/n2-3.run'");
        assert!(has_begun, "it was to be stopped after its first record");
        install.join().unwrap().unwrap()
    });
    assert!(said.code == 5 && said.err.contains("too few of the 3 voters"), "{said:?}");
    assert!(said.err.contains("everything was undone"), "{said:?}");
    let (files, etcds) = state(lab, "n2");
    let without_times = |text: &str| {
        let words = |line: &str| {
            line.split(' ')
                .filter(|word| !word.contains('.') || word.contains('/'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        // That it was tried, and undone, is on record.
        text.lines().filter(|line| !line.contains("/history.jsonl")).map(words).collect::<Vec<_>>()
    };
    assert_eq!(etcds, before.1, "etcd was restarted");
    assert_eq!(without_times(&files), without_times(&before.0));
    lab.boot("n3");
    lab.until("n3", STATUS);
    restarts(lab, "n2", "./n2-3.run install --yes --wait 60");
}

/// With authentication on, members say nothing to a certificate that is no user's: that is an answer.
fn authentication(lab: &Lab) {
    lab.sh("n1", "export ETCDCTL_API=3; etcdctl user add root:secret && etcdctl user grant-role root root && etcdctl auth enable").ok();
    restarts(lab, "n1", "./n1-4.run install --yes");
    lab.crash("n3");
    stays(lab, "n2", "./n2-4.run install --yes", &["[quorum-at-risk]", "n3 at https://10.95.2.13:2380"]);
    lab.boot("n3");
    lab.until("n3", STATUS);
    restarts(lab, "n2", "./n2-4.run install --yes");
    lab.sh("n1", "ETCDCTL_API=3 etcdctl --user root:secret auth disable").ok();
}

/// One of three may go; of the two that are left none, unless it is said.
fn uninstalls(lab: &Lab) {
    let uninstall = "/usr/local/sbin/etcdpack-host uninstall --yes";
    let said = lab.sh("n3", uninstall);
    assert!(said.err.contains("[still-member]") && !said.err.contains("quorum-at-risk"), "{said:?}");
    let id = lab.sh("n1", "ETCDCTL_API=3 etcdctl member list | sed -n 's/, started, n3,.*//p'").ok();
    let line = format!("etcdctl member remove {id}   (on n");
    assert!(id.len() > 10 && said.err.contains(&line), "{id}: {said:?}");
    said.ok();
    stays(lab, "n2", uninstall, &["[quorum-at-risk]", "without this member, too few"]);
    lab.sh("n1", "ETCDCTL_API=3 etcdctl put ship still-at-sea").ok();
    lab.sh("n2", &format!("{uninstall} {WORD}")).ok();
    assert_eq!(lab.etcds("n2"), Vec::<String>::new());
    // Now there is nothing to lose: the last one has no leader, as soon as it has seen that itself.
    lab.until("n1", "/usr/local/sbin/etcdpack-host uninstall --dry-run");
    let said = lab.sh("n1", &format!("{uninstall} --purge"));
    assert!(said.code == 0 && !said.err.contains("quorum-at-risk"), "{said:?}");
}

#[test]
fn two_members_and_one_are_asked_about_and_a_founder_alone_is_not() {
    ground::each("quorum-of-two", Ground::of(Keeper::Supervisor, "3.4.23"), two);
}

fn two(ground: Ground) {
    let hosts = [("n1", "10.95.3.11"), ("n2", "10.95.3.12")];
    let lab = up("tquorum2", ground, &hosts);
    carried(&lab, ground, &hosts, "", 3);
    let uninstall = "/usr/local/sbin/etcdpack-host uninstall";
    // Purged before it has seen anybody.
    lab.sh("n1", &format!("./n1.run install --yes --quiet {SIGNER}")).ok();
    let said = lab.sh("n1", &format!("{uninstall} --purge --yes"));
    assert!(said.code == 0 && !said.err.contains("quorum-at-risk"), "{said:?}");
    for host in ["n1", "n2"] {
        lab.sh(host, &format!("./{host}.run install --yes --quiet {SIGNER}")).ok();
    }
    lab.until("n1", STATUS);
    lab.until("n2", STATUS);

    let words = "it has two voters and needs both";
    stays(&lab, "n1", "setsid -w ./n1-2.run install", &["[quorum-at-risk]", words, "--yes"]);
    let said = restarts(&lab, "n1", "./n1-2.run install --yes --wait 60");
    assert!(said.err.contains(words) && said.err.contains("warning: while etcd restarts"), "{said:?}");
    let before = lab.etcds("n2");
    let said = answered(&lab, "n2", "/root/n2-2.run install --wait 60", "true");
    assert!(said.code == 0 && said.out.contains("The cluster serves nobody while etcd restarts. [y/N]"), "{said:?}");
    assert_ne!(lab.etcds("n2"), before);
    lab.until("n1", STATUS);

    stays(&lab, "n2", &format!("setsid -w {uninstall}"), &["[quorum-at-risk]", "etcdctl member remove", "--yes"]);
    // Taken out as the line says, it leaves a cluster of one that serves.
    let id = lab.sh("n1", "ETCDCTL_API=3 etcdctl member list | sed -n 's/, started, n2,.*//p'").ok();
    let said =
        lab.sh("n2", &format!("{uninstall} --dry-run")).ok() + &lab.sh("n2", &format!("{uninstall} --dry-run")).err;
    assert!(said.contains(&format!("etcdctl member remove {id}   (on n1")), "{id}: {said}");
    // etcd refuses a change of its members until they have heard of each other for five seconds.
    lab.until("n1", &format!("ETCDCTL_API=3 etcdctl member remove {id}"));
    let said = lab.sh("n2", &format!("{uninstall} --purge --yes"));
    assert!(said.code == 0 && !said.err.contains("quorum-at-risk") && !said.err.contains("still-member"), "{said:?}");
    lab.until("n1", "ETCDCTL_API=3 etcdctl put ship at-sea");

    // The last one is the end of it.
    let said = lab.sh("n1", &format!("setsid -w {uninstall} --dry-run"));
    assert!(said.code == 0 && said.err.contains("this member is its only voter"), "{said:?}");
    stays(&lab, "n1", &format!("setsid -w {uninstall}"), &["[quorum-at-risk]", "--yes"]);
    let said = answered(&lab, "n1", uninstall, "true");
    assert!(said.code == 0 && said.out.contains("The cluster serves nobody from then on. [y/N]"), "{said:?}");
}
