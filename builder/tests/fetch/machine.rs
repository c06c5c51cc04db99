//! A user's machine, a tarball, and a server that behaves well: what all tests here begin with.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use builder::failure::Diagnose as _;
use builder::release::{FirstUse, Limits, Mirror, ReleaseError, ReleaseRequest, Verified, obtain};
use builder::report::{Narrator, Progress};
use flate2::Compression;
use flate2::write::GzEncoder;
use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use tempfile::TempDir;

use crate::site::{Asked, Reply};

/// A version that no sum is known of, and none was published for.
pub(crate) const V: EtcdVersion = EtcdVersion::new(3, 1, 20);
/// Has a `SHA256SUMS` upstream, by its number.
pub(crate) const WITH_SUMS: EtcdVersion = EtcdVersion::new(3, 4, 99);

/// Collects the narration.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) warnings: Vec<String>,
    pub(crate) notes: Vec<String>,
    /// The largest position, and how often a transfer began.
    pub(crate) at: u64,
    pub(crate) begun: Vec<(u64, Option<u64>)>,
}

impl Narrator for Told {
    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
    fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
    fn progress(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Begin { done, total, .. } => self.begun.push((done, total)),
            Progress::At(at) => self.at = self.at.max(at),
            Progress::End => {}
        }
    }
}

/// A user's machine: a cache and a place for the lock file.
pub(crate) struct Machine {
    pub(crate) dir: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn request(&self, sources: &[&str]) -> ReleaseRequest {
        ReleaseRequest {
            version: V,
            arch: Arch::Amd64,
            sha256: None,
            sources: sources.iter().map(|source| Mirror::parse(source).unwrap()).collect(),
            local: None,
            list: None,
            first_use: FirstUse::Refuse,
            ca_cert: None,
            lock: self.path("etcdpack.lock"),
            cache: self.path("cache"),
            limits: Limits {
                connect: Duration::from_secs(2),
                idle: Duration::from_millis(400),
                total: Duration::from_secs(5),
                bytes: 4 * 1024 * 1024,
                attempts: 3,
                pause: Duration::from_millis(10),
            },
            today: time::Date::from_calendar_date(2026, time::Month::January, 31).unwrap(),
        }
    }

    pub(crate) fn pinned(&self, sources: &[&str], bytes: &[u8]) -> ReleaseRequest {
        ReleaseRequest { sha256: Some(Digest::of(bytes)), ..self.request(sources) }
    }

    pub(crate) fn lock(&self) -> String {
        fs::read_to_string(self.path("etcdpack.lock")).unwrap_or_default()
    }

    /// The files under `sha256/` of the cache.
    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let dirs = fs::read_dir(self.path("cache/sha256")).into_iter().flatten().flatten();
        dirs.flat_map(|dir| fs::read_dir(dir.path()).unwrap()).map(|file| file.unwrap().path()).collect()
    }

    /// Puts a mirror into a directory of this machine; returns its URL.
    pub(crate) fn mirror(&self, name: &str, version: EtcdVersion, files: &[(&str, &[u8])]) -> String {
        let dir = self.path(name).join(format!("v{version}"));
        fs::create_dir_all(&dir).unwrap();
        for (file, bytes) in files {
            fs::write(dir.join(file), bytes).unwrap();
        }
        format!("file://{}", self.path(name).display())
    }
}

/// A gzip file of some 300 kB.
pub(crate) fn tarball(seed: u32) -> Vec<u8> {
    let mut state = 2 * seed + 1;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    });
    let noise: Vec<u8> = noise.take(300_000).collect();
    let mut compressed = GzEncoder::new(Vec::new(), Compression::fast());
    compressed.write_all(&noise).unwrap();
    compressed.finish().unwrap()
}

pub(crate) fn get(request: &ReleaseRequest) -> (Result<Verified, ReleaseError>, Told) {
    let mut told = Told::default();
    let result = obtain(request, &mut told);
    (result, told)
}

pub(crate) fn refused(request: &ReleaseRequest, exit: u8) -> (String, Told) {
    let (result, told) = get(request);
    let error = result.unwrap_err();
    assert_eq!(error.exit_status().code(), exit, "{error}");
    (format!("{error}\n{}", told.warnings.join("\n")), told)
}

pub(crate) fn accepted(request: &ReleaseRequest, bytes: &[u8]) -> (Verified, Told) {
    let (result, told) = get(request);
    let verified = result.unwrap_or_else(|error| panic!("{error}: {:?}", told.warnings));
    assert_eq!(fs::read(verified.path()).unwrap(), bytes);
    assert_eq!(verified.content().size, bytes.len() as u64);
    (verified, told)
}

/// A server that does what RFC 9110 says on ranges.
pub(crate) fn honest(body: &[u8], tag: &str, asked: &Asked) -> Reply {
    let tag_header = ("ETag", tag.to_owned());
    match asked.range {
        Some(from) if asked.if_range.as_deref() == Some(tag) && from >= body.len() as u64 => Reply::Send(
            "416 Range Not Satisfiable",
            vec![("Content-Range", format!("bytes */{}", body.len())), ("Content-Length", "0".to_owned())],
            vec![],
        ),
        Some(from) if asked.if_range.as_deref() == Some(tag) => {
            let rest = body[usize::try_from(from).unwrap()..].to_vec();
            let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
            Reply::Send(
                "206 Partial Content",
                vec![tag_header, ("Content-Range", range), ("Content-Length", rest.len().to_string())],
                rest,
            )
        }
        _ => Reply::Send("200 OK", vec![tag_header, ("Content-Length", body.len().to_string())], body.to_vec()),
    }
}

/// Cuts the connection after `n` bytes of the body.
pub(crate) fn cut(reply: Reply, n: usize) -> Reply {
    match reply {
        Reply::Send(status, headers, mut body) => {
            body.truncate(n);
            Reply::Send(status, headers, body)
        }
        other => other,
    }
}
