//! What servers answer: pages, redirects, floods, nothing.

use std::fs;
use std::time::Duration;

use builder::release::ReleaseRequest;

use crate::machine::{Machine, WITH_SUMS, accepted, refused, tarball};
use crate::site::{Reply, Site};

#[test]
fn a_captive_portal_is_named() {
    let (machine, bytes) = (Machine::new(), tarball(9));
    let site = Site::http(|_, _| Reply::whole(b"<!DOCTYPE html><title>Welcome to the hotel</title>"));
    let (error, _) = refused(&machine.pinned(&[&site.url], &bytes), 4);
    assert!(error.contains("captive portal"), "{error}");
    // Another place helps.
    let body = bytes.clone();
    let good = Site::http(move |_, _| Reply::whole(&body));
    accepted(&machine.pinned(&[&site.url, &good.url], &bytes), &bytes);
}

#[test]
fn after_a_404_the_next_place_is_asked_and_order_is_kept() {
    let (machine, bytes) = (Machine::new(), tarball(10));
    let body = bytes.clone();
    let bad = Site::http(|_, _| Reply::status("404 Not Found"));
    let good = Site::http(move |_, _| Reply::whole(&body));
    let (_, told) = accepted(&machine.pinned(&[&bad.url, &good.url], &bytes), &bytes);
    assert_eq!((bad.asked().len(), good.asked().len()), (1, 1));
    assert!(told.warnings[0].contains("404"), "{:?}", told.warnings);
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    let (machine, bytes) = (Machine::new(), tarball(11));
    let body = bytes.clone();
    let site =
        Site::http(move |_, n| if n < 2 { Reply::status("503 Service Unavailable") } else { Reply::whole(&body) });
    accepted(&machine.pinned(&[&site.url], &bytes), &bytes);
    assert_eq!(site.asked().len(), 3);
}

#[test]
fn redirects_end_and_never_leave_http() {
    let (machine, bytes) = (Machine::new(), tarball(12));
    let ring = Site::http(|asked, _| Reply::redirect(asked.path.clone()));
    let (error, _) = refused(&machine.pinned(&[&ring.url], &bytes), 3);
    assert!(error.contains("more than 10 times"), "{error}");
    assert_eq!(ring.asked().len(), 11);
    fs::write(machine.path("f"), &bytes).unwrap();
    let to = format!("file://{}", machine.path("f").display());
    let out = Site::http(move |_, _| Reply::redirect(to.clone()));
    refused(&machine.pinned(&[&out.url], &bytes), 3);
}

#[test]
fn a_stalled_server_and_a_slow_one_are_given_up() {
    let (machine, bytes) = (Machine::new(), tarball(13));
    let body = bytes.clone();
    let stalled = Site::http(move |_, _| Reply::Drip(vec![], body.clone(), Duration::from_mins(1)));
    let (error, _) = refused(&machine.pinned(&[&stalled.url], &bytes), 3);
    assert!(error.contains("nothing came for 400ms"), "{error}");

    let body = bytes.clone();
    let slow = Site::http(move |_, _| Reply::Drip(vec![], body.clone(), Duration::from_millis(200)));
    let mut request = machine.pinned(&[&slow.url], &bytes);
    request.limits.total = Duration::from_millis(300);
    let (error, _) = refused(&request, 3);
    assert!(error.contains("not done after 300ms"), "{error}");
}

#[test]
fn an_endless_or_announced_flood_is_cut_off() {
    let (machine, bytes) = (Machine::new(), tarball(14));
    let endless = Site::http(|_, _| Reply::Endless);
    let (error, _) = refused(&machine.pinned(&[&endless.url], &bytes), 3);
    assert!(error.contains("larger than"), "{error}");
    let on_disk: u64 =
        fs::read_dir(machine.path("cache/partial")).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(on_disk < 1000, "{on_disk}");
}

#[test]
fn an_encoded_answer_is_refused() {
    let (machine, bytes) = (Machine::new(), tarball(15));
    let body = bytes.clone();
    let site =
        Site::http(move |_, _| Reply::Send("200 OK", vec![("Content-Encoding", "gzip".to_owned())], body.clone()));
    let (error, _) = refused(&machine.pinned(&[&site.url], &bytes), 3);
    assert!(error.contains("content encoding `gzip`"), "{error}");
}

#[test]
fn where_nobody_answers_nothing_is_said_of_vouching() {
    let machine = Machine::new();
    let request = ReleaseRequest { version: WITH_SUMS, ..machine.request(&["https://127.0.0.1:9"]) };
    let (error, _) = refused(&request, 3);
    assert!(error.contains("could not be downloaded"), "{error}");
}
