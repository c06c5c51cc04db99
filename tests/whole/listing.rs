//! Whatever our reader takes, other readers of ZIP list alike: names, sizes, sums, and not one warning.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use payload::bundle::{Content, Copied, MANIFEST};
use whole::{Corpus, Site, guide, release, run, sha256, small_cluster, small_site};
use zip::ZipArchive;

/// One line an entry: `NAME SIZE CRC`.
type Listing = Vec<String>;

fn ours(path: &Path) -> Listing {
    let mut bundle = Copied::make(File::open(path).unwrap(), Cursor::new(Vec::new())).unwrap().verify().unwrap();
    let names = bundle.manifest().entries.iter().map(|entry| entry.name.as_str().to_owned());
    let names: Vec<String> = names.chain([MANIFEST.to_owned()]).collect();
    let mut line = |name: String| {
        let content = Content::read(bundle.entry(&name).unwrap()).unwrap();
        format!("{name} {} {:08x}", content.size, content.crc)
    };
    names.into_iter().map(&mut line).collect()
}

/// Info-ZIP's unzip, in each of its ways to list.
fn info_zip(path: &Path) -> Listing {
    let unzip = |option: &str| {
        let said = run(Command::new("unzip").arg(option).arg(path));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "unzip {option}: {said:?}");
        assert!(!said.out.contains("warning") && !said.out.contains("extra bytes"), "unzip {option}: {said:?}");
        said.out
    };
    unzip("-tq");
    unzip("-l");
    let lines: Listing = unzip("-v").lines().filter_map(verbose_line).collect();
    let names: Vec<String> = unzip("-Z1").lines().map(str::to_owned).collect();
    let listed: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, listed);
    lines
}

/// `Length Method Size Cmpr Date Time CRC-32 Name`; headings, rules and totals have fewer or other columns.
fn verbose_line(line: &str) -> Option<String> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    match columns.as_slice() {
        [length, "Stored", size, "0%", "1980-01-01", "00:00", crc, name] if length == size => {
            Some(format!("{name} {size} {crc}"))
        }
        _ => None,
    }
}

fn python(path: &Path) -> Listing {
    let script = "import sys, zipfile\n\
                  archive = zipfile.ZipFile(sys.argv[1])\n\
                  assert archive.testzip() is None\n\
                  for entry in archive.infolist(): print(entry.filename, entry.file_size, '%08x' % entry.CRC)";
    let said = run(Command::new("python3").args(["-W", "error", "-c", script]).arg(path));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    said.out.lines().map(str::to_owned).collect()
}

fn zip_crate(path: &Path) -> Listing {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    assert_eq!(archive.offset(), 0);
    let entries = archive.len();
    let line = |n| {
        let mut entry = archive.by_index(n).unwrap();
        let listed = format!("{} {} {:08x}", entry.name().unwrap(), entry.size(), entry.crc32());
        // To the end, where the crate compares the sum.
        assert_eq!(std::io::copy(&mut entry.by_ref(), &mut std::io::sink()).unwrap(), entry.size());
        listed
    };
    (0..entries).map(line).collect()
}

#[track_caller]
fn alike(path: &Path) {
    let ours = ours(path);
    assert!(ours.len() > 5, "{ours:?}");
    for (who, theirs) in [("unzip", info_zip(path)), ("Python", python(path)), ("the zip crate", zip_crate(path))] {
        assert_eq!(ours, theirs, "{who} lists {} otherwise", path.display());
    }
}

#[test]
fn bundles_of_several_clusters_are_listed_alike() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&guide("3.5.1", &tarball));
    site.build(&tarball);
    for host in ["mfyxw20", "mfyxw30", "mfyxw40"] {
        alike(&site.bundle(&format!("{host}.mfyxw.com")));
    }
    let other = release("3.4.23", "arm64");
    let text = format!(
        "[cluster]\nname = \"t\"\n[release]\nversion = \"3.4.23\"\narch = \"arm64\"\nsha256 = \"{}\"\n[service]\nname = \"e\"\n\
         manager = \"supervisor\"\n[[host]]\nname = \"n1\"\naddress = \"2001:db8::1\"\n",
        sha256(&other)
    );
    let site = Site::new(&text);
    site.build(&other);
    alike(&site.bundle("n1"));
    let site = small_site();
    alike(&site.bundle("n1"));
    let text = small_cluster(&site.path("release.tar.gz")).replace("manager = \"systemd\"", "manager = \"auto\"");
    fs::write(site.path("cluster.toml"), text).unwrap();
    site.build(&site.path("release.tar.gz"));
    alike(&site.bundle("n1"));
}

#[test]
fn odd_bundles_that_are_taken_are_listed_alike() {
    let corpus = Corpus::make("good");
    for name in &corpus.names {
        alike(&corpus.bundle(name));
    }
}
