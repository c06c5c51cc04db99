//! What of ours stands on a host, as far as an uninstall cares. Values only.

use std::collections::BTreeSet;

use payload::digest::Digest;

use crate::facts::Cluster;
use crate::facts::data::wal::Identity;
use crate::facts::machine::Target;
use crate::facts::paths::Paths;

/// What stands of all that is on record.
pub(crate) struct Inventory {
    pub(crate) target: Target,
    /// The paths on record. Directories for data and logs are `filled` where something lies in them.
    pub(crate) paths: Paths,
    /// The accounts on record that are there.
    pub(crate) accounts: BTreeSet<String>,
    /// The processes of the etcd that is installed.
    pub(crate) running: Vec<u32>,
    /// Whether the service manager has them.
    pub(crate) manager: Manager,
    /// Whose data lies where an uninstall has kept some.
    pub(crate) data: Option<Identity>,
    /// The certificates of CAs that the member trusts.
    pub(crate) cas: BTreeSet<Digest>,
    /// The cluster as it is seen from the member that is installed; and whose data that has.
    pub(crate) cluster: Cluster,
    pub(crate) own: Option<Identity>,
}

/// What the service manager says of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    /// It runs, or is about to, or is being stopped.
    HasIt,
    HasNothing,
}
