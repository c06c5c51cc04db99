//! The container end to end: what is written reads back, and nothing else does.

use std::io::{Cursor, Read};

use super::{Bundle, BundleError, Content, EntryName, MANIFEST, TRAILER_LEN, Unverified, Writer};
use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::mode::Mode;
use crate::signer::tests::{public, sign};

const INSTALLER: &[u8] = b"\x7fELF a static installer";
const TARBALL: &[u8] = b"\x1f\x8b upstream, byte for byte";
const CA: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn name(text: &str) -> EntryName {
    EntryName::try_from(text.to_owned()).unwrap()
}

fn manifest(entries: &[(&str, &[u8], &str)]) -> Manifest {
    let entries: Vec<serde_json::Value> = entries
        .iter()
        .map(|(name, bytes, purpose)| {
            serde_json::json!({"name": name, "size": bytes.len(), "sha256": Digest::of(bytes), "purpose": purpose})
        })
        .collect();
    let text = serde_json::json!({
        "schema": 2, "etcdpack": "0.1.0",
        "provenance": {"cluster-id": "0".repeat(32), "serial": 1, "signer": public(1), "succession": []},
        "cluster": "c", "token": "c", "host": "h", "member": "h", "arch": "amd64",
        "client-port": 2379, "peer-port": 2380, "user": "etcd",
        "members": [{"name": "h", "host": "h", "address": "192.0.2.1"}],
        "release": {"version": "3.5.1", "entry": "etcd/e.tar.gz", "origin": "cluster file", "programs": []},
        "layout": {"release-dir": "/opt/etcd-v3.5.1", "link": "/opt/etcd", "data": "/d", "logs": "/l", "bin": "/b", "sbin": "/s"},
        "service": {"manager": "auto", "name": "etcd-server", "stop-seconds": 10, "wheels": []},
        "entries": entries,
    });
    Manifest::parse(&serde_json::to_vec(&text).unwrap()).unwrap()
}

/// A bundle with these entries and a manifest that lists `listed`.
fn bundle(entries: &[(&str, &[u8])], listed: &[(&str, &[u8], &str)]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), INSTALLER).unwrap();
    let json = manifest(listed).to_bytes().unwrap();
    let last = [(MANIFEST, json.as_slice())];
    for (at, bytes) in entries.iter().chain(&last) {
        writer.entry(name(at), Mode::PLAIN, Content::of(bytes), *bytes).unwrap();
    }
    let (bytes, digest) = writer.finish(|sum| Ok(sign(1, sum))).unwrap();
    assert_eq!(digest, Digest::of(&bytes));
    bytes
}

fn good() -> Vec<u8> {
    let entries = [("etcd/e.tar.gz", TARBALL), ("certs/ca.pem", CA)];
    bundle(&entries, &[("etcd/e.tar.gz", TARBALL, "release"), ("certs/ca.pem", CA, "reading")])
}

fn open(bytes: &[u8]) -> Result<Bundle<Cursor<&[u8]>>, BundleError> {
    Unverified::open(Cursor::new(bytes))?.verify(|_| {})
}

#[test]
fn what_is_written_reads_back() {
    let bytes = good();
    let mut bundle = open(&bytes).unwrap();
    assert_eq!(bundle.read("certs/ca.pem").unwrap(), CA);
    let mut tarball = Vec::new();
    bundle.entry("etcd/e.tar.gz").unwrap().read_to_end(&mut tarball).unwrap();
    assert_eq!(tarball, TARBALL);
    let mut installer = Vec::new();
    bundle.installer().unwrap().read_to_end(&mut installer).unwrap();
    assert_eq!(installer, INSTALLER);
    assert_eq!(bundle.digest(), Digest::of(&bytes[..bytes.len() - TRAILER_LEN]));
    assert!(matches!(bundle.entry("certs/other"), Err(BundleError::Missing(_))));
}

#[test]
fn same_inputs_give_the_same_bytes_also_when_the_beginning_is_shared() {
    let mut common = Writer::new(Vec::new(), INSTALLER).unwrap();
    common.entry(name("etcd/e.tar.gz"), Mode::PLAIN, Content::of(TARBALL), TARBALL).unwrap();
    let forked = common.continue_in(Vec::new());
    let at = forked.offset();
    let (begin, _) = common.finish(|sum| Ok(sign(1, sum))).unwrap();
    let mut own = forked.continue_in(begin[..usize::try_from(at).unwrap()].to_vec());
    own.entry(name("certs/ca.pem"), Mode::PLAIN, Content::of(CA), CA).unwrap();
    let listed = [("etcd/e.tar.gz", TARBALL, "release"), ("certs/ca.pem", CA, "reading")];
    let json = manifest(&listed).to_bytes().unwrap();
    own.entry(name(MANIFEST), Mode::PLAIN, Content::of(&json), json.as_slice()).unwrap();
    assert_eq!(own.finish(|sum| Ok(sign(1, sum))).unwrap().0, good());
}

#[test]
fn every_bit_counts() {
    let good = good();
    for at in 0..good.len() {
        for bit in [0x01, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= bit;
            assert!(open(&bad).is_err(), "byte {at} of {}", good.len());
        }
    }
}

#[test]
fn every_length_counts() {
    let good = good();
    for cut in 0..good.len() {
        assert!(open(&good[..cut]).is_err(), "cut at {cut}");
    }
    for more in [&b"\0"[..], b"\n", &good[good.len() - TRAILER_LEN..]] {
        assert!(open(&[&good, more].concat()).is_err());
    }
    assert!(open(&[b"x", good.as_slice()].concat()).is_err(), "a byte before");
}

#[test]
fn a_manifest_that_says_something_else_is_refused() {
    let entries = [("etcd/e.tar.gz", TARBALL), ("certs/ca.pem", CA)];
    let release = ("etcd/e.tar.gz", TARBALL, "release");
    for (what, listed) in [
        ("an entry less", vec![release]),
        ("an entry more", vec![release, ("certs/ca.pem", CA, "reading"), ("certs/x.pem", CA, "reading")]),
        ("another order", vec![("certs/ca.pem", CA, "reading"), release]),
        ("other bytes of the same size", vec![release, ("certs/ca.pem", &[b'x'; 27], "reading")]),
    ] {
        assert!(open(&bundle(&entries, &listed)).is_err(), "{what}");
    }
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let entries = [("etcd/e.tar.gz", TARBALL), ("certs/ca.pem", CA), ("certs/ca.pem", CA)];
    let listed =
        [("etcd/e.tar.gz", TARBALL, "release"), ("certs/ca.pem", CA, "reading"), ("certs/ca.pem", CA, "reading")];
    assert!(matches!(open(&bundle(&entries, &listed)), Err(BundleError::Damaged(_))));
}

#[test]
fn bytes_that_change_while_they_are_written_are_noticed() {
    let mut writer = Writer::new(Vec::new(), INSTALLER).unwrap();
    let measured = Content::of(CA);
    assert!(writer.entry(name("certs/ca.pem"), Mode::PLAIN, measured, &b"other"[..]).is_err());
}

#[test]
fn what_is_no_bundle_is_named_as_such() {
    for bytes in [&b""[..], INSTALLER, &[0; 4096]] {
        assert!(matches!(open(bytes), Err(BundleError::NoBundle)));
    }
}

#[test]
fn a_signature_by_another_key_or_of_another_bundle_is_refused() {
    let good = good();
    let (body, _) = good.split_at(good.len() - TRAILER_LEN);
    for (what, signature) in [
        ("another key's", sign(2, Digest::of(body))),
        ("another bundle's", sign(1, Digest::of(b"another bundle"))),
        ("of a part", sign(1, Digest::of(&body[..body.len() - 1]))),
    ] {
        let bad = [body, super::trailer::encode(&signature).as_slice()].concat();
        assert!(matches!(open(&bad), Err(BundleError::Signature { .. })), "{what}");
    }
}
