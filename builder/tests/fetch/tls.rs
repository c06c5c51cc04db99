//! Servers that are not who they should be. There is no switch that makes any of them acceptable.

use std::fs;
use std::path::Path;

use builder::release::{FirstUse, ReleaseRequest};

use crate::machine::{Machine, accepted, refused, tarball};
use crate::site::{Badge, Reply, Site};

#[test]
fn a_certificate_for_another_name_time_or_signer_is_refused() {
    for (badge, words) in [
        (Badge::WrongName, "not valid for name"),
        (Badge::Expired, "expired"),
        (Badge::NotYetValid, "not valid yet"),
        (Badge::SelfSigned, "invalid peer certificate"),
    ] {
        let (machine, bytes) = (Machine::new(), tarball(201));
        let body = bytes.clone();
        // Its authority is trusted: what is wrong is wrong all the same, and a known sum is no excuse.
        let (site, ca) = Site::https_as(badge, machine.dir.path(), move |_, _| Reply::whole(&body));
        for first_use in [FirstUse::Refuse, FirstUse::Trust] {
            let request =
                ReleaseRequest { ca_cert: Some(ca.clone()), first_use, ..machine.pinned(&[&site.url], &bytes) };
            let (error, _) = refused(&request, 3);
            assert!(error.contains(words), "{badge:?}: {error}");
        }
        assert!(site.asked().is_empty(), "{badge:?}: something was asked");
        assert_eq!((machine.kept().len(), machine.lock()), (0, String::new()), "{badge:?}");
    }
}

#[test]
fn an_authority_is_trusted_only_by_those_who_name_it() {
    let (machine, other, bytes) = (Machine::new(), Machine::new(), tarball(202));
    let body = bytes.clone();
    let (site, ca) = Site::https(machine.dir.path(), move |_, _| Reply::whole(&body));
    let (_, stranger) = Site::https(other.dir.path(), |_, _| Reply::status("404 Not Found"));
    refused(&ReleaseRequest { ca_cert: Some(stranger), ..machine.pinned(&[&site.url], &bytes) }, 3);
    assert!(site.asked().is_empty());
    accepted(&ReleaseRequest { ca_cert: Some(ca), ..machine.pinned(&[&site.url], &bytes) }, &bytes);
}

#[test]
fn plain_text_where_tls_should_be_is_refused() {
    let (machine, bytes) = (Machine::new(), tarball(203));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    refused(&machine.pinned(&[&site.url.replace("http:", "https:")], &bytes), 3);
    assert_eq!(machine.kept().len(), 0);
}

#[test]
fn https_leads_to_no_file_and_to_no_other_scheme() {
    let (machine, bytes) = (Machine::new(), tarball(204));
    fs::write(machine.path("f"), &bytes).unwrap();
    for to in [format!("file://{}", machine.path("f").display()), "ftp://127.0.0.1/f".to_owned(), "data:,x".to_owned()]
    {
        let target = to.clone();
        let (site, ca) = Site::https(machine.dir.path(), move |_, _| Reply::redirect(target.clone()));
        let (error, _) = refused(&ReleaseRequest { ca_cert: Some(ca), ..machine.pinned(&[&site.url], &bytes) }, 3);
        assert!(error.contains("redirect"), "{to}: {error}");
        assert_eq!(machine.kept().len(), 0, "{to}");
    }
}

#[test]
fn https_wants_a_known_authority_and_stays_https() {
    let (machine, bytes) = (Machine::new(), tarball(25));
    let body = bytes.clone();
    let (site, ca) = Site::https(machine.dir.path(), move |_, _| Reply::whole(&body));
    let request = machine.pinned(&[&site.url], &bytes);
    let (error, _) = refused(&request, 3);
    assert!(error.contains("--ca-cert"), "{error}");
    assert!(site.asked().is_empty());
    accepted(&ReleaseRequest { ca_cert: Some(ca.clone()), ..request.clone() }, &bytes);

    let body = bytes.clone();
    let plain = Site::http(move |_, _| Reply::whole(&body));
    let to = plain.url.clone();
    let (down, ca) = Site::https(machine.dir.path(), move |asked, _| Reply::redirect(format!("{to}{}", asked.path)));
    fs::remove_dir_all(machine.path("cache")).unwrap();
    let (error, _) = refused(&ReleaseRequest { ca_cert: Some(ca), ..machine.pinned(&[&down.url], &bytes) }, 3);
    assert!(error.contains("from https to `http:`"), "{error}");
    assert!(plain.asked().is_empty());

    for (content, path) in [("", "empty.pem"), ("-----BEGIN CERTIFICATE-----\nAA", "cut.pem")] {
        fs::write(machine.path(path), content).unwrap();
        refused(&ReleaseRequest { ca_cert: Some(machine.path(path)), ..request.clone() }, 2);
    }
}

#[test]
fn trust_on_first_use_over_https_and_no_secrets_in_the_lock() {
    let (machine, bytes) = (Machine::new(), tarball(26));
    let body = bytes.clone();
    let (site, ca) = Site::https(machine.dir.path(), move |_, _| Reply::whole(&body));
    let url = site.url.replace("https://", "https://me:hunter2@");
    let request = ReleaseRequest { first_use: FirstUse::Trust, ca_cert: Some(ca), ..machine.request(&[&url]) };
    let (_, told) = accepted(&request, &bytes);
    let all = machine.lock() + &told.warnings.concat() + &told.notes.concat();
    assert!(!all.contains("hunter2"), "{all}");
    assert!(Path::new(&machine.path("etcdpack.lock")).is_file());
}
