//! What can be wrong with a cluster file, said with line, column and the offending text.

use std::fmt;
use std::ops::Range;

use crate::language::columns;
use crate::line::shortened;
use crate::say;

/// A place in the file: line and column count from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    /// The line as written, shortened to what fits a terminal.
    pub text: String,
    /// How many characters of the line are meant, at least 1.
    pub width: usize,
}

impl Place {
    /// How much of a long line is shown.
    const SHOWN: usize = 120;

    /// The place of the byte range `span` in `source`.
    #[must_use]
    pub fn of(source: &str, span: &Range<usize>) -> Self {
        let start = floor(source, span.start);
        let before = source.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let text = source.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let column = source.get(line_start..start).unwrap_or_default().chars().count() + 1;
        let meant = source.get(start..floor(source, span.end)).unwrap_or_default();
        let width = meant.lines().next().unwrap_or_default().chars().count().max(1);
        Self { line: before.matches('\n').count() + 1, column, text: text.chars().take(Self::SHOWN).collect(), width }
    }
}

fn floor(source: &str, at: usize) -> usize {
    source.floor_char_boundary(at.min(source.len()))
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Option<Place>,
    pub text: String,
    pub help: Option<String>,
}

impl Fault {
    /// The most of a text: room for what was written and for all keys that there are.
    const TEXT: usize = 600;

    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { place: None, text: shortened(&text.into(), Self::TEXT), help: None }
    }

    pub(super) fn at(mut self, source: &str, span: &Range<usize>) -> Self {
        self.place = Some(Place::of(source, span));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Fault {
    /// `line 3, column 1: text`, then the line itself with the place marked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Place { line, column, text, width }) = &self.place else {
            return f.write_str(&self.text);
        };
        say!(f, en = "line {line}, column {column}: {}", zh = "第 {line} 行第 {column} 列：{}", self.text)?;
        if *column <= Place::SHOWN {
            let shown: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let columns = |chars: &[char]| columns(&chars.iter().collect::<String>());
            let (before, meant) = shown.split_at((column - 1).min(shown.len()));
            let marks = "^".repeat(columns(meant.get(..*width).unwrap_or(meant)).max(1));
            let (indent, shown) = (" ".repeat(columns(before)), shown.iter().collect::<String>());
            write!(f, "\n  {line:>4} | {shown}\n       | {indent}{marks}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// The candidate that is most like `written`, if any is like it at all.
pub(super) fn closest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.75;
    const LONGEST: usize = 80;
    if written.len() > LONGEST {
        return None;
    }
    let written = written.to_ascii_lowercase();
    candidates
        .map(|word| (strsim::jaro_winkler(&written, &word.to_ascii_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

/// A default is text of ours; should the grammar ever refuse it, that is said like any other fault.
pub(super) fn parse_default<T: std::str::FromStr<Err: fmt::Display>>(text: &str) -> Result<T, Vec<Fault>> {
    text.parse().map_err(|error: T::Err| vec![Fault::new(error.to_string())])
}
