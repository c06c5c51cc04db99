//! A passphrase: a text that people write down once and type once a host.

use crate::{say, words};
use std::fmt;

use zeroize::Zeroizing;

/// At least twelve characters, none of them a control character (a tab counts as a blank): it can be typed at any terminal,
/// and stands on one line.
/// It has no `Display`, its `Debug` shows nothing of it, and it is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

/// Why a text is no passphrase. Nothing of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPassphrase {
    #[error("{}", words!(
        en = "the passphrase is empty",
        zh = "口令为空"
    ))]
    Empty,
    #[error("{}", say!(en = "a passphrase has at least {} characters; blanks at its ends do not count", zh = "口令至少 {} 个字符；首尾空格不计", Passphrase::SHORTEST))]
    Short,
    #[error("{}", words!(
        en = "the passphrase is not text in UTF-8",
        zh = "口令不是 UTF-8 文本"
    ))]
    NotText,
    #[error("{}", words!(
        en = "the passphrase has a control character, which nobody can type",
        zh = "口令中有无法键入的控制字符"
    ))]
    Control,
}

impl Passphrase {
    /// Below this, a lost stick is opened by trying.
    const SHORTEST: usize = 12;

    /// The first line of what was read, without its end.
    pub fn first_line(bytes: &[u8]) -> Result<Self, NotAPassphrase> {
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let text = std::str::from_utf8(line).map_err(|_| NotAPassphrase::NotText)?;
        Self::new(Zeroizing::new(text.strip_suffix('\r').unwrap_or(text).to_owned()))
    }

    /// A text that is in memory already.
    pub fn new(text: Zeroizing<String>) -> Result<Self, NotAPassphrase> {
        let text = if text.contains('\t') { Zeroizing::new(text.replace('\t', " ")) } else { text };
        match text.trim().chars().count() {
            _ if text.contains(char::is_control) => Err(NotAPassphrase::Control),
            0 => Err(NotAPassphrase::Empty),
            1..Self::SHORTEST => Err(NotAPassphrase::Short),
            _ => Ok(Self(text)),
        }
    }

    /// As it stands on paper, where nobody sees a blank at an end, how many there are in between, or of which width they are.
    /// What is sealed now is sealed with this.
    #[must_use]
    pub fn tidy(&self) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len()));
        for word in self.0.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        Self(text)
    }

    /// What else somebody may have meant who typed this: without the blanks that do not show; seven words as `build` shows
    /// them, with `-` between them.
    pub(super) fn also_meant(&self) -> Vec<Self> {
        let tidy = self.tidy();
        let words = (tidy.0.split(' ').count() > 1).then(|| {
            let mut words = Zeroizing::new(tidy.0.replace([' ', '\u{ff0d}'], "-"));
            words.make_ascii_lowercase();
            Self(words)
        });
        [Some(tidy), words].into_iter().flatten().filter(|other| other != self).collect()
    }

    /// The text itself, for the one place that shows it and those that seal and open with it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_one_line_that_can_be_typed() {
        for (bytes, text) in [
            (&b"correct horse battery\nstaple"[..], "correct horse battery"),
            (b"correct horse\r\n", "correct horse"),
            ("一二三四五六七八九十百千".as_bytes(), "一二三四五六七八九十百千"),
        ] {
            assert_eq!(Passphrase::first_line(bytes).unwrap().expose(), text);
        }
        for (bytes, why) in [
            (&b""[..], NotAPassphrase::Empty),
            (b"\ncorrect horse battery", NotAPassphrase::Empty),
            (b"elevenchars", NotAPassphrase::Short),
            ("一二三四五六七八九十百".as_bytes(), NotAPassphrase::Short),
            (b"correct\0horse battery", NotAPassphrase::Control),
            (b"correct horse\x1bbattery", NotAPassphrase::Control),
            (b"   elevenchars   ", NotAPassphrase::Short),
            (b"correct horse \xff battery", NotAPassphrase::NotText),
        ] {
            assert_eq!(Passphrase::first_line(bytes), Err(why), "{bytes:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let passphrase = Passphrase::first_line(b"correct horse battery").unwrap();
        assert_eq!(format!("{passphrase:?}"), "Passphrase(..)");
    }
}
