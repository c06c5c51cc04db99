//! Getting a release from places that behave well and badly. Everything stays on this machine.
#![expect(clippy::disallowed_methods, reason = "a test of files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

mod body;
mod process;
mod resume;
mod site;
mod tls;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use builder::failure::Diagnose as _;
use builder::release::{FirstUse, Limits, Mirror, Origin, ReleaseError, ReleaseRequest, Verified, asset, obtain};
use builder::report::{Narrator, Progress};
use flate2::Compression;
use flate2::write::GzEncoder;
use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use site::{Asked, Reply, Site};
use tempfile::TempDir;

/// A version that no sum is known of, and none was published for.
const V: EtcdVersion = EtcdVersion::new(3, 1, 20);
/// Has a `SHA256SUMS` upstream, by its number.
const WITH_SUMS: EtcdVersion = EtcdVersion::new(3, 4, 99);

/// Collects the narration.
#[derive(Default)]
struct Told {
    warnings: Vec<String>,
    notes: Vec<String>,
    /// The largest position, and how often a transfer began.
    at: u64,
    begun: Vec<(u64, Option<u64>)>,
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
struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn request(&self, sources: &[&str]) -> ReleaseRequest {
        ReleaseRequest {
            version: V,
            arch: Arch::Amd64,
            sha256: None,
            sources: sources.iter().map(|source| Mirror::parse(source).unwrap()).collect(),
            local: None,
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

    fn pinned(&self, sources: &[&str], bytes: &[u8]) -> ReleaseRequest {
        ReleaseRequest { sha256: Some(Digest::of(bytes)), ..self.request(sources) }
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.path("etcdpack.lock")).unwrap_or_default()
    }

    /// The files under `sha256/` of the cache.
    fn kept(&self) -> Vec<PathBuf> {
        let dirs = fs::read_dir(self.path("cache/sha256")).into_iter().flatten().flatten();
        dirs.flat_map(|dir| fs::read_dir(dir.path()).unwrap()).map(|file| file.unwrap().path()).collect()
    }

    /// Puts a mirror into a directory of this desk; returns its URL.
    fn mirror(&self, name: &str, version: EtcdVersion, files: &[(&str, &[u8])]) -> String {
        let dir = self.path(name).join(format!("v{version}"));
        fs::create_dir_all(&dir).unwrap();
        for (file, bytes) in files {
            fs::write(dir.join(file), bytes).unwrap();
        }
        format!("file://{}", self.path(name).display())
    }
}

/// A gzip file of some 300 kB.
fn tarball(seed: u32) -> Vec<u8> {
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

fn get(request: &ReleaseRequest) -> (Result<Verified, ReleaseError>, Told) {
    let mut told = Told::default();
    let result = obtain(request, &mut told);
    (result, told)
}

fn refused(request: &ReleaseRequest, exit: u8) -> (String, Told) {
    let (result, told) = get(request);
    let error = result.unwrap_err();
    assert_eq!(error.exit_status().code(), exit, "{error}");
    (error.to_string(), told)
}

fn accepted(request: &ReleaseRequest, bytes: &[u8]) -> (Verified, Told) {
    let (result, told) = get(request);
    let verified = result.unwrap_or_else(|error| panic!("{error}: {:?}", told.warnings));
    assert_eq!(fs::read(verified.path()).unwrap(), bytes);
    assert_eq!(verified.content().size, bytes.len() as u64);
    (verified, told)
}

/// A server that does what RFC 9110 says on ranges.
fn honest(body: &[u8], tag: &str, asked: &Asked) -> Reply {
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
fn cut(reply: Reply, n: usize) -> Reply {
    match reply {
        Reply::Send(status, headers, mut body) => {
            body.truncate(n);
            Reply::Send(status, headers, body)
        }
        other => other,
    }
}

#[test]
fn a_good_download_is_kept_locked_and_found_offline() {
    let (desk, bytes) = (Desk::new(), tarball(1));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    let request = desk.pinned(&[&site.url], &bytes);
    let (verified, told) = accepted(&request, &bytes);
    assert_eq!(verified.origin(), &Origin::ClusterFile);
    assert_eq!(site.asked()[0].path, "/v3.1.20/etcd-v3.1.20-linux-amd64.tar.gz");
    assert_eq!((told.at, told.begun), (bytes.len() as u64, vec![(0, Some(bytes.len() as u64))]));
    assert!(told.warnings.is_empty(), "{:?}", told.warnings);
    assert!(desk.lock().contains(&Digest::of(&bytes).to_string()), "{}", desk.lock());

    // Now by the lock alone, and with no place to ask.
    let (verified, told) = accepted(&desk.request(&[]), &bytes);
    assert!(matches!(verified.origin(), Origin::LockFile { .. }));
    assert!(told.begun.is_empty());
    assert_eq!(site.asked().len(), 1);
    let left: Vec<_> = fs::read_dir(desk.path("cache/tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_cut_download_goes_on_in_the_next_attempt_and_in_the_next_run() {
    let (desk, bytes) = (Desk::new(), tarball(2));
    let body = bytes.clone();
    let site = Site::http(move |asked, n| match n {
        0 => cut(honest(&body, "\"a\"", asked), 100_000),
        1 => cut(honest(&body, "\"a\"", asked), 50_000),
        2..=3 => Reply::status("404 Not Found"),
        _ => honest(&body, "\"a\"", asked),
    });
    let request = desk.pinned(&[&site.url], &bytes);
    refused(&request, 3);
    let (_, told) =
        accepted(&ReleaseRequest { sources: vec![Mirror::parse(&site.url).unwrap(); 2], ..request }, &bytes);
    let ranges: Vec<Option<u64>> = site.asked().iter().map(|asked| asked.range).collect();
    assert_eq!(ranges, [None, Some(100_000), Some(150_000), Some(150_000), Some(150_000)]);
    assert_eq!(told.begun, [(150_000, Some(bytes.len() as u64))]);
}

#[test]
fn a_file_that_changed_meanwhile_is_started_over() {
    for ignores_if_range in [false, true] {
        let (desk, old, new) = (Desk::new(), tarball(3), tarball(4));
        let bytes = new.clone();
        let site = Site::http(move |asked, n| match (n, ignores_if_range) {
            (0, _) => cut(honest(&old, "\"old\"", asked), 100_000),
            // A server that answers 206 although its file is another one, and says so in the tag.
            (1, true) => match honest(&new, "\"old\"", asked) {
                Reply::Send(status, mut headers, body) => {
                    headers[0] = ("ETag", "\"new\"".to_owned());
                    Reply::Send(status, headers, body)
                }
                other => other,
            },
            _ => honest(&new, "\"new\"", asked),
        });
        accepted(&desk.pinned(&[&site.url], &bytes), &bytes);
    }
}

#[test]
fn a_damaged_beginning_gets_one_fresh_chance() {
    let (desk, bytes) = (Desk::new(), tarball(5));
    let body = bytes.clone();
    let site = Site::http(move |asked, n| match n {
        0 => cut(honest(&body, "\"a\"", asked), 100_000),
        1 => Reply::status("404 Not Found"),
        _ => honest(&body, "\"a\"", asked),
    });
    let request = desk.pinned(&[&site.url], &bytes);
    refused(&request, 3);
    let partial = fs::read_dir(desk.path("cache/partial")).unwrap().map(|file| file.unwrap().path());
    let partial = partial.into_iter().find(|path| path.extension().is_some_and(|end| end == "partial")).unwrap();
    let mut damaged = fs::read(&partial).unwrap();
    damaged[5000] ^= 1;
    fs::write(&partial, damaged).unwrap();
    let (_, told) = accepted(&request, &bytes);
    assert!(told.warnings[0].contains("starting over"), "{:?}", told.warnings);
}

#[test]
fn a_complete_partial_file_is_not_downloaded_again() {
    let (desk, bytes) = (Desk::new(), tarball(6));
    let body = bytes.clone();
    // Lies about the length once, so that the whole body is there and the run fails all the same.
    let site = Site::http(move |asked, n| match n {
        0 => Reply::Send(
            "200 OK",
            vec![("ETag", "\"a\"".to_owned()), ("Content-Length", "999999".to_owned())],
            body.clone(),
        ),
        _ => honest(&body, "\"a\"", asked),
    });
    let (_, told) = accepted(&desk.pinned(&[&site.url], &bytes), &bytes);
    assert_eq!(site.asked().len(), 2);
    assert_eq!(told.begun.len(), 1);
}

#[test]
fn wrong_bytes_end_it_and_leave_the_cache_clean() {
    let (desk, bytes, wrong) = (Desk::new(), tarball(7), tarball(8));
    let sent = wrong.clone();
    let site = Site::http(move |_, _| Reply::whole(&sent));
    let (error, _) = refused(&desk.pinned(&[&site.url], &bytes), 4);
    for digest in [Digest::of(&bytes), Digest::of(&wrong)] {
        assert!(error.contains(&digest.to_string()), "{error}");
    }
    assert_eq!(desk.kept(), Vec::<PathBuf>::new());
    assert_eq!(desk.lock(), "");
}

#[test]
fn a_captive_portal_is_named() {
    let (desk, bytes) = (Desk::new(), tarball(9));
    let site = Site::http(|_, _| Reply::whole(b"<!DOCTYPE html><title>Welcome to the hotel</title>"));
    let (error, _) = refused(&desk.pinned(&[&site.url], &bytes), 4);
    assert!(error.contains("captive portal"), "{error}");
    // Another place helps.
    let body = bytes.clone();
    let good = Site::http(move |_, _| Reply::whole(&body));
    accepted(&desk.pinned(&[&site.url, &good.url], &bytes), &bytes);
}

#[test]
fn after_a_404_the_next_place_is_asked_and_order_is_kept() {
    let (desk, bytes) = (Desk::new(), tarball(10));
    let body = bytes.clone();
    let bad = Site::http(|_, _| Reply::status("404 Not Found"));
    let good = Site::http(move |_, _| Reply::whole(&body));
    let (_, told) = accepted(&desk.pinned(&[&bad.url, &good.url], &bytes), &bytes);
    assert_eq!((bad.asked().len(), good.asked().len()), (1, 1));
    assert!(told.warnings[0].contains("404"), "{:?}", told.warnings);
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    let (desk, bytes) = (Desk::new(), tarball(11));
    let body = bytes.clone();
    let site =
        Site::http(move |_, n| if n < 2 { Reply::status("503 Service Unavailable") } else { Reply::whole(&body) });
    accepted(&desk.pinned(&[&site.url], &bytes), &bytes);
    assert_eq!(site.asked().len(), 3);
}

#[test]
fn redirects_end_and_never_leave_http() {
    let (desk, bytes) = (Desk::new(), tarball(12));
    let ring = Site::http(|asked, _| Reply::redirect(asked.path.clone()));
    let (error, _) = refused(&desk.pinned(&[&ring.url], &bytes), 3);
    assert!(error.contains("more than 10 times"), "{error}");
    assert_eq!(ring.asked().len(), 11);
    fs::write(desk.path("f"), &bytes).unwrap();
    let to = format!("file://{}", desk.path("f").display());
    let out = Site::http(move |_, _| Reply::redirect(to.clone()));
    refused(&desk.pinned(&[&out.url], &bytes), 3);
}

#[test]
fn a_stalled_server_and_a_slow_one_are_given_up() {
    let (desk, bytes) = (Desk::new(), tarball(13));
    let body = bytes.clone();
    let stalled = Site::http(move |_, _| Reply::Drip(vec![], body.clone(), Duration::from_mins(1)));
    let (error, _) = refused(&desk.pinned(&[&stalled.url], &bytes), 3);
    assert!(error.contains("nothing came for 400ms"), "{error}");

    let body = bytes.clone();
    let slow = Site::http(move |_, _| Reply::Drip(vec![], body.clone(), Duration::from_millis(200)));
    let mut request = desk.pinned(&[&slow.url], &bytes);
    request.limits.total = Duration::from_millis(300);
    let (error, _) = refused(&request, 3);
    assert!(error.contains("not done after 300ms"), "{error}");
}

#[test]
fn an_endless_or_announced_flood_is_cut_off() {
    let (desk, bytes) = (Desk::new(), tarball(14));
    let endless = Site::http(|_, _| Reply::Endless);
    let (error, _) = refused(&desk.pinned(&[&endless.url], &bytes), 3);
    assert!(error.contains("larger than"), "{error}");
    let on_disk: u64 =
        fs::read_dir(desk.path("cache/partial")).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(on_disk < 1000, "{on_disk}");
}

#[test]
fn an_encoded_answer_is_refused() {
    let (desk, bytes) = (Desk::new(), tarball(15));
    let body = bytes.clone();
    let site =
        Site::http(move |_, _| Reply::Send("200 OK", vec![("Content-Encoding", "gzip".to_owned())], body.clone()));
    let (error, _) = refused(&desk.pinned(&[&site.url], &bytes), 3);
    assert!(error.contains("content encoding `gzip`"), "{error}");
}

#[test]
fn a_second_builder_waits_for_the_first() {
    let (desk, bytes) = (Desk::new(), tarball(16));
    let body = bytes.clone();
    let length = ("Content-Length", bytes.len().to_string());
    let site = Site::http(move |_, _| Reply::Drip(vec![length.clone()], body.clone(), Duration::from_millis(150)));
    let request = desk.pinned(&[&site.url], &bytes);
    thread::scope(|scope| {
        let both = [scope.spawn(|| accepted(&request, &bytes)), scope.spawn(|| accepted(&request, &bytes))];
        let notes: Vec<String> = both.into_iter().flat_map(|one| one.join().unwrap().1.notes).collect();
        assert!(notes.iter().any(|note| note.contains("waiting")), "{notes:?}");
    });
    assert_eq!(site.asked().len(), 1);
    assert_eq!(desk.kept().len(), 1);
}

#[test]
fn a_poisoned_cache_is_noticed() {
    let (desk, bytes) = (Desk::new(), tarball(17));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    let request = desk.pinned(&[&site.url], &bytes);
    let (verified, _) = accepted(&request, &bytes);
    fs::write(verified.path(), tarball(18)).unwrap();
    let (_, told) = accepted(&request, &bytes);
    assert!(told.warnings[0].contains("has changed"), "{:?}", told.warnings);
    assert_eq!(site.asked().len(), 2);
}

#[test]
fn plain_http_needs_a_sum() {
    let desk = Desk::new();
    let site = Site::http(|_, _| Reply::whole(&tarball(19)));
    let request = ReleaseRequest { first_use: FirstUse::Trust, ..desk.request(&[&site.url]) };
    let (error, _) = refused(&request, 3);
    assert!(error.contains("not encrypted"), "{error}");
    assert!(site.asked().is_empty());
}

#[test]
fn nothing_is_trusted_unless_asked_and_then_for_good() {
    let (desk, bytes, other) = (Desk::new(), tarball(20), tarball(21));
    let name = asset(V, Arch::Amd64);
    let url = desk.mirror("m", V, &[(&name, &bytes)]);
    let (result, _) = get(&desk.request(&[&url]));
    let error = result.unwrap_err();
    assert_eq!((error.exit_status().code(), desk.lock()), (3, String::new()));
    assert!(error.help().unwrap().contains("--trust-on-first-use"));

    let (verified, told) = accepted(&ReleaseRequest { first_use: FirstUse::Trust, ..desk.request(&[&url]) }, &bytes);
    assert!(matches!(verified.origin(), Origin::FirstUse(_)));
    assert!(told.warnings.iter().any(|warning| warning.contains(&Digest::of(&bytes).to_string())));
    let lock = desk.lock();
    assert!(lock.contains("trust on first use") && lock.contains("2026-01-31"), "{lock}");

    // Locked: other bytes are refused, trust or not, and both sums are named.
    desk.mirror("m", V, &[(&name, &other)]);
    fs::remove_dir_all(desk.path("cache")).unwrap();
    let (error, _) = refused(&ReleaseRequest { first_use: FirstUse::Trust, ..desk.request(&[&url]) }, 4);
    assert!(
        error.contains(&Digest::of(&bytes).to_string()) && error.contains(&Digest::of(&other).to_string()),
        "{error}"
    );
    assert_eq!(desk.lock(), lock);

    // The user's word wins over the lock, with a warning, and is locked in its turn.
    let (_, told) = accepted(&desk.pinned(&[&url], &other), &other);
    assert!(told.warnings[0].contains("two different sums"), "{:?}", told.warnings);
    assert!(
        desk.lock().contains(&Digest::of(&other).to_string()) && !desk.lock().contains(&Digest::of(&bytes).to_string())
    );
}

#[test]
fn published_sums_vouch_and_broken_ones_do_not() {
    let bytes = tarball(22);
    let name = asset(WITH_SUMS, Arch::Amd64);
    let good = format!("{}  {name}\n", Digest::of(&bytes));
    let wrong = format!("{}  {name}\n", Digest::of(b"other"));
    for (list, exit) in [(good.as_str(), 0), (&wrong, 4), ("<html>", 3), ("", 3)] {
        let desk = Desk::new();
        let url = desk.mirror("m", WITH_SUMS, &[(&name, &bytes), ("SHA256SUMS", list.as_bytes())]);
        let request = ReleaseRequest { version: WITH_SUMS, ..desk.request(&[&url]) };
        match exit {
            0 => assert!(matches!(accepted(&request, &bytes).0.origin(), Origin::Sums(_))),
            exit => drop(refused(&request, exit)),
        }
        assert_eq!(desk.lock().is_empty(), exit != 0);
    }
}

#[test]
fn a_local_tarball_is_held_to_the_same() {
    let (desk, bytes) = (Desk::new(), tarball(23));
    fs::write(desk.path("mine.tgz"), &bytes).unwrap();
    fs::write(desk.path("page"), "<html>").unwrap();
    let local = |name: &str, request: ReleaseRequest| ReleaseRequest { local: Some(desk.path(name)), ..request };
    refused(&local("mine.tgz", desk.request(&[])), 3);
    refused(&local("mine.tgz", desk.pinned(&[], b"other")), 4);
    refused(&local("page", desk.pinned(&[], &bytes)), 4);
    refused(&local("absent", desk.pinned(&[], &bytes)), 2);
    refused(&local("", desk.pinned(&[], &bytes)), 2);
    let (verified, _) = accepted(&local("mine.tgz", desk.pinned(&[], &bytes)), &bytes);
    assert!(verified.path().starts_with(desk.path("cache")));
    // In the cache already: it stays as it is, and does not stand in for another file of that length.
    let inode = || fs::metadata(verified.path()).unwrap().ino();
    let before = inode();
    accepted(&local("mine.tgz", desk.pinned(&[], &bytes)), &bytes);
    assert_eq!(inode(), before);
    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    fs::write(desk.path("mine.tgz"), &other).unwrap();
    refused(&local("mine.tgz", desk.pinned(&[], &bytes)), 4);
    fs::remove_file(desk.path("mine.tgz")).unwrap();
    accepted(&desk.request(&[]), &bytes);
}

#[test]
fn a_damaged_lock_stops_everything() {
    let (desk, bytes) = (Desk::new(), tarball(24));
    fs::write(desk.path("etcdpack.lock"), "version = 1\nmore = 2\n").unwrap();
    refused(&desk.pinned(&[], &bytes), 2);
}

#[test]
fn https_wants_a_known_authority_and_stays_https() {
    let (desk, bytes) = (Desk::new(), tarball(25));
    let body = bytes.clone();
    let (site, ca) = Site::https(desk.dir.path(), move |_, _| Reply::whole(&body));
    let request = desk.pinned(&[&site.url], &bytes);
    let (error, _) = refused(&request, 3);
    assert!(error.contains("--ca-cert"), "{error}");
    assert!(site.asked().is_empty());
    accepted(&ReleaseRequest { ca_cert: Some(ca.clone()), ..request.clone() }, &bytes);

    let body = bytes.clone();
    let plain = Site::http(move |_, _| Reply::whole(&body));
    let to = plain.url.clone();
    let (down, ca) = Site::https(desk.dir.path(), move |asked, _| Reply::redirect(format!("{to}{}", asked.path)));
    fs::remove_dir_all(desk.path("cache")).unwrap();
    let (error, _) = refused(&ReleaseRequest { ca_cert: Some(ca), ..desk.pinned(&[&down.url], &bytes) }, 3);
    assert!(error.contains("from https to `http:`"), "{error}");
    assert!(plain.asked().is_empty());

    for (content, path) in [("", "empty.pem"), ("-----BEGIN CERTIFICATE-----\nAA", "cut.pem")] {
        fs::write(desk.path(path), content).unwrap();
        refused(&ReleaseRequest { ca_cert: Some(desk.path(path)), ..request.clone() }, 2);
    }
}

#[test]
fn trust_on_first_use_over_https_and_no_secrets_in_the_lock() {
    let (desk, bytes) = (Desk::new(), tarball(26));
    let body = bytes.clone();
    let (site, ca) = Site::https(desk.dir.path(), move |_, _| Reply::whole(&body));
    let url = site.url.replace("https://", "https://me:hunter2@");
    let request = ReleaseRequest { first_use: FirstUse::Trust, ca_cert: Some(ca), ..desk.request(&[&url]) };
    let (_, told) = accepted(&request, &bytes);
    let all = desk.lock() + &told.warnings.concat() + &told.notes.concat();
    assert!(!all.contains("hunter2"), "{all}");
    assert!(Path::new(&desk.path("etcdpack.lock")).is_file());
}

#[test]
fn a_hint_never_satisfies() {
    // One source alone gives a sum for it, and upstream published none.
    let hinted = EtcdVersion::new(3, 2, 10);
    assert_eq!(
        (payload::etcd::pinned(hinted, Arch::Amd64), payload::etcd::hints(hinted, Arch::Amd64).count()),
        (None, 1)
    );
    let (desk, bytes) = (Desk::new(), tarball(27));
    let url = desk.mirror("m", hinted, &[(&asset(hinted, Arch::Amd64), &bytes)]);
    let request = ReleaseRequest { version: hinted, ..desk.request(&[&url]) };
    refused(&request, 3);
    let (_, told) = accepted(&ReleaseRequest { first_use: FirstUse::Trust, ..request }, &bytes);
    assert!(told.warnings.iter().any(|warning| warning.contains("single public source")), "{:?}", told.warnings);
}

#[test]
fn a_compiled_sum_refuses_other_bytes() {
    let pinned = EtcdVersion::new(3, 1, 0);
    assert!(payload::etcd::pinned(pinned, Arch::Amd64).is_some());
    let (desk, bytes) = (Desk::new(), tarball(28));
    let url = desk.mirror("m", pinned, &[(&asset(pinned, Arch::Amd64), &bytes)]);
    let request = ReleaseRequest { version: pinned, first_use: FirstUse::Trust, ..desk.request(&[&url]) };
    refused(&request, 4);
    // The user's word wins over it, with a warning.
    let (_, told) = accepted(&ReleaseRequest { sha256: Some(Digest::of(&bytes)), ..request }, &bytes);
    assert!(told.warnings[0].contains("compiled into etcdpack"), "{:?}", told.warnings);
}

#[test]
fn where_nobody_answers_nothing_is_said_of_vouching() {
    let desk = Desk::new();
    let request = ReleaseRequest { version: WITH_SUMS, ..desk.request(&["https://127.0.0.1:9"]) };
    let (error, _) = refused(&request, 3);
    assert!(error.contains("no place delivered"), "{error}");
}
