//! Unzipping the wheels to their place, as a change of the host.

use std::fs::File;

use payload::bundle::{Bundle, EntryName};
use payload::mode::Mode;
use payload::path::AbsPath;

use super::{WheelError, known, unzip};
use crate::host::Tree;
use crate::host::write::Ids;
use crate::layout;
use crate::transaction::Permit;

/// Unzips the wheels; the tree appears at `dir` in one instant, whole and durable.
pub(crate) fn install(
    permit: &Permit,
    tree: &Tree,
    bundle: &mut Bundle<File>,
    dir: &AbsPath,
    wheels: &[EntryName],
) -> Result<(), WheelError> {
    let new: AbsPath = format!("{dir}.etcdpack-new").parse()?;
    // A leftover of a run that was killed.
    tree.remove_tree(permit, &new)?;
    tree.make_dir(permit, &new, Mode::PROGRAM, Ids::ROOT)?;
    let site = layout::carried_site(&new)?;
    tree.make_dir(permit, &site, Mode::PROGRAM, Ids::ROOT)?;
    for wheel in wheels {
        let bytes = known(bundle, wheel)?;
        unzip(&bytes, wheel, &mut |name, mut file| {
            let path = site.join(name)?;
            for dir in path.parent().iter().flat_map(AbsPath::lineage).filter(|dir| dir.is_within(&site)) {
                tree.make_dir(permit, &dir, Mode::PROGRAM, Ids::ROOT)?;
            }
            Ok(tree.put_unsynced(permit, &path, Mode::PLAIN, &mut file)?)
        })?;
    }
    tree.sync_filesystem(permit, &new)?;
    Ok(tree.rename(permit, &new, dir)?)
}
