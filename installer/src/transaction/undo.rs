//! Undoing one change: after a run that failed, and for good when the member is uninstalled.
//!
//! A file goes only if it is still the one that we wrote; a directory only if it is empty. What stays is named.

use payload::bundle::Content;
use payload::path::{AbsPath, NotAPath};
use payload::render;

use super::Permit;
use crate::change::{Access, Before, Change, Holds};
use crate::drift;
use crate::host::accounts::AccountError;
use crate::host::remove::Left;
use crate::host::restored::Brought;
use crate::host::write::Ids;
use crate::host::{FsError, Seen, Tree};
use crate::records::JournalError;
use crate::service::{self, Others, ServiceError};

/// Why a change could not be undone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UndoError {
    Fs(#[from] FsError),
    Account(#[from] AccountError),
    Service(#[from] ServiceError),
    Journal(#[from] JournalError),
    Path(#[from] NotAPath),
}

impl UndoError {
    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        match self {
            Self::Fs(error) => error.is_interrupt(),
            Self::Account(error) => error.is_interrupt(),
            Self::Service(error) => error.is_interrupt(),
            Self::Journal(_) | Self::Path(_) => false,
        }
    }

    /// The directory in which something is locked against everybody.
    pub(crate) fn locked_in(&self) -> Option<&str> {
        match self {
            Self::Fs(error) => error.locked_in(),
            _ => None,
        }
    }
}

/// What happens to data and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    Keep,
    Remove,
}

/// What became of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undone {
    Yes,
    /// It stays, because what is there is not ours alone.
    Stays,
    /// It could not be undone.
    Left,
}

/// Undoes one change; `known` are all that are on record.
pub(super) fn undo(
    permit: &Permit,
    tree: &Tree,
    change: &Change,
    known: &[Change],
    contents: Contents,
    (others, stop_seconds): (Others, u32),
) -> Result<Undone, UndoError> {
    clear_leftovers(permit, tree, change)?;
    if contents == Contents::Remove && change.is_kept_without_purge() {
        end_strays(permit, tree, known)?;
    }
    let left = match change {
        Change::Group { name } => {
            tree.remove_group(permit, name)?;
            Left::Gone
        }
        Change::User { name, group } => {
            // `userdel` refuses while anything runs as the user.
            tree.end_strays(permit, name)?;
            tree.remove_user(permit, name)?;
            if let Some(gid) = group {
                tree.keep_group(permit, name, *gid)?;
            }
            Left::Gone
        }
        Change::Dir { path, holds: Holds::Data | Holds::Wal | Holds::Logs } if contents == Contents::Remove => {
            tree.discard_tree(permit, path)?
        }
        Change::Adopted { .. } => adopted(permit, tree, change, contents)?,
        // It was recorded, but never made.
        Change::Dir { path, .. } if tree.look(path)? == Seen::Absent => Left::Gone,
        Change::Dir { path, .. } => tree.remove_empty_dir(permit, path)?,
        Change::Access { path, mode, uid, gid } => {
            if tree.look(path)? != Seen::Absent {
                tree.mend_dir(permit, path, *mode, Ids { uid: *uid, gid: *gid })?;
            }
            Left::Gone
        }
        Change::Tree { path } => {
            tree.remove_tree(permit, &format!("{path}.etcdpack-new").parse()?)?;
            tree.remove_tree(permit, path)?
        }
        Change::File { .. } => file(permit, tree, change, known)?,
        Change::Link { .. } => link(permit, tree, change, known)?,
        Change::MadeWay { path, aside, .. } => tree.take_back_dir(permit, path, aside)?,
        Change::Restored { .. } => restored(permit, tree, change, contents)?,
        Change::Timer { unit } => {
            service::timer::stop(permit, unit, tree.interrupt())?;
            Left::Gone
        }
        Change::Textfile { path } => tree.remove_if(permit, path, render::TEXTFILE_BEGIN.as_bytes())?,
        Change::Loop { supervisor } => {
            service::beside::stop(permit, supervisor, tree.interrupt())?;
            Left::Gone
        }
        Change::Service { supervision, was } => {
            service::remove(permit, supervision, *was, others, stop_seconds, tree.interrupt())?;
            Left::Gone
        }
    };
    Ok(if left == Left::Gone { Undone::Yes } else { Undone::Stays })
}

/// What outlived the service would make more of the data that is being removed.
fn end_strays(permit: &Permit, tree: &Tree, known: &[Change]) -> Result<(), UndoError> {
    for change in known {
        if let Change::User { name, .. } = change {
            tree.end_strays(permit, name)?;
        }
    }
    Ok(())
}

/// Removes what a killed run may have left beside what the change is about, under names that only we use.
pub(super) fn clear_leftovers(permit: &Permit, tree: &Tree, change: &Change) -> Result<(), UndoError> {
    match change {
        Change::File { path, .. } | Change::Link { path, .. } => tree.clear_leftover(permit, path)?,
        Change::Dir { path, holds: Holds::Data | Holds::Wal | Holds::Logs } => tree.clear_discarded(permit, path)?,
        Change::Group { .. } | Change::User { .. } => tree.clear_account_leftovers(permit)?,
        Change::Dir { .. }
        | Change::Adopted { .. }
        | Change::Access { .. }
        | Change::Tree { .. }
        | Change::Timer { .. }
        | Change::Loop { .. }
        | Change::Textfile { .. }
        | Change::Service { .. } => {}
        Change::Restored { .. } => {
            change.replaced().map_or(Ok(()), |replaced| tree.clear_restoring(permit, replaced))?;
        }
        Change::MadeWay { path, aside, .. } => {
            tree.clear_leftover(permit, path)?;
            if let Seen::Link { .. } = tree.look(aside)? {
                tree.remove_file(permit, aside)?;
            }
        }
    }
    Ok(())
}

/// What was there comes back, unless what took its place stays: an etcd may have served from it.
fn restored(permit: &Permit, tree: &Tree, change: &Change, contents: Contents) -> Result<Left, UndoError> {
    let Some(replaced) = change.replaced() else { return Ok(Left::Kept) };
    let brought = if contents == Contents::Remove { Brought::Goes } else { Brought::Stays };
    tree.put_back(permit, replaced, brought)?;
    Ok(Left::Gone)
}

fn adopted(permit: &Permit, tree: &Tree, change: &Change, contents: Contents) -> Result<Left, UndoError> {
    let Change::Adopted { path, was, .. } = change else { return Ok(Left::Kept) };
    let left = match contents {
        Contents::Remove => tree.empty_dir(permit, path)?,
        Contents::Keep if !tree.holds(path, |_| true)? => Left::Gone,
        Contents::Keep => Left::Kept,
    };
    if let (Left::Gone, Some(Access { mode, uid, gid }), Seen::Dir { .. }) = (left, *was, tree.look(path)?) {
        tree.mend_dir(permit, path, mode, Ids { uid, gid })?;
    }
    Ok(left)
}

fn file(permit: &Permit, tree: &Tree, change: &Change, known: &[Change]) -> Result<Left, UndoError> {
    let Change::File { path, before, .. } = change else { return Ok(Left::Kept) };
    if let Before::Ours { backup } = before {
        // Where the backup has gone, a run that was cut off had put it back.
        if tree.look(backup)? != Seen::Absent && !is_copy(tree, backup, path)? {
            tree.copy_with_owner(permit, backup, path)?;
        }
        return Ok(Left::Gone);
    }
    let is_ours = |here: Option<Content>| here.is_some_and(|here| drift::recorded(path, known).contains(&here.digest));
    Ok(match (tree.look(path)?, before) {
        (Seen::File { size, .. }, Before::Theirs { was: Access { mode, uid, gid } })
            if is_ours(tree.measure_sized(path, size)?) =>
        {
            tree.give_file(permit, path, *mode, Ids { uid: *uid, gid: *gid })?;
            Left::Gone
        }
        // A run that was cut off may not have come to replace what an earlier one wrote.
        (Seen::File { .. }, Before::Nothing) if is_ours(tree.measure(path)?) => {
            tree.remove_file(permit, path)?;
            Left::Gone
        }
        (Seen::Absent, _) => Left::Gone,
        _ => Left::Kept,
    })
}

/// What was never replaced need not come back.
fn is_copy(tree: &Tree, backup: &AbsPath, path: &AbsPath) -> Result<bool, FsError> {
    let digest = |path| Ok(tree.measure(path)?.map(|content| content.digest));
    Ok(tree.look(backup)? == tree.look(path)? && digest(backup)? == digest(path)?)
}

fn link(permit: &Permit, tree: &Tree, change: &Change, known: &[Change]) -> Result<Left, UndoError> {
    let Change::Link { path, target, before } = change else { return Ok(Left::Kept) };
    let Seen::Link { target: here } = tree.look(path)? else {
        return Ok(if tree.look(path)? == Seen::Absent { Left::Gone } else { Left::Kept });
    };
    Ok(match before {
        Some(before) if here == *before => Left::Gone,
        Some(before) if here == *target => {
            tree.put_link(permit, path, before)?;
            Left::Gone
        }
        None if drift::is_recorded_link(path, &here, known) => {
            tree.remove_file(permit, path)?;
            Left::Gone
        }
        _ => Left::Kept,
    })
}
