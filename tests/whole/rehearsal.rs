//! What `build` proves before it packs: the members run, from what the bundles hold, and leave nothing.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use whole::{Said, Site, cluster, etcdpack, release, run};

const PROVEN: &str = ": a leader, one key written and read";

/// Of three hosts, the second of which is in another network. Each test has a `net` of its own: by it alone it knows its
/// members among all processes.
fn site(net: u8, more: &str) -> Site {
    let at = ["0.11", "1.12", "0.13"].map(|host| format!("10.{net}.{host}"));
    let hosts = [("n1", at[0].as_str()), ("n2", at[1].as_str()), ("n3", at[2].as_str())];
    let site = Site::new(&format!("{}{more}", cluster("3.5.1", &release("3.5.1", "amd64"), &hosts)));
    site.give_signing_key();
    site
}

/// `line` in the site's directory, without a terminal; `$E` is etcdpack, `$R` the release.
fn shell(site: &Site, line: &str) -> Said {
    run(&mut command(site, line))
}

fn command(site: &Site, line: &str) -> Command {
    let mut command = Command::new("setsid");
    command.args(["--wait", "sh", "-c", line]).current_dir(site.path("")).env("E", etcdpack());
    command.env("R", release("3.5.1", "amd64")).env("XDG_CACHE_HOME", site.path("cache"));
    command
}

/// Nothing of a rehearsal is on the disk or runs any more. The command line of who leads it has the site's own directory,
/// those of the members its addresses.
fn nothing_is_left(site: &Site, net: u8) {
    let until = Instant::now() + Duration::from_secs(10);
    let ours = format!("rehearsal-inside {}|name n[123] .*10[.]{net}[.]", site.path("").display());
    let seen = || run(Command::new("pgrep").args(["-af", &ours]));
    while seen().code == 0 {
        assert!(Instant::now() < until, "{:?}", seen());
        std::thread::sleep(Duration::from_millis(50));
    }
    let left: Vec<_> = fs::read_dir(site.path("cache/etcdpack/rehearsal")).into_iter().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

fn bundles(site: &Site) -> usize {
    let is_bundle = |path: &Path| path.extension().is_some_and(|end| end == "run");
    fs::read_dir(site.path("dist")).into_iter().flatten().filter(|one| is_bundle(&one.as_ref().unwrap().path())).count()
}

#[test]
fn members_run_before_they_are_packed_and_leave_nothing() {
    // Loopback is each host's own, as on real hosts; in two networks, which are neighbours here.
    let site = site(111, "[client]\nloopback = \"http\"\n");
    let said = shell(&site, "$E build --release $R");
    assert!(said.err.contains(PROVEN), "{said:?}");
    said.ok();
    assert_eq!(bundles(&site), 3);
    nothing_is_left(&site, 111);
    // As a person without rights, of bundles that exist.
    shell(&site, "chmod 755 . && chmod -R a+rX dist && mkdir -m 777 theirs").ok();
    let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups env XDG_CACHE_HOME=$PWD/theirs";
    let said = shell(&site, &format!("{nobody} $E rehearse dist"));
    assert!(said.err.contains(PROVEN), "{said:?}");
    said.ok();
    // Nobody is asked what a cluster that runs has: here, all are without data.
    let said = shell(&site, "$E build --same-cluster --release $R");
    assert!(said.err.contains(PROVEN), "{said:?}");
    said.ok();
    // It is left out by a word.
    let said = shell(&site, "$E build --no-rehearsal --release $R");
    assert!(!said.err.contains("rehears"), "{said:?}");
    said.ok();
    nothing_is_left(&site, 111);
}

#[test]
fn what_stops_etcd_on_every_host_is_known_before_the_walk() {
    let site = site(112, "[etcd.flags]\nlisten-metrics-urls = \"https://10.112.0.99:9999\"\n");
    let said = shell(&site, "$E build --release $R");
    assert!(said.err.contains("10.112.0.99:9999: bind: cannot assign requested address"), "{said:?}");
    assert!(said.err.contains("help: look at `listen-metrics-urls` in `[etcd.flags]`"), "{said:?}");
    said.refused(3, "ends with: ");
    assert_eq!(bundles(&site), 0, "nothing has a final name");
    let numbers = fs::read_to_string(site.path("pki/serials.toml")).unwrap_or_default();
    assert!(!numbers.contains("serial = "), "nor a number: {numbers}");
    nothing_is_left(&site, 112);
}

#[test]
fn whoever_kills_it_leaves_no_member_that_runs() {
    let site = site(113, "");
    for signal in ["KILL", "TERM", "INT"] {
        let mut child = command(&site, "exec $E build --release $R 2>err").spawn().unwrap();
        let until = Instant::now() + Duration::from_mins(1);
        while run(Command::new("pgrep").args(["-f", "name n1 .*10[.]113[.]"])).code != 0 {
            assert!(Instant::now() < until, "{}", fs::read_to_string(site.path("err")).unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
        // `setsid` and the shell are etcdpack by now: each has become the next.
        let builder = child.id().to_string();
        assert_eq!(fs::read_link(format!("/proc/{builder}/exe")).unwrap(), etcdpack());
        run(Command::new("kill").args([&format!("-{signal}"), &builder])).ok();
        child.wait().unwrap();
        let gone = Instant::now() + Duration::from_secs(10);
        while run(Command::new("pgrep").args(["-f", "name n[123] .*10[.]113[.]"])).code == 0 {
            assert!(Instant::now() < gone, "after {signal}");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(bundles(&site), 0, "{signal}");
    }
}

#[test]
fn what_cannot_be_rehearsed_is_said_and_packed() {
    let site = site(114, "");
    // No user namespaces, as some sites have it.
    let said =
        shell(&site, "exec unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec $E build --release $R'");
    assert!(
        said.err.contains("warning: not rehearsed, so whether etcd runs with this is not known: unshare"),
        "{said:?}"
    );
    said.ok();
    assert_eq!(bundles(&site), 3);
    // Asked for by name, that is a refusal.
    let said = shell(&site, "exec unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec $E rehearse'");
    said.refused(3, "not rehearsed");
    // Keys that hosts make are nowhere else.
    shell(&site, "sed -i s/plaintext/host-key/ cluster.toml").ok();
    let said = shell(&site, "$E build -o other --release $R");
    assert!(said.err.contains("not rehearsed") && said.err.contains("the key of n1 is on that host alone"), "{said:?}");
    said.ok();
    shell(&site, "$E rehearse pki").refused(2, "`pki` has no bundles (*.run)");
    // Sealed ones are opened with their passphrase, which is in no argument.
    shell(&site, "sed -i s/host-key/passphrase/ cluster.toml; echo correct-horse-battery >known; echo wrong-horse-battery >wrong")
        .ok();
    shell(&site, "$E build --no-rehearsal -o sealed --release $R --passphrase-fd 3 3<known").ok();
    shell(&site, "$E rehearse sealed --passphrase-fd 3 3<wrong").refused(3, "the passphrase is another one");
    shell(&site, "$E rehearse sealed").refused(3, "no terminal");
    let said = shell(&site, "$E rehearse sealed --passphrase-fd 3 3<known");
    assert!(said.err.contains(PROVEN), "{said:?}");
    said.ok();
    // Of two clusters none is rehearsed.
    shell(&site, "cp dist/n1.run sealed/x.run; sed -i s/10.114.0.13/10.114.0.14/ cluster.toml").ok();
    shell(&site, "$E build --no-rehearsal --new-cluster -o sealed --release $R --passphrase-fd 3 3<known").ok();
    shell(&site, "$E rehearse sealed --passphrase-fd 3 3<known").refused(2, "of another cluster or etcd");
    nothing_is_left(&site, 114);
}
