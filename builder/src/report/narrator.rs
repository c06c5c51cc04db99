//! What the edges tell a person while they work. They never print by themselves.

use payload::cluster::Fault;

/// Takes the narration; `report::Terminal` shows it, tests collect it.
pub trait Narrator {
    /// Something worth knowing, in one line.
    fn note(&mut self, text: &str);
    /// Something the user should look into, in one line; the work goes on.
    fn warn(&mut self, text: &str);
    /// Something doubtful in the cluster file, with its place and what to do about it.
    fn doubt(&mut self, fault: &Fault) {
        self.warn(&fault.text);
    }
    /// For those who ask for more, in one line.
    fn detail(&mut self, _: &str) {}
    /// How far a transfer is.
    fn progress(&mut self, _: Progress<'_>) {}
}

/// One transfer: `Begin`, any number of `At`, `End`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    Begin {
        what: &'a str,
        /// Bytes that an earlier run left behind.
        done: u64,
        /// All bytes, where the server says so.
        total: Option<u64>,
    },
    /// Bytes so far, with those of earlier runs.
    At(u64),
    /// Over, well or not.
    End,
}
