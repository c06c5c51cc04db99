//! No network, in the ways in which it is not there: in a network namespace of its own, where nobody answers.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use builder::release::asset;
use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};

use crate::machine::{Machine, tarball};

/// What `init` writes.
const DEFAULT: EtcdVersion = EtcdVersion::new(3, 6, 16);

/// The namespace is there.
const BEGIN: &str = "begins";

/// Both of upstream's places, at an address of ours.
const HOSTS: &str = "192.0.2.9 github.com storage.googleapis.com\n";

/// What was said, with the moments.
struct Heard {
    lines: Vec<(Duration, String)>,
    took: Duration,
    code: Option<i32>,
}

/// A machine with a cluster file of the version that `init` writes.
fn machine() -> Machine {
    let machine = Machine::new();
    let text = format!(
        "[cluster]\nname = \"a\"\n[release]\nversion = \"{DEFAULT}\"\n[[host]]\nname = \"n1\"\naddress = \"192.0.2.1\"\n\
         [etcd]\npeers = \"by-name\"\n"
    );
    fs::write(machine.path("cluster.toml"), text).unwrap();
    fs::write(machine.path("hosts"), HOSTS).unwrap();
    fs::write(machine.path("resolv.conf"), "nameserver 127.0.0.53\n").unwrap();
    machine
}

/// `etcdpack` with `arguments`, as a shell reads them, in a namespace that `prepare` has made.
fn etcdpack(machine: &Machine, prepare: &str, arguments: &str, proxy: Option<&str>) -> Heard {
    let script = format!(
        "set -e; ip link set lo up; ip addr add 192.0.2.9/32 dev lo; {prepare}\necho {BEGIN} >&2; exec \"$E\" {arguments}"
    );
    let mut command = Command::new("unshare");
    command.args(["-Urnm", "--kill-child", "sh", "-c", &script]).current_dir(machine.path("."));
    command.env("E", env!("CARGO_BIN_EXE_etcdpack")).env("XDG_CACHE_HOME", machine.path("cache"));
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    command.envs(proxy.map(|proxy| ("HTTPS_PROXY", proxy)));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut start = Instant::now();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        match line.as_str() {
            BEGIN => start = Instant::now(),
            _ => lines.push((start.elapsed(), line)),
        }
    }
    let code = child.wait().unwrap().code();
    Heard { lines, took: start.elapsed(), code }
}

fn fetch(prepare: &str, proxy: Option<&str>) -> Heard {
    etcdpack(&machine(), prepare, "fetch", proxy)
}

/// Says at once whom it asks, waits five seconds for each, says one line of each, and then what to do.
fn is_said(heard: &Heard, why: &str) {
    let text: Vec<&str> = heard.lines.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(heard.code, Some(3), "{text:#?}");
    let (at, first) = &heard.lines[0];
    assert!(*at < Duration::from_millis(500), "{at:?}");
    assert_eq!(first, "asking github.com for SHA256SUMS: at most 5s to connect, 30s for an answer");
    assert!(heard.took < Duration::from_secs(12), "{:?}: {text:#?}", heard.took);
    for host in ["github.com", "storage.googleapis.com"] {
        let of_it: Vec<_> = text.iter().filter(|line| line.starts_with(&format!("warning: https://{host}/"))).collect();
        assert!(of_it.len() == 1 && of_it[0].contains(why), "{text:#?}");
    }
    let mut end = text.iter().rev();
    let (other, bring, error) = (end.next().unwrap(), end.next().unwrap(), end.next().unwrap());
    assert_eq!(
        *error,
        "error: etcd 3.6.16 for amd64 could not be downloaded; tried: github.com, storage.googleapis.com"
    );
    let at = "https://github.com/etcd-io/etcd/releases/download/v3.6.16";
    for part in [
        format!("{at}/etcd-v3.6.16-linux-amd64.tar.gz and {at}/SHA256SUMS"),
        "`etcdpack fetch --release DIRECTORY/etcd-v3.6.16-linux-amd64.tar.gz`".to_owned(),
    ] {
        assert!(bring.contains(&part), "{bring}");
    }
    assert!(other.contains("HTTPS_PROXY=") && other.contains("--mirror"), "{other}");
}

#[test]
fn a_dns_server_that_never_answers() {
    let silent = "mount --bind resolv.conf /etc/resolv.conf; mkfifo up; python3 -c '\n\
                  import socket, time\n\
                  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((\"127.0.0.53\", 53))\n\
                  open(\"up\", \"w\").close(); time.sleep(60)' >/dev/null 2>&1 & cat up";
    is_said(&fetch(silent, None), "DNS has not answered for 5s (looking up `");
}

#[test]
fn a_firewall_that_drops() {
    // What goes to that address leaves by a link at whose other end nobody takes it: no answer, no error.
    let drops = "mount --bind hosts /etc/hosts; ip addr del 192.0.2.9/32 dev lo; ip link add v0 type veth peer name v1; \
                 ip addr add 192.0.2.1/24 dev v0; ip link set v0 up; ip link set v1 up; \
                 ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:99 dev v0";
    is_said(&fetch(drops, None), "no connection within 5s");
}

#[test]
fn a_proxy_that_hangs() {
    let hangs = "mkfifo up; python3 -c '\n\
                 import socket, time\n\
                 s = socket.socket(); s.bind((\"192.0.2.9\", 3128)); s.listen(9)\n\
                 open(\"up\", \"w\").close(); time.sleep(60)' >/dev/null 2>&1 & cat up";
    is_said(&fetch(hangs, Some("http://192.0.2.9:3128")), "no connection within 5s");
}

#[test]
fn nobody_listens() {
    let heard = fetch("mount --bind hosts /etc/hosts", None);
    assert!(heard.took < Duration::from_secs(2), "{:?}", heard.took);
    is_said(&heard, "no connection: ");
}

/// The tarball that was brought, and what the builder says to type about it, typed.
#[test]
fn the_default_version_is_brought() {
    let machine_of_init = machine();
    assert_eq!(etcdpack(&machine_of_init, "", "init -o new.toml", None).code, Some(0));
    let new = fs::read_to_string(machine_of_init.path("new.toml")).unwrap();
    assert!(new.contains(&format!("version = \"{DEFAULT}\"")), "{new}");
    let bytes = tarball(120);
    let name = asset(DEFAULT, Arch::Amd64);
    let machine = machine();
    fs::write(machine.path(&name), &bytes).unwrap();
    let sum = Digest::of(&bytes);
    // Without the list: the file's own sum, and what to type.
    let arguments = format!("fetch --release {name}");
    let heard = etcdpack(&machine, "", &arguments, None);
    let said: Vec<&str> = heard.lines.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(heard.code, Some(3), "{said:#?}");
    let error = format!("`{name}` has the SHA-256 {sum}");
    assert!(said[0].contains(&error), "{said:#?}");
    assert!(said[1].contains("/v3.6.16/SHA256SUMS to `SHA256SUMS`, then the same command again"), "{said:#?}");
    assert!(said[2].contains(&format!("`sha256-amd64 = \"{sum}\"`")), "{said:#?}");
    assert!(said[3].contains(&format!("`etcdpack fetch --release {name} --trust-on-first-use`")), "{said:#?}");
    fs::write(machine.path("SHA256SUMS"), format!("{sum}  {name}\n")).unwrap();
    let heard = etcdpack(&machine, "", &arguments, None);
    assert_eq!(heard.code, Some(0), "{:#?}", heard.lines);
    assert!(heard.took < Duration::from_secs(2), "{:?}", heard.took);
}

/// Each under its own name; a cluster of both needs both.
#[test]
fn two_architectures_are_brought_one_after_the_other() {
    let machine = machine();
    let text = fs::read_to_string(machine.path("cluster.toml")).unwrap();
    let arm = "[[host]]\nname = \"n2\"\naddress = \"192.0.2.2\"\narch = \"arm64\"\n";
    fs::write(machine.path("cluster.toml"), text.replace("[etcd]", &format!("{arm}[etcd]"))).unwrap();
    let bytes = [(Arch::Amd64, tarball(121)), (Arch::Arm64, tarball(122))];
    let mut list = String::new();
    for (arch, bytes) in &bytes {
        fs::write(machine.path(&asset(DEFAULT, *arch)), bytes).unwrap();
        list.push_str(&[&Digest::of(bytes).to_string(), "  ", &asset(DEFAULT, *arch), "\n"].concat());
    }
    fs::write(machine.path("SHA256SUMS"), list).unwrap();
    fs::write(machine.path("x.tar.gz"), &bytes[0].1).unwrap();
    let fetch =
        |file: &str| etcdpack(&machine, "mount --bind hosts /etc/hosts", &format!("fetch --release {file}"), None);
    assert_eq!(fetch("x.tar.gz").code, Some(2));
    let heard = fetch(&asset(DEFAULT, Arch::Amd64));
    assert_eq!(heard.code, Some(3), "{:#?}", heard.lines);
    let end = &heard.lines[heard.lines.len() - 2].1;
    assert!(end.contains(&asset(DEFAULT, Arch::Arm64)) && !end.contains("amd64"), "{end}");
    let heard = fetch(&asset(DEFAULT, Arch::Arm64));
    assert_eq!(heard.code, Some(0), "{:#?}", heard.lines);
}
