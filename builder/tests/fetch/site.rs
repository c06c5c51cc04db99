//! A release site on a loopback address that behaves as well or as badly as a test wants.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use time::OffsetDateTime;

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) range: Option<u64>,
    pub(crate) if_range: Option<String>,
    pub(crate) authorization: Option<String>,
}

/// What the site does with it.
pub(crate) enum Reply {
    /// Status line, headers, body; then the connection ends.
    Send(&'static str, Vec<(&'static str, String)>, Vec<u8>),
    /// The same, with pieces of the body sent one by one after a pause.
    Drip(Vec<(&'static str, String)>, Vec<u8>, Duration),
    /// 200 and a body that never ends.
    Endless,
    /// Bytes as they are, status line and all: piece after piece, each after a pause.
    Raw(Box<dyn Iterator<Item = Vec<u8>> + Send>, Duration),
}

/// What a server shows in a TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Badge {
    Good,
    WrongName,
    Expired,
    NotYetValid,
    /// Signed by itself; the authority on disk is another one.
    SelfSigned,
}

impl Reply {
    pub(crate) fn status(status: &'static str) -> Self {
        Self::Send(status, Vec::new(), Vec::new())
    }

    /// 200 with a length.
    pub(crate) fn whole(body: &[u8]) -> Self {
        Self::Send("200 OK", vec![("Content-Length", body.len().to_string())], body.to_vec())
    }

    /// `start`, then `piece` for ever, one after each pause.
    pub(crate) fn forever(start: &str, piece: &'static str, pause: Duration) -> Self {
        let pieces = std::iter::once(start.to_owned()).chain(std::iter::repeat_with(|| piece.to_owned()));
        Self::Raw(Box::new(pieces.map(String::into_bytes)), pause)
    }

    pub(crate) fn redirect(to: String) -> Self {
        Self::Send("302 Found", vec![("Location", to), ("Content-Length", "0".to_owned())], Vec::new())
    }
}

type Handler = Arc<dyn Fn(&Asked, usize) -> Reply + Send + Sync>;

/// A running site; its threads end with the test process.
pub(crate) struct Site {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Site {
    /// Plain HTTP. `handler` gets the request and how many came before it.
    pub(crate) fn http(handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start("http", Arc::new(handler), |stream| Some(Box::new(stream)))
    }

    /// HTTPS with a certificate for 127.0.0.1, signed by an authority that is written to a file in `dir`.
    pub(crate) fn https(
        dir: &Path,
        handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> (Self, PathBuf) {
        Self::https_as(Badge::Good, dir, handler)
    }

    /// The same, with another certificate.
    pub(crate) fn https_as(
        badge: Badge,
        dir: &Path,
        handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> (Self, PathBuf) {
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let name = if badge == Badge::WrongName { "mirror.example" } else { "127.0.0.1" };
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let year = |years: i32| rcgen::date_time_ymd(OffsetDateTime::now_utc().year() + years, 1, 1);
        (leaf.not_before, leaf.not_after) = match badge {
            Badge::Expired => (year(-2), year(-1)),
            Badge::NotYetValid => (year(1), year(2)),
            Badge::Good | Badge::WrongName | Badge::SelfSigned => (year(-1), year(2)),
        };
        let leaf = match badge {
            Badge::SelfSigned => leaf.self_signed(&key).unwrap(),
            _ => leaf.signed_by(&key, &ca).unwrap(),
        };
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![leaf.der().clone()],
                    rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
        let config = Arc::new(config);
        let path = dir.join("ca.pem");
        std::fs::write(&path, ca.pem()).unwrap();
        let site = Self::start("https", Arc::new(handler), move |stream| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(Box::new(rustls::StreamOwned::new(connection, stream)))
        });
        (site, path)
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn start(
        scheme: &str,
        handler: Handler,
        dress: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, dress) = (Arc::clone(&asked), Arc::new(dress));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, log, dress) = (Arc::clone(&handler), Arc::clone(&log), Arc::clone(&dress));
                thread::spawn(move || {
                    let Some(mut stream) = dress(stream) else { return };
                    let Some(request) = read(&mut *stream) else { return };
                    let before = {
                        let mut log = log.lock().unwrap();
                        log.push(request.clone());
                        log.len() - 1
                    };
                    let _ = answer(&mut *stream, handler(&request, before));
                    stream.close();
                });
            }
        });
        Self { url, asked }
    }
}

trait Stream: Read + Write + Send {
    fn close(&mut self) {}
}

impl Stream for TcpStream {}

impl Stream for rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
    fn close(&mut self) {
        self.conn.send_close_notify();
        let _ = self.flush();
    }
}

fn read(stream: &mut dyn Stream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let text = String::from_utf8(bytes).ok()?;
    let header = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    Some(Asked {
        path: text.split(' ').nth(1)?.to_owned(),
        range: header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()),
        if_range: header("if-range"),
        authorization: header("authorization"),
    })
}

fn answer(stream: &mut dyn Stream, reply: Reply) -> std::io::Result<()> {
    let mut head = |status: &str, headers: &[(&str, String)]| {
        let mut text = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
        for (name, value) in headers {
            text += &[name, ": ", value, "\r\n"].concat();
        }
        stream.write_all((text + "\r\n").as_bytes())
    };
    match reply {
        Reply::Send(status, headers, body) => {
            head(status, &headers)?;
            stream.write_all(&body)?;
        }
        Reply::Drip(headers, body, pause) => {
            head("200 OK", &headers)?;
            for piece in body.chunks(body.len().div_ceil(4)) {
                stream.write_all(piece)?;
                stream.flush()?;
                thread::sleep(pause);
            }
        }
        Reply::Raw(pieces, pause) => {
            for piece in pieces {
                thread::sleep(pause);
                stream.write_all(&piece)?;
                stream.flush()?;
            }
        }
        Reply::Endless => {
            head("200 OK", &[])?;
            stream.write_all(&[0x1f, 0x8b])?;
            loop {
                stream.write_all(&[0; 4096])?;
            }
        }
    }
    stream.flush()
}
