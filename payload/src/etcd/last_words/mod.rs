//! Why an etcd ended, by its own log: the one line that says so, wherever it stands, and which known cause that is. Pure.
//!
//! The forms: JSON lines (zap, the default from 3.5 on), `DATE TIME X | package: text` (capnslog, up to 3.4), Go's own words
//! (`panic: `, `fatal error: `, and those about flags), and what a shell or systemd says of a program that does not start.
//! The text is etcd's, and may have words of whoever speaks to it: it is bounded here, and made plain where it is shown.

use serde_json::Value;

mod words;

pub use words::Known;

/// How much of one line is kept, in bytes.
const LONGEST: usize = 400;
/// How many lines are shown.
const SHOWN: usize = 12;

/// The end of a log, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastWords {
    pub cause: Option<Cause>,
    /// Whether that is of a run which has ended: of one that goes on it says nothing.
    pub is_over: bool,
    /// Why one that runs may have no leader: the last that it says, in a low voice, of peers that it does not come together with.
    pub apart: Option<Cause>,
    /// The last lines, without the traces of Go's stacks, oldest first.
    pub lines: Vec<String>,
}

/// Why it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// In etcd's words.
    pub said: String,
    pub known: Option<Known>,
}

/// How much a line says of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Error,
    End,
}

/// The causes found so far.
#[derive(Default)]
struct Reading {
    /// Of the run of etcd that is read.
    cause: Option<(Weight, Cause)>,
    /// Of the run before.
    earlier: Option<Cause>,
    apart: Option<Cause>,
    /// It has said its last word.
    is_over: bool,
    lines: Vec<String>,
    /// In the trace of a stack.
    traces: bool,
}

/// Reads the end of a log, which may begin in the middle of a line.
#[must_use]
pub fn read(log: &str) -> LastWords {
    let mut reading = Reading::default();
    for line in log.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()) {
        reading.line(line);
    }
    let Reading { cause, earlier, apart, is_over, mut lines, .. } = reading;
    lines.drain(..lines.len().saturating_sub(SHOWN));
    let is_over = is_over || (cause.is_none() && earlier.is_some());
    LastWords { cause: cause.map(|(_, cause)| cause).or(earlier), is_over, apart, lines }
}

impl Reading {
    fn line(&mut self, line: &str) {
        let entry = entry(line);
        if self.traces && entry.is_none() {
            // A nil pointer in these is not a fault of the programmer alone: the data are not what they were.
            let of_data = ["bbolt", "etcdserver.bootstrap", "/wal.", "raft."].iter().any(|part| line.contains(part));
            if let Some((_, cause)) = &mut self.cause
                && of_data
                && cause.said.contains("runtime error")
            {
                cause.known = Some(Known::Damaged);
            }
            return;
        }
        self.traces = line.starts_with("goroutine ") || line.starts_with("[signal ");
        if self.traces {
            return;
        }
        let Entry { text, weight, begins } = entry.unwrap_or_else(|| Entry::plain(line));
        if begins {
            self.earlier = self.cause.take().map(|(_, cause)| cause).or(self.earlier.take());
            self.apart = None;
            self.is_over = false;
        }
        // What an earlier run ended of did not keep this one from its work.
        if text.contains(words::SERVES) {
            (self.cause, self.earlier) = (None, None);
        }
        let is_stop = words::STOPS.iter().any(|words| text.contains(words));
        self.is_over |= weight == Some(Weight::End) || is_stop;
        // Whoever was told to end did not end of what it had complained of: of that it says so, and it may be known.
        if is_stop && !text.contains(words::BY_ITSELF) {
            self.cause = self.cause.take().filter(|(weight, cause)| *weight == Weight::End || cause.known.is_some());
        }
        if let Some(weight) = weight {
            self.weigh(weight, &text);
        }
        if words::APART.iter().any(|words| text.contains(words)) {
            let known = Known::of(&text).filter(|known| known.keeps_apart());
            self.apart = known.map(|known| Cause { said: shortened(&text), known: Some(known) }).or(self.apart.take());
        }
        self.lines.push(shortened(&text));
    }

    /// The last word of the greatest weight counts, but not one that says less of the same: `panic: failed to open database` stands
    /// behind etcd's own line, which also says why.
    fn weigh(&mut self, weight: Weight, text: &str) {
        let is_more = self.cause.as_ref().is_none_or(|(had, cause)| {
            let repeats = cause.said.contains(text.trim_start_matches("panic: ")) || text.contains(words::FAULT);
            *had < weight || (*had == weight && !repeats)
        });
        if is_more {
            self.cause = Some((weight, Cause { said: shortened(text), known: Known::of(text) }));
        }
    }
}

/// One line of a log.
struct Entry {
    /// Without date and place.
    text: String,
    weight: Option<Weight>,
    /// It is the first of a run.
    begins: bool,
}

impl Entry {
    fn new(text: String, weight: Option<Weight>) -> Self {
        let begins = text.starts_with("etcd Version") || text.starts_with("Running: ");
        Self { text, weight, begins }
    }

    /// Of a line that no logger has written.
    fn plain(line: &str) -> Self {
        let is = |parts: &[&str]| parts.iter().any(|part| line.contains(part));
        let is_end = words::ENDS.iter().any(|start| line.starts_with(start))
            || is(&words::OF_FLAGS)
            || is(&words::NOT_STARTED)
            || is(&words::BY_OTHERS);
        Self::new(line.to_owned(), is_end.then_some(Weight::End))
    }
}

/// A line of etcd's own loggers.
fn entry(line: &str) -> Option<Entry> {
    by_zap(line).or_else(|| by_capnslog(line))
}

fn by_zap(line: &str) -> Option<Entry> {
    let value: Value = serde_json::from_str(line.strip_prefix('{').map(|_| line)?).ok()?;
    let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let (message, error) = (field("msg"), field("error"));
    let place = [field("path"), field("dir")].into_iter().find(|place| !place.is_empty() && !error.contains(*place));
    // The frame that these come in says nothing, or something that is not so.
    let is_frame = words::FRAMES.contains(&message);
    let text = match (message, error) {
        (_, error) if is_frame && !error.is_empty() => error.to_owned(),
        (message, "") => message.to_owned(),
        (message, error) => format!("{message}: {error}"),
    };
    let text = place.map_or_else(|| text.clone(), |place| format!("{text} ({place})"));
    let weight = match field("level") {
        "fatal" | "panic" | "dpanic" => Some(Weight::End),
        _ if message == words::BAD_FLAGS => Some(Weight::End),
        "error" => of_an_error(&text),
        _ => of_any_level(&text),
    };
    Some(Entry::new(text, weight))
}

fn by_capnslog(line: &str) -> Option<Entry> {
    let (head, text) = line.split_once(" | ")?;
    let (when, level) = head.rsplit_once(' ')?;
    let is_date = when.len() >= 19 && when.as_bytes().first().is_some_and(u8::is_ascii_digit);
    is_date.then_some(())?;
    let text = text.split_once(": ").map_or(text, |(_, text)| text).to_owned();
    let weight = match level {
        "C" => Some(Weight::End),
        "E" if text.contains("verifying flags") => Some(Weight::End),
        "E" => of_an_error(&text),
        _ => of_any_level(&text),
    };
    Some(Entry::new(text, weight))
}

/// What is called an error may be why etcd ends.
fn of_an_error(text: &str) -> Option<Weight> {
    (!words::NO_CAUSES.iter().any(|words| text.contains(words))).then_some(Weight::Error)
}

/// What is said in a low voice, and is why etcd does not serve.
fn of_any_level(text: &str) -> Option<Weight> {
    matches!(Known::of(text), Some(Known::Locked | Known::Removed)).then_some(Weight::Error)
}

fn shortened(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    let cut = if end < text.len() { " ..." } else { "" };
    format!("{}{cut}", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests;
