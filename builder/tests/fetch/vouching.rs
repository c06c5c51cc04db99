//! Whose word counts on a release.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use builder::failure::Diagnose as _;
use builder::release::{FirstUse, Mirror, Origin, ReleaseError, ReleaseRequest, asset};
use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};

use crate::body::{Answer, PERIOD, hurried};
use crate::machine::{Machine, V, WITH_SUMS, accepted, get, refused, tarball};
use crate::site::{Reply, Site};

#[test]
fn plain_http_needs_a_sum() {
    let machine = Machine::new();
    let site = Site::http(|_, _| Reply::whole(&tarball(19)));
    let request = ReleaseRequest { first_use: FirstUse::Trust, ..machine.request(&[&site.url]) };
    let (error, _) = refused(&request, 3);
    assert!(error.contains("not encrypted"), "{error}");
    assert!(site.asked().is_empty());
}

#[test]
fn nothing_is_trusted_unless_asked_and_then_for_good() {
    let (machine, bytes, other) = (Machine::new(), tarball(20), tarball(21));
    let name = asset(V, Arch::Amd64);
    let url = machine.mirror("m", V, &[(&name, &bytes)]);
    let (result, _) = get(&machine.request(&[&url]));
    let error = result.unwrap_err();
    assert_eq!((error.exit_status().code(), machine.lock()), (3, String::new()));
    assert!(error.help().unwrap().contains("--trust-on-first-use"));

    let (verified, told) = accepted(&ReleaseRequest { first_use: FirstUse::Trust, ..machine.request(&[&url]) }, &bytes);
    assert!(matches!(verified.origin(), Origin::FirstUse(_)));
    assert!(told.warnings.iter().any(|warning| warning.contains(&Digest::of(&bytes).to_string())));
    let lock = machine.lock();
    assert!(lock.contains("trust on first use") && lock.contains("2026-01-31"), "{lock}");

    // Locked: other bytes are refused, trust or not, and both sums are named.
    machine.mirror("m", V, &[(&name, &other)]);
    fs::remove_dir_all(machine.path("cache")).unwrap();
    let (error, _) = refused(&ReleaseRequest { first_use: FirstUse::Trust, ..machine.request(&[&url]) }, 4);
    assert!(
        error.contains(&Digest::of(&bytes).to_string()) && error.contains(&Digest::of(&other).to_string()),
        "{error}"
    );
    assert_eq!(machine.lock(), lock);

    // The user's word wins over the lock, with a warning, and is locked in its turn.
    let (_, told) = accepted(&machine.pinned(&[&url], &other), &other);
    assert!(told.warnings[0].contains("two different sums"), "{:?}", told.warnings);
    assert!(
        machine.lock().contains(&Digest::of(&other).to_string())
            && !machine.lock().contains(&Digest::of(&bytes).to_string())
    );
}

#[test]
fn published_sums_vouch_and_broken_ones_do_not() {
    let bytes = tarball(22);
    let name = asset(WITH_SUMS, Arch::Amd64);
    let good = format!("{}  {name}\n", Digest::of(&bytes));
    let wrong = format!("{}  {name}\n", Digest::of(b"other"));
    for (list, exit) in [(good.as_str(), 0), (&wrong, 4), ("<html>", 3), ("", 3)] {
        let machine = Machine::new();
        let url = machine.mirror("m", WITH_SUMS, &[(&name, &bytes), ("SHA256SUMS", list.as_bytes())]);
        let request = ReleaseRequest { version: WITH_SUMS, ..machine.request(&[&url]) };
        match exit {
            0 => assert!(matches!(accepted(&request, &bytes).0.origin(), Origin::Sums(_))),
            exit => drop(refused(&request, exit)),
        }
        assert_eq!(machine.lock().is_empty(), exit != 0);
    }
}

#[test]
fn a_local_tarball_is_held_to_the_same() {
    let (machine, bytes) = (Machine::new(), tarball(23));
    fs::write(machine.path("mine.tgz"), &bytes).unwrap();
    fs::write(machine.path("page"), "<html>").unwrap();
    let local = |name: &str, request: ReleaseRequest| ReleaseRequest { local: Some(machine.path(name)), ..request };
    refused(&local("mine.tgz", machine.request(&[])), 3);
    refused(&local("mine.tgz", machine.pinned(&[], b"other")), 4);
    refused(&local("page", machine.pinned(&[], &bytes)), 4);
    refused(&local("absent", machine.pinned(&[], &bytes)), 2);
    refused(&local("", machine.pinned(&[], &bytes)), 2);
    let (verified, _) = accepted(&local("mine.tgz", machine.pinned(&[], &bytes)), &bytes);
    assert!(verified.path().starts_with(machine.path("cache")));
    // In the cache already: it stays as it is, and does not stand in for another file of that length.
    let inode = || fs::metadata(verified.path()).unwrap().ino();
    let before = inode();
    accepted(&local("mine.tgz", machine.pinned(&[], &bytes)), &bytes);
    assert_eq!(inode(), before);
    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    fs::write(machine.path("mine.tgz"), &other).unwrap();
    refused(&local("mine.tgz", machine.pinned(&[], &bytes)), 4);
    fs::remove_file(machine.path("mine.tgz")).unwrap();
    accepted(&machine.request(&[]), &bytes);
}

#[test]
fn a_damaged_lock_stops_everything() {
    let (machine, bytes) = (Machine::new(), tarball(24));
    fs::write(machine.path("etcdpack.lock"), "version = 1\nmore = 2\n").unwrap();
    refused(&machine.pinned(&[], &bytes), 2);
}

#[test]
fn a_hint_never_satisfies() {
    // One source alone gives a sum for it, and upstream published none.
    let hinted = EtcdVersion::new(3, 2, 10);
    assert_eq!(
        (payload::etcd::pinned(hinted, Arch::Amd64), payload::etcd::hints(hinted, Arch::Amd64).count()),
        (None, 1)
    );
    let (machine, bytes) = (Machine::new(), tarball(27));
    let url = machine.mirror("m", hinted, &[(&asset(hinted, Arch::Amd64), &bytes)]);
    let request = ReleaseRequest { version: hinted, ..machine.request(&[&url]) };
    refused(&request, 3);
    let (_, told) = accepted(&ReleaseRequest { first_use: FirstUse::Trust, ..request }, &bytes);
    assert!(told.warnings.iter().any(|warning| warning.contains("single public source")), "{:?}", told.warnings);
}

#[test]
fn a_compiled_sum_refuses_other_bytes() {
    let pinned = EtcdVersion::new(3, 1, 0);
    assert!(payload::etcd::pinned(pinned, Arch::Amd64).is_some());
    let (machine, bytes) = (Machine::new(), tarball(28));
    let url = machine.mirror("m", pinned, &[(&asset(pinned, Arch::Amd64), &bytes)]);
    let request = ReleaseRequest { version: pinned, first_use: FirstUse::Trust, ..machine.request(&[&url]) };
    refused(&request, 4);
    // The user's word wins over it, with a warning.
    let (_, told) = accepted(&ReleaseRequest { sha256: Some(Digest::of(&bytes)), ..request }, &bytes);
    assert!(told.warnings[0].contains("compiled into etcdpack"), "{:?}", told.warnings);
}

#[test]
fn sums_that_are_none_of_this_release_vouch_for_nothing() {
    let bytes = tarball(105);
    let name = asset(WITH_SUMS, Arch::Amd64);
    let digest = Digest::of(&bytes);
    let older = asset(EtcdVersion::new(3, 4, 98), Arch::Amd64);
    let whole = |text: String| Reply::whole(text.as_bytes());
    let cases: [(&str, Answer); 8] = [
        ("a web page", Box::new(move || whole("<html>log in</html>".to_owned()))),
        // The directory of an older release under the new one's name.
        ("an older release's", Box::new(move || whole(format!("{digest}  {older}\n")))),
        ("another processor's", Box::new(move || whole(format!("{digest}  {}\n", asset(WITH_SUMS, Arch::Arm64))))),
        (
            "two sums",
            Box::new({
                let name = name.clone();
                move || whole(format!("{digest}  {name}\n{}  {name}\n", Digest::of(b"x")))
            }),
        ),
        ("an encoded one", Box::new(|| Reply::Send("200 OK", vec![("Content-Encoding", "gzip".to_owned())], vec![0]))),
        ("an endless one", Box::new(|| Reply::Endless)),
        ("a slow one", Box::new(|| Reply::forever("HTTP/1.1 200 OK\r\n\r\n", "x", PERIOD))),
        ("none", Box::new(|| Reply::status("404 Not Found"))),
    ];
    for (what, sums) in cases {
        let (machine, body) = (Machine::new(), bytes.clone());
        let (site, ca) = Site::https(machine.dir.path(), move |asked, _| {
            if asked.path.ends_with("SHA256SUMS") { sums() } else { Reply::whole(&body) }
        });
        let request =
            hurried(ReleaseRequest { version: WITH_SUMS, ca_cert: Some(ca), ..machine.request(&[&site.url]) });
        let (result, told) = get(&request);
        let error = result.unwrap_err();
        assert_eq!(error.exit_status().code(), 3, "{what}: {error}");
        assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()), "{what}");
        assert!(!told.warnings.is_empty(), "{what}");
        // The tarball itself is not asked for before somebody vouches.
        assert!(site.asked().iter().all(|asked| asked.path.ends_with("SHA256SUMS")), "{what}");
        // Another place, with a proper list, helps.
        let list = format!("{digest}  {name}\n");
        let url = machine.mirror("good", WITH_SUMS, &[(&name, &bytes), ("SHA256SUMS", list.as_bytes())]);
        let sources = vec![Mirror::parse(&site.url).unwrap(), Mirror::parse(&url).unwrap()];
        accepted(&ReleaseRequest { sources, ..request }, &bytes);
    }
}

#[test]
fn an_older_release_under_the_new_name_is_refused_where_a_sum_is_known() {
    let (machine, older, newer) = (Machine::new(), tarball(106), tarball(107));
    let name = asset(V, Arch::Amd64);
    // A mirror that lies in both files.
    let list = format!("{}  {name}\n", Digest::of(&older));
    let url = machine.mirror("m", V, &[(&name, &older), ("SHA256SUMS", list.as_bytes())]);
    let (result, _) = get(&machine.pinned(&[&url], &newer));
    assert!(matches!(result, Err(ReleaseError::Differs { .. })), "{result:?}");
    assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()));
}
