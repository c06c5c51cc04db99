//! Where the records lie: the same on every host, so that they are found without a bundle. Names of paths only.

use payload::path::{AbsPath, NotAPath};

use crate::change::Change;

/// The paths in the state directory.
pub(crate) struct StateDir {
    pub(crate) dir: AbsPath,
    pub(crate) journal: AbsPath,
    pub(crate) receipt: AbsPath,
    pub(crate) kept: AbsPath,
    pub(crate) history: AbsPath,
    /// Where replaced files wait until the install is done.
    pub(crate) undo: AbsPath,
    /// Where a key that this host has made waits for its certificate.
    pub(crate) host_key: AbsPath,
}

impl StateDir {
    /// `/var/lib/etcdpack`: the same on every host, so that it can be found without a bundle.
    pub(crate) fn new() -> Result<Self, NotAPath> {
        let dir: AbsPath = "/var/lib/etcdpack".parse()?;
        Ok(Self {
            journal: dir.join("journal.jsonl")?,
            receipt: dir.join("receipt.json")?,
            kept: dir.join("kept.json")?,
            history: dir.join("history.jsonl")?,
            undo: dir.join("undo")?,
            host_key: dir.join("host-key")?,
            dir,
        })
    }

    /// The file in [`Self::host_key`].
    pub(crate) fn host_key_file(&self) -> Result<AbsPath, NotAPath> {
        self.host_key.join(payload::render::KEY)
    }

    /// Whether `change` made the state directory, or one above it: those outlive every other change.
    pub(crate) fn holds(&self, change: &Change) -> bool {
        change.path().is_some_and(|path| self.dir.is_within(path))
    }

    /// Whether `change` is about where a key waits that this host has made.
    pub(crate) fn is_of_key(&self, change: &Change) -> bool {
        change.path().is_some_and(|path| path.is_within(&self.host_key))
    }

    /// The state directory and those above it, as far as `changes` made them, from the top down.
    pub(crate) fn made_by(&self, changes: &[Change]) -> Vec<AbsPath> {
        let made = |path: &AbsPath| changes.iter().any(|change| change.path() == Some(path));
        self.dir.lineage().into_iter().filter(made).collect()
    }
}
