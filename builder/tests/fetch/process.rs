//! `etcdpack fetch` as a process: killed, in pairs, behind proxies, and with everything there already.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use payload::digest::Digest;

use crate::machine::{Machine, honest, tarball};
use crate::site::{Reply, Site};

const PIECE: Duration = Duration::from_millis(10);

/// `etcdpack fetch` on this machine, without the proxies of whoever runs the tests.
fn fetch(machine: &Machine) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_etcdpack"));
    command.arg("fetch").current_dir(machine.dir.path()).env_clear().env("XDG_CACHE_HOME", machine.dir.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn cluster(machine: &Machine, mirror: &str, bytes: &[u8]) {
    let text = format!(
        "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.33\"\nsha256 = \"{}\"\nmirrors = [\"{mirror}\"]\n\
         [[host]]\nname = \"n1\"\naddress = \"192.0.2.1\"\n",
        Digest::of(bytes)
    );
    fs::write(machine.path("cluster.toml"), text).unwrap();
}

fn run(mut command: Command) -> (i32, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code().unwrap_or(-1), String::from_utf8(stderr).unwrap())
}

/// A site that sends a piece at a time, 16 in all, and knows what a range is. `first` is how long its first answer
/// waits before each.
fn slow(bytes: Vec<u8>, first: Duration) -> Site {
    Site::http(move |asked, n| {
        let pause = if n == 0 { first } else { PIECE };
        let Reply::Send(status, headers, body) = honest(&bytes, "\"a\"", asked) else { unreachable!() };
        let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head += &[name, ": ", &value, "\r\n"].concat();
        }
        let pieces: Vec<Vec<u8>> = body.chunks(20_000).map(<[u8]>::to_vec).collect();
        Reply::Raw(Box::new(std::iter::once((head + "\r\n").into_bytes()).chain(pieces)), pause)
    })
}

/// Every file under a final name in the cache has the digest that its directory is called for.
fn cache_is_sound(machine: &Machine) -> usize {
    let dirs = fs::read_dir(machine.path("etcdpack/sha256")).into_iter().flatten().flatten();
    let mut files = 0;
    for dir in dirs {
        for file in fs::read_dir(dir.path()).unwrap().flatten() {
            let digest = Digest::of(&fs::read(file.path()).unwrap()).to_string();
            assert_eq!(dir.file_name().to_string_lossy(), digest);
            files += 1;
        }
    }
    files
}

fn kill(mut child: Child) {
    // SIGKILL: nothing of ours runs after it.
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn killed_at_any_moment_the_next_run_goes_on() {
    let (machine, bytes) = (Machine::new(), tarball(401));
    let site = slow(bytes.clone(), PIECE);
    cluster(&machine, &site.url, &bytes);
    for round in 0..24 {
        let asked = site.asked().len();
        let child = fetch(&machine).spawn().unwrap();
        // Every other time the clock starts with the process, else with its request, where it makes one.
        let patience = if round % 2 == 0 { 0 } else { 200 };
        for _ in 0..patience {
            if site.asked().len() == asked {
                thread::sleep(Duration::from_millis(5));
            }
        }
        thread::sleep(Duration::from_millis(5 + 23 * (round % 8)));
        kill(child);
        let files = cache_is_sound(&machine);
        let lock = fs::read_to_string(machine.path("etcdpack.lock")).unwrap_or_default();
        assert!(lock.is_empty() || lock.contains(&Digest::of(&bytes).to_string()), "{lock}");
        if files > 0 {
            // It got there in spite of all; from the beginning again, for the moments around the end.
            fs::remove_dir_all(machine.path("etcdpack")).unwrap();
        }
    }
    let (code, said) = run(fetch(&machine));
    assert_eq!((code, cache_is_sound(&machine)), (0, 1), "{said}");
    let left: Vec<_> = fs::read_dir(machine.path("etcdpack/tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(site.asked().iter().any(|asked| asked.range.is_some()), "no run went on where another was killed");
}

#[test]
fn a_second_builder_goes_on_where_the_first_was_killed() {
    let (machine, bytes) = (Machine::new(), tarball(402));
    let site = slow(bytes.clone(), Duration::from_millis(200));
    cluster(&machine, &site.url, &bytes);
    let first = fetch(&machine).spawn().unwrap();
    while site.asked().is_empty() {
        thread::sleep(PIECE);
    }
    let mut second = fetch(&machine).spawn().unwrap();
    let mut said = BufReader::new(second.stderr.take().unwrap()).lines().map(|line| line.unwrap());
    assert!(said.any(|line| line.contains("another etcdpack is downloading the same file")), "nobody waited");
    thread::sleep(Duration::from_millis(500));
    kill(first);
    let rest: Vec<String> = said.collect();
    assert!(second.wait().unwrap().success(), "{rest:?}");
    assert!(site.asked()[1].range.is_some(), "{:?}", site.asked());
    assert_eq!(cache_is_sound(&machine), 1);
}

/// A proxy for the HTTPS of everybody, and how often it was asked.
fn behind(proxy: &Site, machine: &Machine) -> (i32, String) {
    let mut command = fetch(machine);
    for name in ["HTTPS_PROXY", "HTTP_PROXY"] {
        command.env(name, &proxy.url);
    }
    run(command)
}

#[test]
fn a_proxy_that_wants_a_login_or_shows_a_page_is_named() {
    let bytes = tarball(403);
    for (status, exit, words) in [
        ("407 Proxy Authentication Required", 3, "the proxy wants a login; put one into its URL"),
        ("200 OK", 4, "a captive portal, or a proxy that wants a login"),
    ] {
        let machine = Machine::new();
        // The page comes for plain http; a CONNECT, for upstream's https, is refused.
        let proxy = Site::http(move |asked, _| {
            let is_plain = asked.path.starts_with("http://");
            let status = if is_plain { status } else { "407 Proxy Authentication Required" };
            Reply::Send(status, vec![], b"<html>log in</html>".to_vec())
        });
        cluster(&machine, "http://mirror.example", &bytes);
        let (code, said) = behind(&proxy, &machine);
        assert_eq!(code, exit, "{said}");
        assert!(said.contains(words) && said.contains("help: "), "{said}");
        assert_eq!((cache_is_sound(&machine), machine.path("etcdpack.lock").exists()), (0, false));
        let asked: Vec<String> = proxy.asked().into_iter().map(|asked| asked.path).collect();
        // Once each: a login does not come by asking again.
        assert_eq!(asked[1..], ["github.com:443", "storage.googleapis.com:443"], "{asked:?}");
    }
}

#[test]
fn a_page_in_place_of_a_tunnel_is_no_server() {
    let (machine, bytes) = (Machine::new(), tarball(404));
    let proxy = Site::http(|_, _| Reply::whole(b"<html>log in</html>"));
    cluster(&machine, "https://mirror.example", &bytes);
    let (code, said) = behind(&proxy, &machine);
    assert_eq!(code, 3, "{said}");
    assert_eq!(cache_is_sound(&machine), 0);
}

#[test]
fn a_proxy_is_used_where_it_is_named_and_left_out_where_it_is_not() {
    let bytes = tarball(405);
    let body = bytes.clone();
    let proxy = Site::http(move |_, _| Reply::whole(&body));
    let machine = Machine::new();
    cluster(&machine, "http://mirror.example/etcd", &bytes);
    let (code, said) = behind(&proxy, &machine);
    assert_eq!((code, cache_is_sound(&machine)), (0, 1), "{said}");
    assert_eq!(proxy.asked()[0].path, "http://mirror.example/etcd/v3.5.33/etcd-v3.5.33-linux-amd64.tar.gz");

    let (machine, body) = (Machine::new(), bytes.clone());
    let direct = Site::http(move |_, _| Reply::whole(&body));
    cluster(&machine, &direct.url, &bytes);
    let mut command = fetch(&machine);
    command.env("HTTP_PROXY", &proxy.url).env("NO_PROXY", "127.0.0.1");
    let (code, said) = run(command);
    assert_eq!((code, direct.asked().len(), proxy.asked().len()), (0, 1, 1), "{said}");
}

#[test]
fn with_everything_there_not_one_call_asks_the_network() {
    let (machine, bytes) = (Machine::new(), tarball(406));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    cluster(&machine, &site.url, &bytes);
    let traced = |log: &Path| {
        let plain = fetch(&machine);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=%network", "-o"]).arg(log).arg(plain.get_program()).arg("fetch");
        strace.current_dir(machine.dir.path()).env("XDG_CACHE_HOME", machine.dir.path());
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            strace.env_remove(name);
        }
        let (code, said) = run(strace);
        assert_eq!(code, 0, "{said}");
        fs::read_to_string(log).unwrap()
    };
    let calls = traced(&machine.path("first"));
    assert!(calls.contains("connect("), "the tracer sees calls: {calls}");
    assert_eq!(traced(&machine.path("second")), "");
    assert_eq!(site.asked().len(), 1);
}
