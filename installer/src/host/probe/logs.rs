//! Looking into the directory for etcd's log.

use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::Logs;
use crate::host::Tree;

/// What lies there, and who can put more there.
pub(super) fn logs(tree: &Tree, path: &AbsPath) -> Result<Logs, ProbeError> {
    Ok(tree.logs(path)?)
}
