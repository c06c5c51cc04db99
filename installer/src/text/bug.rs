//! A panic.

use std::fmt::Display;

/// All that is said of it. What was under way stands in the journal, as after a kill.
pub(crate) fn bug(panic: impl Display) -> String {
    format!("error: this is a bug in etcdpack: {panic}\nhelp: run the same command again, and report this line\n")
}
