//! Private keys that travel sealed: from a passphrase on the connected machine to a key in one place on the host, and
//! nowhere else at any time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use whole::strace::{self, Fault};
use whole::{Lab, SIGNER, Said, Site, cluster, old_layout, release, run, sha256, signer, small_site};

const PASSPHRASE: &str = "correct-horse-battery-staple";
const KEY: &str = "opt/etcd-v3.5.1/certs/etcd-peer-key.pem";

/// The small site, rebuilt with sealed keys.
fn sealed_site() -> Site {
    let site = small_site();
    keys(&site, "passphrase");
    build(&site, PASSPHRASE, "").ok();
    site
}

fn keys(site: &Site, mode: &str) {
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"plaintext\"", &format!("\"{mode}\""))).unwrap();
}

/// Builds with a passphrase on file descriptor 3.
fn build(site: &Site, passphrase: &str, more: &str) -> Said {
    site.give_signing_key();
    fs::write(site.path("passphrase"), passphrase).unwrap();
    let line = format!(
        "{} build --no-rehearsal --release release.tar.gz --passphrase-fd 3 {more} 3<passphrase",
        whole::etcdpack().display()
    );
    site.shell(&line)
}

/// `install` of a bundle into the tree `root`, as `line` goes on.
fn install(site: &Site, root: &str, line: &str) -> Said {
    fs::create_dir_all(site.path(root)).unwrap();
    site.shell(&format!("dist/n1.run install --yes {SIGNER} --service systemd --root {root} {line}"))
}

fn typed(line: &str) -> String {
    format!("--passphrase-fd 3 3<<END\n{line}\nEND")
}

fn kept(site: &Site) -> PathBuf {
    site.path("pki/hosts/n1/etcd-peer-key.age")
}

/// The files below `dir` that hold `secret`.
fn holding(dir: &Path, secret: &str) -> Vec<String> {
    let grep = run(Command::new("grep").args(["-rlFae", secret, "."]).current_dir(dir));
    grep.out.lines().map(str::to_owned).collect()
}

/// Whether this is where the key of a host lies: in its set, which the path in [`KEY`] leads to.
fn is_its_place(path: &str) -> bool {
    let path = path.trim_start_matches(['.', '/']);
    path.starts_with("opt/etcd-certs/") && path.ends_with("/etcd-peer-key.pem") && path.split('/').count() == 4
}

/// A line of a key that nothing else has.
fn middle_of(key: &str) -> String {
    key.lines().nth(1).unwrap().to_owned()
}

#[test]
fn a_sealed_key_is_kept_and_its_passphrase_with_it() {
    let site = sealed_site();
    let bundle = sha256(&site.bundle("n1"));
    // Stock tools see an age file, and no key.
    let inside = site.shell("unzip -p dist/n1.run certs/etcd-peer-key.age | head -2").ok();
    assert!(inside.starts_with("age-encryption.org/v1\n-> scrypt ") && inside.ends_with(" 17"), "{inside}");
    let key = fs::read_to_string(site.path("pki/hosts/n1/etcd-peer-key.pem")).unwrap();
    assert!(holding(&site.path("dist"), &middle_of(&key)).is_empty());
    // And age opens it, which asks at a terminal.
    let line = "unzip -p dist/n1.run certs/etcd-peer-key.age | age -d >opened";
    site.shell(&format!("(cat passphrase; echo) | script -qec '{line}' /dev/null")).ok();
    assert_eq!(fs::read_to_string(site.path("opened")).unwrap(), key);
    fs::remove_file(site.path("opened")).unwrap();
    assert_eq!(fs::metadata(kept(&site)).unwrap().permissions().mode() & 0o777, 0o600);
    site.shell("cd pki/hosts/n1 && sha256sum -c etcd-peer-key.age.sha256").ok();
    // Again: the same bytes, without being asked and with the right passphrase.
    let again = site.etcdpack(&["build", "--release", "release.tar.gz"]);
    assert!(again.err.contains("stay sealed with the passphrase of an earlier build"), "{again:?}");
    again.ok();
    assert_eq!(sha256(&site.bundle("n1")), bundle);
    build(&site, PASSPHRASE, "").ok();
    assert_eq!(sha256(&site.bundle("n1")), bundle);
    build(&site, "another passphrase", "").refused(3, "sealed with another passphrase");
    assert_eq!(sha256(&site.bundle("n1")), bundle);
    build(&site, "another passphrase", "--new-passphrase").ok();
    assert_ne!(sha256(&site.bundle("n1")), bundle);
    install(&site, "old", &typed(PASSPHRASE)).refused(4, "does not open");
    install(&site, "new", &typed("another passphrase")).ok();
    // Another key in its place: the sealed file is not its own any more.
    fs::remove_dir_all(site.path("pki/hosts/n1")).unwrap();
    site.shell(&format!("{} build --no-rehearsal --release release.tar.gz", whole::etcdpack().display()))
        .refused(3, "no terminal");
}

#[test]
fn a_shared_key_is_sealed_once_for_all() {
    let site = small_site();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    let warned = site.etcdpack(&["build", "--release", "release.tar.gz"]);
    assert!(warned.err.contains("warning: line ") && warned.err.contains("private keys in the clear"), "{warned:?}");
    let text = text
        .replace("\"plaintext\"", "\"passphrase\"\nmode = \"shared\"")
        .replace("[pki]", "[[host]]\nname = \"n2\"\naddress = \"10.83.0.12\"\n[pki]");
    fs::write(site.path("cluster.toml"), text).unwrap();
    build(&site, PASSPHRASE, "--new-cluster").ok();
    assert!(site.path("pki/shared/etcd-peer-key.age").is_file());
    let inside = |host: &str| site.shell(&format!("unzip -p dist/{host}.run certs/etcd-peer-key.age | sha256sum")).ok();
    assert_eq!(inside("n1"), inside("n2"));
    install(&site, "root", &typed(PASSPHRASE)).ok();
}

#[test]
fn a_passphrase_that_is_none_is_refused() {
    let site = sealed_site();
    for (passphrase, words) in [
        ("", "is empty"),
        ("\nsecond line here", "is empty"),
        ("elevenchars", "at least 12"),
        ("nul\0nul-nul-nul", "control character"),
    ] {
        build(&site, passphrase, "--new-passphrase").refused(2, words);
    }
    // Never cut, not in the middle of a character either.
    for long in ["x".repeat(4097), "一".repeat(2000)] {
        build(&site, &long, "--new-passphrase").refused(2, "the line is longer than 4096 bytes");
        install(&site, "root", &typed(&long)).refused(3, "the line is longer than 4096 bytes");
    }
    let by_fd = |fd: u8| {
        format!("{} build --no-rehearsal --release release.tar.gz --passphrase-fd {fd}", whole::etcdpack().display())
    };
    site.shell(&by_fd(9)).refused(2, "file descriptor 9");
    // What is written to by us is not waited at.
    let both = site.shell(&format!("({} || echo $?) | cat", by_fd(1)));
    assert!(both.out == "2\n" && both.err.contains("open for writing only"), "{both:?}");
    let line = format!("(dist/n1.run install --yes {SIGNER} --root root --passphrase-fd 1 || echo $?) | cat");
    let both = site.shell(&line);
    assert!(both.out == "3\n" && both.err.contains("open for writing only"), "{both:?}");
    keys(&site, "passphrase");
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"passphrase\"", "\"plaintext\"")).unwrap();
    build(&site, PASSPHRASE, "").refused(2, "only for sealed keys");
}

#[test]
fn a_generated_passphrase_is_shown_at_the_terminal_and_nowhere_else() {
    let site = small_site();
    keys(&site, "passphrase");
    let line = format!("{} build --no-rehearsal --release release.tar.gz >out 2>err", whole::etcdpack().display());
    // script(1) gives the command a terminal and writes down what it shows.
    site.shell(&format!("script -qec '{line}' shown </dev/null")).ok();
    let shown = fs::read_to_string(site.path("shown")).unwrap();
    let passphrase = shown.lines().map(str::trim).find(|line| line.split('-').count() == 7).expect("seven words");
    for file in ["out", "err"] {
        assert!(!fs::read_to_string(site.path(file)).unwrap().contains(passphrase));
    }
    assert_eq!(holding(&site.path(""), passphrase), ["./shown"]);
    // It comes once more, last of all (script(1) ends with a line of its own): what was shown first has left the screen by then.
    let last: Vec<&str> = shown.lines().rev().map(str::trim).filter(|line| !line.is_empty()).take(4).collect();
    assert!(last[1] == passphrase && last.concat().contains("seven words"), "{last:?}");
    assert_eq!(shown.matches(passphrase).count(), 2);
    assert!(fs::read_to_string(site.path("err")).unwrap().contains("signed by (twelve words): liar-"));
    // What is shown is what opens it, with the blanks that do not show, and as people read words.
    for (at, said) in [
        format!("  {passphrase} "),
        passphrase.replace('-', " "),
        passphrase.replace('-', "\u{3000}"),
        passphrase.replace('-', "\t").to_uppercase(),
    ]
    .iter()
    .enumerate()
    {
        install(&site, &format!("root{at}"), &typed(said)).ok();
    }
    install(&site, "root4", &typed(&passphrase.replace('-', "+"))).refused(4, "does not open the private key");
    install(&site, "root", &typed(passphrase)).ok();
    let key = fs::read_to_string(site.path("pki/hosts/n1/etcd-peer-key.pem")).unwrap();
    assert_eq!(fs::read_to_string(site.path("root").join(KEY)).unwrap(), key);
}

#[test]
fn an_install_asks_and_without_the_passphrase_changes_nothing() {
    let site = sealed_site();
    let nothing = || assert_eq!(fs::read_dir(site.path("root")).unwrap().count(), 0);
    install(&site, "root", "").refused(3, "no terminal to ask for the passphrase at");
    nothing();
    install(&site, "root", &typed("correct-horse-battery-stapler")).refused(4, "does not open the private key");
    nothing();
    install(&site, "root", &typed("short")).refused(3, "at least 12");
    nothing();
    install(&site, "root", "--passphrase-fd 7").refused(3, "file descriptor 7");
    nothing();
    // Enough address space for the installer, and not for scrypt beside it.
    let limited = format!(
        "ulimit -v 140000; dist/n1.run install --yes {SIGNER} --service systemd --root root {}",
        typed(PASSPHRASE)
    );
    site.shell(&limited).refused(3, "takes 128 MiB of memory");
    nothing();
    // A plan needs none, and tries one that it is given.
    let plan = site.shell("dist/n1.run plan --service systemd --root root").ok();
    assert!(plan.contains("etcd-peer-key.pem  0600 etcd's user, sealed"), "{plan}");
    let plan = |line: &str| site.shell(&format!("dist/n1.run plan --service systemd --root root {}", typed(line)));
    assert!(plan(PASSPHRASE).err.contains("opens the private key"));
    plan("correct-horse-battery-stapler").refused(4, "does not open");
    nothing();
    install(&site, "root", &typed(PASSPHRASE)).ok();
    let installed = site.path("root").join(KEY);
    let key = site.path("pki/hosts/n1/etcd-peer-key.pem");
    assert_eq!(fs::read(&installed).unwrap(), fs::read(&key).unwrap());
    assert_eq!(fs::metadata(&installed).unwrap().permissions().mode() & 0o777, 0o600);
    // Once it is there, nobody is asked.
    let again = install(&site, "root", "");
    assert!(again.err.contains("nothing was changed"), "{again:?}");
    again.ok();
    let manifest = fs::read_to_string(site.path("root/var/lib/etcdpack/receipt.json")).unwrap();
    assert!(manifest.contains("\"sealed\""), "{manifest}");
    site.shell("dist/n1.run uninstall --purge --yes --root root").ok();
    nothing();
}

#[test]
fn at_a_terminal_there_are_three_tries_without_an_echo() {
    let site = sealed_site();
    fs::create_dir(site.path("root")).unwrap();
    let script = r#"
import os, pty, re, time
def run(answers):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv("dist/n1.run", ["n1.run", "install", "--yes", "SIGNER", "--service", "systemd", "--root", "root"])
    shown, asked = b"", 0
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if shown.count(b"Passphrase of the private key: ") > asked:
            time.sleep(0.2)
            limits, status = open(f"/proc/{pid}/limits").read(), open(f"/proc/{pid}/status").read()
            assert re.search("Max core file size +0 +0 ", limits), limits
            assert not re.search("VmLck:\\s+0 kB", status), status
            os.write(terminal, answers[asked])
            asked += 1
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), asked, shown.decode()
right, wrong = b"correct-horse-battery-staple\n", b"wrong-horse-battery\n"
mended = b"zzz\x15" + right[:-1] + b"x\x7f\n"
for answers in ([wrong] * 3, [b"\x03"], [b"short\n", wrong, mended]):
    code, asked, shown = run(answers)
    print(code, asked, shown.count("that does not open the private key"), "horse" in shown)
"#;
    let said = run(Command::new("python3").args(["-c", &script.replace("SIGNER", SIGNER)]).current_dir(site.path("")));
    // Three wrong ones; Ctrl-C; too short, wrong, and right after Ctrl-U and a backspace.
    assert_eq!(said.ok(), "4 3 3 False\n3 1 0 False\n0 3 2 False");
    assert!(site.path("root").join(KEY).is_file());
}

#[test]
fn a_killed_or_failed_run_leaves_no_key_but_in_its_place() {
    let site = sealed_site();
    let key = fs::read_to_string(site.path("pki/hosts/n1/etcd-peer-key.pem")).unwrap();
    let secret = middle_of(&key);
    fs::write(site.path("passphrase"), PASSPHRASE).unwrap();
    let command = |root: &str, more: &str| {
        fs::create_dir_all(site.path(root)).unwrap();
        let mut command = Command::new("sh");
        let line = format!("exec dist/n1.run install --yes {SIGNER} --quiet --service systemd --root {root} {more}");
        command.args(["-c", &line]).current_dir(site.path(""));
        command
    };
    let given = "--passphrase-fd 3 3<passphrase";
    let points = strace::points(&command("unharmed", given));
    // The calls around the one that gives the key its name: until then it has none.
    let named = |seen: &strace::Seen| seen.point.call == "linkat" && seen.line.contains("\"etcd-peer-key.pem\"");
    let at = points.iter().position(named).expect("the key");
    let mut in_place = 0;
    for (n, seen) in points[at - 6..at + 4].iter().enumerate() {
        let root = format!("kill{n}");
        let said = strace::inject(&command(&root, given), &seen.point.call, seen.point.n, Fault::Kill).unwrap();
        assert_eq!(said.code, -9, "{said:?}");
        let there = site.path(&root);
        for found in holding(&there, &secret) {
            assert!(is_its_place(&found), "killed at {}: {found}", seen.line);
            let mode = fs::metadata(there.join(&found)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{found}");
            in_place += 1;
        }
        assert!(holding(&there, PASSPHRASE).is_empty());
        // The next run goes on from there, whichever it is.
        if n % 2 == 0 {
            run(&mut command(&root, given)).ok();
            let found = holding(&there, &secret);
            assert!(found.len() == 1 && is_its_place(&found[0]), "{found:?}");
        } else {
            site.shell(&format!("dist/n1.run uninstall --purge --yes --root {root}")).ok();
            assert!(holding(&there, &secret).is_empty());
        }
        let root = format!("fail{n}");
        let fault = Fault::Errno("EIO");
        let said = strace::inject(&command(&root, given), &seen.point.call, seen.point.n, fault).unwrap();
        if said.code != 0 {
            assert!(holding(&site.path(&root), &secret).is_empty(), "failed at {}", seen.line);
        }
    }
    assert!((1..10).contains(&in_place), "kills came before and after the key had its name: {in_place}");
}

#[test]
fn a_key_that_is_here_comes_into_another_directory_without_its_passphrase() {
    let site = sealed_site();
    install(&site, "root", "--passphrase-fd 3 3<passphrase").ok();
    let (root, key) = (site.path("root"), site.path("root").join(KEY));
    let before = fs::read(&key).unwrap();
    old_layout::age(&root);
    let said = site.shell(&format!("dist/n1.run plan {SIGNER} --service systemd --root root")).ok();
    assert!(said.contains("etcd-peer-key.pem  0600 etcd's user, from this host"), "{said}");
    // Nobody is asked: there is no terminal.
    install(&site, "root", "").ok();
    assert!(fs::read_link(root.join("opt/etcd-v3.5.1/certs")).is_ok());
    assert_eq!(fs::read(&key).unwrap(), before);
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let found = holding(&root, &middle_of(&String::from_utf8(before).unwrap()));
    assert!(found.len() == 1 && is_its_place(&found[0]), "{found:?}");
}

#[test]
fn a_real_host_shows_neither_passphrase_nor_key_to_anybody() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&(cluster("3.5.1", &tarball, &[("n1", "10.86.0.11")]) + "[pki]\nkeys = \"passphrase\"\n"));
    fs::copy(&tarball, site.path("release.tar.gz")).unwrap();
    build(&site, PASSPHRASE, "").ok();
    let key = fs::read_to_string(site.path("pki/hosts/n1/etcd-peer-key.pem")).unwrap();
    let secret = middle_of(&key);
    let lab = Lab::up("tsealed", "bare", &["n1=10.86.0.11"]);
    lab.scp(&site.bundle("n1"), "n1");
    // Both by sshd's input: the test itself must not show them to the watcher.
    fs::write(site.path("key"), &secret).unwrap();
    let lab_command = lab.shell_command();
    for file in ["passphrase", "key"] {
        site.shell(&format!("{lab_command} ssh n1 'cat > /run/{file}' <{file}")).ok();
    }
    // A watcher beside the run: what every process says of itself, many times a second.
    let watch = "touch /run/watch; (while [ -e /run/watch ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; done \
                 > /run/seen 2>/dev/null) </dev/null >/dev/null 2>&1 &";
    lab.ssh("n1", &format!("nohup sh -c '{watch}'")).ok();
    // By sshd's own standard input, as scripts do it.
    let given = |passphrase: &str, words: &str| {
        let line = format!("ssh n1 './n1.run install --yes {SIGNER} {words} --passphrase-fd 0'");
        fs::write(site.path("passphrase"), passphrase).unwrap();
        site.shell(&format!("{lab_command} {line} <passphrase"))
    };
    given("correct-horse-battery-stapler", "").refused(4, "does not open");
    lab.sh("n1", "! test -e /var/lib/etcdpack").ok();
    lab.ssh("n1", concat!("./n1.run install --yes ", signer!())).refused(3, "no terminal");
    let anywhere = |file: &str| {
        let places = "/run/seen /run/log /var /etc /opt /usr/local /root /tmp /data";
        let found = lab.sh("n1", &format!("grep -rlFaf /run/{file} {places} 2>/dev/null")).out;
        let journal = lab.sh("n1", &format!("journalctl --no-pager -o cat | grep -cFf /run/{file}")).out;
        assert_eq!(journal.trim(), "0", "the journal has it");
        found.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    // Told to stop, and killed, once it is at the certificates; and gone on with.
    for (signal, code) in [("TERM", 5), ("KILL", 137)] {
        // As soon as the link to them is there, the pattern has two names.
        let line = format!(
            "./n1.run install --yes {SIGNER} --passphrase-fd 3 3</run/passphrase & pid=$!; \
             while set -- /opt/etcd-certs/*/ca.pem; ! test -e $1; do :; done; kill -{signal} $pid; wait $pid"
        );
        let said = lab.ssh("n1", &line);
        assert_eq!(said.code, code, "{said:?}");
        assert_eq!(anywhere("passphrase"), [""; 0], "after SIG{signal}");
        let found = anywhere("key");
        let allowed = |path: &String| signal == "KILL" && is_its_place(path);
        assert!(found.iter().all(allowed), "after SIG{signal}: {found:?}");
    }
    let said = given(PASSPHRASE, "--wait 60");
    assert!(said.err.contains("healthy"), "{said:?}");
    said.ok();
    lab.ssh("n1", "etcdpack-host status").ok();
    lab.sh("n1", "rm /run/watch; sleep 1; test -s /run/seen").ok();
    assert_eq!(anywhere("passphrase"), [""; 0]);
    let found = anywhere("key");
    assert!(found.len() == 1 && is_its_place(&found[0]), "{found:?}");
    let limits = lab.sh("n1", "stat -c '%a %U' /opt/etcd-v3.5.1/certs/etcd-peer-key.pem").ok();
    assert_eq!(limits, "600 etcd");
    let again = lab.ssh("n1", concat!("./n1.run install --yes ", signer!()));
    assert!(again.err.contains("nothing was changed"), "{again:?}");
}
