//! The fingerprint of a public key, as two people compare it: twelve words by telephone, or 64 digits on a screen. Of a
//! signing key, and of the key that a host makes for itself.

use std::fmt;
use std::str::FromStr;

use bip39::{Language, Mnemonic};

use crate::digest::Digest;
use crate::{say, words};

/// How many bytes of the sum the words stand for: 128 bits, and 4 that check them.
const BYTES: usize = 16;

/// How many words a fingerprint has.
pub const WORDS: usize = 12;

/// As many letters of a word tell it from all others of the list.
const ENOUGH: usize = 4;

/// The SHA-256 of a key's DER. Shown as twelve words of BIP 39's English list, which no two have the same first four letters
/// of, joined by `-`; [`Fingerprint::sum`] is all of it:
/// `openssl pkey -pubin -in signing.pub -outform DER | sha256sum`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(Digest);

impl Fingerprint {
    /// The fingerprint of the public key with this DER (`SubjectPublicKeyInfo`, RFC 5480).
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Digest::of(der))
    }

    /// All of it.
    #[must_use]
    pub fn sum(self) -> Digest {
        self.0
    }

    /// Whether `said` is the word with this number, counted from 1: the whole word, or four of its letters and more. Blanks
    /// around it and capital letters do not count.
    #[must_use]
    pub fn has_word(self, number: usize, said: &str) -> bool {
        let said = said.trim().to_lowercase();
        let words = self.to_string();
        let word = number.checked_sub(1).and_then(|at| words.split('-').nth(at));
        word.is_some_and(|word| word == said || (said.len() >= ENOUGH && word.starts_with(&said)))
    }

    fn head(&self) -> &[u8] {
        self.0.as_bytes().get(..BYTES).unwrap_or_default()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words(self.head(), f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a person says that a fingerprint is: the words, or the whole sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    Words([u8; BYTES]),
    Sum(Digest),
}

impl Claim {
    /// Whether it is said of this one.
    #[must_use]
    pub fn is_of(&self, fingerprint: Fingerprint) -> bool {
        match self {
            Self::Words(head) => head == fingerprint.head(),
            Self::Sum(sum) => *sum == fingerprint.0,
        }
    }
}

/// As it can be said again.
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(head) => words(head, f),
            Self::Sum(sum) => fmt::Display::fmt(sum, f),
        }
    }
}

fn words(head: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let words = Mnemonic::from_entropy(head).map_err(|_| fmt::Error)?;
    words.words().enumerate().try_for_each(|(n, word)| write!(f, "{}{word}", if n == 0 { "" } else { "-" }))
}

/// A text that is no fingerprint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAFingerprint {
    #[error("{}", words!(
        en = "a fingerprint is twelve words, or 64 hexadecimal digits",
        zh = "指纹是十二个单词，或 64 位十六进制数字"
    ))]
    Form,
    /// Words are counted from 1.
    #[error("{}", say!(en = "word {at} of the fingerprint (`{}`) is not in the word list", zh = "指纹的第 {at} 个单词（`{}`）不在单词表中", word.escape_debug()))]
    Word { at: usize, word: String },
    #[error("{}", words!(
        en = "the twelve words do not fit together: one is wrong, or two are swapped",
        zh = "这十二个单词校验不符：有一个错了，或有两个颠倒了顺序"
    ))]
    Check,
}

impl FromStr for Claim {
    type Err = NotAFingerprint;

    /// Words may be parted by `-`, blanks or lines, and have capital letters. Behind a sum may be what it is of, as `sha256sum`
    /// prints it.
    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let mut parts = text.split_whitespace();
        if let (Some(Ok(sum)), _, None) = (parts.next().map(str::parse), parts.next(), parts.next()) {
            return Ok(Self::Sum(sum));
        }
        let lower = text.to_lowercase();
        let words: Vec<&str> =
            lower.split(|c: char| c == '-' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
        if words.len() != WORDS {
            return Err(NotAFingerprint::Form);
        }
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &words.join(" "));
        let mnemonic = mnemonic.map_err(|error| match error {
            bip39::Error::UnknownWord(at) => {
                let word = words.get(at).map(|word| word.chars().take(40).collect()).unwrap_or_default();
                NotAFingerprint::Word { at: at + 1, word }
            }
            _ => NotAFingerprint::Check,
        })?;
        let (entropy, _) = mnemonic.to_entropy_array();
        let head = entropy.first_chunk().ok_or(NotAFingerprint::Form)?;
        Ok(Self::Words(*head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_said() {
        for seed in 0..50_u8 {
            let fingerprint = Fingerprint::of(&[seed]);
            let words = fingerprint.to_string();
            assert_eq!(words.split('-').count(), 12);
            for said in [
                words.clone(),
                words.replace('-', " "),
                format!(" {}\n", words.to_uppercase()),
                fingerprint.sum().to_string(),
                format!("{}  signing.pub\n", fingerprint.sum()),
            ] {
                let claim: Claim = said.parse().unwrap();
                assert!(claim.is_of(fingerprint), "{said}");
                assert!(!claim.is_of(Fingerprint::of(b"other")));
            }
        }
    }

    #[test]
    fn a_word_is_known_by_its_number() {
        let fingerprint = Fingerprint::of(b"key");
        let words = fingerprint.to_string();
        for (number, word) in words.split('-').enumerate().map(|(at, word)| (at + 1, word)) {
            let short: String = word.chars().take(4).collect();
            for said in [word.to_owned(), format!(" {}\r", word.to_uppercase()), short] {
                assert!(fingerprint.has_word(number, &said), "{number}: {said}");
            }
            let three: String = word.chars().take(3).collect();
            assert!(three == word || !fingerprint.has_word(number, &three), "{three}");
            for said in ["", "zz", &format!("{word}s")] {
                assert!(!fingerprint.has_word(number, said), "{number}: {said}");
            }
            assert!(words.matches(word).count() > 1 || !fingerprint.has_word(number % WORDS + 1, word));
        }
        assert!(!fingerprint.has_word(0, "") && !fingerprint.has_word(13, ""));
    }

    #[test]
    fn the_first_four_letters_tell_all_words_apart() {
        let list = Language::English.word_list();
        let short: std::collections::BTreeSet<String> =
            list.iter().map(|word| word.chars().take(ENOUGH).collect()).collect();
        assert_eq!(short.len(), list.len());
    }

    #[test]
    fn a_slip_of_the_tongue_is_noticed() {
        let words = Fingerprint::of(b"key").to_string();
        let list: Vec<&str> = words.split('-').collect();
        assert_eq!(list[1..].join("-").parse::<Claim>(), Err(NotAFingerprint::Form));
        assert_eq!(
            words.replacen(list[2], "etcd", 1).parse::<Claim>(),
            Err(NotAFingerprint::Word { at: 3, word: "etcd".to_owned() })
        );
        for bad in ["", "e3b0c442"] {
            assert_eq!(bad.parse::<Claim>(), Err(NotAFingerprint::Form));
        }
        let mut swapped = list.clone();
        swapped.swap(0, 11);
        let said = swapped.join("-").parse::<Claim>();
        assert!(said.is_err() || !said.unwrap().is_of(Fingerprint::of(b"key")));
    }
}
