//! Bundles that something has happened to on the way: bits, cuts, and ten thousand mutations, of which none is taken.

use std::fs;
use std::io::{Cursor, Read};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use fastrand::Rng;
use payload::bundle::{Content, Copied, EntryName, MANIFEST, TRAILER_LEN, Unverified, Writer};
use payload::digest::Digest;
use payload::etcd::Arch;
use payload::mode::Mode;
use whole::form::figures;
use whole::signed;
use whole::{Site, run, small_site};
use zip::ZipArchive;

/// Of every random choice here; another one is as good.
const SEED: u64 = 0x0e7c_d9ac;
const MUTATIONS: usize = 10_000;
const CUTS: usize = 200;

/// The parts of a bundle, without a gap, by name.
fn regions(whole: &[u8]) -> Vec<(String, Range<usize>)> {
    let mut archive = ZipArchive::new(Cursor::new(whole)).unwrap();
    let directory = usize::try_from(archive.central_directory_start()).unwrap();
    let (mut regions, mut at) = (Vec::new(), 0);
    for n in 0..archive.len() {
        let entry = archive.by_index(n).unwrap();
        let name = entry.name().unwrap().into_owned();
        let [header, data] = [entry.header_start(), entry.data_start().unwrap()].map(|at| usize::try_from(at).unwrap());
        if n == 0 {
            regions.push(("the installer".to_owned(), 0..header));
        }
        regions.push((format!("the header of {name}"), header..data));
        at = data + usize::try_from(entry.size()).unwrap();
        regions.push((name, data..at));
    }
    assert_eq!(at, directory);
    let seal = whole.len() - TRAILER_LEN;
    regions.push(("the directory".to_owned(), directory..seal - 22));
    regions.push(("the end record".to_owned(), seal - 22..seal));
    regions.push(("the trailer".to_owned(), seal..whole.len()));
    regions
}

/// Both programs refuse these bytes.
fn refused(site: &Site, what: &str, bytes: &[u8]) {
    let (draft, path) = (site.path("draft"), site.path("bad.run"));
    fs::write(&draft, bytes).unwrap();
    let said = site.etcdpack(&["verify", "draft"]);
    assert_eq!(said.code, 4, "{what}: {said:?}");
    assert!(said.err.contains("help: "), "{what}: {said:?}");
    // By a process of its own, for what this one writes cannot be executed while another test forks.
    run(Command::new("cp").args([&draft, &path])).ok();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!content(&path), "{what}: the bundle accepts itself");
}

/// Whether a bundle finds itself whole. A damaged program may not even start.
fn content(path: &Path) -> bool {
    Command::new(path).arg("verify").output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_bit_in_any_region_is_noticed_by_both_programs() {
    let site = small_site();
    let good = fs::read(site.bundle("n1")).unwrap();
    assert!(content(&site.bundle("n1")));
    for (region, range) in regions(&good) {
        for at in [range.start, range.start.midpoint(range.end), range.end - 1] {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            refused(&site, &format!("{region}, byte {at}"), &bad);
        }
    }
}

#[test]
fn a_cut_at_any_boundary_is_noticed_by_both_programs() {
    let site = small_site();
    let good = fs::read(site.bundle("n1")).unwrap();
    for (region, range) in regions(&good) {
        for cut in [range.end - 1, range.end, range.end + 1].into_iter().filter(|cut| *cut < good.len()) {
            refused(&site, &format!("{region}, cut at {cut}"), &good[..cut]);
        }
    }
    let mut random = Rng::with_seed(SEED);
    println!("seed {SEED:#x}");
    for _ in 0..CUTS {
        let cut = random.usize(..good.len());
        assert!(!taken(&good[..cut]), "cut at {cut}");
    }
}

/// The entries of a real bundle behind the beginning of its installer, so that a reading takes microseconds.
fn short(whole: &[u8]) -> Vec<u8> {
    let mut bundle = Copied::make(whole, Cursor::new(Vec::new())).unwrap().verify().unwrap();
    let manifest = bundle.manifest().clone();
    let mut writer = Writer::new(Vec::new(), &whole[..1000]).unwrap();
    for entry in &manifest.entries {
        let mut bytes = Vec::new();
        bundle.entry(entry.name.as_str()).unwrap().read_to_end(&mut bytes).unwrap();
        writer.entry(entry.name.clone(), entry.purpose.mode_inside(), Content::of(&bytes), bytes.as_slice()).unwrap();
    }
    let name = EntryName::try_from(MANIFEST.to_owned()).unwrap();
    let bytes = manifest.to_bytes().unwrap();
    writer.entry(name, Mode::PLAIN, Content::of(&bytes), bytes.as_slice()).unwrap();
    writer.finish(|sum| Ok(signed(sum))).unwrap().0
}

fn taken(bytes: &[u8]) -> bool {
    Unverified::open(Cursor::new(bytes)).is_ok_and(|unverified| unverified.check().is_ok())
}

/// One to three changes of any kind.
fn mutated(good: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..random.usize(1..=3) {
        let at = random.usize(..bytes.len());
        let len = random.usize(1..=64).min(bytes.len() - at);
        let from = random.usize(..=bytes.len() - len);
        let piece = bytes[from..from + len].to_vec();
        match random.u8(..8) {
            0 => bytes[at] ^= 1 << random.u8(..8),
            1 => bytes[at] = random.u8(..),
            2 => bytes[at..at + len].fill(random.choice([0, 0xff, b' ']).unwrap()),
            3 => bytes[at..at + len].copy_from_slice(&piece),
            4 => drop(bytes.drain(at..at + len)),
            5 => drop(bytes.splice(at..at, piece)),
            6 => bytes[at..at + len].reverse(),
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

#[test]
fn ten_thousand_mutations_are_refused() {
    let began = Instant::now();
    let site = small_site();
    let good = short(&fs::read(site.bundle("n1")).unwrap());
    assert!(taken(&good));
    let mut random = Rng::with_seed(SEED);
    println!("seed {SEED:#x}");
    let mut tried = 0;
    while tried < MUTATIONS {
        let bad = mutated(&good, &mut random);
        if bad != good {
            assert!(!taken(&bad), "mutation {tried}");
            tried += 1;
        }
    }
    figures("mutation", "bundle", tried, 0, began);
}

/// Sealed again, a mutation is taken only where it is one of the installer's own bytes, which is then still a program for
/// the host: that is another bundle.
#[test]
fn ten_thousand_sealed_mutations_are_refused() {
    let began = Instant::now();
    let site = small_site();
    let good = short(&fs::read(site.bundle("n1")).unwrap());
    let (body, installer) = (&good[..good.len() - TRAILER_LEN], regions(&good)[0].1.end);
    let seal = |body: &[u8]| {
        let signature = String::from(signed(Digest::of(body)));
        format!("{:127}\n", format!("ETCDPACK2 p256 {signature}")).into_bytes()
    };
    assert_eq!([body, &seal(body)].concat(), good);
    let mut random = Rng::with_seed(SEED);
    println!("seed {SEED:#x}");
    let (mut tried, mut others) = (0, 0);
    while tried < MUTATIONS {
        let bad = mutated(body, &mut random);
        let same_entries = bad.len() == body.len() && bad[installer..] == body[installer..];
        let another = same_entries && Arch::Amd64.runs(&bad);
        assert_eq!(taken(&[bad.as_slice(), &seal(&bad)].concat()), another, "mutation {tried}");
        if another {
            others += 1;
        } else {
            tried += 1;
        }
    }
    figures("mutation", "sealed-bundle", tried, 0, began);
    assert!(others > 0, "the seal is not the one that readers expect");
}
