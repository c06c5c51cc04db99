//! Answers that are late, endless, cut off, dressed up, or of something else.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use builder::release::{FirstUse, Limits, Mirror, ReleaseRequest};

use crate::machine::{Machine, accepted, refused, tarball};
use crate::site::{Asked, Reply, Site};

pub(crate) type Answer = Box<dyn Fn() -> Reply + Send + Sync>;

pub(crate) const PERIOD: Duration = Duration::from_millis(50);

/// One attempt, and a second in all.
pub(crate) fn hurried(request: ReleaseRequest) -> ReleaseRequest {
    let limits = Limits { total: Duration::from_secs(1), attempts: 1, ..request.limits };
    ReleaseRequest { limits, ..request }
}

/// Refused, soon, and with nothing in cache and lock.
fn refused_soon(machine: &Machine, request: &ReleaseRequest, exit: u8, words: &str) {
    let start = Instant::now();
    let (error, _) = refused(request, exit);
    assert!(error.contains(words), "no `{words}` in {error}");
    assert!(start.elapsed() < Duration::from_secs(4), "{words}: {:?}", start.elapsed());
    assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()), "{words}");
}

#[test]
fn one_byte_a_period_is_cut_off_by_the_total() {
    let machine = Machine::new();
    // Never idle for long, never done: with no end, with a length, and in chunks.
    for (start, piece) in [
        ("HTTP/1.1 200 OK\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ] {
        let site = Site::http(move |_, _| Reply::forever(start, piece, PERIOD));
        let request = hurried(machine.pinned(&[&site.url], b"x"));
        refused_soon(&machine, &request, 3, "not done after 1s");
    }
}

#[test]
fn headers_that_never_end_are_cut_off() {
    let machine = Machine::new();
    for (start, piece, pause) in [
        // A byte a period: an answer that has not begun after `idle` is none, however busy it looks.
        ("HTTP/1.1 200 OK\r\nX: ", "x", PERIOD),
        ("HTTP/1.1 200 OK\r\n", "X: x\r\n", PERIOD),
        // As fast as it goes: a client without a limit would fill its memory.
        ("HTTP/1.1 200 OK\r\nX: ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Duration::ZERO),
        ("HTTP/1.1 200 OK\r\n", "X: x\r\n", Duration::ZERO),
        ("", "HTTP/1.1 100 Continue\r\n\r\n", Duration::ZERO),
        ("", "HTTP/1.1 103 Early Hints\r\n\r\n", PERIOD),
    ] {
        let site = Site::http(move |_, _| Reply::forever(start, piece, pause));
        refused_soon(&machine, &hurried(machine.pinned(&[&site.url], b"x")), 3, "could not be downloaded");
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let (machine, bytes) = (Machine::new(), tarball(101));
    // Nothing after the request; nothing after the headers.
    for start in ["", "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n"] {
        let pause = Duration::from_secs(30);
        let pieces = move || {
            [start.as_bytes().to_vec()].into_iter().chain(std::iter::repeat_with(move || {
                thread::sleep(pause);
                Vec::new()
            }))
        };
        let site = Site::http(move |_, _| Reply::Raw(Box::new(pieces()), Duration::ZERO));
        refused_soon(&machine, &hurried(machine.pinned(&[&site.url], &bytes)), 3, "nothing came for 400ms");
    }
    // Nothing after the connection, where a TLS handshake should be.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    refused_soon(&machine, &hurried(machine.pinned(&[&url], &bytes)), 3, "nothing came for 400ms");
    drop(silent);
    // Nobody there at all.
    refused_soon(&machine, &hurried(machine.pinned(&[&url], &bytes)), 3, "could not be downloaded");
    refused_soon(&machine, &hurried(machine.pinned(&["https://etcd.invalid"], &bytes)), 3, "could not be downloaded");
}

#[test]
fn an_address_that_swallows_packets_is_given_up() {
    // A listener whose queue is full answers no SYN: to us, a black hole.
    let script = "import socket, sys\n\
                  s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(0)\n\
                  full = []\n\
                  for _ in range(4):\n    c = socket.socket(); c.setblocking(False); c.connect_ex(s.getsockname()); full.append(c)\n\
                  print(s.getsockname()[1], flush=True); sys.stdin.read()";
    let mut python = Command::new("python3");
    let mut hole = python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(hole.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let (machine, bytes) = (Machine::new(), tarball(109));
    let body = bytes.clone();
    let good = Site::http(move |_, _| Reply::whole(&body));
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://127.0.0.1:{}", port.trim());
        let mut request = hurried(machine.pinned(&[&url], &bytes));
        request.limits.connect = Duration::from_millis(300);
        refused_soon(&machine, &request, 3, "could not be downloaded");
        request.sources.push(Mirror::parse(&good.url).unwrap());
        accepted(&request, &bytes);
        fs::remove_dir_all(machine.path("cache")).unwrap();
        fs::remove_file(machine.path("etcdpack.lock")).unwrap();
    }
    drop(hole.stdin.take());
    hole.wait().unwrap();
}

#[test]
fn what_announces_too_much_is_not_even_begun() {
    let machine = Machine::new();
    let site = Site::http(|_, _| {
        Reply::Send("200 OK", vec![("Content-Length", 5_000_000_000_u64.to_string())], vec![0x1f, 0x8b, 8])
    });
    refused_soon(&machine, &machine.pinned(&[&site.url], b"x"), 3, "larger than");
    assert_eq!(site.asked().len(), 1);
}

#[test]
fn a_body_that_ends_early_is_never_the_whole() {
    let bytes = tarball(102);
    let half = bytes[..150_000].to_vec();
    let chunk = [b"249f0\r\n".as_slice(), &half, b"\r\n"].concat();
    // Without a length the end of the connection is the end of the body: only the sum can tell.
    let silent = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice(), &half].concat();
    let chunked = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &chunk].concat();
    let counted = [b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n".as_slice(), &half].concat();
    let contradictory =
        [b"HTTP/1.1 200 OK\r\nContent-Length: 150000\r\nContent-Length: 300000\r\n\r\n".as_slice(), &half].concat();
    for (what, answer, exit) in
        [("silent", silent, 4), ("chunked", chunked, 3), ("counted", counted, 3), ("contradictory", contradictory, 3)]
    {
        let machine = Machine::new();
        let site = Site::http(move |_, _| Reply::Raw(Box::new(std::iter::once(answer.clone())), Duration::ZERO));
        let (error, _) = refused(&machine.pinned(&[&site.url], &bytes), exit);
        assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()), "{what}: {error}");
        // Nothing that is here now is in the way. Wrong bytes end a run, so there the good place stands alone.
        let body = bytes.clone();
        let good = Site::http(move |_, _| Reply::whole(&body));
        let both = [site.url.as_str(), &good.url];
        accepted(&machine.pinned(if exit == 4 { &both[1..] } else { &both }, &bytes), &bytes);
    }
}

#[test]
fn trust_on_first_use_takes_nothing_that_was_cut_off_or_damaged() {
    let bytes = tarball(103);
    let mut damaged = bytes.clone();
    damaged[150_000] ^= 1;
    for bad in [bytes[..150_000].to_vec(), bytes[..bytes.len() - 1].to_vec(), damaged, [&bytes[..], b"x"].concat()] {
        let machine = Machine::new();
        let (sent, good) = (bad.clone(), bytes.clone());
        // No length: as far as HTTP can tell, both answers are whole.
        let (site, ca) = Site::https(machine.dir.path(), move |_, n| {
            Reply::Send("200 OK", vec![], if n == 0 { sent.clone() } else { good.clone() })
        });
        let request = ReleaseRequest { first_use: FirstUse::Trust, ca_cert: Some(ca), ..machine.request(&[&site.url]) };
        let (error, _) = refused(&request, 4);
        assert!(error.contains("truncated or damaged"), "{error}");
        assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()));
        accepted(&request, &bytes);

        let machine = Machine::new();
        fs::write(machine.path("mine.tgz"), &bad).unwrap();
        let local = Some(machine.path("mine.tgz"));
        refused(&ReleaseRequest { local, first_use: FirstUse::Trust, ..machine.request(&[]) }, 4);
        assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()));
    }
}

#[test]
fn an_encoding_is_refused_before_anything_is_inflated() {
    // A bomb: a hundred megabytes of zeroes in a hundred kilobytes.
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), 100 << 20), &mut bomb).unwrap();
    let bomb = bomb.finish().unwrap();
    for encoding in ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let (machine, body) = (Machine::new(), bomb.clone());
        let header = ("Content-Encoding", encoding.to_owned());
        let site = Site::http(move |_, _| Reply::Send("200 OK", vec![header.clone()], body.clone()));
        refused_soon(&machine, &machine.pinned(&[&site.url], b"x"), 3, "content encoding");
    }
    // Named as what it is, it is a gzip file like any other, and the wrong one.
    let (machine, body) = (Machine::new(), bomb.clone());
    let site = Site::http(move |_, _| Reply::whole(&body));
    refused_soon(&machine, &machine.pinned(&[&site.url], b"x"), 4, "SHA-256");
}

#[test]
fn a_page_in_place_of_the_tarball_is_named_whatever_its_status() {
    let page = b"<!DOCTYPE html><title>Log in</title>";
    for (status, exit, words) in [
        ("200 OK", 4, "captive portal"),
        ("203 Non-Authoritative Information", 3, "203"),
        ("404 Not Found", 3, "404"),
        ("403 Forbidden", 3, "403"),
        ("407 Proxy Authentication Required", 3, "the proxy wants a login"),
        ("511 Network Authentication Required", 3, "511"),
        ("206 Partial Content", 3, "206"),
        ("204 No Content", 3, "204"),
        ("302 Found", 3, "302"),
        ("304 Not Modified", 3, "304"),
    ] {
        let machine = Machine::new();
        let site = Site::http(move |_, _| Reply::Send(status, vec![], page.to_vec()));
        refused_soon(&machine, &machine.pinned(&[&site.url], b"x"), exit, words);
    }
    for (body, words) in [(&b""[..], "empty file"), (b"PK\x03\x04", "not a gzip file"), (b"\x1f", "not a gzip file")] {
        let (machine, body) = (Machine::new(), body.to_vec());
        let site = Site::http(move |_, _| Reply::whole(&body));
        refused_soon(&machine, &machine.pinned(&[&site.url], b"x"), 4, words);
    }
}

#[test]
fn what_is_no_http_is_refused() {
    for start in
        ["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "\u{0}\u{0}\u{0}\r\n\r\n"]
    {
        let machine = Machine::new();
        let site = Site::http(move |_, _| Reply::Raw(Box::new(std::iter::once(start.into())), Duration::ZERO));
        refused_soon(&machine, &hurried(machine.pinned(&[&site.url], b"x")), 3, "could not be downloaded");
    }
}

#[test]
fn ten_redirects_are_followed_and_no_credentials_go_along() {
    let (machine, bytes) = (Machine::new(), tarball(104));
    let body = bytes.clone();
    let other = Site::http(move |_, n| if n < 9 { Reply::redirect("on".to_owned()) } else { Reply::whole(&body) });
    let to = format!("{}/on", other.url);
    let first = Site::http(move |_, _| Reply::redirect(to.clone()));
    accepted(&machine.pinned(&[&first.url.replace("http://", "http://me:hunter2@")], &bytes), &bytes);
    assert_eq!((first.asked().len(), other.asked().len()), (1, 10));
    assert!(first.asked()[0].authorization.is_some());
    let told: Vec<Asked> = other.asked().into_iter().filter(|asked| asked.authorization.is_some()).collect();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_name_with_two_addresses_is_tried_at_both() {
    // `localhost` may be ::1 first, where nobody listens.
    let (machine, bytes) = (Machine::new(), tarball(108));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    accepted(&machine.pinned(&[&site.url.replace("127.0.0.1", "localhost")], &bytes), &bytes);
}
