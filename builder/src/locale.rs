//! Edge: in which language this run speaks.
#![expect(clippy::disallowed_methods, reason = "edge: the environment, and whether anybody is at a terminal")]

use std::io::{self, IsTerminal as _};

use payload::language::Language;

/// By the environment. Where any of the three streams is a terminal, somebody is at it: questions are asked there wherever
/// the rest goes.
#[must_use]
pub fn language() -> Language {
    let at_a_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
    Language::of(|name| std::env::var(name).ok(), at_a_terminal)
}
