//! Giving way to everybody else, in processor and disk.

use rustix::process::nice;

use super::Exec;

/// Lower than everybody, from here on, with all that we start. Where that cannot be had, what follows is done all the same.
pub(crate) fn give_way() {
    let _ = nice(19);
    // Nothing else sets it without unsafe code; without it, the disk goes by the number above.
    let _ =
        Exec::named("ionice").and_then(|ionice| ionice.args(["-c", "3", "-p", &std::process::id().to_string()]).run());
}
