//! A release that is taken has one reading: a lenient reader finds the same programs, once each, and no way out.
//!
//! The input is the archive; what begins like gzip is taken as it is.
#![no_main]

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use payload::digest::Digest;
use payload::manifest::Program;
use payload::tarball::{self, TarballError};

const TOP: &str = "etcd-v3.5.1-linux-amd64";

fuzz_target!(|bytes: &[u8]| {
    let packed = if bytes.starts_with(b"\x1f\x8b") { bytes.to_vec() } else { gzip(bytes) };
    let mut seen = BTreeMap::new();
    let survey = tarball::survey(packed.as_slice(), TOP, |name, from| {
        let mut program = Vec::new();
        from.read_to_end(&mut program)?;
        seen.insert(name.to_owned(), program);
        Ok(())
    });
    let Ok(programs) = survey else { return };
    assert_eq!(seen, leniently(&packed), "another reader finds something else");
    for program in &programs {
        let bytes = &seen[&program.name];
        assert_eq!((program.size, program.sha256), (bytes.len() as u64, Digest::of(bytes)));
    }
    let mut taken = BTreeMap::new();
    let mut place = |program: &Program, from: &mut dyn Read| -> Result<(), TarballError> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes)?;
        taken.insert(program.name.clone(), bytes);
        Ok(())
    };
    tarball::programs(packed.as_slice(), TOP, &programs, &mut place).expect("what was surveyed can be taken");
    assert_eq!(taken, seen);
});

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// The programs as the tar crate reads them, with all its extensions, behind any number of end marks and members.
fn leniently(packed: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(MultiGzDecoder::new(packed));
    archive.set_ignore_zeros(true);
    let mut found = BTreeMap::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        if entry.header().entry_type().is_pax_global_extensions() {
            continue;
        }
        let path = entry.path().expect("a path").into_owned();
        assert!(path.starts_with(TOP) && !path.components().any(|part| part.as_os_str() == ".."), "{path:?} leads out");
        let name = path.strip_prefix(TOP).expect("below").to_string_lossy().into_owned();
        if ["etcd", "etcdctl", "etcdutl"].contains(&name.as_str()) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("its bytes");
            assert!(found.insert(name, bytes).is_none(), "a program is there twice");
        }
    }
    found
}
