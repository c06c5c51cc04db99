//! What is told while at work, and how it is shown on stderr.

mod narrator;
mod terminal;

pub use narrator::{Narrator, Progress};
pub use terminal::{Terminal, Verbosity, panics_are_bugs};
