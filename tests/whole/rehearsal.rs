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
    // The log of the last has a place of its own.
    let site = site(111, "wal-dir = \"/wal/etcd\"\n[client]\nloopback = \"http\"\n");
    let said = shell(&site, "$E build --release $R");
    assert!(said.err.contains(PROVEN), "{said:?}");
    said.ok();
    assert_eq!(bundles(&site), 3);
    nothing_is_left(&site, 111);
    // Another network for clients, and one host that listens everywhere there.
    let two = "cp cluster.toml one-network.toml && sed -i -e '/1[.]12\"/aclient-address = \"10.111.2.12\"' \
               -e '/0[.]13\"/alisten = \"0.0.0.0\"' -e 's/\"http\"/\"https\"/' cluster.toml";
    shell(&site, two).ok();
    let said = shell(&site, "$E build -o two --release $R");
    assert!(said.err.contains(PROVEN), "{said:?}");
    said.ok();
    // Nobody here leads from one address to another.
    shell(&site, "sed -i '/0[.]11\"/alisten = \"10.111.0.1\"' cluster.toml").ok();
    let said = shell(&site, "$E build -o two --release $R");
    assert!(
        said.err.contains("not rehearsed")
            && said.err.contains("n1 listens at another address than the others reach it at"),
        "{said:?}"
    );
    said.ok();
    assert!(shell(&site, "$E inspect two/n1.run").ok().contains("listens      https://10.111.0.1:2380 for peers"));
    shell(&site, "mv one-network.toml cluster.toml").ok();
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
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    let (line, setting) =
        text.lines().zip(1..).find(|(line, _)| line.starts_with("listen-")).map(|(l, n)| (n, l)).unwrap();
    let help =
        format!("help: look at `listen-metrics-urls` in `[etcd.flags]`, line {line} of the cluster file: {setting}\n");
    assert!(said.err.contains(&help), "{help}: {said:?}");
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
        // A build may come to its end before the signal does; three in a row do not.
        assert!((0..3).any(|_| is_killed(&site, signal)), "{signal}");
        let gone = Instant::now() + Duration::from_secs(10);
        while run(Command::new("pgrep").args(["-f", "name n[123] .*10[.]113[.]"])).code == 0 {
            assert!(Instant::now() < gone, "after {signal}");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(bundles(&site), 0, "{signal}");
    }
}

/// Whether a build was ended by this signal while its members ran.
fn is_killed(site: &Site, signal: &str) -> bool {
    let mut child = command(site, "exec $E build --release $R 2>err").spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while run(Command::new("pgrep").args(["-f", "name n1 .*10[.]113[.]"])).code != 0 {
        assert!(Instant::now() < until, "{}", fs::read_to_string(site.path("err")).unwrap());
        std::thread::sleep(Duration::from_millis(10));
    }
    // `setsid` and the shell are etcdpack by now: each has become the next.
    let builder = child.id().to_string();
    assert_eq!(fs::read_link(format!("/proc/{builder}/exe")).unwrap(), etcdpack());
    run(Command::new("kill").args([&format!("-{signal}"), &builder])).ok();
    let has_built = child.wait().unwrap().success();
    if has_built {
        fs::remove_dir_all(site.path("dist")).unwrap();
    }
    !has_built
}

#[test]
fn what_cannot_be_rehearsed_is_said_and_packed() {
    let site = site(114, "");
    // No user namespaces, as some sites have it.
    let said =
        shell(&site, "exec unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec $E build --release $R'");
    assert!(
        said.err
            .contains("warning: not rehearsed, so it is not known whether etcd starts with these settings: unshare"),
        "{said:?}"
    );
    said.ok();
    assert_eq!(bundles(&site), 3);
    // Asked for by name, that is a refusal.
    let said = shell(&site, "exec unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec $E rehearse'");
    said.refused(3, "not rehearsed");
    shell(&site, "$E rehearse pki").refused(2, "`pki` has no bundles (*.run)");
    // Sealed ones are opened with their passphrase, which is in no argument.
    shell(&site, "sed -i s/plaintext/passphrase/ cluster.toml; echo correct-horse-battery >known; echo wrong-horse-battery >wrong")
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

#[test]
fn keys_that_only_hosts_have_are_rehearsed_by_stand_ins() {
    const STAND_INS: &str = "the rehearsal used stand-ins for the keys of n1, n2, n3";
    let site = site(115, "[pki]\nkeys = \"host-key\"\n");
    let keys = || shell(&site, "grep -rl -e 'PRIVATE KEY' --include=*.pem --include=*.age . | sort").out;
    let serials = || fs::read_to_string(site.path("pki/serials.toml")).unwrap();
    // Nothing of them stays: not a key, and not a certificate.
    let said = shell(&site, "$E build --release $R");
    assert!(said.err.contains(PROVEN) && said.err.contains(STAND_INS), "{said:?}");
    said.ok();
    assert_eq!(keys(), "./pki/ca-key.pem\n./pki/signing-key.pem\n");
    assert!(!site.path("pki/hosts").exists());
    let before = serials();
    shell(&site, "$E build --no-rehearsal --release $R").ok();
    assert_eq!(serials(), before, "bundles are the same with a rehearsal and without one");
    // Of a host that has its certificate, too.
    shell(&site, "mkdir root && dist/n1.run csr --root root -o n1.csr && rm -r root").ok();
    let of_key = "$(openssl req -in n1.csr -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -c1-64)";
    let said = shell(&site, &format!("$E sign --release $R --words n1={of_key} n1.csr"));
    assert!(said.err.contains(PROVEN) && said.err.contains(STAND_INS), "{said:?}");
    said.ok();
    assert_eq!(keys(), "./pki/ca-key.pem\n./pki/signing-key.pem\n");
    // Nobody opens the CA's key for it; nor is it in the bundles.
    shell(&site, "echo correct-horse-battery >known; $E pki lock --ca-passphrase-fd 3 3<known").ok();
    let said = shell(&site, "$E build --release $R");
    let why = "the key of n1 is on that host alone, and without the CA's key there is no stand-in for it";
    assert!(said.err.contains("warning: not rehearsed") && said.err.contains(why), "{said:?}");
    said.ok();
    let said = shell(&site, "$E check --release $R");
    assert!(said.out.contains("cannot be held: the key of n1 is on that host alone"), "{said:?}");
    said.ok();
    shell(&site, "$E rehearse dist").refused(3, why);
    nothing_is_left(&site, 115);
}
