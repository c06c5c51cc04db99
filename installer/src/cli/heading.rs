//! The groups of options on a help page.

pub(super) const TRUST: &str = "Whose bundle";
pub(super) const CLUSTER: &str = "Cluster";
pub(super) const TARGET: &str = "Target";
pub(super) const ETCD: &str = "Starting etcd";
pub(super) const SNAPSHOT: &str = "Snapshot";
pub(super) const WITH_V2: &str = "Keys of the v2 API";
pub(super) const ETCD_USER: &str = "etcd's authentication";
pub(super) const KEYS: &str = "Private key";
pub(super) const OUTPUT: &str = "Output";
pub(super) const GLOBAL: &str = "Global options";
