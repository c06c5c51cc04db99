//! `uninstall`: undoes what the receipt says was made, newest first. Data and logs stay unless `--purge`.

use payload::path::AbsPath;

use super::{CommandError, root_only, tree};
use crate::change::{Change, Holds};
use crate::cli::UninstallArgs;
use crate::host::Tree;
use crate::host::probe::ProbeError;
use crate::journal;
use crate::receipt::{Kept, Receipt, State};
use crate::report::{End, Report};
use crate::service;
use crate::undo::{self, Contents, UndoError, Undone};

/// Takes the member off this host.
pub(super) fn uninstall(args: &UninstallArgs, report: &Report) -> Result<End, CommandError> {
    let tree = tree(args.root.as_deref())?;
    root_only("uninstalling", "etcdpack-host uninstall")?;
    let Some(_lock) = tree.lock()? else {
        return Err(CommandError::refused("another etcdpack is at work on this host", "ps -C etcdpack-host"));
    };
    let state = State::new().map_err(ProbeError::from)?;
    let receipt = Receipt::read(&tree, &state.receipt)?;
    let unfinished = journal::replay(&tree, &state.journal).map_err(ProbeError::from)?;
    let kept = Kept::read(&tree, &state.kept)?;
    let known = receipt.iter().flat_map(|receipt| receipt.changes.clone());
    let kept_changes = kept.iter().flat_map(|kept| kept.changes.clone());
    let open = unfinished.iter().flat_map(|unfinished| unfinished.changes.clone());
    let changes = crate::change::fold(&known.chain(kept_changes).collect::<Vec<_>>(), &open.collect::<Vec<_>>());
    if changes.is_empty() {
        return Err(CommandError::refused("etcdpack has installed nothing here", "./HOST.run install"));
    }
    let contents = if args.purge { Contents::Remove } else { Contents::Keep };
    confirm(args, &changes, contents, report)?;
    let removal = Removal { tree: &tree, state: &state, contents, report };
    let left = removal.run(receipt.as_ref(), &changes)?;
    if left.is_empty() {
        report.note(if args.purge { "uninstalled; nothing is left" } else { "uninstalled" });
        return Ok(End::Done);
    }
    for line in &left {
        report.error(&format!("could not be removed: {line}"), Some("etcdpack-host uninstall"));
    }
    Ok(End::NotRolledBack)
}

fn confirm(args: &UninstallArgs, changes: &[Change], contents: Contents, report: &Report) -> Result<(), CommandError> {
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
    if report.ask(question) {
        return Ok(());
    }
    Err(CommandError::refused("not confirmed; nothing was changed", "etcdpack-host uninstall"))
}

/// One uninstall under way.
struct Removal<'a> {
    tree: &'a Tree,
    state: &'a State,
    contents: Contents,
    report: &'a Report,
}

impl Removal<'_> {
    /// Undoes everything that can be; returns what could not be, in words.
    fn run(&self, receipt: Option<&Receipt>, changes: &[Change]) -> Result<Vec<String>, CommandError> {
        let seconds = receipt.map_or(10, |receipt| receipt.manifest.service.stop_seconds);
        // An image that was booted since has no change for its service, but a service.
        if let Some(receipt) = receipt.filter(|_| self.tree.is_live()) {
            self.report.step("stop the service");
            service::remove(&receipt.supervision, seconds).map_err(UndoError::from)?;
        }
        let (mut left, mut stays) = (Vec::new(), Vec::new());
        // What holds the receipt goes last of all, in `settle`.
        let holds_receipt = |change: &&Change| change.path().is_some_and(|path| self.state.dir.is_within(path));
        for change in changes.iter().rev().filter(|change| !holds_receipt(change)) {
            if matches!(change, Change::Service { .. }) || must_stay(change, &stays) {
                if !matches!(change, Change::Service { .. }) {
                    stays.push(change.clone());
                }
                continue;
            }
            match undo::undo(self.tree, change, self.contents, seconds) {
                Ok(Undone::Yes) => self.report.step(&format!("removed {}", undo::name(change))),
                Ok(Undone::Stays) => {
                    self.report.note(&format!("  kept {}", undo::name(change)));
                    stays.push(change.clone());
                }
                Err(error) => {
                    left.push(format!("{}: {error}", undo::name(change)));
                    stays.push(change.clone());
                }
            }
        }
        if let Some(receipt) = receipt.filter(|_| self.tree.is_live()) {
            service::control::forget(&receipt.supervision).map_err(UndoError::from)?;
        }
        stays.reverse();
        stays.splice(0..0, changes.iter().filter(holds_receipt).cloned());
        self.settle(receipt, stays, left.is_empty())?;
        Ok(left)
    }

    /// The state directory: goes with the last change, or says what stays.
    fn settle(&self, receipt: Option<&Receipt>, stays: Vec<Change>, complete: bool) -> Result<(), CommandError> {
        let Self { tree, state, .. } = self;
        if let (Some(receipt), false) = (receipt, complete) {
            // Something failed: what is left stays on record for the next try.
            let receipt = Receipt { changes: stays, ..receipt.clone() };
            receipt.write(tree, &state.receipt)?;
            tree.remove_file(&state.journal)?;
            return Ok(());
        }
        let mut made_for_receipt: Vec<AbsPath> = stays.iter().filter_map(Change::path).cloned().collect();
        made_for_receipt.retain(|path| state.dir.is_within(path));
        let data = stays.iter().any(|change| matches!(change, Change::Dir { holds: Holds::Data, .. }));
        match receipt {
            Some(receipt) if data => Kept::of(receipt, stays).write(tree, &state.kept)?,
            _ if data => {}
            _ => tree.remove_file(&state.kept)?,
        }
        for file in [&state.receipt, &state.journal] {
            tree.remove_file(file)?;
        }
        tree.remove_tree(&state.dir.join("undo").map_err(ProbeError::from)?)?;
        if !data {
            for dir in made_for_receipt.iter().rev() {
                tree.remove_empty_dir(dir)?;
            }
        }
        Ok(())
    }
}

/// While data stays, so does the user that owns it: its id must not go to somebody else.
fn must_stay(change: &Change, stays: &[Change]) -> bool {
    let is_account = matches!(change, Change::User { .. } | Change::Group { .. });
    let data_stays = stays.iter().any(|change| matches!(change, Change::Dir { holds: Holds::Data | Holds::Logs, .. }));
    is_account && data_stays
}
