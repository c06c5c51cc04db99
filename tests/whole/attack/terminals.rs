//! At a prompt: every signal leaves the terminal as it was, and what a first install asks cannot be answered by nodding.

use std::fs;
use std::process::Command;

use whole::{Site, at_terminal, etcdpack, run, small_site};

/// A shell with job control, of which one program is in the foreground: started, waited for until it asks, sent a key or a signal,
/// and the terminal looked at before, while it asks, and after.
const SIGNALS: &str = r#"
import os, pty, re, signal, sys, termios, time
# Whoever starts tests in the background has some of these ignored.
for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTSTP): signal.signal(each, signal.SIG_DFL)
signal.alarm(240)
command, prompt = sys.argv[2:], sys.argv[1]
def echo(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)
def say(line):
    # In one write: in pieces it would mix with what the program says.
    os.write(1, f"{line}\n".encode())
def child(command):
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.alarm(0)
        os.execv(command[0], command)
    say(f"pid {pid}")
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            say("stopped")
            continue
        say(f"ended {os.waitstatus_to_exitcode(status)}")
        time.sleep(0.1)
        os._exit(0)
def attempt(what):
    # A terminal that nobody has touched: the one below may be asked at before we come to look at it.
    before, shown = echo(pty.openpty()[0]), ""
    shell, fd = pty.fork()
    if shell == 0:
        child(command)
    def until(words):
        nonlocal shown
        end = time.time() + 30
        while not re.search(words, shown):
            assert time.time() < end, (what, words, shown)
            shown += os.read(fd, 4096).decode()
    until("pid \\d+\r")
    pid = int(re.search("pid (\\d+)", shown).group(1))
    until(re.escape(prompt))
    time.sleep(0.3)
    asking = echo(fd)
    assert re.search("Max core file size +0 +0 ", open(f"/proc/{pid}/limits").read())
    began = time.time()
    os.write(fd, what) if isinstance(what, bytes) else os.kill(pid, what)
    if what in (signal.SIGTSTP, b"\x1a"):
        until("stopped")
        paused = echo(fd)
        shown = ""
        os.kill(pid, signal.SIGCONT)
        until(re.escape(prompt))
        time.sleep(0.3)
        assert paused and not echo(fd), (what, paused, echo(fd))
        os.kill(pid, signal.SIGTERM)
    until("ended -?\\d+\r")
    assert time.time() - began < 5, what
    assert (before, asking, echo(fd)) == (True, False, True), (what, before, asking, echo(fd))
    os.close(fd)
    os.waitpid(shell, 0)
    return re.search("ended (-?\\d+)", shown).group(1)
S = signal
print(*[attempt(what) for what in (b"\x03", b"\x1c", S.SIGINT, S.SIGTERM, S.SIGHUP, S.SIGQUIT, S.SIGTSTP, b"\x1a")])
"#;

#[test]
fn every_signal_leaves_the_builder_s_terminal_as_it_was() {
    let site = small_site();
    let key = fs::read(site.path("pki/ca-key.pem")).unwrap();
    let mut command = Command::new("python3");
    command.args(["-c", SIGNALS, "new passphrase for `pki/ca-key.pem`: "]).arg(etcdpack()).args(["pki", "lock"]);
    // As the signal would have ended it, had nobody caught it.
    assert_eq!(run(command.current_dir(site.path(""))).ok(), "-2 -3 -2 -15 -1 -3 -15 -15");
    assert_eq!(fs::read(site.path("pki/ca-key.pem")).unwrap(), key);
    // Nothing of it outlasts the question: what is not asked is ended as ever.
    let said = run(Command::new("python3").args(["-c", ANSWERED]).arg(etcdpack()).current_dir(site.path("")));
    assert_eq!(said.ok(), "-15");
}

/// Answers the first question, the second is cut off by a signal.
const ANSWERED: &str = r#"
import os, pty, signal, sys, time
# Whoever starts tests in the background has some of these ignored.
for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTSTP): signal.signal(each, signal.SIG_DFL)
signal.alarm(60)
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["etcdpack", "pki", "lock"])
shown = b""
while b"new passphrase" not in shown:
    shown += os.read(fd, 4096)
time.sleep(0.3)
os.write(fd, b"one\n")
while b"once more" not in shown:
    shown += os.read(fd, 4096)
os.kill(pid, signal.SIGTERM)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// The small site with sealed keys.
fn sealed_site() -> Site {
    let site = small_site();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"plaintext\"", "\"passphrase\"")).unwrap();
    fs::write(site.path("passphrase"), "correct-horse-battery-staple").unwrap();
    let line = format!(
        "{} build --no-rehearsal --release release.tar.gz --passphrase-fd 3 3<passphrase",
        etcdpack().display()
    );
    run(Command::new("sh").args(["-c", &line]).current_dir(site.path(""))).ok();
    fs::create_dir(site.path("root")).unwrap();
    site
}

#[test]
fn every_signal_leaves_the_host_s_terminal_as_it_was() {
    let site = sealed_site();
    let mut command = Command::new("python3");
    command.args(["-c", SIGNALS, "Passphrase of the private key: ", "dist/n1.run", "install", "--yes", whole::SIGNER]);
    command.args(["--service", "systemd", "--root", "root"]);
    assert_eq!(run(command.current_dir(site.path(""))).ok(), "3 3 3 3 3 3 3 3");
    assert!(!site.path("root/opt").exists());
}

/// Answers `Word N of the twelve` by the list of words in the first argument, wrongly in the tries that are named after it.
const WORDS: &str = r#"
import re
words, wrong, answer, command = open("dist/signing.words").read().strip().split("-"), eval(sys.argv[1]), sys.argv[2], sys.argv[3:]
asked, early = [], False
def hear(shown, type_):
    global asked, early, answer
    numbers = [int(n) for n in re.findall(r"Word (\d+) of the twelve: ", shown)]
    if len(numbers) > len(asked):
        asked = numbers
        early |= sum(f" {word} " in shown.replace("-", " ") for word in words) > 3
        try_, nth = divmod(len(asked) - 1, 3)
        word = words[asked[-1] - 1]
        if answer == "interrupt":
            type_(b"\x03")
        elif try_ in wrong and nth == try_:
            type_(words[asked[-1] % 12].encode() + b"x\n")
        else:
            type_((word.upper() if nth == 0 else word[:4] if nth == 1 else word).encode() + b"\n")
    if "Install? [y/N] " in shown and answer == "y":
        type_(b"y\n")
        answer = ""
shown, status = talk(command, hear)
print(status, len(asked), len(set(asked)), early, "-".join(words) in shown)
"#;

#[test]
fn a_first_install_asks_for_words_that_it_has_not_shown() {
    let site = small_site();
    let ask = |wrong: &str, answer: &str, root: &str| {
        fs::create_dir_all(site.path(root)).unwrap();
        let mut command = at_terminal(WORDS);
        command.args([wrong, answer, "dist/n1.run", "install", "--service", "systemd", "--root", root]);
        run(command.current_dir(site.path(""))).ok()
    };
    assert_eq!(ask("[0, 1, 2]", "y", "a"), "4 9 9 False False");
    assert_eq!(ask("[]", "interrupt", "a"), "3 1 1 False False");
    assert!(!site.path("a/opt").exists() && !site.path("a/var/lib/etcdpack/receipt.json").exists());
    assert_eq!(ask("[0, 1]", "y", "a"), "0 9 9 False False");
    assert_eq!(ask("[]", "y", "b"), "0 3 3 False False");
    assert!(site.path("a/opt/etcd").exists() && site.path("b/opt/etcd").exists());
    // After an uninstall that kept data another signer's words are asked for likewise, and neither the plan shows them.
    let wal = site.path("b/data/etcd/etcd-server/member/wal");
    fs::create_dir_all(&wal).unwrap();
    let log = include_bytes!("../../../installer/fixtures/wal-3.5.1.bin");
    fs::write(wal.join("0000000000000000-0000000000000000.wal"), log).unwrap();
    site.shell("dist/n1.run uninstall --yes --root b").ok();
    site.shell("umask 077; openssl ecparam -name prime256v1 -genkey -noout > pki/signing-key.pem").ok();
    site.etcdpack(&["build", "--release", "release.tar.gz"]).ok();
    let said = site.shell("dist/n1.run plan --service systemd --root b");
    let words = fs::read_to_string(site.path("dist/signing.words")).unwrap();
    assert!(said.code == 0 && said.err.contains("[signer-changed]") && !said.err.contains(words.trim()), "{said:?}");
    assert_eq!(ask("[0, 1, 2]", "y", "b"), "4 9 9 False False");
    assert_eq!(ask("[]", "y", "b"), "0 3 3 False False");
    // Without a terminal nobody is asked.
    fs::create_dir(site.path("c")).unwrap();
    let line = "setsid -w dist/n1.run install --service systemd --root c </dev/null";
    run(Command::new("sh").args(["-c", line]).current_dir(site.path(""))).refused(3, "[signer-unknown]");
}
