//! The language in which people are spoken to: which one that is, and sentences that stand in each of them side by side.
//!
//! It is settled once, at the edge, and kept here, where every sentence sees it: words are made wherever an error is shown,
//! and an error does not carry the language of whoever reads it. One thread can speak another one for a while: for a page
//! that is in both, and for tests. Reads no environment: variables come in as values.
//!
//! What programs read (JSON, records), codes, commands and paths are the same in each.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// What people are spoken to in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// What is spoken where nothing else is asked for, or can be shown.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

static SETTLED: OnceLock<Language> = OnceLock::new();

thread_local! {
    static MEANWHILE: Cell<Option<Language>> = const { Cell::new(None) };
}

impl Language {
    /// The words by which people name them: those of `--lang`, and what locales begin with.
    pub const WORDS: [&'static str; 2] = ["en", "zh"];

    /// The one that `word` names; none where it is not spoken here.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// The word that names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        let [english, chinese] = Self::WORDS;
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    /// What a person has said with `ETCDPACK_LANG`, else what the locale is, as `variable` has the environment. Where
    /// somebody is at a terminal, it has to be able to show it; a file can always.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>, at_a_terminal: bool) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
        if let Some(said) = first(&["ETCDPACK_LANG"]).and_then(|said| Self::begins(&said)) {
            return said;
        }
        // setlocale(3): the first of these that is set and not empty.
        let messages = first(&["LC_ALL", "LC_MESSAGES", "LANG"]).unwrap_or_default();
        let characters = first(&["LC_ALL", "LC_CTYPE", "LANG"]).unwrap_or_default();
        // The kernel's own console has no fonts with more than 512 characters.
        let can_be_shown =
            is_utf8(&characters) && !(at_a_terminal && first(&["TERM"]).is_some_and(|term| term == "linux"));
        Self::begins(&messages).filter(|_| can_be_shown).unwrap_or_default()
    }

    /// The language that a locale, as `zh_CN.UTF-8`, begins with; none where it is not spoken here.
    fn begins(locale: &str) -> Option<Self> {
        Self::named(locale.split(['_', '-', '.', '@']).next()?)
    }

    /// Speaks it from now on, in all threads. What was settled before stays.
    pub fn settle(self) {
        let _ = SETTLED.set(self);
    }

    /// Speaks it in this thread, while `work` is done.
    pub fn meanwhile<T>(self, work: impl FnOnce() -> T) -> T {
        let before = MEANWHILE.replace(Some(self));
        let done = work();
        MEANWHILE.set(before);
        done
    }

    /// What is spoken here and now.
    #[must_use]
    pub fn spoken() -> Self {
        MEANWHILE.get().or_else(|| SETTLED.get().copied()).unwrap_or_default()
    }
}

/// Whether a locale's name says that its characters are in UTF-8. `zh_CN` alone is GB 2312.
fn is_utf8(locale: &str) -> bool {
    let codeset = locale.split('@').next().and_then(|locale| locale.split_once('.')).map_or("", |(_, codeset)| codeset);
    codeset.eq_ignore_ascii_case("UTF-8") || codeset.eq_ignore_ascii_case("UTF8")
}

/// Words without anything to be filled in, in each language: made by [`words!`](crate::words). They become text when they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    english: &'static str,
    chinese: &'static str,
}

impl Words {
    /// For [`words!`](crate::words), which names each of them.
    #[must_use]
    pub const fn new(english: &'static str, chinese: &'static str) -> Self {
        Self { english, chinese }
    }

    /// In the language that is spoken now.
    #[must_use]
    pub fn text(self) -> &'static str {
        match Language::spoken() {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        self.text()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.text().to_owned()
    }
}

/// How many columns of a terminal a character takes: what is not ASCII is Chinese or its punctuation, which take two; none takes more.
#[must_use]
pub const fn width(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

/// How many columns a text takes.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// `text`, and blanks behind it up to so many columns.
#[must_use]
pub fn padded(text: &str, wanted: usize) -> String {
    format!("{text}{}", " ".repeat(wanted.saturating_sub(columns(text))))
}

/// Fixed words in each language, as a [`Words`], also for a constant:
/// `words!(en = "healthy", zh = "健康")`.
#[macro_export]
macro_rules! words {
    (en = $english:literal, zh = $chinese:literal $(,)?) => {
        $crate::language::Words::new($english, $chinese)
    };
}

/// A sentence in the language that is spoken now, as `format!` makes it, or `write!` where a formatter comes first:
/// `say!(en = "{n} steps", zh = "{n} 个步骤")`.
#[macro_export]
macro_rules! say {
    (en = $english:literal, zh = $chinese:literal $(, $($value:tt)*)?) => {
        match $crate::language::Language::spoken() {
            $crate::language::Language::English => format!($english $(, $($value)*)?),
            $crate::language::Language::Chinese => format!($chinese $(, $($value)*)?),
        }
    };
    ($to:expr, en = $english:literal, zh = $chinese:literal $(, $($value:tt)*)?) => {
        match $crate::language::Language::spoken() {
            $crate::language::Language::English => write!($to, $english $(, $($value)*)?),
            $crate::language::Language::Chinese => write!($to, $chinese $(, $($value)*)?),
        }
    };
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn chinese_is_spoken_where_it_is_asked_for_and_can_be_shown() {
        use Language::{Chinese, English};
        for (variables, at_a_terminal, wanted) in [
            ("", true, English),
            ("LANG=zh_CN.UTF-8", true, Chinese),
            ("LANG=zh_CN.utf8 TERM=xterm-256color", true, Chinese),
            ("LANG=zh_SG.UTF-8@x", true, Chinese),
            ("LANG=en_US.UTF-8 LC_MESSAGES=zh_CN.UTF-8", true, Chinese),
            ("LANG=zh_CN.UTF-8 LC_MESSAGES=en_US.UTF-8", true, English),
            ("LANG=zh_CN.UTF-8 LC_ALL=C", true, English),
            ("LANG=zh_CN.UTF-8 LC_ALL=", true, Chinese),
            ("LANG=zh_CN.UTF-8 LC_ALL=C.UTF-8", true, English),
            // What cannot be shown.
            ("LANG=zh_CN.GBK", true, English),
            ("LANG=zh_CN.GB18030", false, English),
            ("LANG=zh_CN", true, English),
            ("LANG=zh_CN.UTF-8 LC_CTYPE=C", true, English),
            ("LANG=zh_CN.UTF-8 TERM=linux", true, English),
            // A file shows what it is shown with later.
            ("LANG=zh_CN.UTF-8 TERM=linux", false, Chinese),
            // Whoever says it knows that it can be shown.
            ("ETCDPACK_LANG=zh TERM=linux", true, Chinese),
            ("ETCDPACK_LANG=zh LC_ALL=C", true, Chinese),
            ("ETCDPACK_LANG=en LANG=zh_CN.UTF-8", true, English),
            ("ETCDPACK_LANG= LANG=zh_CN.UTF-8", true, Chinese),
            ("ETCDPACK_LANG=fr LANG=zh_CN.UTF-8", true, Chinese),
            ("LANG=zhx.UTF-8", true, English),
        ] {
            assert_eq!(Language::named(wanted.word()), Some(wanted));
            let variable = |name: &str| {
                let value = variables.split(' ').find_map(|set| set.strip_prefix(name)?.strip_prefix('='));
                value.map(str::to_owned)
            };
            assert_eq!(Language::of(variable, at_a_terminal), wanted, "{variables}, at a terminal: {at_a_terminal}");
        }
    }

    #[test]
    fn a_thread_speaks_for_itself() {
        const HEALTHY: Words = words!(en = "healthy", zh = "健康");
        struct Shown(u8);
        impl fmt::Display for Shown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                say!(f, en = "{} and {n}", zh = "{} 和 {n}", self.0, n = 2)
            }
        }
        let said =
            |n: u8| format!("{HEALTHY}|{}|{}|{:>8}|", say!(en = "{n} steps", zh = "{n} 个步骤"), Shown(n), HEALTHY);
        let chinese = Language::Chinese.meanwhile(|| {
            let inside = Language::English.meanwhile(|| said(1));
            assert_eq!(inside, "healthy|1 steps|1 and 2| healthy|");
            assert_eq!(thread::spawn(Language::spoken).join().unwrap(), Language::English);
            said(1)
        });
        assert_eq!(chinese, "健康|1 个步骤|1 和 2|      健康|");
        assert_eq!(
            (padded("健康", 6), padded("etcd", 6), padded("健康", 3)),
            ("健康  ".into(), "etcd  ".into(), "健康".into())
        );
        assert_eq!((HEALTHY.len(), String::from(HEALTHY)), (7, said(1)[..7].to_owned()));
    }
}
