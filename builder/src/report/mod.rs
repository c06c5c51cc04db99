//! What is told while at work, and how it is shown on stderr; and what was asked for, on standard output.

mod narrator;
mod output;
mod terminal;

pub use narrator::{Narrator, Progress};
pub(crate) use output::{delivered, print};
pub use terminal::{Terminal, Verbosity, page, panics_are_bugs};
