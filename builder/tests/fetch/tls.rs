//! Servers that are not who they should be. There is no switch that makes any of them acceptable.

use std::fs;

use builder::release::{FirstUse, ReleaseRequest};

use crate::site::{Badge, Reply, Site};
use crate::{Desk, accepted, refused, tarball};

#[test]
fn a_certificate_for_another_name_time_or_signer_is_refused() {
    for (badge, words) in [
        (Badge::WrongName, "not valid for name"),
        (Badge::Expired, "expired"),
        (Badge::NotYetValid, "not valid yet"),
        (Badge::SelfSigned, "invalid peer certificate"),
    ] {
        let (desk, bytes) = (Desk::new(), tarball(201));
        let body = bytes.clone();
        // Its authority is trusted: what is wrong is wrong all the same, and a known sum is no excuse.
        let (site, ca) = Site::https_as(badge, desk.dir.path(), move |_, _| Reply::whole(&body));
        for first_use in [FirstUse::Refuse, FirstUse::Trust] {
            let request = ReleaseRequest { ca_cert: Some(ca.clone()), first_use, ..desk.pinned(&[&site.url], &bytes) };
            let (error, _) = refused(&request, 3);
            assert!(error.contains(words), "{badge:?}: {error}");
        }
        assert!(site.asked().is_empty(), "{badge:?}: something was asked");
        assert_eq!((desk.kept().len(), desk.lock()), (0, String::new()), "{badge:?}");
    }
}

#[test]
fn an_authority_is_trusted_only_by_those_who_name_it() {
    let (desk, other, bytes) = (Desk::new(), Desk::new(), tarball(202));
    let body = bytes.clone();
    let (site, ca) = Site::https(desk.dir.path(), move |_, _| Reply::whole(&body));
    let (_, stranger) = Site::https(other.dir.path(), |_, _| Reply::status("404 Not Found"));
    refused(&ReleaseRequest { ca_cert: Some(stranger), ..desk.pinned(&[&site.url], &bytes) }, 3);
    assert!(site.asked().is_empty());
    accepted(&ReleaseRequest { ca_cert: Some(ca), ..desk.pinned(&[&site.url], &bytes) }, &bytes);
}

#[test]
fn plain_text_where_tls_should_be_is_refused() {
    let (desk, bytes) = (Desk::new(), tarball(203));
    let body = bytes.clone();
    let site = Site::http(move |_, _| Reply::whole(&body));
    refused(&desk.pinned(&[&site.url.replace("http:", "https:")], &bytes), 3);
    assert_eq!(desk.kept().len(), 0);
}

#[test]
fn https_leads_to_no_file_and_to_no_other_scheme() {
    let (desk, bytes) = (Desk::new(), tarball(204));
    fs::write(desk.path("f"), &bytes).unwrap();
    for to in [format!("file://{}", desk.path("f").display()), "ftp://127.0.0.1/f".to_owned(), "data:,x".to_owned()] {
        let target = to.clone();
        let (site, ca) = Site::https(desk.dir.path(), move |_, _| Reply::redirect(target.clone()));
        let (error, _) = refused(&ReleaseRequest { ca_cert: Some(ca), ..desk.pinned(&[&site.url], &bytes) }, 3);
        assert!(error.contains("redirect"), "{to}: {error}");
        assert_eq!(desk.kept().len(), 0, "{to}");
    }
}
