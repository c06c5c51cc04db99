//! What the journal stands on: the state directory, which comes and goes with its first and last record. Must not know
//! what the records say.

use payload::mode::Mode;
use payload::path::{AbsPath, NotAPath};

use super::Permit;
use crate::host::write::{Ids, Lasting};
use crate::host::{Seen, Tree};
use crate::records::{JournalError, StateDir};

/// Makes the state directory, with the journal's `first` line already in it: both come to be in one rename of `top`, the
/// topmost of the `absent` directories, so that nothing of ours is ever without a record.
pub(super) fn make(
    tree: &Tree,
    permit: &Permit,
    state: &StateDir,
    top: &AbsPath,
    absent: &[AbsPath],
    first: &[u8],
) -> Result<(), JournalError> {
    let new = beside(top, "new")?;
    tree.remove_tree(permit, &new)?;
    let moved = |path: &AbsPath| -> Result<AbsPath, NotAPath> {
        let below = path.as_str().get(top.as_str().len()..).unwrap_or_default();
        format!("{new}{below}").parse()
    };
    for dir in absent {
        let mode = if *dir == state.dir { Mode::PRIVATE_DIR } else { Mode::PROGRAM };
        tree.make_dir(permit, &moved(dir)?, mode, Ids::ROOT)?;
    }
    tree.append(permit, &moved(&state.journal)?, first, Lasting::AtOnce)?;
    Ok(tree.rename(permit, &new, top)?)
}

/// A name beside `path` that only we use.
fn beside(path: &AbsPath, what: &str) -> Result<AbsPath, NotAPath> {
    let name = format!(".{}.etcdpack-{what}", path.name());
    match path.parent() {
        Some(parent) => parent.join(&name),
        None => format!("/{name}").parse(),
    }
}

/// Ends what was cut off while the state directory came or went: before there was a journal, or after. Returns whether
/// an uninstall was ended by it.
pub(crate) fn clean_up(tree: &Tree, state: &StateDir) -> Result<bool, JournalError> {
    let permit = Permit(());
    let mut ended = false;
    for top in state.dir.lineage() {
        let (new, gone) = (beside(&top, "new")?, beside(&top, "gone")?);
        if tree.look(&new)? != Seen::Absent {
            tree.remove_tree(&permit, &new)?;
        }
        if tree.look(&gone)? != Seen::Absent {
            remove_gone(tree, &permit, &top, &state.dir, &gone)?;
            ended = true;
        }
    }
    Ok(ended)
}

/// The directories from `top` down to the state directory's parent, then what was the state directory.
fn remove_gone(tree: &Tree, permit: &Permit, top: &AbsPath, dir: &AbsPath, gone: &AbsPath) -> Result<(), JournalError> {
    let made_above = dir.lineage().into_iter().filter(|path| path.is_within(top) && path != dir);
    for path in made_above.collect::<Vec<_>>().iter().rev() {
        tree.remove_empty_dir(permit, path)?;
    }
    tree.remove_tree(permit, gone)?;
    Ok(())
}

/// Removes the state directory with all records in it, and those above it that were `made` with it.
pub(super) fn remove(tree: &Tree, permit: &Permit, made: &[AbsPath], dir: &AbsPath) -> Result<(), JournalError> {
    let Some(top) = made.first().filter(|_| !matches!(tree.look(dir), Ok(Seen::Absent))) else { return Ok(()) };
    let gone = beside(top, "gone")?;
    tree.rename(permit, dir, &gone)?;
    remove_gone(tree, permit, top, dir, &gone)
}
