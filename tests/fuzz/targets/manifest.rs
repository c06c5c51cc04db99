//! A manifest that is taken says the same after it has been written and read again, and shows nothing that steers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payload::manifest::Manifest;

fuzz_target!(|bytes: &[u8]| {
    let manifest = match Manifest::parse(bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains(char::is_control) && text.chars().count() < 500, "{text:?}");
            return;
        }
    };
    let written = manifest.to_bytes().expect("a manifest");
    let again = Manifest::parse(&written).expect("what we write, we read");
    assert_eq!(again, manifest);
    assert_eq!(again.to_bytes().expect("a manifest"), written);
    // What people are shown of a bundle before anything is verified.
    assert!(!format!("{}{}", manifest.etcdpack, manifest.release.origin).contains(char::is_control));
    let me = manifest.me().expect("its own member");
    assert_eq!((&me.name, &me.host), (&manifest.member, &manifest.host));
});
