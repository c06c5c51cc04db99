//! How much is tried, and the line that says what came of it.

use std::time::Instant;

/// The line that `scripts/torture` makes its table of.
pub fn figures(kind: &str, what: &str, points: usize, failures: usize, began: Instant) {
    let seconds = began.elapsed().as_secs();
    println!("torture: {kind} {what} points={points} failures={failures} seconds={seconds}");
}

/// How much of what could be tried is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `scripts/test`: a part, spread evenly.
    Short,
    /// `scripts/torture`: all of it.
    Long,
    /// `tests/mutants/run`: of all of it as much as finds a fault.
    UntilFound,
}

/// What `ETCDPACK_TORTURE` asks for: nothing, `1`, or `found`.
pub fn form() -> Form {
    match std::env::var_os("ETCDPACK_TORTURE") {
        None => Form::Short,
        Some(text) if text == "found" => Form::UntilFound,
        Some(text) if text == "1" => Form::Long,
        Some(text) => panic!("ETCDPACK_TORTURE is {}: neither `1` nor `found`", text.display()),
    }
}

/// About `some` of the points, spread evenly, in the short form; every one in the others.
pub fn chosen<T: Clone>(points: &[T], some: usize) -> Vec<T> {
    let step = if form() == Form::Short { points.len().div_ceil(some).max(1) } else { 1 };
    points.iter().step_by(step).cloned().collect()
}
