//! Undoing changes: after a failed install, and for good when the member is uninstalled.
//!
//! A file goes only if it is still the one that we wrote; a directory only if it is empty. What stays is named.

use payload::path::NotAPath;

use crate::change::{Before, Change, Holds};
use crate::host::accounts::AccountError;
use crate::host::remove::Left;
use crate::host::write::Ids;
use crate::host::{FsError, Seen, Tree};
use crate::journal::{JournalError, Permit};
use crate::service::{self, ServiceError};

/// Why a change could not be undone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UndoError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Path(#[from] NotAPath),
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
}

/// Undoes one change.
pub(crate) fn undo(
    permit: &Permit,
    tree: &Tree,
    change: &Change,
    contents: Contents,
    stop_seconds: u32,
) -> Result<Undone, UndoError> {
    let left = match change {
        Change::Group { name } => {
            tree.remove_group(permit, name)?;
            Left::Gone
        }
        Change::User { name, group } => {
            tree.remove_user(permit, name)?;
            if let Some(gid) = group {
                tree.keep_group(permit, name, *gid)?;
            }
            Left::Gone
        }
        Change::Dir { path, holds: Holds::Data | Holds::Logs } if contents == Contents::Remove => {
            tree.discard_tree(permit, path)?
        }
        Change::Adopted { path } => match contents {
            Contents::Remove => tree.empty_dir(permit, path)?,
            Contents::Keep if tree.list(path)?.is_empty() => Left::Gone,
            Contents::Keep => Left::Kept,
        },
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
        Change::File { .. } => file(permit, tree, change)?,
        Change::Link { .. } => link(permit, tree, change)?,
        Change::Service { supervision } => {
            service::remove(permit, supervision, stop_seconds)?;
            Left::Gone
        }
    };
    Ok(if left == Left::Gone { Undone::Yes } else { Undone::Stays })
}

fn file(permit: &Permit, tree: &Tree, change: &Change) -> Result<Left, UndoError> {
    let Change::File { path, sha256, before } = change else { return Ok(Left::Kept) };
    tree.clear_leftover(permit, path)?;
    Ok(match (tree.look(path)?, before) {
        (_, Before::Ours { backup }) if tree.look(backup)? != Seen::Absent => {
            tree.copy_with_owner(permit, backup, path)?;
            Left::Gone
        }
        (Seen::File { .. }, _) if tree.measure(path)?.digest == *sha256 => {
            tree.remove_file(permit, path)?;
            Left::Gone
        }
        (Seen::Absent, _) => Left::Gone,
        _ => Left::Kept,
    })
}

fn link(permit: &Permit, tree: &Tree, change: &Change) -> Result<Left, UndoError> {
    let Change::Link { path, target, before } = change else { return Ok(Left::Kept) };
    tree.clear_leftover(permit, path)?;
    Ok(match (tree.look(path)?, before) {
        (Seen::Link { target: here }, Some(before)) if here == *target => {
            tree.put_link(permit, path, before)?;
            Left::Gone
        }
        (Seen::Link { target: here }, None) if here == *target => {
            tree.remove_file(permit, path)?;
            Left::Gone
        }
        (Seen::Absent, _) => Left::Gone,
        _ => Left::Kept,
    })
}

/// A change in words.
pub(crate) fn name(change: &Change) -> String {
    match change {
        Change::Group { name } => format!("group `{name}`"),
        Change::User { name, .. } => format!("user `{name}`"),
        Change::Service { supervision } => format!("service under {supervision}"),
        Change::Adopted { path } => format!("what is in `{path}`"),
        Change::Access { path, .. } => format!("owner and mode of `{path}`"),
        Change::Dir { path, .. } | Change::File { path, .. } | Change::Link { path, .. } | Change::Tree { path } => {
            format!("`{path}`")
        }
    }
}
