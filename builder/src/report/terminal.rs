//! Narration on stderr: a bar on a terminal, plain lines elsewhere.
//!
//! The only place in the builder's library that writes to stderr.
#![expect(clippy::disallowed_methods, reason = "edge: the terminal and its pace")]

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use payload::cluster::Fault;
use payload::exit::ExitStatus;
use payload::language::Words;
use payload::line;

use super::narrator::{Narrator, Progress};
use crate::failure::Failure;
use crate::text::terminal::{self, BLANK, CAUSED_BY, ERROR, HELP, WARNING};

/// How often a plain line says how far a transfer is.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// A panic is a bug of ours: says so in one line and ends with the exit code for that.
pub fn panics_are_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(io::stderr(), "{ERROR}{BLANK}{}", terminal::bug(panic));
        #[expect(clippy::exit, reason = "the one way out of a panic with an exit code of our own")]
        std::process::exit(i32::from(ExitStatus::Bug.code()));
    }));
}

/// How a run ends that was to show a page of help, or the version.
#[must_use]
pub fn page(printed: io::Result<()>) -> ExitStatus {
    let Err(error) = printed else { return ExitStatus::Done };
    let _ = writeln!(io::stderr(), "{ERROR}{BLANK}{}", terminal::no_standard_output(error));
    let _ = writeln!(io::stderr(), "{HELP}{BLANK}{}", terminal::STANDARD_OUTPUT);
    ExitStatus::Refused
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings and errors only.
    Quiet,
    Normal,
    /// Details too.
    Verbose,
}

/// Whether words may be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paint {
    Colour,
    Plain,
}

/// Standard error.
pub struct Terminal {
    verbosity: Verbosity,
    paint: Paint,
    transfer: Transfer,
}

enum Transfer {
    None,
    Bar(ProgressBar),
    Lines { what: String, total: Option<u64>, said: Instant },
}

impl Terminal {
    /// Colours where stderr is a terminal and `no_color` (the variable `NO_COLOR`) is unset or empty.
    #[must_use]
    pub fn new(verbosity: Verbosity, no_color: Option<&std::ffi::OsStr>) -> Self {
        let plain = no_color.is_some_and(|value| !value.is_empty()) || !io::stderr().is_terminal();
        Self { verbosity, paint: if plain { Paint::Plain } else { Paint::Colour }, transfer: Transfer::None }
    }

    /// `error:`, its causes and, where there is one, a `help:`; then every fault of the cluster file, with its line.
    pub fn failure(&mut self, failure: &Failure) {
        self.say(Some((ERROR, 31)), failure.text());
        for cause in failure.causes() {
            self.say(Some((CAUSED_BY, 31)), cause);
        }
        for line in failure.help().iter().flat_map(|help| help.lines()) {
            self.say(Some((HELP, 36)), line);
        }
        for fault in failure.faults() {
            self.place((ERROR, 31), fault);
            if let Some(help) = &fault.help {
                self.say(Some((HELP, 36)), help);
            }
        }
    }

    fn place(&self, label: (Words, u8), fault: &Fault) {
        let text = fault.to_string();
        let (text, place) = parted(fault, &text);
        let head = OutputLine { label: Some(label), text, paint: self.paint }.to_string();
        let place = place.lines().skip(1).map(|text| OutputLine { label: None, text, paint: self.paint }.to_string());
        self.print(&std::iter::once(head).chain(place).collect::<String>());
    }

    fn say(&self, label: Option<(Words, u8)>, text: &str) {
        self.print(&OutputLine { label, text, paint: self.paint }.to_string());
    }

    /// Whole lines in one write: in pieces they would mix with what others write to the same terminal.
    fn print(&self, lines: &str) {
        // A closed stderr is no reason to stop.
        let print = || drop(io::stderr().write_all(lines.as_bytes()));
        match &self.transfer {
            Transfer::Bar(bar) => bar.suspend(print),
            Transfer::None | Transfer::Lines { .. } => print(),
        }
    }

    fn begin(&self, what: &str, done: u64, total: Option<u64>) -> Transfer {
        if self.verbosity == Verbosity::Quiet {
            return Transfer::None;
        }
        if io::stderr().is_terminal() {
            return Transfer::Bar(bar(what, done, total));
        }
        let (already, size) = (HumanBytes(done), total.map(HumanBytes));
        let already = (done > 0).then_some(&already as &dyn fmt::Display);
        self.say(None, &terminal::begins(what, already, size.as_ref().map(|size| size as &dyn fmt::Display)));
        Transfer::Lines { what: what.to_owned(), total, said: Instant::now() }
    }

    fn at(&mut self, done: u64) {
        let line = match &mut self.transfer {
            Transfer::Lines { what, total, said } if said.elapsed() >= PLAIN_EVERY => {
                *said = Instant::now();
                let total = total.map(HumanBytes);
                terminal::so_far(what, HumanBytes(done), total.as_ref().map(|total| total as &dyn fmt::Display))
            }
            Transfer::Bar(bar) => return bar.set_position(done),
            Transfer::None | Transfer::Lines { .. } => return,
        };
        self.say(None, &line);
    }
}

impl Narrator for Terminal {
    fn note(&mut self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.say(None, text);
        }
    }

    fn detail(&mut self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.say(None, text);
        }
    }

    fn warn(&mut self, text: &str) {
        self.say(Some((WARNING, 33)), text);
    }

    fn doubt(&mut self, fault: &Fault) {
        self.place((WARNING, 33), fault);
        if let Some(help) = &fault.help {
            self.note(&terminal::note_of_help(help));
        }
    }

    fn progress(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Begin { what, done, total } => self.transfer = self.begin(what, done, total),
            Progress::At(done) => self.at(done),
            Progress::End => {
                if let Transfer::Bar(bar) = std::mem::replace(&mut self.transfer, Transfer::None) {
                    bar.finish_and_clear();
                }
            }
        }
    }
}

fn bar(what: &str, done: u64, total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => &terminal::BAR,
        None => "{msg} {spinner} {bytes} {bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(style);
    // The file's name: a whole URL would leave no room for the bar.
    let name = what.rsplit('/').next().unwrap_or(what);
    bar.with_message(line::plain(name)).with_position(done)
}

/// What a fault is, and the lines that show its place.
fn parted<'a>(fault: &Fault, text: &'a str) -> (&'a str, &'a str) {
    // From the end: what was written in the file may look like it.
    let place = fault.place.as_ref().and_then(|place| text.rfind(&format!("\n  {:>4} | ", place.line)));
    text.split_at(place.unwrap_or(text.len()))
}

/// One line on stderr.
struct OutputLine<'a> {
    /// The word in front and its ANSI colour.
    label: Option<(Words, u8)>,
    text: &'a str,
    paint: Paint,
}

impl fmt::Display for OutputLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.label, self.paint) {
            (None, _) => {}
            (Some((label, _)), Paint::Plain) => write!(f, "{label}{BLANK}")?,
            (Some((label, colour)), Paint::Colour) => {
                write!(f, "\x1b[1;{colour}m{label}\x1b[0m{BLANK}")?;
            }
        }
        writeln!(f, "{}", line::plain(self.text))
    }
}

#[cfg(test)]
mod tests {
    use payload::cluster::Place;

    use super::*;

    #[test]
    fn labels_are_legible_without_colour() {
        let line = |paint| OutputLine { label: Some((WARNING, 33)), text: "x", paint }.to_string();
        assert_eq!(line(Paint::Plain), "warning: x\n");
        assert_eq!(line(Paint::Colour), "\x1b[1;33mwarning:\x1b[0m x\n");
        assert_eq!(OutputLine { label: None, text: "x", paint: Paint::Colour }.to_string(), "x\n");
        let hostile = OutputLine { label: None, text: "\x1b[2Jx\nerror: y", paint: Paint::Plain };
        assert_eq!(hostile.to_string(), "\u{fffd}[2Jx\u{fffd}error: y\n");
    }

    #[test]
    fn of_a_fault_only_its_place_has_lines_of_its_own() {
        let place = |column| Place { line: 3, column, text: "key = 1".to_owned(), width: 3 };
        let fault = |place| Fault { place: Some(place), text: "`a\nerror: b`".to_owned(), help: None };
        for (column, lines) in [(1, 3), (500, 1)] {
            let fault = fault(place(column));
            let text = fault.to_string();
            let (head, lines_of_place) = parted(&fault, &text);
            assert!(head.ends_with("b`"), "{head}");
            assert_eq!(lines_of_place.lines().filter(|line| !line.is_empty()).count() + 1, lines);
        }
    }
}
