//! Undoing changes: after a failed install, and for good when the member is uninstalled.
//!
//! A file goes only if it is still the one that we wrote; a directory only if it is empty. What stays is named.

use payload::path::NotAPath;

use crate::change::{Before, Change, Holds};
use crate::host::accounts::AccountError;
use crate::host::remove::Left;
use crate::host::{FsError, Seen, Tree};
use crate::report::Report;
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

/// Undoes `changes` (the newest first) of an install that failed; returns what is left.
///
/// Directories for data that this install made are emptied: the etcd that wrote there never came up.
pub(crate) fn roll_back<'a>(
    tree: &Tree,
    changes: impl Iterator<Item = &'a Change>,
    stop_seconds: u32,
    report: &Report,
) -> Vec<String> {
    let mut left = Vec::new();
    let mut service = None;
    for change in changes {
        if let Change::Service { supervision } = change {
            service = Some(supervision);
        }
        match undo(tree, change, Contents::Remove, stop_seconds) {
            Ok(Undone::Yes) => {}
            Ok(Undone::Stays) => report.note(&format!("kept {}", name(change))),
            Err(error) => left.push(format!("{}: {error}", name(change))),
        }
    }
    if let Some(supervision) = service
        && let Err(error) = service::control::forget(supervision)
    {
        left.push(error.to_string());
    }
    left
}

/// Undoes one change.
pub(crate) fn undo(tree: &Tree, change: &Change, contents: Contents, stop_seconds: u32) -> Result<Undone, UndoError> {
    let left = match change {
        // It was recorded, but never made.
        Change::Dir { path, .. } if tree.look(path)? == Seen::Absent => Left::Gone,
        Change::Group { name } => {
            tree.remove_group(name)?;
            Left::Gone
        }
        Change::User { name } => {
            tree.remove_user(name)?;
            Left::Gone
        }
        Change::Dir { path, holds: Holds::Data | Holds::Logs } if contents == Contents::Remove => {
            tree.remove_tree(path)?
        }
        Change::Dir { path, .. } => tree.remove_empty_dir(path)?,
        Change::Tree { path } => {
            tree.remove_tree(&format!("{path}.etcdpack-new").parse()?)?;
            tree.remove_tree(path)?
        }
        Change::File { path, sha256, before } => match (tree.look(path)?, before) {
            (_, Before::Ours { backup }) if tree.look(backup)? != Seen::Absent => {
                tree.copy_with_owner(backup, path)?;
                Left::Gone
            }
            (Seen::File { .. }, _) if tree.measure(path)?.digest == *sha256 => {
                tree.remove_file(path)?;
                Left::Gone
            }
            (Seen::Absent, _) => Left::Gone,
            _ => Left::Kept,
        },
        Change::Link { path, target, before } => match (tree.look(path)?, before) {
            (Seen::Link { target: here }, Some(before)) if here == *target => {
                tree.put_link(path, before)?;
                Left::Gone
            }
            (Seen::Link { target: here }, None) if here == *target => {
                tree.remove_file(path)?;
                Left::Gone
            }
            (Seen::Absent, _) => Left::Gone,
            _ => Left::Kept,
        },
        Change::Service { supervision } => {
            service::remove(supervision, stop_seconds)?;
            Left::Gone
        }
    };
    Ok(if left == Left::Gone { Undone::Yes } else { Undone::Stays })
}

/// A change in words.
pub(crate) fn name(change: &Change) -> String {
    match change {
        Change::Group { name } => format!("group `{name}`"),
        Change::User { name } => format!("user `{name}`"),
        Change::Service { supervision } => format!("service under {supervision}"),
        Change::Dir { path, .. } | Change::File { path, .. } | Change::Link { path, .. } | Change::Tree { path } => {
            format!("`{path}`")
        }
    }
}
