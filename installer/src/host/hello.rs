//! Asks a member's port for its certificates, as anybody may: a hello, and no more of TLS than comes back in the clear.
#![expect(clippy::disallowed_methods, reason = "edge: speaks to another member, asks the clock")]

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::interrupt::Interrupt;
use crate::facts::network::hello::{self, Heard};

/// How long the connection may take.
pub(super) const CONNECTS: Duration = Duration::from_secs(1);
/// How often somebody is heard who asks us to stop.
const SLICE: Duration = Duration::from_millis(100);

/// What a port answers to a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hello {
    /// Its certificates, the server's own first, in DER.
    Chain(Vec<Vec<u8>>),
    /// Something answers, and shows none: it speaks TLS 1.3 alone, or is no etcd.
    Other,
    /// Nothing within the time, or not another word.
    Silence,
}

/// What `at` answers within `limit`; an error where nobody takes the connection.
pub(super) fn ask(at: SocketAddr, limit: Duration, interrupt: &Interrupt) -> io::Result<Hello> {
    Ok(hello(TcpStream::connect_timeout(&at, CONNECTS)?, limit, interrupt))
}

/// What the other end of `stream` answers within `limit`.
fn hello(mut stream: TcpStream, limit: Duration, interrupt: &Interrupt) -> Hello {
    let until = Instant::now() + limit;
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    if stream.set_write_timeout(Some(limit)).is_err() || stream.write_all(&hello::client_hello()).is_err() {
        return Hello::Silence;
    }
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || interrupt.is_raised() || stream.set_read_timeout(Some(left.min(SLICE))).is_err() {
            return Hello::Silence;
        }
        let read = match stream.read(&mut part) {
            Ok(len) => part.get(..len).filter(|read| !read.is_empty()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(_) => None,
        };
        let Some(read) = read else { return if answer.is_empty() { Hello::Silence } else { Hello::Other } };
        answer.extend_from_slice(read);
        match hello::hear(&answer) {
            Heard::More => {}
            Heard::Chain(chain) => return Hello::Chain(chain),
            Heard::Nothing => return Hello::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::{SocketAddr, TcpListener};
    use std::process::{Child, Command, Stdio};
    use std::thread;

    use super::*;
    use crate::facts::credentials::x509;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn heard(stream: TcpStream) -> Hello {
        hello(stream, PATIENCE, &Interrupt::default())
    }

    /// OpenSSL's server with a key of this kind, and where it listens.
    fn server(dir: &std::path::Path, key: &[&str], more: &[&str]) -> (Child, SocketAddr) {
        let openssl = || {
            let mut command = Command::new("openssl");
            command.current_dir(dir).stdin(Stdio::piped()).stderr(Stdio::null());
            command
        };
        let made = openssl()
            .args(["req", "-x509", "-nodes", "-days", "2", "-keyout", "key.pem", "-out", "cert.pem", "-newkey"])
            .args(key)
            .args(["-subj", "/O=x/CN=first/CN=etcd-peer"])
            .status();
        assert!(made.unwrap().success());
        // It asks for a certificate as etcd does.
        let mut server = openssl()
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-Verify", "1"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
        let at = said.into_iter().find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok()).unwrap();
        (server, at)
    }

    #[test]
    fn a_real_server_shows_its_name_unless_it_speaks_1_3_alone() {
        let dir = std::env::temp_dir().join(format!("etcdpack-hello-{}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        let ecdsa = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
        for (key, more, expected) in [
            (&ecdsa[..], &[][..], Some("etcd-peer")),
            (&["rsa:2048"], &["-tls1_2"], Some("etcd-peer")),
            (&["rsa:2048"], &["-cipher", "ECDHE-RSA-AES256-GCM-SHA384"], Some("etcd-peer")),
            (&ecdsa, &["-tls1_3"], None),
        ] {
            let (mut server, at) = server(&dir, key, more);
            let seen = TcpStream::connect(at).map(heard);
            server.kill().unwrap();
            server.wait().unwrap();
            let name = match seen.unwrap() {
                Hello::Chain(chain) => x509::common_name_of(&chain[0]),
                Hello::Other => None,
                Hello::Silence => panic!("{key:?} {more:?}: nothing came back"),
            };
            assert_eq!(name.as_deref(), expected, "{key:?} {more:?}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn whoever_answers_slowly_for_ever_or_not_at_all_is_left_in_time() {
        let scripts: [fn(TcpStream); 3] = [
            |_silent| thread::sleep(Duration::from_secs(3)),
            |mut slow| {
                let mut sent = slow.write_all(&[22, 3, 3, 0x40, 0]);
                while sent.is_ok() {
                    thread::sleep(Duration::from_millis(50));
                    sent = slow.write_all(&[0]);
                }
            },
            |mut flood| while flood.write_all(&[22, 3, 3, 0, 5, 2, 0, 0, 1, 0]).is_ok() {},
        ];
        for script in scripts {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let at = listener.local_addr().unwrap();
            thread::spawn(move || listener.accept().map(|(stream, _)| script(stream)));
            let begin = Instant::now();
            assert!(!matches!(heard(TcpStream::connect(at).unwrap()), Hello::Chain(_)));
            assert!(begin.elapsed() < PATIENCE + Duration::from_millis(800), "{:?}", begin.elapsed());
        }
    }
}
