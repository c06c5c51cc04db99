//! What an installed etcd logged.

use payload::manifest::Manifest;

use crate::facts::health::Log;
use crate::facts::logs::LOG;
use crate::host::interrupt::Interrupt;
use crate::host::{Exec, Tree};
use crate::supervision::Supervision;

/// How much of the end of etcd's log is read, in bytes: the trace of a panic can be long, and stands behind its cause.
const LAST_WORDS: u64 = 256 * 1024;
/// Likewise, in lines of the journal.
const LAST_LINES: &str = "1000";

/// The end of etcd's log, and where all of it is. Under supervisor it is read by name: only where root alone can make names.
pub(crate) fn log(tree: &Tree, manifest: &Manifest, supervision: &Supervision, interrupt: &Interrupt) -> (Log, String) {
    match supervision {
        Supervision::Systemd { unit } => {
            let asked = Exec::named("journalctl")
                .map(|exec| exec.args(["--quiet", "--no-pager", "-o", "cat", "-n", LAST_LINES, "-u", unit]))
                .and_then(|exec| exec.heeding(interrupt).output());
            (Log::Journal { unit: unit.clone() }, asked.map(|output| output.stdout).unwrap_or_default())
        }
        Supervision::Supervisor(_) => {
            let logs = &manifest.layout.logs;
            let path = logs.join(LOG).unwrap_or_else(|_| logs.clone());
            let end = tree.end_of_log(&path, LAST_WORDS).unwrap_or_default();
            (Log::File(path), String::from_utf8_lossy(&end).into_owned())
        }
    }
}
