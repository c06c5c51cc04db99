//! One line of words that people are shown before anything has been verified: it cannot be long, and it cannot steer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 1 to 200 characters, all of which are seen as they are: no controls, and nothing that turns, hides or breaks a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayLine(String);

const MAX: usize = 200;

impl DisplayLine {
    /// `text` with a mark for each character that cannot be shown, cut where it is too long.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let shown = plain(text);
        match shown.char_indices().nth(MAX) {
            Some(_) => Self(shown.chars().take(MAX - 3).chain("...".chars()).collect()),
            None if shown.is_empty() => Self("-".to_owned()),
            None => Self(shown),
        }
    }

    /// The line as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text with a mark for each character that [`steers`].
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Likewise, and no longer than `most` characters and a sign that there were more.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let mut shown = plain(text);
    if let Some((end, _)) = shown.char_indices().nth(most) {
        shown.truncate(end);
        shown.push_str(" ...");
    }
    shown
}

/// Whether a terminal does something else with `c` than show it: controls, and what Unicode calls format characters and
/// line separators.
#[must_use]
pub fn steers(c: char) -> bool {
    let formats = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || formats
}

impl fmt::Display for DisplayLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no line; it is not quoted, for the same reason.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a line has 1 to {MAX} characters, and none that steers a terminal")]
pub struct NotALine;

impl TryFrom<String> for DisplayLine {
    type Error = NotALine;

    fn try_from(text: String) -> Result<Self, NotALine> {
        let fits = (1..=MAX).contains(&text.chars().count()) && !text.contains(steers);
        if fits { Ok(Self(text)) } else { Err(NotALine) }
    }
}

impl From<DisplayLine> for String {
    fn from(line: DisplayLine) -> Self {
        line.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_plain_or_is_made_so() {
        let long = "x".repeat(201);
        for bad in
            ["", "a\nb", "\u{1b}[2J", "\u{9b}2J", "\u{202e}exe.txt", "a\u{200b}b", "a\u{2028}b", "\u{feff}a", &long]
        {
            assert_eq!(DisplayLine::try_from(bad.to_owned()), Err(NotALine), "{bad:?}");
            let made = DisplayLine::of(bad);
            assert_eq!(DisplayLine::try_from(made.to_string()), Ok(made), "{bad:?}");
        }
        for good in ["0.1.0", "SHA256SUMS at https://镜像.example/etcd", &"é".repeat(200)] {
            assert_eq!(DisplayLine::of(good).as_str(), good);
            assert!(DisplayLine::try_from(good.to_owned()).is_ok());
        }
    }

    #[test]
    fn what_is_long_is_cut_and_what_steers_is_gone() {
        assert_eq!(plain("x\nerror: \u{9b}2J"), "x\u{fffd}error: \u{fffd}2J");
        assert_eq!(shortened("four!", 4), "four ...");
        assert_eq!(shortened("éééé", 4), "éééé");
    }
}
