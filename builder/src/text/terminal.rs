//! The lines on stderr, in English.

use std::fmt;

pub(crate) const ERROR: &str = "error";
pub(crate) const CAUSED_BY: &str = "caused by";
pub(crate) const HELP: &str = "help";
pub(crate) const WARNING: &str = "warning";

/// A panic.
pub(crate) fn bug(panic: impl fmt::Display) -> String {
    format!("this is a bug in etcdpack: {panic}")
}

/// A transfer begins. `done` and `total` are amounts of bytes for people.
pub(crate) fn begins(what: &str, done: Option<&dyn fmt::Display>, total: Option<&dyn fmt::Display>) -> String {
    let size = total.map_or_else(String::new, |total| format!(" ({total})"));
    let already = done.map_or_else(String::new, |done| format!(", going on at {done}"));
    format!("{what}{size}{already}")
}

/// A transfer goes on.
pub(crate) fn so_far(what: &str, done: impl fmt::Display, total: Option<&dyn fmt::Display>) -> String {
    let of = total.map_or_else(String::new, |total| format!(" of {total}"));
    format!("{what}: {done}{of}")
}

/// The bar's words, by indicatif's template.
pub(crate) const BAR: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";

/// After a question.
pub(crate) const YES_OR_NO: &str = "[y/N]";

/// What counts as a yes.
pub(crate) const YES: [&str; 3] = ["y", "Y", "yes"];

/// A help line where only notes are shown.
pub(crate) fn note_of_help(help: &str) -> String {
    format!("help: {help}")
}
