//! A download that is kept, cut off, gone on with, shared or damaged.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use builder::release::{Mirror, Origin, ReleaseRequest};
use payload::digest::Digest;

use crate::machine::{Machine, accepted, cut, honest, refused, tarball};
use crate::site::{Reply, Site};

#[test]
fn a_good_download_is_kept_locked_and_found_offline() {
    let (machine, bytes) = (Machine::new(), tarball(1));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    let request = machine.pinned(&[&site.url], &bytes);
    let (verified, told) = accepted(&request, &bytes);
    assert_eq!(verified.origin(), &Origin::ClusterFile);
    assert_eq!(site.asked()[0].path, "/v3.1.20/etcd-v3.1.20-linux-amd64.tar.gz");
    assert_eq!((told.at, told.begun), (bytes.len() as u64, vec![(0, Some(bytes.len() as u64))]));
    assert!(told.warnings.is_empty(), "{:?}", told.warnings);
    assert!(machine.lock().contains(&Digest::of(&bytes).to_string()), "{}", machine.lock());

    // Now by the lock alone, and with no place to ask.
    let (verified, told) = accepted(&machine.request(&[]), &bytes);
    assert!(matches!(verified.origin(), Origin::LockFile { .. }));
    assert!(told.begun.is_empty());
    assert_eq!(site.asked().len(), 1);
    let left: Vec<_> = fs::read_dir(machine.path("cache/tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_cut_download_goes_on_in_the_next_attempt_and_in_the_next_run() {
    let (machine, bytes) = (Machine::new(), tarball(2));
    let body = bytes.clone();
    let site = Site::http(move |asked, n| match n {
        0 => cut(honest(&body, "\"a\"", asked), 100_000),
        1 => cut(honest(&body, "\"a\"", asked), 50_000),
        2..=3 => Reply::status("404 Not Found"),
        _ => honest(&body, "\"a\"", asked),
    });
    let request = machine.pinned(&[&site.url], &bytes);
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
        let (machine, old, new) = (Machine::new(), tarball(3), tarball(4));
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
        accepted(&machine.pinned(&[&site.url], &bytes), &bytes);
    }
}

#[test]
fn a_damaged_beginning_gets_one_fresh_chance() {
    let (machine, bytes) = (Machine::new(), tarball(5));
    let body = bytes.clone();
    let site = Site::http(move |asked, n| match n {
        0 => cut(honest(&body, "\"a\"", asked), 100_000),
        1 => Reply::status("404 Not Found"),
        _ => honest(&body, "\"a\"", asked),
    });
    let request = machine.pinned(&[&site.url], &bytes);
    refused(&request, 3);
    let partial = fs::read_dir(machine.path("cache/partial")).unwrap().map(|file| file.unwrap().path());
    let partial = partial.into_iter().find(|path| path.extension().is_some_and(|end| end == "partial")).unwrap();
    let mut damaged = fs::read(&partial).unwrap();
    damaged[5000] ^= 1;
    fs::write(&partial, damaged).unwrap();
    let (_, told) = accepted(&request, &bytes);
    assert!(told.warnings[0].contains("starting over"), "{:?}", told.warnings);
}

#[test]
fn a_complete_partial_file_is_not_downloaded_again() {
    let (machine, bytes) = (Machine::new(), tarball(6));
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
    let (_, told) = accepted(&machine.pinned(&[&site.url], &bytes), &bytes);
    assert_eq!(site.asked().len(), 2);
    assert_eq!(told.begun.len(), 1);
}

#[test]
fn wrong_bytes_end_it_and_leave_the_cache_clean() {
    let (machine, bytes, wrong) = (Machine::new(), tarball(7), tarball(8));
    let sent = wrong.clone();
    let site = Site::http(move |_, _| Reply::whole(&sent));
    let (error, _) = refused(&machine.pinned(&[&site.url], &bytes), 4);
    for digest in [Digest::of(&bytes), Digest::of(&wrong)] {
        assert!(error.contains(&digest.to_string()), "{error}");
    }
    assert_eq!(machine.kept(), Vec::<PathBuf>::new());
    assert_eq!(machine.lock(), "");
}

#[test]
fn a_second_builder_waits_for_the_first() {
    let (machine, bytes) = (Machine::new(), tarball(16));
    let body = bytes.clone();
    let length = ("Content-Length", bytes.len().to_string());
    let site = Site::http(move |_, _| Reply::Drip(vec![length.clone()], body.clone(), Duration::from_millis(150)));
    let request = machine.pinned(&[&site.url], &bytes);
    thread::scope(|scope| {
        let both = [scope.spawn(|| accepted(&request, &bytes)), scope.spawn(|| accepted(&request, &bytes))];
        let notes: Vec<String> = both.into_iter().flat_map(|one| one.join().unwrap().1.notes).collect();
        assert!(notes.iter().any(|note| note.contains("waiting")), "{notes:?}");
    });
    assert_eq!(site.asked().len(), 1);
    assert_eq!(machine.kept().len(), 1);
}

#[test]
fn a_poisoned_cache_is_noticed() {
    let (machine, bytes) = (Machine::new(), tarball(17));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    let request = machine.pinned(&[&site.url], &bytes);
    let (verified, _) = accepted(&request, &bytes);
    fs::write(verified.path(), tarball(18)).unwrap();
    let (_, told) = accepted(&request, &bytes);
    assert!(told.warnings[0].contains("has changed"), "{:?}", told.warnings);
    assert_eq!(site.asked().len(), 2);
}
