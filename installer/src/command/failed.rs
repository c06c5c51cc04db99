//! How a run that can be taken back says that it has failed. An uninstall is none: it goes on, and says so itself.

use payload::exit::ExitStatus;

use crate::execute::{After, Failed};
use crate::report::Report;
use crate::text::{help, outcomes};

/// What failed, what is left of it, and whether anything was changed.
pub(super) fn say_failed(what: &str, failed: &Failed, report: &Report) -> ExitStatus {
    let help = failed.error.help().unwrap_or_else(help::when_the_cause_is_gone);
    report.error(what, Some(&help));
    for line in outcomes::left(&failed.host) {
        report.error(&line, None);
    }
    match &failed.host {
        After::Untouched => report.note(&outcomes::NOTHING_CHANGED),
        After::Undone { left } if left.is_empty() => report.note(&outcomes::EVERYTHING_UNDONE),
        After::Undone { .. } | After::Begun => {}
    }
    failed.exit_status()
}
