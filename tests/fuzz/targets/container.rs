//! What the bundle reader takes, from where it lies and from a copy alike, other readers of ZIP list alike, and the writer
//! writes to the same bytes.
//!
//! The input is a bundle without its last line: signing it here, with the key of the tests that the seeds name, lets the fuzzer
//! reach what is behind the signature.
#![no_main]

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{self, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use payload::bundle::{Bundle, Content, Copied, EntryName, MANIFEST, Unverified, Writer};
use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::mode::Mode;
use payload::signer::Signature;
use zip::ZipArchive;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    SigningKey::from_pkcs8_pem(include_str!("../../lab/signing-key.pem")).expect("the tests' key")
});

fn signed(sum: Digest) -> Signature {
    let signature: ecdsa::Signature = KEY.sign_prehash(sum.as_bytes()).expect("a signature");
    signature.into()
}

fuzz_target!(|body: &[u8]| {
    let seal = format!("{:127}\n", format!("ETCDPACK2 p256 {}", String::from(signed(Digest::of(body)))));
    let whole = [body, seal.as_bytes()].concat();
    let Ok(unverified) = Unverified::open(Cursor::new(&whole[..])) else { return };
    let manifest = unverified.claims().clone();
    listed_alike(&whole, &manifest);
    let checked = unverified.check();
    let copied = Copied::make(&whole[..], Cursor::new(Vec::new())).expect("a copy");
    let verified = copied.verify();
    assert_eq!(checked.is_ok(), verified.is_ok(), "a copy is taken otherwise");
    if let Ok(bundle) = verified {
        assert_eq!(written_again(bundle, &manifest), whole, "the writer writes it otherwise");
    }
});

fn listed_alike(whole: &[u8], manifest: &Manifest) {
    let mut other = ZipArchive::new(Cursor::new(whole)).expect("the zip crate opens it");
    assert_eq!(other.offset(), 0, "offsets count from the beginning");
    assert_eq!(other.len(), manifest.entries.len() + 1);
    for (at, entry) in manifest.entries.iter().enumerate() {
        let found = other.by_index(at).expect("the zip crate finds it");
        assert_eq!((&*found.name().expect("its name"), found.size()), (entry.name.as_str(), entry.size));
        assert_eq!(found.unix_mode(), Some(0o100_000 | entry.purpose.mode_inside().bits()));
        assert!(found.is_file() && !found.encrypted() && found.comment().is_empty());
    }
    assert_eq!(other.by_index(manifest.entries.len()).expect("the last").name().expect("its name"), MANIFEST);
}

fn written_again(mut bundle: Bundle<Cursor<Vec<u8>>>, manifest: &Manifest) -> Vec<u8> {
    let mut installer = Vec::new();
    bundle.installer().expect("an installer").read_to_end(&mut installer).expect("its bytes");
    let mut writer = Writer::new(Vec::new(), &installer).expect("a writer");
    let mut put = |name: EntryName, mode: Mode, bytes: &[u8]| {
        writer.entry(name, mode, Content::of(bytes), bytes).expect("an entry");
    };
    for entry in &manifest.entries {
        let mut bytes = Vec::new();
        bundle.entry(entry.name.as_str()).expect("an entry").read_to_end(&mut bytes).expect("its bytes");
        put(entry.name.clone(), entry.purpose.mode_inside(), &bytes);
    }
    let name = EntryName::try_from(MANIFEST.to_owned()).expect("a name");
    put(name, Mode::PLAIN, &manifest.to_bytes().expect("a manifest"));
    writer.finish(|sum| Ok(signed(sum))).expect("a bundle").0
}
