//! `uninstall`: undoes what the receipt says was made, newest first. Data and logs stay unless `--purge`.

use payload::path::AbsPath;

use super::CommandError;
use super::context::{Context, Doing, Ended, Looking};
use crate::HOST_COMMAND;
use crate::change::Change;
use crate::cli::UninstallArgs;
use crate::host::interrupt::Interrupt;
use crate::host::probe::data;
use crate::host::{Seen, Tree};
use crate::records::{Leftovers, Operation, RecordError, Records};
use crate::removal::{Leftover, Removal, Removed};
use crate::report::Report;
use crate::signer::Memory;
use crate::transaction::Journal;
use crate::transaction::undo::{self, Contents};
use payload::exit::ExitStatus;

/// Takes the member off this host.
pub(super) fn uninstall(args: &UninstallArgs, report: &Report) -> Result<ExitStatus, CommandError> {
    let doing = Doing { what: "uninstalling", command: "etcdpack-host uninstall" };
    let context = Looking::begin(doing, args.root.as_deref())?.work()?;
    let Context { tree, state, records, interrupt, .. } = &context;
    let Records { receipt, kept, unfinished } = records;
    let signer = records.known().map(|known| known.memory());
    let known = records.ours();
    let changes = crate::change::fold(&known, &[]);
    if changes.is_empty() && context.ended == Ended::Uninstall {
        report.note("uninstalled");
        return Ok(ExitStatus::Done);
    }
    if changes.is_empty() {
        return Err(CommandError::refused("etcdpack has installed nothing here", "./HOST.run install"));
    }
    let contents = if args.purge { Contents::Remove } else { Contents::Keep };
    if receipt.is_none() && contents == Contents::Remove {
        kept.iter().try_for_each(|kept| still_ours(tree, kept))?;
    }
    confirm(args, &changes, contents, interrupt, report)?;
    let of_changes = changes.iter().find_map(|change| match change {
        Change::Service { supervision } => Some(supervision),
        _ => None,
    });
    let of_unfinished = unfinished.as_ref().and_then(|unfinished| unfinished.manifest.as_ref());
    let removal = Removal {
        tree,
        state,
        manifest: receipt.as_ref().map(|receipt| &receipt.manifest).or(of_unfinished),
        supervision: receipt.as_ref().map(|receipt| &receipt.supervision).or(of_changes),
        contents,
        kept: kept.as_ref(),
        known: signer.or_else(|| of_unfinished?.provenance.as_ref().map(Memory::of_begun)),
        interrupt,
        report,
    };
    context.unless_told_to_stop(Ok(()))?;
    let journal = Journal::begin(tree, state, Operation::Uninstall, None, &changes).map_err(RecordError::from)?;
    let removed = removal.run(journal, &known)?;
    let end = say(&removed, contents, command(tree, &changes), report);
    if removal.known.is_some() && removed.forgets(contents) {
        report.note("whose bundles this host takes is forgotten, too: the next install asks for the signer's words");
    }
    Ok(end)
}

/// Data that somebody put where an uninstall had left the member's is not ours to delete.
fn still_ours(tree: &Tree, kept: &Leftovers) -> Result<(), CommandError> {
    let Some((path, left)) = kept.data().zip(kept.identity) else { return Ok(()) };
    match data::identity(tree, path) {
        Some(here) if here != left => {
            let text = format!("`{path}` holds data that etcd calls {here}; what the uninstall left there was {left}");
            Err(CommandError::refused(text, format!("mv {path} {path}.old; etcdpack-host uninstall --purge")))
        }
        _ => Ok(()),
    }
}

/// What goes on: the program that the install left here, until that has gone itself.
fn command(tree: &Tree, changes: &[Change]) -> &'static str {
    let is_there = |path: &AbsPath| path.name() == HOST_COMMAND && matches!(tree.look(path), Ok(Seen::File { .. }));
    if changes.iter().filter_map(Change::path).any(is_there) { HOST_COMMAND } else { "./HOST.run" }
}

fn say(removed: &Removed, contents: Contents, command: &str, report: &Report) -> ExitStatus {
    let purge = if contents == Contents::Remove { " --purge" } else { "" };
    let again = &*format!("{command} uninstall{purge}");
    match removed {
        Removed::All { kept } => {
            for change in kept {
                report.note(&format!("  kept {}", undo::name(change)));
            }
            let all = kept.is_empty() && contents == Contents::Remove;
            report.note(if all { "uninstalled; nothing is left" } else { "uninstalled" });
            ExitStatus::Done
        }
        Removed::Running { pids } => {
            let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
            let pids = pids.join(" ");
            let text =
                format!("etcd still runs (process {pids}), and not under its service manager: it was left as it is");
            report.error(&text, Some(&format!("kill {pids}; {again}")));
            ExitStatus::NotRolledBack
        }
        Removed::Partly { left } => {
            for Leftover { text, locked_in } in left {
                let look = locked_in.as_ref().map(|dir| format!("lsattr -aR {dir}; when it is unlocked: {again}"));
                report.error(&format!("could not be removed: {text}"), Some(look.as_deref().unwrap_or(again)));
            }
            ExitStatus::NotRolledBack
        }
        Removed::Interrupted => {
            report.error("told to stop; what is left is still on record", Some(again));
            ExitStatus::RolledBack
        }
    }
}

fn confirm(
    args: &UninstallArgs,
    changes: &[Change],
    contents: Contents,
    interrupt: &Interrupt,
    report: &Report,
) -> Result<(), CommandError> {
    if args.yes {
        return Ok(());
    }
    if !report.can_ask() {
        return Err(CommandError::refused("there is no terminal to ask at", "etcdpack-host uninstall --yes"));
    }
    for change in changes.iter().rev() {
        report.data(&format!("  - {}", undo::name(change)));
    }
    let question = match contents {
        Contents::Keep => "Uninstall, keeping data and logs?",
        Contents::Remove => "Uninstall, and delete all data and logs?",
    };
    if report.ask(question, interrupt) {
        return Ok(());
    }
    Err(CommandError::refused("not confirmed; nothing was changed", "etcdpack-host uninstall"))
}
