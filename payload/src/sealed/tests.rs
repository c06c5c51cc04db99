//! Files sealed, opened and spoilt; and one of another `age`, opened.

use std::sync::atomic::{AtomicU8, Ordering};

use super::write::seal_with;
use super::*;

/// Small, so that many files can be tried.
const QUICK: u8 = 4;
const KEY: &[u8] = b"-----BEGIN PRIVATE KEY-----\nnot a real one\n-----END PRIVATE KEY-----\n";

fn passphrase(text: &str) -> Passphrase {
    Passphrase::first_line(text.as_bytes()).unwrap()
}

fn right() -> Passphrase {
    passphrase("correct horse battery")
}

/// No two alike.
fn sealed_with(work_factor: u8, content: &[u8]) -> Vec<u8> {
    static NTH: AtomicU8 = AtomicU8::new(0);
    let random = [[NTH.fetch_add(1, Ordering::Relaxed); 16]; 3];
    seal_with(work_factor, content, &right(), &random).unwrap()
}

fn open(bytes: &[u8]) -> Result<Vec<u8>, SealedError> {
    Sealed::parse_with(bytes, QUICK)?.open(&right()).map(|opened| opened.expose().to_vec())
}

/// Where what was sealed begins: behind the header and its line end.
fn body(bytes: &[u8]) -> usize {
    let end = bytes.windows(4).position(|part| part == b"\n---").unwrap() + 1;
    end + bytes[end..].iter().position(|byte| *byte == b'\n').unwrap() + 1
}

/// The header's lines changed, the rest as it was.
fn with_header(bytes: &[u8], edit: impl Fn(&str) -> String) -> Vec<u8> {
    let (header, rest) = bytes.split_at(body(bytes));
    [edit(std::str::from_utf8(header).unwrap()).as_bytes(), rest].concat()
}

#[test]
fn what_age_sealed_is_opened() {
    let bytes = include_bytes!("fixtures/age-1.1.1.age");
    assert_eq!(Sealed::parse(bytes).unwrap_err(), SealedError::WorkFactor("18".to_owned()));
    assert_eq!(Sealed::parse_with(bytes, 18).unwrap().open(&right()).unwrap().expose(), KEY);
}

#[test]
fn what_was_sealed_is_opened() {
    let bytes = seal(KEY, &right(), &[[7; 16]; 3]).unwrap();
    let sealed = Sealed::parse(&bytes).unwrap();
    assert_eq!(sealed.open(&right()).unwrap().expose(), KEY);
    assert_eq!(sealed.open(&passphrase("correct horse batterx")).unwrap_err(), SealedError::Passphrase);
    for content in [Vec::new(), vec![7; CHUNK]] {
        assert_eq!(open(&sealed_with(QUICK, &content)).unwrap(), content);
    }
    assert!(matches!(seal(&vec![7; CHUNK + 1], &right(), &[[7; 16]; 3]), Err(SealedError::Unsealable(_))));
    assert_eq!(format!("{:?}", sealed.open(&right()).unwrap()), "Opened(..)");
}

#[test]
fn blanks_that_do_not_show_do_not_count() {
    let opens = |sealed: &str, typed: &str| {
        let bytes = seal(KEY, &passphrase(sealed), &[[7; 16]; 3]).unwrap();
        Sealed::parse(&bytes).unwrap().open(&passphrase(typed)).is_ok()
    };
    let sloppy = "  correct \u{3000} horse\tbattery staple ";
    let tidy = passphrase(sloppy).tidy();
    assert_eq!(tidy.expose(), "correct horse battery staple");
    assert!(opens(tidy.expose(), sloppy));
    // One that an earlier version has sealed with its blanks.
    assert!(opens(" correct  horse battery", " correct  horse battery"));
    assert!(!opens(" correct  horse battery", "correct horse battery"));
    assert!(opens("one-two-three-four", "One two three Four"));
    assert!(!opens("one-two-three-four", "one two three"));
}

#[test]
fn another_work_factor_is_refused_unseen() {
    let bytes = sealed_with(QUICK, KEY);
    assert_eq!(Sealed::parse(&bytes).unwrap_err(), SealedError::WorkFactor("4".to_owned()));
    for factor in ["18", "63", "017", "+17", "-1", "0x11", "17 17", "", "18446744073709551633"] {
        let odd = with_header(&bytes, |header| header.replace(" 4\n", &format!(" {factor}\n")));
        assert_eq!(Sealed::parse(&odd).unwrap_err(), SealedError::WorkFactor(factor.to_owned()));
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = sealed_with(QUICK, KEY);
    for cut in 0..bytes.len() {
        assert!(open(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_file_with_any_byte_changed_is_refused() {
    let bytes = sealed_with(QUICK, KEY);
    for at in 0..bytes.len() {
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 1;
        assert!(open(&spoilt).is_err(), "byte {at}");
    }
}

#[test]
fn another_form_is_refused_for_what_it_is() {
    let bytes = sealed_with(QUICK, KEY);
    let form = |spoilt: &[u8]| match open(spoilt) {
        Err(SealedError::Form(why)) => why,
        other => panic!("{other:?}"),
    };
    let edited = |edit: fn(&str) -> String| form(&with_header(&bytes, edit));
    assert!(edited(|header| header.replace("/v1", "/v2")).contains("first line"));
    assert!(edited(|header| header.replace('\n', "\r\n")).contains("first line"));
    assert!(edited(|header| header.replace("scrypt", "X25519")).contains("not a passphrase"));
    assert!(edited(|header| header.replace(" 4\n", "\n")).contains("no work factor"));
    // A second recipient: the same once more, and one of another kind.
    let twice = |header: &str| {
        let stanza = header.lines().skip(1).take(2).collect::<Vec<_>>().join("\n");
        header.replace("---", &format!("{stanza}\n---"))
    };
    assert!(form(&with_header(&bytes, twice)).contains("more than one recipient"));
    assert!(edited(|header| header.replace("---", "-> x-grease a\n\n---")).contains("more than one recipient"));
    let reordered = |header: &str| {
        let lines: Vec<&str> = header.lines().collect();
        format!("{}\n{}\n{}\n{}\n", lines[0], lines[2], lines[1], lines[3])
    };
    assert!(form(&with_header(&bytes, reordered)).contains("not a passphrase"));
    assert!(form(&[bytes.as_slice(), &vec![7; CHUNK + 1]].concat()).contains("one chunk"));
    let armoured = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";
    assert!(form(armoured).contains("first line"));
    assert!(form(b"").contains("header"));
}

#[test]
fn bytes_behind_or_a_foreign_body_are_found() {
    let bytes = sealed_with(QUICK, KEY);
    let damaged = |spoilt: &[u8]| matches!(open(spoilt), Err(SealedError::Damaged(_)));
    assert!(damaged(&[bytes.as_slice(), b"\n"].concat()));
    assert!(damaged(&[bytes.as_slice(), &[0; 64]].concat()));
    let other = sealed_with(QUICK, KEY);
    assert!(damaged(&[&bytes[..body(&bytes)], &other[body(&other)..]].concat()));
    // A MAC of another header that the same passphrase sealed.
    let mac = |bytes: &[u8]| std::str::from_utf8(&bytes[..body(bytes)]).unwrap().lines().nth(3).unwrap().to_owned();
    assert!(damaged(&with_header(&bytes, |header| header.replace(&mac(&bytes), &mac(&other)))));
}

#[test]
fn base64_has_one_form() {
    let bytes = sealed_with(QUICK, KEY);
    let padded = with_header(&bytes, |header| header.replace(" 4\n", "== 4\n").replace("== 4", "=="));
    assert!(open(&padded).is_err());
    // The last digit of 16 bytes in 22 digits has four bits that must be zero.
    let loose = with_header(&bytes, |header| {
        let salt = header.split(' ').nth(2).unwrap();
        let last = salt.chars().last().unwrap();
        let next = char::from(u8::try_from(last).unwrap() + 1);
        header.replacen(salt, &format!("{}{next}", &salt[..21]), 1)
    });
    assert_eq!(open(&loose), Err(SealedError::Form("its salt is not 16 bytes")));
}
