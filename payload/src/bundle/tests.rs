//! The container end to end: what is written reads back, and nothing else does.

use std::io::{Cursor, Read};

use super::{Bundle, BundleError, Content, Copied, CopyError, EntryName, MANIFEST, TRAILER_LEN, Unverified, Writer};
use crate::digest::Digest;
use crate::manifest::tests::{self as samples, PLAIN};
use crate::manifest::{Manifest, ManifestError, Own, Purpose, SCHEMA, Shared, Slot};
use crate::mode::Mode;
use crate::signer::tests::{public, sign};

const INSTALLER: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0 a static installer";
const CA: &str = "certs/ca.pem";

fn name(text: &str) -> EntryName {
    EntryName::try_from(text.to_owned()).unwrap()
}

/// One entry of a bundle.
#[derive(Clone)]
struct Packed {
    name: EntryName,
    mode: Mode,
    bytes: Vec<u8>,
}

/// The entries of a plain bundle, and its manifest.
fn parts() -> (Vec<Packed>, Manifest) {
    let manifest = Manifest::parse(&serde_json::to_vec(&samples::manifest(PLAIN)).unwrap()).unwrap();
    let slots = Slot::shared(PLAIN.version, PLAIN.arch, PLAIN.carry).unwrap();
    let own = Slot::own(&manifest.layout, &manifest.service, PLAIN.pair).unwrap();
    let packed = |name, purpose: &Purpose, bytes| Packed { name, mode: purpose.mode_inside(), bytes };
    let begin = slots.into_iter().map(|slot| packed(slot.name, &slot.purpose, samples::bytes(slot.part)));
    let end = own.into_iter().map(|slot| packed(slot.name, &slot.purpose, samples::bytes(slot.part)));
    (begin.chain(end).collect(), manifest)
}

fn put<W: std::io::Write>(writer: &mut Writer<W>, Packed { name, mode, bytes }: &Packed) {
    writer.entry(name.clone(), *mode, Content::of(bytes), bytes.as_slice()).unwrap();
}

/// A bundle behind `installer` with these entries and this manifest.
fn bundle(installer: &[u8], entries: &[Packed], manifest: &Manifest) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), installer).unwrap();
    for packed in entries {
        put(&mut writer, packed);
    }
    put(&mut writer, &last(manifest));
    let (bytes, digest) = writer.finish(|sum| Ok(sign(1, sum))).unwrap();
    assert_eq!(digest, Digest::of(&bytes));
    bytes
}

fn last(manifest: &Manifest) -> Packed {
    Packed { name: name(MANIFEST), mode: Mode::PLAIN, bytes: manifest.to_bytes().unwrap() }
}

fn good() -> Vec<u8> {
    let (entries, manifest) = parts();
    bundle(INSTALLER, &entries, &manifest)
}

fn copied(bytes: &[u8]) -> Copied<Cursor<Vec<u8>>> {
    Copied::make(bytes, Cursor::new(Vec::new())).map_err(|error| error.to_string()).unwrap()
}

/// By both ways to verify one, which must agree.
fn open(bytes: &[u8]) -> Result<Bundle<Cursor<Vec<u8>>>, BundleError> {
    let checked = Unverified::open(Cursor::new(bytes)).and_then(Unverified::check);
    let verified = copied(bytes).verify();
    match (&checked, &verified) {
        (Ok(checked), Ok(verified)) => {
            assert_eq!((checked.digest(), checked.sum()), (verified.digest(), verified.sum()));
        }
        (Err(checked), Err(verified)) => assert_eq!(checked.to_string(), verified.to_string()),
        _ => panic!("checked: {}, verified: {}", checked.is_ok(), verified.is_ok()),
    }
    verified
}

#[test]
fn what_is_written_reads_back() {
    let bytes = good();
    let mut bundle = open(&bytes).unwrap();
    assert_eq!(bundle.read(CA).unwrap(), samples::bytes(Own::Ca));
    let mut tarball = Vec::new();
    bundle.entry("etcd/etcd-v3.5.1-linux-amd64.tar.gz").unwrap().read_to_end(&mut tarball).unwrap();
    assert_eq!(tarball, samples::bytes(Shared::Release));
    let mut installer = Vec::new();
    bundle.installer().unwrap().read_to_end(&mut installer).unwrap();
    assert_eq!(installer, INSTALLER);
    assert_eq!(bundle.digest(), Digest::of(&bytes[..bytes.len() - TRAILER_LEN]));
    assert_eq!(bundle.sum(), Digest::of(&bytes), "the sum that sha256sum shows");
    assert!(matches!(bundle.entry("certs/other"), Err(BundleError::Missing(_))));
}

#[test]
fn same_inputs_give_the_same_bytes_also_when_the_beginning_is_shared() {
    let (entries, manifest) = parts();
    let mut common = Writer::new(Vec::new(), INSTALLER).unwrap();
    put(&mut common, &entries[0]);
    let forked = common.continue_in(Vec::new());
    let at = forked.offset();
    let (begin, _) = common.finish(|sum| Ok(sign(1, sum))).unwrap();
    let mut own = forked.continue_in(begin[..usize::try_from(at).unwrap()].to_vec());
    for packed in &entries[1..] {
        put(&mut own, packed);
    }
    put(&mut own, &last(&manifest));
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
    let (entries, manifest) = parts();
    let with = |change: fn(&mut Vec<Packed>)| {
        let mut other = entries.clone();
        change(&mut other);
        open(&bundle(INSTALLER, &other, &manifest)).map(drop)
    };
    assert!(with(|_| ()).is_ok());
    for (what, said) in [
        ("an entry less", with(|list| drop(list.pop()))),
        ("an entry more", with(|list| list.push(Packed { name: name("certs/x.pem"), ..list[0].clone() }))),
        ("another order", with(|list| list.swap(0, 1))),
        ("another mode", with(|list| list[0].mode = Mode::SECRET)),
        ("other bytes of the same size", with(|list| list[0].bytes.reverse())),
        ("a name twice", with(|list| list.insert(0, list[0].clone()))),
    ] {
        assert!(said.is_err(), "{what}");
    }
}

#[test]
fn what_is_in_front_must_be_an_installer_for_the_host() {
    let (entries, manifest) = parts();
    let with = |installer: &[u8]| open(&bundle(installer, &entries, &manifest)).map(drop);
    let arm64 = [&INSTALLER[..18], b"\xb7\0", &INSTALLER[20..]].concat();
    let sized = |len: usize| [INSTALLER, &vec![0; len - INSTALLER.len()]].concat();
    for bad in [b"", &b"#!/bin/sh\nid\n"[..], &INSTALLER[..19], &arm64, &sized((4 << 20) + 1)] {
        assert!(matches!(with(bad), Err(BundleError::Damaged(_))), "{} bytes", bad.len());
    }
    assert!(with(&sized(4 << 20)).is_ok());
}

#[test]
fn bytes_that_change_while_they_are_written_are_noticed() {
    let mut writer = Writer::new(Vec::new(), INSTALLER).unwrap();
    assert!(writer.entry(name(CA), Mode::PLAIN, Content::of(b"one"), &b"other"[..]).is_err());
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

/// A file whose bytes are others from the `n`-th reading on.
struct Swapped<'a> {
    bytes: Cursor<&'a [u8]>,
    other: &'a [u8],
    after: usize,
}

impl Read for Swapped<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.after == 0 {
            let at = self.bytes.position();
            self.bytes = Cursor::new(self.other);
            self.bytes.set_position(at);
        }
        self.after = self.after.wrapping_sub(1);
        self.bytes.read(buf)
    }
}

impl std::io::Seek for Swapped<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// Two bundles of one length whose manifests differ in the number.
fn twins() -> [Vec<u8>; 2] {
    let (entries, manifest) = parts();
    let mut other = manifest.clone();
    let provenance = other.provenance.as_mut().unwrap();
    provenance.serial = provenance.serial.checked_add(1).unwrap();
    let twins = [&manifest, &other].map(|manifest| bundle(INSTALLER, &entries, manifest));
    assert_eq!(twins[0].len(), twins[1].len());
    twins
}

#[test]
fn what_was_parsed_is_what_was_hashed() {
    let [one, other] = twins();
    let serial = |bytes: &[u8]| open(bytes).unwrap().provenance().serial;
    let mut swapped = 0;
    for after in 0.. {
        let file = Swapped { bytes: Cursor::new(&one), other: &other, after };
        match Unverified::open(file).and_then(Unverified::check) {
            Ok(checked) if checked.provenance().serial == serial(&one) => {
                assert_eq!(checked.digest(), open(&one).unwrap().digest());
                break;
            }
            Ok(checked) => {
                assert_eq!(checked.provenance().serial, serial(&other));
                assert_eq!(checked.digest(), open(&other).unwrap().digest());
            }
            Err(_) => swapped += 1,
        }
    }
    assert!(swapped > 2, "it was never swapped in between");
}

#[test]
fn a_file_that_grows_after_its_end_was_looked_for_is_refused() {
    let good = good();
    let longer = [good.as_slice(), b"x"].concat();
    let last = |after| Swapped { bytes: Cursor::new(&good), other: &longer, after };
    assert!(
        (0..100)
            .map(last)
            .any(|file| { matches!(Unverified::open(file).and_then(Unverified::check), Err(BundleError::Changed)) })
    );
}

#[test]
fn a_copy_is_what_was_hashed_whatever_the_source_becomes() {
    let [one, other] = twins();
    for after in [0, 1, 2] {
        let source = Swapped { bytes: Cursor::new(&one), other: &other, after };
        let copied = Copied::make(source, Cursor::new(Vec::new())).map_err(|error| error.to_string()).unwrap();
        // Half of each is neither.
        if let Ok(bundle) = copied.verify() {
            assert!([&one, &other].iter().any(|bytes| open(bytes).unwrap().digest() == bundle.digest()));
        }
    }
}

#[test]
fn the_sum_leaves_out_the_last_line_however_the_bytes_come() {
    /// A few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let most = buf.len().min(self.1);
            self.0.read(&mut buf[..most])
        }
    }

    let good = good();
    let wanted = Digest::of(&good[..good.len() - TRAILER_LEN]);
    for drop in [1, 7, 127, 128, 129, 1000, usize::MAX] {
        let copied = Copied::make(Drops(&good, drop), Cursor::new(Vec::new())).map_err(|error| error.to_string());
        assert_eq!(copied.unwrap().verify().unwrap().digest(), wanted, "{drop} bytes at a time");
    }
    for len in [0, 1, 127, 128, 129] {
        assert!(copied(&good[..len]).verify().is_err());
    }
}

#[test]
fn a_source_that_breaks_and_a_place_without_room_are_told_apart() {
    /// A disk of 1000 bytes.
    struct Full(Cursor<Vec<u8>>);

    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            match 1000 - self.0.get_ref().len() {
                0 => Err(std::io::ErrorKind::StorageFull.into()),
                room => self.0.write(&bytes[..bytes.len().min(room)]),
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Read for Full {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buf)
        }
    }

    impl std::io::Seek for Full {
        fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }

    /// Reads, then breaks.
    struct Breaks(Cursor<Vec<u8>>);

    impl Read for Breaks {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buf)? {
                0 => Err(std::io::Error::other("pulled out")),
                n => Ok(n),
            }
        }
    }

    let full = || Full(Cursor::default());
    assert!(matches!(Copied::make(good().as_slice(), full()), Err(CopyError::Write(_))));
    let broken = Copied::make(Breaks(Cursor::new(vec![0; 500])), full());
    assert!(matches!(broken, Err(CopyError::Source(BundleError::Io(_)))));
}

#[test]
fn a_signer_vouches_for_bytes_before_any_is_parsed() {
    let (entries, manifest) = parts();
    let text = String::from_utf8(manifest.to_bytes().unwrap()).unwrap();
    let newer = SCHEMA + 1;
    let text = text.replacen(&format!("\"schema\": {SCHEMA}"), &format!("\"schema\": {newer}"), 1);
    let mut writer = Writer::new(Vec::new(), INSTALLER).unwrap();
    for packed in &entries {
        put(&mut writer, packed);
    }
    put(&mut writer, &Packed { name: name(MANIFEST), mode: Mode::PLAIN, bytes: text.into_bytes() });
    let bytes = writer.finish(|sum| Ok(sign(1, sum))).unwrap().0;
    assert!(copied(&bytes).vouched_for(&public(2)).is_err(), "by another");
    let Ok(mut vouched) = copied(&bytes).vouched_for(&public(1)) else { panic!("not vouched for") };
    assert!(matches!(vouched.newer(), Some(ManifestError::Newer(schema)) if schema == newer));
    assert_eq!(vouched.into_program().into_inner(), bytes);
    let Ok(mut known) = copied(&good()).vouched_for(&public(1)) else { panic!("not vouched for") };
    assert!(known.newer().is_none());
    assert!(known.into_copied().verify().is_ok());
    let mut bad = good();
    bad[0] ^= 1;
    assert!(copied(&bad).vouched_for(&public(1)).is_err(), "a bit of another");
    assert!(copied(b"no bundle").vouched_for(&public(1)).is_err());
}
