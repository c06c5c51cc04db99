//! What people see: narration on standard error, data on standard output, and the exit codes.

use std::io;
use std::sync::Mutex;

use payload::language::{Language, Words};
use payload::line;
use serde::Serialize;

use crate::finding::{Code, Finding, Severity};
use crate::help::Help;
use crate::host::console::{self, print};
use crate::host::interrupt::Interrupt;
use crate::host::terminal::{Asked, Terminal};
use crate::host::waiting;
use crate::plan::{Plan, Planned};
use crate::step::State;
use crate::text;
use crate::typed::Typed;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// A finding in words, as JSON has it.
#[derive(Debug, Serialize)]
pub(crate) struct Said {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) text: String,
    pub(crate) help: String,
}

/// The narrator.
pub(crate) struct Report {
    verbosity: Verbosity,
    typed: Typed,
    paint: bool,
    /// What was said and is not seen by whoever would be asked: `2> log`.
    unseen: Option<Mutex<String>>,
}

impl Report {
    /// Colours only on a terminal, and only where `NO_COLOR` is not set.
    pub(crate) fn new(verbosity: Verbosity, typed: Typed) -> Self {
        let unseen = (!console::is_seen()).then(Mutex::default);
        Self { verbosity, typed, paint: console::has_colours(), unseen }
    }

    /// The flags that make another program say as much, in the same language.
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static str> {
        let verbosity = match self.verbosity {
            Verbosity::Quiet => Some("--quiet"),
            Verbosity::Normal => None,
            Verbosity::Verbose => Some("--verbose"),
        };
        let language = match Language::spoken() {
            Language::English => None,
            Language::Chinese => Some("--lang=zh"),
        };
        verbosity.into_iter().chain(language)
    }

    fn say(&self, text: &str) {
        console::say(text);
        // Poisoned by a panic: then there is no question any more.
        if let Some(Ok(mut unseen)) = self.unseen.as_ref().map(Mutex::lock) {
            unseen.push_str(text);
        }
    }

    /// Something is going on.
    pub(crate) fn note(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.say(&format!("{}\n", line::plain(text)));
        }
    }

    /// Does `work`, and says at the terminal that it is waited for, once that takes longer than half a second.
    pub(crate) fn while_waiting<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        if self.verbosity > Verbosity::Quiet { waiting::telling(&line::plain(what), work) } else { work() }
    }

    /// For those who ask for more.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            self.say(&format!("{}\n", line::plain(text)));
        }
    }

    /// A step begins.
    pub(crate) fn step(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.say(&format!("  {} {}\n", self.mark("32", "+"), line::plain(text)));
        }
    }

    pub(crate) fn warn(&self, text: &str, help: Option<&Help>) {
        self.say(&format!("{}{}\n", self.label("33", text::names::WARNING), line::plain(text)));
        self.help(help);
    }

    pub(crate) fn error(&self, text: &str, help: Option<&Help>) {
        self.say(&format!("{}{}\n", self.label("31", text::names::ERROR), line::plain(text)));
        self.help(help);
    }

    fn help(&self, help: Option<&Help>) {
        if let Some(help) = help {
            self.say_help(&self.typed(help));
        }
    }

    fn say_help(&self, typed: &str) {
        self.say(&format!("{}{}\n", self.label("36", text::names::HELP), line::plain(typed)));
    }

    /// A help line as it is typed here.
    pub(crate) fn typed(&self, help: &Help) -> String {
        self.typed.complete(help)
    }

    /// A finding in words, for a program.
    pub(crate) fn said(&self, finding: &Finding) -> Said {
        Said {
            code: finding.code(),
            severity: finding.severity(),
            text: text::findings::text(finding),
            help: self.typed(&text::findings::help(finding)),
        }
    }

    /// Data, of one line or several.
    pub(crate) fn data(&self, text: &str) {
        print(&plain(text));
    }

    /// Whether all data so far has been written.
    pub(crate) fn delivered(&self) -> io::Result<()> {
        console::delivered()
    }

    /// What somebody waits for: that it could not be written is for the caller to say.
    pub(crate) fn deliver(&self, text: &str) -> io::Result<()> {
        console::deliver(text)
    }

    /// The findings, refusals last so that they stand at the end of the screen.
    pub(crate) fn findings(&self, findings: &[Finding]) {
        let of = |severity| findings.iter().filter(move |finding| finding.severity() == severity);
        for finding in of(Severity::Warn).chain(of(Severity::Refuse)) {
            self.finding(finding);
        }
    }

    fn finding(&self, finding: &Finding) {
        let mark = match finding.severity() {
            Severity::Warn => self.label("33", text::names::WARNING),
            Severity::Refuse => self.label("31", text::names::ERROR),
        };
        self.say(&format!("{mark}{}\n", line::plain(&text::findings::with_code(finding))));
        self.say_help(&self.typed(&text::findings::help(finding)));
    }

    /// The plan, one line a step, as data.
    pub(crate) fn plan(&self, plan: &Plan) {
        print(&self.steps(plan));
    }

    fn steps(&self, plan: &Plan) -> String {
        let step = |planned: &Planned| {
            let mark = match planned.state {
                State::Pending if planned.step.takes_away() => self.mark("31", "-"),
                State::Pending => self.mark("32", "+"),
                State::Done | State::Stays => self.mark("2", "="),
                State::Waits => self.mark("33", "~"),
            };
            format!("  {mark} {}\n", line::plain(&planned.to_string()))
        };
        let rows = |steps: &[&Planned]| steps.iter().map(|planned| step(planned)).collect::<String>();
        let (goes, stays): (Vec<&Planned>, Vec<_>) = plan.steps.iter().partition(|planned| planned.goes());
        let rows = if stays.is_empty() || goes.is_empty() {
            rows(&plan.steps.iter().collect::<Vec<_>>())
        } else {
            format!("{}\n{}{}\n{}", text::plan::GOES, rows(&goes), text::plan::STAYS, rows(&stays))
        };
        rows + &plain(&text::plan::summary(plan))
    }

    /// Whether somebody sits at the terminal who can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        console::can_ask()
    }

    /// The terminal, for a question. What was said before is seen there by then, wherever our output goes.
    pub(crate) fn terminal(&self) -> io::Result<Terminal> {
        let mut terminal = Terminal::open()?;
        self.catch_up(&mut terminal)?;
        Ok(terminal)
    }

    /// Shows there what was said and not seen.
    pub(crate) fn catch_up(&self, terminal: &mut Terminal) -> io::Result<()> {
        match self.unseen.as_ref().map(Mutex::lock) {
            Some(Ok(mut unseen)) => terminal.show(&std::mem::take(&mut *unseen)),
            Some(Err(_)) | None => Ok(()),
        }
    }

    /// Asks at the terminal; anything but `y` or `yes` is a no, and so is a signal.
    pub(crate) fn ask(&self, question: &str, interrupt: &Interrupt) -> bool {
        self.ask_about(None, question, interrupt)
    }

    /// Likewise, about a plan, which is shown where the question is.
    pub(crate) fn ask_about(&self, plan: Option<&Plan>, question: &str, interrupt: &Interrupt) -> bool {
        let ask = || {
            let mut terminal = self.terminal()?;
            if let Some(plan) = plan {
                terminal.show(&format!("{}\n", self.steps(plan)))?;
            }
            terminal.ask_aloud(&format!("{} [y/N] ", line::plain(question)), interrupt)
        };
        match ask() {
            Ok(Asked::Line(answer)) => matches!(answer.trim_ascii(), b"y" | b"Y" | b"yes"),
            Ok(Asked::Cancelled) | Err(_) => false,
        }
    }

    /// What stands in front of a line. Full-width punctuation brings its own blank.
    fn label(&self, code: &str, words: Words) -> String {
        format!("{}{}", self.mark(code, &words), text::names::BLANK)
    }

    fn mark(&self, code: &str, text: &str) -> String {
        if self.paint { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Lines without what a terminal would obey.
fn plain(text: &str) -> String {
    text.split('\n').map(line::plain).collect::<Vec<_>>().join("\n")
}
